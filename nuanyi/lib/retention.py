"""How long what says something about a person is kept: one job over the declarations, a rule a table.

A room's ``retention.py`` (found by its name, see ``lib.rooms``) says for each of its tables with personal
fields which rows are past their time. The number of days is the declaration's own (``PERSONAL``), so that the
page that people read and the job that forgets cannot differ; ``people.checks`` refuses to start where a
declared table has no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import Declaration


@dataclass(frozen=True)
class Subject:
    """Who asks what is kept: the phone that was proven ("" for none), the persons that are meant, a colleague's account."""

    phone: str = ""
    persons: tuple[UUID, ...] = ()
    accounts: tuple[int, ...] = ()


@dataclass(frozen=True)
class LookedAt:
    """Entries of one kind about one subject since a moment tell of looks at somebody's rows, whose names they do not bear.

    Where such an entry says under ``names`` which row was looked at, it tells of a look at ``rows`` alone.
    """

    kind: str
    subject_type: str
    subject_id: str
    since: datetime
    names: str = ""
    rows: tuple[str, ...] = ()


Over = Callable[[datetime], "QuerySet[Model]"]
Of = Callable[[Subject], "Iterable[Model]"]
Forget = Callable[[Actor, "list[Model]"], None]
Looks = Callable[["list[Model]"], "list[LookedAt]"]
Held = Callable[[], "QuerySet[Model]"]
#: Rows that are forgotten in one transaction.
BATCH = 500


@dataclass(frozen=True)
class Rule:
    """``over(before)`` are the rows whose last use lies before a moment; ``forget`` empties or deletes them.

    ``of`` finds the rows about one person, for whoever asks what is kept (PIPL Art. 45); None where a row cannot be told
    to be about anybody. Rows that are ``part`` of others go when those are forgotten, and not alone. ``held`` are the rows
    that can be forgotten on request, where those are more than will ever be past their time. Of what is shown ``at_desk``
    whoever proved a phone, which may have had another holder, reads only that it is on file. ``looked_at`` says of some
    rows which entries of the journal tell of looks at them beside those about the row or the person.
    """

    model: type[Model]
    over: Over
    forget: Forget
    of: Of | None = None
    part: bool = False
    held: Held | None = None
    at_desk: bool = False
    looked_at: Looks | None = None

    @property
    def name(self) -> str:
        """The table, as it stands in the record of the last run."""
        return self.model._meta.label_lower

    @property
    def days(self) -> int:
        """The days that the table's fields declare; ``people.checks`` holds that they declare the same."""
        return max(one.retention_days for one in declared(self.model).values())

    def waiting(self) -> QuerySet[Model]:
        """The rows that are past their time now."""
        return self.over(clock.now() - timedelta(days=self.days))

    def holding(self, keys: Iterable[str]) -> QuerySet[Model]:
        """Those of some rows that could be forgotten and are not yet, however new they are."""
        rows = self.held() if self.held is not None else self.over(clock.now() + timedelta(days=36_500))
        return rows.filter(pk__in=list(keys))


_rules: dict[type[Model], Rule] = {}
_uses: dict[type[Model], list[Callable[[datetime], Q]]] = {}


def delete(_actor: Actor, rows: list[Model]) -> None:
    """Delete the rows; what hangs on them goes, too."""
    for row in rows:
        row.delete()


def keep(
    model: type[Model],
    *,
    over: Over,
    forget: Forget = delete,
    of: Of | None = None,
    part: bool = False,
    held: Held | None = None,
    at_desk: bool = False,
    looked_at: Looks | None = None,
) -> None:
    """Say when rows of a table are past their time, how they are forgotten, and whose they are."""
    _rules[model] = Rule(model, over, forget, of, part, held, at_desk, looked_at)


def in_use(model: type[Model], rows: Callable[[datetime], Q]) -> None:
    """A room above still needs rows of ``model``: those that ``rows(before)`` finds are not past their time."""
    _uses.setdefault(model, []).append(rows)


def not_in_use(model: type[Model], before: datetime) -> list[Q]:
    """What every room says it needs of a table, each to be excluded."""
    return [rows(before) for rows in _uses.get(model, [])]


def rules() -> list[Rule]:
    """Every rule, by the order of the rooms from below to above, so that a thing goes before what it hangs on."""
    order = {model: place for place, model in enumerate(apps.get_models())}
    there = [rule for rule in _rules.values() if rule.model in order]
    return sorted(there, key=lambda rule: -order[rule.model])


def declared(model: type[Model]) -> dict[str, Declaration]:
    """The personal fields of a table."""
    found: dict[str, Declaration] = getattr(model, "PERSONAL", {})
    return found


def without_rule() -> Iterable[tuple[type[Model], str]]:
    """Tables that declare how long they keep something and have no rule, or fields that declare different lengths."""
    for model in apps.get_models():
        lengths = {one.retention_days for one in declared(model).values()}
        if lengths and model not in _rules:
            yield model, "has no rule: write one in the room's retention.py"
        if len(lengths) > 1:
            yield model, "declares different lengths: one table is kept for one time"
