"""Good practice and regulations, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Prefetch, QuerySet
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from nuanyi.lib import clock, figures
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound
from nuanyi.lib.figures import window
from nuanyi.matrix import practice_rules, ways
from nuanyi.matrix.models import Practice, Regulation, RegulationVersion
from nuanyi.matrix.practice_rules import Shelf

WRITE = "matrix.practice"


def practices(actor: Actor) -> QuerySet[Practice]:
    """Shared ones for everybody who sees the matrix; the drafts of the actor's own units."""
    rows = Practice.objects.select_related("unit", "author", "reviewer")
    if actor.everywhere(WRITE):
        return rows
    return rows.filter(state=Shelf.SHARED) | rows.filter(unit__in=actor.units(WRITE))


def practice(actor: Actor, pk: int) -> Practice:
    """One that the actor sees. Raises NotFound."""
    found = practices(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def may_write(actor: Actor, found: Practice) -> bool:
    """Whether it is of the actor's unit."""
    return actor.can(WRITE, units=(found.unit_id,))


def text_of(actor: Actor, found: Practice) -> SafeString:
    """The text in paragraphs; each figure is the number of this moment and leads to its records."""
    asked = window(found.period, found.region_code)
    offered = figures.offered()
    exact = figures.sees_exact(actor)

    @cache
    def show(key: str) -> str:
        figure = offered.get(key)
        if figure is None:
            return conditional_escape("{" + key + "}")
        value = figure.shown(asked, exact=exact)
        address = ways.records_address(key, found.period, found.region_code, f"practice:{found.pk}")
        return format_html('<a href="{}" title="{}">{}</a>', address, figure.title, value)

    paragraphs = [line.strip() for line in str(conditional_escape(found.text)).splitlines() if line.strip()]
    # escaped above; what is put in is escaped by itself
    parts = [(mark_safe(practice_rules.filled(line, show)),) for line in paragraphs]  # noqa: S308
    return format_html_join("", "<p>{}</p>", parts)


@dataclass(frozen=True)
class Held:
    """A regulation with the version that holds on a day (None: none yet), and all of them."""

    regulation: Regulation
    now: RegulationVersion | None
    versions: list[RegulationVersion]


def regulations(on: date | None = None) -> list[Held]:
    """The shelf, each with the version that holds on a day (today)."""
    day = on or clock.today()
    rows = Regulation.objects.select_related("unit").prefetch_related(
        Prefetch("versions", RegulationVersion.objects.defer("text"))
    )
    return [_held(row, day) for row in rows]


def _held(row: Regulation, day: date) -> Held:
    versions = list(row.versions.all())
    over = row.ended_date is not None and row.ended_date <= day
    now = None if over else next((one for one in versions if one.from_date <= day), None)
    return Held(row, now, versions)


def regulation(pk: int, number: int = 0) -> tuple[Held, RegulationVersion | None]:
    """One regulation, and the version of a number; the one that holds where none is named. Raises NotFound."""
    row = Regulation.objects.select_related("unit").prefetch_related("versions").filter(pk=pk).first()
    if row is None:
        raise NotFound()
    held = _held(row, clock.today())
    if not number:
        return held, held.now or (held.versions[0] if held.versions else None)
    shown = next((one for one in held.versions if one.number == number), None)
    if shown is None:
        raise NotFound()
    return held, shown
