"""Lists out to Excel: masked ones at once, clear ones after a second person has approved."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.census import events, kinds, queries
from nuanyi.census.models import Establishment, Export, ExportState, Source, Worker
from nuanyi.census.rules import FollowUp
from nuanyi.journal import services as journal
from nuanyi.lib import clock, rooms, sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound, Words
from nuanyi.lib.listing import without_words
from nuanyi.lib.region_codes import CITY, DISTRICT, TOWNSHIP, township_of
from nuanyi.lib.sectors import Sector
from nuanyi.notices import services as notices
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, RoleGrant, keys
from nuanyi.people.rules import MIN_PURPOSE
from nuanyi.people.services.accounts import independent
from nuanyi.people.services.openings import open_for_program
from nuanyi.places import queries as places

#: Titles are those that the import knows, so that our own file goes back in unchanged.
_COMMON_COLUMNS: list[tuple[Words, int]] = [(_("Sector"), 12), (_("Township"), 18)]
_STATE_COLUMNS: list[tuple[Words, int]] = [(_("Follow-up"), 10), (_("As of"), 12)]
_ESTABLISHMENT_COLUMNS: list[tuple[Words, int]] = [
    (_("Name of the establishment"), 32),
    *_COMMON_COLUMNS,
    (_("Credit code"), 22),
    (_("Address"), 36),
    (_("Headcount"), 8),
    *_STATE_COLUMNS,
]
_WORKER_COLUMNS: list[tuple[Words, int]] = [
    (_("Name"), 10),
    (_("Phone"), 14),
    *_COMMON_COLUMNS,
    (_("Establishment or site"), 30),
    *_STATE_COLUMNS,
]


@transaction.atomic
def export_masked(*, actor: Actor, what: str, filters: dict[str, str]) -> bytes:
    """The filtered list as a workbook, personal values masked, rows as the actor's pages show them."""
    actor.require("census.export")
    rows = (
        queries.establishments(actor, filters)
        if what == "establishments"
        else queries.workers(actor, filters)
    )
    out = io.BytesIO()
    count = _write(out, what, rows.iterator(2000), clear=False)
    journal.record(actor, events.EXPORTED, what=what, filters=without_words(filters), rows=count)
    return out.getvalue()


def _write(out: io.BytesIO, what: str, rows: Iterable[Any], *, clear: bool) -> int:
    names, sectors, states = places.names_by_code(), dict(Sector.choices), dict(FollowUp.choices)
    writer = sheets.Writer(out)
    columns = _ESTABLISHMENT_COLUMNS if what == "establishments" else _WORKER_COLUMNS
    title = _("Establishments") if what == "establishments" else _("Workers")
    page = writer.sheet(
        str(title), [words for words, _width in columns], [width for _words, width in columns]
    )
    count = 0
    for row in rows:
        count += 1
        common = [str(sectors.get(row.sector, "")), place_of(row.region_code, names)]
        tail = [str(states[row.follow_up]), row.as_of_date]
        if isinstance(row, Establishment):
            page.row([row.name, *common, row.credit_code, row.address, row.headcount, *tail])
        else:
            page.row([*_named(row, clear), *common, row.site_name, *tail])
    writer.close()
    return count


def place_of(code: str, names: dict[str, str]) -> str:
    """A place as the import reads it again: a village with its township before it."""
    name = names.get(code, code)
    return f"{names.get(township_of(code), '')}{name}" if len(code) > TOWNSHIP else name


def _named(row: Worker, clear: bool) -> list[str]:
    if clear:
        return [open_for_program(row.person, "name"), open_for_program(row.person, "phone")]
    return [row.person.name, row.person.phone]


def sealed_filters(filters: dict[str, str]) -> dict[str, str]:
    """Filters as they wait for a decision: what was searched for may be a name."""
    return {
        name: keys().seal_for_good("searched", text) if name == "q" else text
        for name, text in filters.items()
    }


