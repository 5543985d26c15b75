"""Which unit gets something, and what a changed rule would do: the same questions for requests and for reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Words
from nuanyi.people import queries as people
from nuanyi.units import queries as units
from nuanyi.units.models import Unit
from nuanyi.units.rules import HOLD

#: The unit that gets something, and why.
Destination = tuple[Unit, Words]
#: The latest rows that a dry run looks at.
DRY_RUN_ROWS = 500


class Named(Protocol):
    """What has a number to name it by."""

    ref: str


Row = TypeVar("Row", bound=Named)
Rule = TypeVar("Rule")
Key = TypeVar("Key")


def where_somebody_answers(unit: Unit, why: Words) -> Destination:
    """The unit where somebody there can sign in; else the district office, and that this is why."""
    if people.has_hands(unit.pk):  # nearly always: one question, and none about the office
        return unit, why
    office = units.office(unit.region_code)
    if office is None or office.pk == unit.pk or not people.has_hands(office.pk):
        return unit, why
    return office, _("nobody can sign in at %(unit)s yet") % {"unit": unit.short_name or unit.name}


def holder(region_code: str, sector: str = "") -> Destination:
    """Without a rule: the unit that holds the place, else the first that answers for it; never nobody."""
    answers = units.who_answers(sector=sector, region_code=region_code)
    held = next((answer for answer in answers if answer.role == HOLD), answers[0])
    return held.unit, held.reason


def with_change(rules: Iterable[Rule], change: Rule, key: Callable[[Rule], Key]) -> list[Rule]:
    """The rules as they would be: ``change`` in the place of the rule with the same key, or added."""
    return [rule for rule in rules if key(rule) != key(change)] + [change]


def would_move(
    rows: Iterable[Row], before: Callable[[Row], Destination], after: Callable[[Row], Destination]
) -> list[tuple[str, str, str]]:
    """``(number, unit now, unit then)`` of the rows that would go elsewhere.

    ``before`` and ``after`` are what the rules say; a unit in which nobody can sign in gets nothing in a dry run either.
    """
    known: dict[int, Unit] = {}

    def gets(found: Destination) -> Unit:
        unit, why = found
        if unit.pk not in known:
            known[unit.pk], _why = where_somebody_answers(unit, why)
        return known[unit.pk]

    moved = []
    for row in rows:
        old, new = gets(before(row)), gets(after(row))
        if old.pk != new.pk:
            moved.append((row.ref, old.short_name or old.name, new.short_name or new.name))
    return moved
