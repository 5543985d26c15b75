"""Counting persons: possible pairs to decide, a record split again, how many nobody has seen."""

from __future__ import annotations

from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nuanyi.census.linkage import queries
from nuanyi.census.services import linking
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places

SKIPPED, LAST = "pairs-skipped", "pair-decided"


@require_safe
@permission_required("census.link")
def pairs(request: HttpRequest, what: str) -> HttpResponse:
    """The next pair to decide, masked, with what speaks for and against."""
    actor = actor_of(request)
    kept = queries.KEPT[what]
    skipped = request.session.get(f"{SKIPPED}-{what}", [])
    if getattr(request, "htmx", False):
        return render(request, "census/staff/linkage_progress.html", {"progress": queries.progress()})
    context = {
        "what": what,
        "progress": queries.progress(),
        "review": queries.next_pair(actor, skipped, kept),
        "counts": [
            (sort, queries.count_persons(actor, one.record.objects.visible_to(actor), one))
            for sort, one in queries.KEPT.items()
        ],
        "agreement": queries.agreement(kept),
        "run": queries.last_run(),
        "names": places.names_by_code(),
        "skipped": len(skipped),
        "last": request.session.get(f"{LAST}-{what}"),
    }
    return render(request, "census/staff/pairs.html", context)


@require_POST
@permission_required("census.link")
def decide(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """One or two, skip for now, or take the last word back."""
    actor = actor_of(request)
    kept = queries.KEPT[what]
    verdict = request.POST.get("verdict", "")
    if verdict == "skip":
        key = f"{SKIPPED}-{what}"
        request.session[key] = [*request.session.get(key, []), pk][-500:]
    elif verdict == "undo":
        linking.undo_decision(actor=actor, link_id=pk, kept=kept)
        request.session.pop(f"{LAST}-{what}", None)
    else:
        linking.decide_pair(actor=actor, link_id=pk, verdict=verdict, kept=kept)
        request.session[f"{LAST}-{what}"] = pk
    return redirect("census:pairs", what)


@require_POST
@permission_required("census.link")
def again(request: HttpRequest, what: str) -> HttpResponse:
    """Show the skipped pairs again."""
    request.session.pop(f"{SKIPPED}-{what}", None)
    return redirect("census:pairs", what)


@require_POST
@permission_required("census.link")
def split(request: HttpRequest, what: str, pk: UUID) -> HttpResponse:
    """This record is another than those it is counted with."""
    linking.split_record(actor=actor_of(request), record_id=pk, kept=queries.KEPT[what])
    return redirect(f"census:{what.removesuffix('s')}", pk=pk)


@require_safe
@permission_required("census.link")
def unseen(request: HttpRequest) -> HttpResponse:
    """How many people are on no roster, with the assumptions in words."""
    sector = request.GET.get("sector", "")
    region = request.GET.get("region", "")
    sector = sector if sector in Sector.values else ""
    region = region if region in places.names_by_code() else ""
    key = f"unseen:2:{queries.state_of_links()}:{sector}:{region}".replace(" ", "-")
    found = cache.get(key)
    if found is None:
        found = queries.how_many_unseen(sector, region)
        cache.set(key, found, 3600)
    context = {
        "found": found,
        "most": max([found.unseen or 0, *found.on_lists], default=0),
        "sectors": Sector.choices,
        "townships": [(place.code, place.name) for place in places.townships()],
        "filters": {"sector": sector, "region": region},
    }
    return render(request, "census/staff/unseen.html", context)