def _opened(filters: dict[str, str]) -> dict[str, str]:
    return {
        name: keys().open_for_good("searched", text) if name == "q" else text
        for name, text in filters.items()
    }


@dataclass(frozen=True)
class Asked:
    """Which rows a request asks for, in words, and how many they are by the asker's rights now."""

    export: Export | None
    filters: list[tuple[Words, str]]
    count: int | None

    @property
    def lapsed(self) -> bool:
        """Whether it was approved too long ago."""
        return self.export is not None and is_over(self.export)


_FILTER_TITLES: dict[str, Words] = {
    "sector": _("Sector"),
    "region": _("Township"),
    "source": _("Source"),
    "follow_up": _("Follow-up"),
    "import": _("Import"),
    "establishment": _("Establishment"),
    "on": _("On record by"),
    "q": _("Searched for"),
}


def rows_asked(actor: Actor, filters: dict[str, str], export: Export | None = None) -> Asked:
    """The rows that filters give an asker, in words and counted; those of a request that is over are not counted."""
    known: dict[str, dict[Any, Any]] = {
        "region": places.names_by_code(),
        "follow_up": dict(FollowUp.choices),
        "source": {str(source.pk): source.name for source in Source.objects.all()},
    }
    sectors = dict(Sector.choices)
    told: list[tuple[Words, str]] = []
    for name, text in filters.items():
        words = str(known.get(name, {}).get(text, text))
        if name == "sector":
            words = "、".join(str(sectors.get(code, code)) for code in text.split(","))
        if name in _FILTER_TITLES and text:
            told.append((_FILTER_TITLES[name], words))
    is_done = export is not None and export.state not in (ExportState.ASKED, ExportState.APPROVED)
    count = None if is_done else queries.workers(actor, filters, "people.reveal").count()
    return Asked(export, told, count)


def asked_in_words(exports: Iterable[Export]) -> list[Asked]:
    """Requests as whoever decides them sees them."""
    return [rows_asked(actor_for(export.asked_by), _opened(export.filters), export) for export in exports]


@transaction.atomic
def ask_for_clear(*, actor: Actor, purpose: str, filters: dict[str, str]) -> Export:
    """Ask for workers in clear; everybody who may approve is told. Raises NotAllowed, BadInput."""
    actor.require("census.export")
    actor.require("people.reveal")
    if len(purpose.strip()) < MIN_PURPOSE:
        raise BadInput(fields={"purpose": _("Say in a few words what you need it for.")})
    if actor.account_id is None:
        raise NotAllowed()
    made = Export.objects.create(
        asked_by_id=actor.account_id, purpose=purpose.strip()[:200], filters=sealed_filters(filters)
    )
    journal.record(actor, events.EXPORT_ASKED, made, purpose=made.purpose, filters=without_words(filters))
    notices.queue_all(
        _deciders(made.asked_by),
        kinds.EXPORT_ASKED,
        once=f"export:{made.pk}",
        who=actor.label,
        purpose=made.purpose,
    )
    return made


def _deciders(asker: Account) -> QuerySet[Account]:
    """Who may decide what an account asks for: in a city those of the whole, and those of the district of its unit."""
    region = asker.unit.region_code if asker.unit is not None else ""
    grants = RoleGrant.objects.filter(
        role__in=list(rooms.permissions()["census.approve_export"].roles),
        region_code__in=["", *(region[:length] for length in (CITY, DISTRICT) if len(region) >= length)],
    )
    return Account.objects.filter(is_active=True, pk__in=grants.values("account"))


#: How long an approval holds.
APPROVED_DAYS = 7
#: Records that are read at a time.
_AT_A_TIME = 2000


