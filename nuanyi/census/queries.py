"""Lists, one record, progress of rounds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.census.columns import FIELDS
from nuanyi.census.linkage import queries as linkage
from nuanyi.census.loading import establishments as establishments_loading
from nuanyi.census.loading import workers as workers_loading
from nuanyi.census.loading.workers import SCOPE
from nuanyi.census.models import (
    CensusRound,
    Change,
    Establishment,
    Export,
    ExportState,
    Import,
    RecordNote,
    RecordPhoto,
    Source,
    Worker,
)
from nuanyi.census.rows import name_key
from nuanyi.census.rules import FollowUp, ImportState, Kind, RoundState
from nuanyi.lib import clock, masks, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.dates import moment_words
from nuanyi.lib.errors import BadInput, Words
from nuanyi.lib.form_parsing import day_or_none, number_of, uuid_of
from nuanyi.lib.region_codes import DISTRICT, township_of
from nuanyi.lib.sectors import Sector
from nuanyi.people.models import keys
from nuanyi.places import queries as places
from nuanyi.units import queries as units
from nuanyi.units.events import Subjects

CharField.register_lookup(Length)

#: The filter for records whose sector or township nobody has told.
NONE = "none"
#: The filter for one record of everybody.
ONCE = "once"
FILTERS = ("sector", "region", "source", "follow_up", "q", "import", "on", "heads", "guided")


def establishments(
    actor: Actor, filters: dict[str, str], permission: str = "census.view"
) -> QuerySet[Establishment]:
    """Establishments that the actor may see, filtered."""
    rows: QuerySet[Establishment] = Establishment.objects.visible_to(actor, permission)
    rows = _filtered(rows, filters)
    if filters.get("q"):
        rows = rows.filter(name_key__contains=name_key(filters["q"]))
    rows = _once(actor, rows, filters, linkage.SHOPS)
    if filters.get("guided"):
        rows = rows.filter(_guided(rows))
    return rows.order_by("-pk")


def _guided(rows: QuerySet[Establishment]) -> Q:
    """Those for whose sector and place a unit guides by line, as the figure counts them.

    Who guides is worked out and not kept with them: asked once for each sector and place that occurs.
    """
    guided, moved = units.guides(), places.moved_now()
    found: dict[str, list[str]] = {}
    pairs = rows.order_by().values_list("sector_then", "region_then").distinct()  # type: ignore[misc]  # of _filtered
    for sector, region in pairs:
        if guided(sector, township_of(places.code_today(region, moved))):
            found.setdefault(sector, []).append(region)
    fitting = (Q(sector_then=sector, region_then__in=regions) for sector, regions in found.items())
    return reduce(or_, fitting, Q(pk__in=[]))


def named(name: str) -> Q:
    """Establishments called like this, however it is written: without blanks and brackets, in half width."""
    return Q(name_key=name_key(name))


def workers(actor: Actor, filters: dict[str, str], permission: str = "census.view") -> QuerySet[Worker]:
    """Workers that the actor may see, with their persons (masked) joined, filtered."""
    rows: QuerySet[Worker] = Worker.objects.visible_to(actor, permission).select_related("person")
    rows = _filtered(rows, filters)
    if filters.get("q"):
        rows = rows.filter(site_name__contains=filters["q"].strip())
    if filters.get("establishment"):
        rows = rows.filter(establishment_id=uuid_of(filters["establishment"]))
    rows = _once(actor, rows, filters, linkage.WORKERS)
    return rows.order_by("-pk")


def _once(actor: Actor, rows: Any, filters: dict[str, str], kept: linkage.Kept) -> Any:
    """As the figures count: whoever stands in several rosters is one."""
    return linkage.once(actor, rows, kept) if filters.get("heads") == ONCE else rows


def _filtered(rows: Any, filters: dict[str, str]) -> Any:
    """Records that fit; with ``on`` those that were on record by the end of that day, where and what they were then."""
    rows = rows.on(day_or_none(filters.get("on", ""), "on"))
    if filters.get("sector") == NONE:
        rows = rows.filter(sector_then="")
    elif filters.get("sector"):
        wanted = [code for code in filters["sector"].split(",") if code in Sector.values]
        rows = rows.filter(sector_then__in=wanted)
    if filters.get("region") == NONE:
        rows = rows.filter(region_then__length__lte=DISTRICT)
    elif filters.get("region", "").isdigit():
        # as the figures count: who is on record in a township that was merged belongs to the one of today
        rows = rows.filter(places.within(filters["region"], places.moved_now(), "region_then"))
    if source := number_of(filters.get("source", "")):
        rows = rows.filter(source_id=source)
    if filters.get("import"):
        rows = rows.filter(made_by=uuid_of(filters["import"]))
    if filters.get("follow_up") in FollowUp.values:
        rows = rows.filter(follow_up=filters["follow_up"])
    return rows


#: Rosters that wait for their sender, as a filter of the list.
WAITING = "waiting"


def imports_for(actor: Actor) -> QuerySet[Import]:
    """Imports that the actor may see, newest first."""
    return Import.objects.visible_to(actor).select_related("source", "account", "round")


def exports_for(actor: Actor, *, waiting: bool = False) -> QuerySet[Export]:
    """Requests for workers in clear: one's own, and those that the actor decides (in a city of the own district's units).

    ``waiting``: only those that wait for this actor's decision, which are never one's own.
    """
    rows = Export.objects.all()
    if not actor.everywhere("census.approve_export"):
        decides = Q(asked_by__unit__in=actor.units("census.approve_export"))
        rows = rows.filter(decides | Q(asked_by=actor.account_id or 0))
    return rows.filter(state=ExportState.ASKED).exclude(asked_by=actor.account_id) if waiting else rows


def imports_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Import]:
    """Imports for the office's list."""
    rows = imports_for(actor)
    if filters.get("state") == WAITING:
        rows = rows.filter(state__in=[ImportState.REVIEW, ImportState.COLUMNS])
    elif filters.get("state") in ImportState.values:
        rows = rows.filter(state=filters["state"])
    if filters.get("kind") in Kind.values:
        rows = rows.filter(kind=filters["kind"])
    if source := number_of(filters.get("source", "")):
        rows = rows.filter(source_id=source)
    if words := filters.get("q"):
        rows = rows.filter(Q(file_name__icontains=words) | Q(source__name__icontains=words))
    return rows


