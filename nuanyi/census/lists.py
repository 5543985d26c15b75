"""The lists of establishments and workers: their columns, their filters, and which rows fit."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Left
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from nuanyi.census import queries
from nuanyi.census.models import Establishment, Worker
from nuanyi.census.rules import FollowUp, ImportState, Kind
from nuanyi.lib.actor import Actor
from nuanyi.lib.dates import day_words
from nuanyi.lib.errors import Words
from nuanyi.lib.form_parsing import day_of, uuid_of
from nuanyi.lib.listing import Column, Filter, Listing
from nuanyi.lib.region_codes import DISTRICT, TOWNSHIP, township_of
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places

ESTABLISHMENTS, WORKERS = "establishments", "workers"
#: What an address calls a kind of record.
MODELS: dict[str, Any] = {ESTABLISHMENTS: Establishment, WORKERS: Worker}


def _township() -> Case:
    """The township of a record as the list asks for it, in the codes of today.

    Of one that was merged since, it is the one that took it in.
    """
    known = places.moved_now()
    moved = [
        When(region_then__startswith=old, then=Value(township_of(known[old])))
        for old in sorted(known, key=len, reverse=True)
    ]
    not_told = When(region_then__length__lte=DISTRICT, then=Value(queries.NONE))
    return Case(not_told, *moved, default=Left("region_then", TOWNSHIP))


def _filters(actor: Actor) -> list[Filter]:
    not_told: tuple[str, Words] = (queries.NONE, _("not told"))
    townships: list[tuple[Any, Words]] = [(region.code, region.name) for region in places.townships()]
    sources: list[tuple[Any, Words]] = [(source.pk, source.name) for source in queries.sources(actor)]
    return [
        Filter("sector", _("Sector"), [*Sector.choices, not_told], "sector_then"),
        Filter("region", _("Township"), [*townships, not_told], _township()),
        Filter("follow_up", _("Follow-up"), FollowUp.choices, "follow_up"),
        Filter("source", _("Source"), sources, "source_id"),
    ]


_FOLLOW_UP = Column("follow_up", _("Follow-up"), "follow_up")
_AS_OF = Column("as_of", _("As of"), "as_of_date")
_SECTOR = Column("sector", _("Sector"), "sector")
_TOWNSHIP_COLUMN = Column("region", _("Township"), "region_code")
_ESTABLISHMENT_COLUMNS = (
    Column("name", _("Name of the establishment"), "name", may_hide=False),
    _SECTOR,
    _TOWNSHIP_COLUMN,
    Column("address", _("Address"), "address"),
    Column("headcount", _("Headcount"), "headcount", is_number=True, is_summed=True),
    Column("credit_code", _("Credit code"), "credit_code"),
    _FOLLOW_UP,
    _AS_OF,
)
_WORKER_COLUMNS = (
    Column("name", _("Name"), is_sealed=True, may_hide=False),
    Column("phone", _("Phone"), is_sealed=True),
    _SECTOR,
    _TOWNSHIP_COLUMN,
    Column("site", _("Establishment or site"), "site_name"),
    _FOLLOW_UP,
    _AS_OF,
)


def listing_of(what: str, actor: Actor, permission: str = "census.view") -> Listing:
    """The list of ``establishments`` or ``workers`` as one actor may see it."""

    def rows(filters: dict[str, str]) -> QuerySet[Any]:
        if what == ESTABLISHMENTS:
            return queries.establishments(actor, filters, permission)
        return queries.workers(actor, filters, permission)

    return Listing(
        f"census.{what}",
        _ESTABLISHMENT_COLUMNS if what == ESTABLISHMENTS else _WORKER_COLUMNS,
        _filters(actor),
        rows,
        searches=_("Part of the name") if what == ESTABLISHMENTS else _("Part of the site's name"),
        also=("import", "establishment", "on", "heads", *(("guided",) if what == ESTABLISHMENTS else ())),
        narrowed=lambda name, value: _narrowed(actor, name, value),
    )


def _narrowed(actor: Actor, name: str, value: str) -> Words:
    """What the list shows only of: a past day, the new records of one roster, the workers of one establishment."""
    if name == "on":
        return format_lazy("{}{}", _("On record by "), day_words(day_of(value, "on")))
    if name == "heads":
        return _("Each once, as figures count")
    if name == "guided":
        return _("With a guiding department")
    pk = uuid_of(value)
    if name == "import":
        sent = queries.imports_for(actor).filter(pk=pk).first()
        return format_lazy("{}{}", _("New from the roster: "), sent.file_name if sent else "…")
    shop = queries.establishments(actor, {}).filter(pk=pk).first()
    return format_lazy("{}{}", _("Workers of: "), shop.name if shop else "…")


_IMPORT_COLUMNS = (
    Column("file", _("File"), "file_name", may_hide=False),
    Column("source", _("Source"), "source__name"),
    Column("kind", _("It lists"), "kind"),
    Column("state", _("State"), "state"),
    Column("rows", _("Rows"), is_number=True),
    Column("new", _("New"), is_number=True),
    Column("bad", _("Bad"), is_number=True),
    Column("sent", _("Sent"), "made_at"),
)


def imports_listing(actor: Actor) -> Listing:
    """The rosters that were sent, as one actor may see them."""
    sources: list[tuple[Any, Words]] = [(source.pk, source.name) for source in queries.sources(actor)]
    return Listing(
        "census.imports",
        _IMPORT_COLUMNS,
        [
            Filter(
                "state",
                _("State"),
                [(queries.WAITING, _("waits for a decision")), *ImportState.choices],
                "state",
                uncounted=(queries.WAITING,),
            ),
            Filter("kind", _("It lists"), Kind.choices, "kind"),
            Filter("source", _("Source"), sources, "source_id"),
        ],
        lambda filters: queries.imports_listed(actor, filters),
        searches=_("Name of the file or source"),
    )