@transaction.atomic
def decide_export(*, actor: Actor, export: Export, approve: bool, seen: int) -> Export:
    """Approve or refuse somebody else's request, of which the page said that it gives ``seen`` rows.

    What is approved is these records: the asker may change afterwards what matches the filters. Raises NotAllowed
    (one's own), NotFound (another district's), IllegalMove (decided already), Conflict (the request gives other rows by now).
    """
    actor.require("census.approve_export")
    there = Export.objects.select_for_update(of=("self",)).select_related("asked_by")
    found = there.filter(pk=export.pk).first()
    if found is None:
        raise NotFound()
    # what a unit of another district asked for is none of this one's
    actor.require_within("census.approve_export", units=(found.asked_by.unit_id or 0,))
    if found.asked_by_id == actor.account_id:
        raise NotAllowed(_("A second person decides, not the one who asks."), code="own-request")
    if not independent(actor.account_id, found.asked_by_id):
        raise NotAllowed(
            _(
                "A second person decides: nobody whose account, role or password the asker made within 30 days, "
                "nor the other way round."
            ),
            code="no-second-person",
        )
    if found.state != ExportState.ASKED:
        raise IllegalMove()
    if approve:
        rows = queries.workers(actor_for(found.asked_by), _opened(found.filters), "people.reveal")
        asked = list(rows.order_by("-pk").values_list("pk", flat=True))
        if len(asked) != seen:
            raise Conflict(
                _("This request gives %(n)d rows by now. Look once more, then decide.") % {"n": len(asked)},
                code="rows-changed",
            )
        found.approved_rows = b"".join(pk.bytes for pk in asked)
    found.state = ExportState.APPROVED if approve else ExportState.REFUSED
    found.decided_by_id, found.decided_at = actor.account_id, clock.now()
    found.save()
    journal.record(actor, events.EXPORT_DECIDED, found, approved=approve)
    notices.queue(
        Account.objects.get(pk=found.asked_by_id),
        kinds.EXPORT_DECIDED,
        once=f"export-decided:{found.pk}",
        address=reverse("census:exports"),
    )
    return found


@transaction.atomic
def take_clear(*, actor: Actor, export: Export) -> bytes:
    """The approved workbook, once, for the one who asked: the approved records as far as the rights of now reach.

    Raises NotFound, IllegalMove (not approved, longer ago than ``APPROVED_DAYS``, or without saying which rows).
    """
    found = Export.objects.select_for_update().filter(pk=export.pk, asked_by_id=actor.account_id).first()
    if found is None:
        raise NotFound()
    if found.state != ExportState.APPROVED:
        raise IllegalMove()
    actor.require("people.reveal")
    if is_over(found):
        raise IllegalMove(
            _("This approval is more than %(n)d days old. Ask again.") % {"n": APPROVED_DAYS}, code="too-old"
        )
    if found.approved_rows is None:
        # nobody said which rows: an empty workbook would use the approval up
        raise IllegalMove(
            _("This approval does not say which rows: it was given before approvals did. Ask again."),
            code="no-rows",
        )
    out = io.BytesIO()
    count = _write(out, "workers", _approved(actor, found), clear=True)
    found.state, found.approved_rows = ExportState.TAKEN, None
    found.save()
    journal.record(actor, events.EXPORT_TAKEN, found, rows=count, purpose=found.purpose)
    return out.getvalue()


def lapsed() -> QuerySet[Export]:
    """Approvals that lapsed without a download and still keep which records they were for."""
    since = clock.now() - timedelta(days=APPROVED_DAYS)
    return Export.objects.filter(state=ExportState.APPROVED, decided_at__lt=since).exclude(approved_rows=None)


def is_over(export: Export) -> bool:
    """Whether an approval has lapsed without a download."""
    decided = export.decided_at
    return decided is not None and decided < clock.now() - timedelta(days=APPROVED_DAYS)


def _approved(actor: Actor, export: Export) -> Iterator[Worker]:
    packed = bytes(export.approved_rows or b"")
    asked = [UUID(bytes=packed[at : at + 16]) for at in range(0, len(packed), 16)]
    for at in range(0, len(asked), _AT_A_TIME):
        yield from queries.workers(actor, {}, "people.reveal").filter(pk__in=asked[at : at + _AT_A_TIME])
