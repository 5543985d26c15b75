"""The audit, for those who read it; reading it is journaled too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nuanyi.journal import events, queries, rules, services, words
from nuanyi.journal.models import Entry
from nuanyi.lib import clock, rooms
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.listing import Column, Filter, Listing, shown, without_words

#: Entries of the last days, by what the address says.
DAYS = {"1": _("Today"), "7": _("Last 7 days"), "30": _("Last 30 days")}


def _rows(actor: Actor, filters: dict[str, str]) -> QuerySet[Entry]:
    """The entries that fit."""
    rows = Entry.objects.visible_to(actor)
    if filters.get("room"):
        rows = rows.filter(kind__startswith=f"{filters['room']}.")
    if filters.get("kind") == queries.OPENED:
        rows = rows & queries.opened(actor)
    elif filters.get("kind"):
        rows = rows.filter(kind=filters["kind"])
    if filters.get("days") in DAYS:
        first = clock.today() - timedelta(days=int(filters["days"]) - 1)
        rows = rows.filter(at__gte=clock.midnight(first))
    if filters.get("who"):
        rows = rows.filter(actor_label=filters["who"])
    if filters.get("subject"):
        rows = rows.filter(subject_id=filters["subject"])
    if filters.get("q"):
        rows = rows.filter(Q(actor_label=filters["q"]) | Q(subject_id=filters["q"]))
    return rows


def _listing(actor: Actor, room: str) -> Listing:
    """The journal: its hundred kinds are offered within the part of the work to which they belong, and none without one
    but that personal data were opened. Nothing is counted by kind: the journal has no end."""
    parts: list[tuple[Any, Words]] = [(room.name, room.title) for room in rooms.rooms().values()]
    offered: list[tuple[Any, Words]] = [
        (kind.name, kind.title)
        for kind in rules.kinds().values()
        if room and kind.name.startswith(f"{room}.")
    ]
    offered.insert(0, (queries.OPENED, _("Personal data were opened")))
    return Listing(
        "journal.entries",
        (
            Column("when", _("When"), "pk", may_hide=False),
            Column("who", _("Who")),
            Column("what", _("What")),
            Column("record", _("Record")),
            Column("detail", _("Detail")),
        ),
        [
            Filter("days", _("When"), list(DAYS.items())),
            Filter("room", _("Part of the work"), parts, drops=("kind",)),
            Filter("kind", _("What"), offered),
        ],
        lambda filters: _rows(actor, filters),
        searches=_("Account or record number"),
        also=("who", "subject"),
        narrowed=lambda name, value: format_lazy(
            "{}{}", _("Account: ") if name == "who" else _("Record: "), value
        ),
    )


@require_safe
@permission_required("journal.read", journaled=True)
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what: filtered by kind, account or record."""
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    listing = _listing(actor, request.GET.get("room", "") or kind.rpartition(".")[0])
    page, reader = shown(request, listing), words.Reader()
    # the counts of a long list are asked for by the page itself and show no entry: one look is one entry
    if not page.is_of_counts:
        services.record(
            actor, events.JOURNAL_READ, subject=None, filters=without_words(listing.filters_of(request.GET))
        )
    context = {
        "list": page,
        "entries": [
            (
                entry,
                reader.detail_words(entry.kind, entry.detail),
                rooms.page_of(entry.subject_type, entry.subject_id) if entry.subject_id else "",
            )
            for entry in page.rows
        ],
        "titles": {kind.name: kind.title for kind in rules.kinds().values()},
        "rows_template": "journal/staff/audit_rows.html",
        "extra_template": "journal/staff/audit_extra.html",
        "empty_template": "journal/staff/audit_empty.html",
    }
    return render(request, "journal/staff/audit.html", context)


@require_POST
@permission_required("journal.read")
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the chain now, and compare it with the heads that stand outside the database."""
    verdict = queries.check_chain()
    services.record(
        actor_of(request), events.JOURNAL_VERIFIED, entries=verdict.entries, breaks=len(verdict.breaks)
    )
    return render(request, "journal/staff/verdict.html", {"verdict": verdict})
