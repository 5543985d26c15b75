"""Lists of establishments and workers, one record, follow-up, Excel out."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nuanyi.census import queries
from nuanyi.census.linkage import queries as linked
from nuanyi.census.models import Establishment, Worker
from nuanyi.census.rules import FollowUp
from nuanyi.census.services import exports, records
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import workbook
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.paging import counted, page_of
from nuanyi.lib.sectors import Sector
from nuanyi.people.rules import FIELDS
from nuanyi.places import queries as places
from nuanyi.units import queries as units

WHAT: dict[str, Any] = {"establishments": Establishment, "workers": Worker}


def filters_of(request: HttpRequest) -> dict[str, str]:
    """The filters in the address."""
    return {
        name: request.GET[name].strip()[:120]
        for name in (*queries.FILTERS, "establishment")
        if request.GET.get(name)
    }


def _list(request: HttpRequest, what: str) -> HttpResponse:
    actor, filters = actor_of(request), filters_of(request)
    rows: Any = (
        queries.establishments(actor, filters)
        if what == "establishments"
        else queries.workers(actor, filters)
    )
    page = page_of(rows, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    total, more = counted(rows)
    context = {
        "page": page,
        "total": total,
        "more": more,
        "filters": filters,
        "what": what,
        "names": places.names_by_code(),
        "sectors": Sector.choices,
        "sector_names": dict(Sector.choices),
        "follow_ups": FollowUp.choices,
        "follow_up_names": dict(FollowUp.choices),
        "townships": [(region.code, region.name) for region in places.townships()],
        "sources": [(source.pk, source.name) for source in queries.sources(actor_of(request))],
        "undo": request.session.pop("undo", None),
        "count": linked.count_persons(actor, rows) if what == "workers" else None,
    }
    return render(request, f"census/staff/{what}.html", context)


@require_safe
@permission_required("census.view")
def establishments(request: HttpRequest) -> HttpResponse:
    """Establishments, filtered, paged by key."""
    return _list(request, "establishments")


@require_safe
@permission_required("census.view")
def workers(request: HttpRequest) -> HttpResponse:
    """Workers, masked, filtered, paged by key."""
    return _list(request, "workers")


@require_safe
@permission_required("census.view")
def establishment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One establishment: what is known, who answers for it and why, its workers."""
    actor = actor_of(request)
    found = (
        queries.establishments(actor, {}).select_related("contact", "source", "unit").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound()
    context = {
        "record": found,
        "answers": units.who_answers(sector=found.sector, region_code=found.region_code),
        "workers": queries.workers(actor, {"establishment": str(pk)})[:50],
        "names": places.names_by_code(),
        "appearances": found.appearances.select_related("source", "source_import").order_by("id")[:50],
        "follow_ups": FollowUp.choices,
    }
    return render(request, "census/staff/establishment.html", context)


@require_safe
@permission_required("census.view")
def worker(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One worker, masked; each value opens for a stated purpose."""
    actor = actor_of(request)
    found = (
        queries.workers(actor, {}).select_related("person", "establishment", "source").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound()
    fields = [(name, title, getattr(found.person, name)) for name, title in FIELDS.items()]
    if not actor.can("people.reveal_political"):
        fields = [part for part in fields if part[0] != "political"]
    context = {
        "record": found,
        "fields": fields,
        "same_person": linked.same_person(actor, found),
        "may_split": actor.can("census.link"),
        "may_reveal": actor.can("people.reveal"),
        "names": places.names_by_code(),
        "answers": units.who_answers(sector=found.sector, region_code=found.region_code),
        "appearances": found.appearances.select_related("source", "source_import").order_by("id")[:50],
        "follow_ups": FollowUp.choices,
    }
    return render(request, "census/staff/worker.html", context)


@require_POST
@permission_required("census.follow_up")
def follow_up(request: HttpRequest, what: str) -> HttpResponse:
    """Set the follow-up of the chosen rows, or undo that."""
    actor, model = actor_of(request), WHAT[what]
    if request.POST.get("undo"):
        try:
            before = {str(UUID(key)): str(state) for key, state in json.loads(request.POST["undo"]).items()}
        except (ValueError, AttributeError, TypeError) as exc:
            raise BadInput() from exc
        records.undo_follow_up(actor=actor, model=model, before=before)
    else:
        try:
            ids = [UUID(pk) for pk in request.POST.getlist("id")]
        except ValueError as exc:
            raise BadInput() from exc
        before = records.note_follow_up(
            actor=actor, model=model, ids=ids, follow_up=request.POST.get("follow_up", "")
        )
        request.session["undo"] = {"what": what, "count": len(before), "before": json.dumps(before)}
    return redirect(_back(request, what))


def _back(request: HttpRequest, what: str) -> str:
    target = request.POST.get("next", "")
    return target if target.startswith("/office/census/") else f"/office/census/{what}/"


@require_safe
@permission_required("census.export", journaled=True)
def export(request: HttpRequest, what: str) -> HttpResponse:
    """The filtered list as Excel, personal values masked."""
    body = exports.export_masked(actor=actor_of(request), what=what, filters=filters_of(request))
    return workbook(body, what)
