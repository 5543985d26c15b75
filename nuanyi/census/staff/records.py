"""Lists of establishments and workers, one record, follow-up, Excel out."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanyi.census import lists, queries
from nuanyi.census.columns import FIELDS as COLUMN_FIELDS
from nuanyi.census.linkage import queries as linked
from nuanyi.census.models import Change
from nuanyi.census.rules import FollowUp
from nuanyi.census.services import exports, records
from nuanyi.census.staff import remarks
from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import workbook
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import key_of, status_of
from nuanyi.lib.listing import MOST_AT_ONCE, back_to, picked, shown_cells
from nuanyi.lib.listing import shown as listing_page
from nuanyi.lib.sectors import Sector
from nuanyi.people.rules import FIELDS
from nuanyi.places import queries as places
from nuanyi.units import queries as units


def filters_of(request: HttpRequest) -> dict[str, str]:
    """The filters in the address."""
    return {
        name: request.GET[name].strip()[:120]
        for name in (*queries.FILTERS, "establishment")
        if request.GET.get(name)
    }


#: How many workers, and how many lines of rosters, a record's page shows; it says how many there are.
SHOWN = 50


def _list(request: HttpRequest, what: str) -> HttpResponse:
    actor = actor_of(request)
    listing = lists.listing_of(what, actor)
    shown = listing_page(request, listing)
    context = {
        "list": shown,
        "what": what,
        "names": places.names_by_code(),
        "sector_names": dict(Sector.choices),
        "follow_ups": FollowUp.choices,
        "undo": request.session.pop("undo", None),
        "remarked": queries.remarked([row.pk for row in shown.rows]),
        "count": linked.count_persons(actor, listing.rows(shown.filters), linked.KEPT[what]),
        "rows_template": f"census/staff/{what}_rows.html",
        "bulk_action": reverse("census:follow_up", args=[what]) if actor.can("census.follow_up") else "",
        "bulk_template": "census/staff/records_bulk.html" if actor.can("census.follow_up") else "",
        "extra_template": "census/staff/records_extra.html",
        "empty_template": "census/staff/records_empty.html",
        "note_template": "census/staff/person_count.html",
        "searched_template": "census/staff/workers_searched.html" if what == lists.WORKERS else "",
        "undo_template": "census/staff/records_undo.html",
        "may_export": actor.can("census.export"),
        "may_edit": actor.can("census.edit"),
        "edit_action": reverse("census:cells", args=[what]) if actor.can("census.edit") else "",
        "sectors": Sector.choices,
        "townships": [(region.code, region.name) for region in places.townships()],
    }
    return render(request, "census/staff/records.html", context)


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
@permission_required("census.view", journaled=True)
def establishment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One establishment: what is known, who answers for it and why, its workers."""
    actor = actor_of(request)
    found = (
        queries.establishments(actor, {}).select_related("contact", "source", "unit").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound()
    workers_here = queries.workers(actor, {"establishment": str(pk)})
    context = {
        "record": found,
        "answers": units.who_answers(sector=found.sector, region_code=found.region_code),
        "workers": workers_here[:SHOWN],
        "workers_total": workers_here.count(),
        "same_shop": linked.counted_together(actor, found, linked.SHOPS),
        "may_split": actor.can("census.link"),
        "names": places.names_by_code(),
        "appearances": found.appearances.select_related("source", "source_import").order_by("id")[:SHOWN],
        "appearances_total": found.appearances.count(),
        "follow_ups": FollowUp.choices,
        "history": queries.history(found),
        "may_edit": actor.can("census.edit"),
        "may_reveal": actor.can("people.reveal"),
        "undo": request.session.pop("undo", None),
        **remarks.shown(request, found),
    }
    return render(request, "census/staff/establishment.html", context)


@require_safe
@permission_required("census.view", journaled=True)
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
        "same_person": linked.counted_together(actor, found),
        "may_split": actor.can("census.link"),
        "may_reveal": actor.can("people.reveal"),
        "names": places.names_by_code(),
        "answers": units.who_answers(sector=found.sector, region_code=found.region_code),
        "appearances": found.appearances.select_related("source", "source_import").order_by("id")[:SHOWN],
        "appearances_total": found.appearances.count(),
        "follow_ups": FollowUp.choices,
        "history": queries.history(found),
        "may_edit": actor.can("census.edit"),
        "undo": request.session.pop("undo", None),
        **remarks.shown(request, found),
    }
    return render(request, "census/staff/worker.html", context)


@require_POST
@permission_required("census.follow_up")
def follow_up(request: HttpRequest, what: str) -> HttpResponse:
    """Set the follow-up of the chosen rows, or undo that."""
    actor, model = actor_of(request), lists.MODELS[what]
    if request.POST.get("undo"):
        try:
            before = {str(UUID(key)): str(state) for key, state in json.loads(request.POST["undo"]).items()}
        except (ValueError, AttributeError, TypeError) as exc:
            raise BadInput() from exc
        noted = request.POST.get("noted", "")
        done = records.undo_follow_up(actor=actor, model=model, before=before, noted=noted)
        if done < len(before):
            told = {"did": done, "failed": len(before) - done}
            return redirect(back_to(request, reverse(f"census:{what}"), **told))
    else:
        ids = picked(request, lists.listing_of(what, actor, "census.follow_up"))
        noted = request.POST.get("follow_up", "")
        before = records.note_follow_up(actor=actor, model=model, ids=ids, follow_up=noted)
        request.session["undo"] = {
            "what": what,
            "count": len(before),
            "before": json.dumps(before),
            "noted": noted,
        }
    return redirect(_back(request, what))