def sources(actor: Actor) -> list[Source]:
    """The sources of the actor's unit by name; all of them for whoever imports everywhere.

    Without those of files that were thrown away: nothing of them is in any list.
    """
    sent = Import.objects.filter(source=OuterRef("pk"))
    thrown_away = [ImportState.DISCARDED, ImportState.REFUSED, ImportState.UNDONE]
    rows = Source.objects.filter(~Exists(sent) | Exists(sent.exclude(state__in=thrown_away))).order_by("name")
    if actor.everywhere("census.import"):
        return list(rows)
    return list(rows.filter(unit=actor.unit_id)) if actor.unit_id is not None else []


@dataclass(frozen=True)
class RoundProgress:
    """A round with what it found so far."""

    round: CensusRound
    sectors: list[str]
    places: list[str]
    establishments: int
    workers: int
    imports: int


def rounds(state: str = "") -> list[RoundProgress]:
    """All rounds, or those in one state, with their progress, in four queries whatever their number."""
    found = list(CensusRound.objects.prefetch_related("units"))
    if state in RoundState.values:
        found = [one for one in found if one.state == state]
    models: tuple[Any, ...] = (Establishment, Worker, Import)
    counted: list[dict[int, int]] = [
        dict(model.objects.exclude(round=None).values_list("round").annotate(n=Count("pk")).order_by())
        for model in models
    ]
    labels, names = dict(Sector.choices), places.names_by_code()
    return [
        RoundProgress(
            one,
            [str(labels[s]) for s in one.sectors],
            [names.get(code, code) for code in one.region_codes],
            counted[0].get(one.pk, 0),
            counted[1].get(one.pk, 0),
            counted[2].get(one.pk, 0),
        )
        for one in found
    ]


