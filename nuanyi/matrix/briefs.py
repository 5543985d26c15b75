"""Briefs, read: the numbers of a period, the corrections that are owed, the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from nuanyi.lib import clock, figures
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.figures import Figure, Window
from nuanyi.lib.periods import Period, period_of
from nuanyi.lib.region_codes import DISTRICT
from nuanyi.lib.small_cells import INSIDE, coarse
from nuanyi.matrix import brief_rules
from nuanyi.matrix.brief_rules import SUM, BriefState, Correction, Count, Line
from nuanyi.matrix.models import Brief
from nuanyi.matrix.ways import records_address
from nuanyi.places import queries as places

ACT = "matrix.briefs"


def asked_period(text: str) -> Period:
    """A period that has begun. Raises BadInput."""
    from django.utils.translation import gettext as _

    try:
        found = period_of(text)
    except ValueError as exc:
        raise BadInput(
            fields={"period": _("Write a period as 2022, 2022-Q2 or 2022-06.")}, code="bad-period"
        ) from exc
    if found.first > clock.today():
        raise BadInput(fields={"period": _("This period has not begun.")}, code="bad-period")
    return found


def region_words(code: str) -> str:
    """The name of a place; of the whole district without a code. Raises NotFound for an unknown one."""
    if not code:
        root = places.district()
        return root.name if root is not None else ""
    names = places.names_by_code()
    if code not in names:
        raise NotFound()
    return names[code]


def _lines() -> Iterable[tuple[Line, Figure]]:
    offered = figures.offered()
    for part in brief_rules.sections():
        for line in part.lines:
            if line.figure in offered:
                yield line, offered[line.figure]


def _window(period: Period, region: str) -> Window:
    return Window(period.first, period.last, region)


def counts_of(period: Period, region: str, *, exact: bool) -> dict[str, Count]:
    """Every figure of a brief with what it is compared with. ``exact`` False: counts of people are coarse."""
    found = {}
    for line, figure in _lines():
        spans = {"value": _window(period, region), "before": _window(period.before, region)}
        if line.counts == SUM:
            spans["year_before"] = _window(period.year_before, region)
            spans["so_far"] = Window(period.first.replace(month=1), period.last, region)
            spans["ever_before"] = Window(None, period.before.last, region)
        told = {name: figure.shown(span, exact=exact) for name, span in spans.items()}
        if not told.get("ever_before", 1):
            # few are not none: that there was something is said, how many is not
            told["ever_before"] = int(figure.total(spans["ever_before"]) > 0)
        found[line.figure] = Count(**told)
    return found


def months_of(period: Period, region: str, keys: Iterable[str], *, exact: bool) -> dict[str, list[int]]:
    """The months of the year up to the period's end, by figure."""
    offered, months = figures.offered(), period.months()
    return {
        key: [offered[key].shown(_window(month, region), exact=exact) for month in months]
        for key in keys
        if key in offered
    }


def by_township(period: Period, region: str, keys: Iterable[str]) -> dict[str, dict[str, int]]:
    """``{figure: {township: number}}``; what was counted at no township under "". Never exact: a brief is for all."""
    offered = figures.offered()
    return {
        key: {
            code: number
            for (code,), number in offered[key]
            .cells_shown(_window(period, region), ("township",), exact=False)
            .items()
        }
        for key in keys
        if key in offered and "township" in offered[key].dimensions
    }


def rounds(region: str) -> bool:
    """Whether a brief of a place rounds counts of people, whoever drafts it: all read it, and below a district there are few."""
    return len(region) > DISTRICT


@dataclass(frozen=True)
class _Told:
    """A number that a signed brief gave; ``exact`` None where the brief did not keep whether it was."""

    number: int
    exact: bool | None


def _otherwise(was: _Told, figure: Figure, asked: Window, *, exact: bool) -> tuple[int, int] | None:
    """What was told and what the records give now, both exact or both coarse; None where they agree."""
    counted, shown = figure.shown(asked, exact=True), figure.shown(asked, exact=False)
    if was.exact is None and was.number in (counted, shown):
        return None
    if was.exact and exact:
        then, now = was.number, counted
    else:
        then, now = coarse(was.number, INSIDE) if figure.of_people else was.number, shown
        if was.exact and then == coarse(counted, INSIDE):
            return None
    return None if then == now else (then, now)