def _back(request: HttpRequest, what: str) -> str:
    target = request.POST.get("next", "")
    pages = tuple(reverse(f"census:{one}") for one in lists.MODELS)
    return target if target.startswith(pages) else reverse(f"census:{what}")


@require_safe
@permission_required("census.export", journaled=True)
def export(request: HttpRequest, what: str) -> HttpResponse:
    """The filtered list as Excel, personal values masked."""
    body = exports.export_masked(actor=actor_of(request), what=what, filters=filters_of(request))
    title = _("Establishments") if what == lists.ESTABLISHMENTS else _("Workers")
    return workbook(body, f"{title} {clock.today().isoformat()}")


@require_POST
@permission_required("census.edit")
def cells(request: HttpRequest, what: str) -> HttpResponse:
    """Change one field in the list: of one record, of several (a column pasted from Excel), or of the picked ones."""
    actor, model = actor_of(request), lists.MODELS[what]
    name = request.POST.get("field", "")
    was: dict[UUID, dict[str, str]] = {}
    if "value" in request.POST:
        try:
            ids = [UUID(pk) for pk in request.POST.getlist("id")]
        except ValueError as exc:
            raise BadInput() from exc
        values = {pk: {name: text} for pk, text in zip(ids, request.POST.getlist("value"), strict=False)}
        was = {pk: {name: text} for pk, text in shown_cells(request, UUID).items()}
    else:
        ids = picked(request, lists.listing_of(what, actor, "census.edit"))
        values = {pk: {name: request.POST.get(f"{name}_value", "")} for pk in ids}
    if len(values) > MOST_AT_ONCE:
        raise BadInput(code="too-many")
    if len(values) == 1:
        [(pk, told)] = values.items()
        seen = request.POST.get("seen", "")
        change = records.change_record(
            actor=actor, model=model, pk=pk, values=told, seen=seen, was=was.get(pk)
        )
        changes = [change] if change else []
    else:
        changes = records.change_many(actor=actor, model=model, values=values, was=was)
    if changes:
        _offer_back(request, what, changes)
    return redirect(_back(request, what))


def _offer_back(request: HttpRequest, what: str, changes: list[Change]) -> None:
    """The next page offers to take these changes back."""
    request.session["undo"] = {
        "what": what,
        "count": len(changes),
        "changes": ",".join(str(change.pk) for change in changes),
    }


@require_POST
@permission_required("census.edit")
def undo_cells(request: HttpRequest, what: str) -> HttpResponse:
    """Take one's last changes back."""
    told = request.POST.get("changes", "")[:30_000].split(",")
    pks = [int(text) for text in told if text.isdecimal() and len(text) < 19]
    done = records.undo_changes(actor=actor_of(request), pks=pks)
    if done == len(pks):
        return redirect(_back(request, what))
    return redirect(back_to(request, reverse(f"census:{what}"), did=done, failed=len(pks) - done))


@permission_required("census.edit")
def edit(request: HttpRequest, what: str, pk: UUID | None = None) -> HttpResponse:
    """Write a record by hand, or change one."""
    actor, model, refusal = actor_of(request), lists.MODELS[what], None
    record = None
    if pk is not None:
        record = model.objects.visible_to(actor, "census.edit").filter(pk=pk).first()
        if record is None:
            raise NotFound()
    names = records.WORKER_FIELDS if what == lists.WORKERS else records.ESTABLISHMENT_FIELDS
    typed = {name: request.POST.get(name, "") for name in names}
    if request.method == "POST":
        try:
            if record is not None:
                change = records.change_record(
                    actor=actor,
                    model=model,
                    pk=record.pk,
                    values=typed,
                    seen=request.POST.get("seen", ""),
                    taken_away=request.POST.getlist("take_away"),
                )
                if change is not None:
                    _offer_back(request, what, [change])
                saved: records.Record | None = record
            else:
                key = key_of(request)
                entry = {name: text for name, text in typed.items() if text.strip()} | {"kind": what}
                saved = records.add_record(actor=actor, client_key=key, entry=entry)
            return redirect(f"census:{what[:-1]}", saved.pk) if saved else redirect(f"census:{what}")
        except Refusal as wrong:
            refusal = wrong
    context = {
        "what": what,
        "record": record,
        "refusal": refusal,
        "key": request.POST.get("key") or uuid4(),
        "fields": [_field(what, name, record, typed, refusal) for name in names],
        "sectors": Sector.choices,
        "regions": sorted(places.names_by_code().items()),
    }
    return render(request, "census/staff/record_edit.html", context, status=status_of(refusal))


def _field(
    what: str, name: str, record: Any, typed: dict[str, str], refusal: Refusal | None
) -> dict[str, Any]:
    """A field of the form: what was typed, else what the record says; personal values as a mask beside it."""
    title = COLUMN_FIELDS[what][name][0]
    mask = ""
    value = typed[name]
    if record is not None:
        now = records.shown_now(record, name)
        is_personal = name in records.PERSONAL_FIELDS or (name == "name" and what == lists.WORKERS)
        mask = now if is_personal else ""
        value = value or ("" if is_personal else now)
    return {
        "name": name,
        "title": title,
        "value": value,
        "mask": mask,
        "may_go": bool(mask) and name in records.PERSONAL_FIELDS,
        "error": refusal.fields.get(name, "") if refusal else "",
        "is_needed": record is None and name in ("name", "sector", "region"),
    }