def subjects() -> list[Subjects]:
    """What the census holds, by sector and region, for the dry run of responsibility rules."""
    found: list[Subjects] = []
    for title, model, address in (
        ("establishments", Establishment, reverse("census:establishments")),
        ("workers", Worker, reverse("census:workers")),
    ):
        cells = (
            model.objects.values_list("sector", "region_code")
            .annotate(n=Count("pk"))
            .order_by("sector", "region_code")
        )  # type: ignore[attr-defined]
        for sector, region, number in cells:
            found.append(
                Subjects(title, sector, region, number, f"{address}?sector={sector}&region={region}")
            )
    return found


@dataclass(frozen=True)
class PastChange:
    """A change of a record: when, by whom (an account, or the source of a roster), ``(field, before, after)`` masked."""

    at: Any
    who: str
    lines: list[tuple[Words, str, str]]


def remarked(records: list[UUID]) -> dict[UUID, tuple[int, int]]:
    """How many notes and photos stand on some records, by record; only those with any."""
    found: dict[UUID, list[int]] = {}
    models: tuple[Any, ...] = (RecordNote, RecordPhoto)
    for place, model in enumerate(models):
        rows = model.objects.filter(ended_at=None).filter(
            Q(worker__in=records) | Q(establishment__in=records)
        )
        counted = rows.order_by().values_list("worker", "establishment").annotate(n=Count("pk"))
        for worker, establishment, number in counted:
            found.setdefault(worker or establishment, [0, 0])[place] = number
    return {pk: (notes, photos) for pk, (notes, photos) in found.items()}


_MASKS = {
    "name": masks.mask_name,
    "phone": masks.mask_phone,
    "id_number": masks.mask_id_number,
    "contact_name": masks.mask_name,
    "contact_phone": masks.mask_phone,
}


def history(record: Establishment | Worker) -> list[PastChange]:
    """What a record was, newest first. ``record`` is one that its reader may see; values are masked."""
    is_worker = isinstance(record, Worker)
    module: Any = workers_loading if is_worker else establishments_loading
    titles = {
        name: title for name, (title, _names) in FIELDS["workers" if is_worker else "establishments"].items()
    }
    sectors, names = dict(Sector.choices), places.names_by_code()
    after: dict[str, str] = {}
    found: list[PastChange] = []

    def words(name: str, value: str) -> str:
        if name == "sector":
            return str(sectors.get(value, value))
        if name == "region":
            return names.get(value, value)
        is_masked = name in _MASKS and not (name == "name" and not is_worker)
        return _MASKS[name](value) if is_masked else value

    changes = Change.objects.filter(record_id=record.pk).exclude(record_type=SCOPE)
    for change in changes.select_related("account", "source_import__source").order_by("-pk")[:50]:
        before = json.loads(keys().open("file", bytes(change.sealed_before), record.pk.bytes))
        lines = []
        for name, value in before.items():
            if name == "as_of":
                continue
            now = after.get(name)
            now = str(module.value_of(record, name)) if now is None else now
            lines.append((titles.get(name, name), words(name, value) or "—", words(name, now) or "—"))
            after[name] = value
        who = change.source_import.source.name if change.source_import else str(change.account or "—")
        found.append(PastChange(change.changed_at, who, lines))
    return found


def check_defaults(made: Import) -> None:
    """What is said of a whole file can be so: its kind, sector, place and day. Raises BadInput."""
    wrong: dict[str, Any] = {}
    if made.kind and made.kind not in Kind.values:
        wrong["kind"] = _("Establishments or workers?")
    if made.default_sector and made.default_sector not in Sector.values:
        wrong["default_sector"] = _("Choose a sector.")
    if made.default_region and made.default_region not in places.names_by_code():
        wrong["default_region"] = _("Choose a region.")
    if made.as_of_date > clock.today():
        wrong["as_of_date"] = _("This date lies in the future.")
    if wrong:
        raise BadInput(fields=wrong)


class PhotosForTheJournal(Mapping[str, str]):
    """When the photo was put on its record that an entry of the journal names: by that an auditor finds the entry of it,
    who may not see the record. Asked one by one: a page names a few of many.
    """

    def __getitem__(self, key: str) -> str:
        pk = uuid_of(key)
        with row_security.reader(system("photos for the journal")):
            made_at = RecordPhoto.objects.filter(pk=pk).values_list("made_at", flat=True).first()
        return "—" if made_at is None else moment_words(made_at)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