def owed_corrections(region: str, before: Period, *, exact: bool) -> list[Correction]:
    """Numbers of signed briefs of a place that the records give otherwise now, and that no later brief has put right.

    Only figures that add up what happened: what stood at a period's end is not kept for every figure.
    """
    told: dict[tuple[str, str], _Told] = {}
    signed = Brief.objects.filter(region_code=region, state=BriefState.SIGNED).order_by("signed_at", "pk")
    offered = figures.offered()
    for brief in signed:
        for key, number in brief.counts.items():
            told.setdefault((brief.period, key), _Told(number["value"], _was_exact(brief, key)))
        for one in brief.corrections:
            told[one["period"], one["figure"]] = _Told(one["now"], _was_exact(brief, one["figure"]))
    found = []
    for (period, key), was in told.items():
        line = brief_rules.line_of(key)
        when = period_of(period)
        if line is None or line.counts != SUM or key not in offered or when.first >= before.first:
            continue
        both = _otherwise(was, offered[key], _window(when, region), exact=exact)
        if both is not None:
            found.append(Correction(period, key, *both))
    return sorted(found, key=lambda one: (one.period, one.figure))


def _was_exact(brief: Brief, key: str) -> bool | None:
    """Whether a brief gave a figure exactly. Those of the whole district always did before that was kept."""
    kept: bool | None = brief.counts.get(key, {}).get("exact")
    return True if kept is None and not brief.region_code else kept


def listed(actor: Actor) -> QuerySet[Brief]:
    """Briefs that the actor may see, the newest first: signed ones, and drafts of the actor's own places."""
    seen = [row.pk for row in Brief.objects.only("pk", "state", "region_code") if may_see(actor, row)]
    return (
        Brief.objects.filter(pk__in=seen)
        .defer("docx", "sections", "counts")
        .select_related("unit", "signed_by")
    )


def may_edit(actor: Actor, brief: Brief) -> bool:
    """Whether the actor writes briefs of this place."""
    return actor.everywhere(ACT) or (bool(brief.region_code) and actor.can(ACT, regions=(brief.region_code,)))


def may_see(actor: Actor, brief: Brief) -> bool:
    """A signed brief is for everybody who sees the matrix."""
    return may_edit(actor, brief) or (brief.signed and actor.can("matrix.view"))


def one(actor: Actor, pk: int) -> Brief:
    """A brief that the actor may see. Raises NotFound."""
    found = Brief.objects.select_related("unit", "signed_by").filter(pk=pk).first()
    if found is None or not may_see(actor, found):
        raise NotFound()
    return found


def warnings(brief: Brief) -> list[str]:
    """Numbers in the edited text that the program's draft did not name."""
    text = "\n".join(words for part in brief.sections for words in part["paragraphs"])
    return brief_rules.unknown_numbers(text, set(brief.known_numbers))


def numbers(brief: Brief) -> list[dict[str, Any]]:
    """The annex: each number with its definition, its query time and the way to its records."""
    offered = figures.offered()
    period = period_of(brief.period)
    found = []
    # in the order of the sections: the database keeps keys in one of its own
    for line in (line for part in brief_rules.sections() for line in part.lines):
        key = line.figure
        figure, told = offered.get(key), brief.counts.get(key)
        if figure is None or told is None:
            continue

        def address(asked: str, key: str = key) -> str:
            return records_address(key, asked, brief.region_code, f"brief:{brief.pk}")

        found.append(
            {
                "key": key,
                "name": line.name,
                "value": told["value"],
                "before": told.get("before"),
                "unit": line.unit,
                "so_far": told.get("so_far") if line.adds_up else None,
                "definition": str(figure.definition),
                "listed": figure.listed is not None,
                "others": _others(told, line, period, address),
                "records": address(period.name),
            }
        )
    return found


def _others(
    told: dict[str, Any], line: Line, period: Period, address: Callable[[str], str]
) -> dict[str, tuple[int, str]]:
    """What a number is compared with: ``{name: (number, the page of its records)}``."""
    year = period.first.year
    asked = {
        "before": period.before.name,
        "year_before": period.year_before.name if line.counts == SUM else "",
        "so_far": f"{year}-01..{year}-{period.last.month:02d}" if line.adds_up and line.counts == SUM else "",
    }
    return {
        name: (told[name], address(text))
        for name, text in asked.items()
        if text and told.get(name) is not None
    }
