"""Who answers, why, and what a change of rules would move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import NotFound, Words
from nuanyi.lib.region_codes import DISTRICT, TOWNSHIP, district_of
from nuanyi.places import queries as places
from nuanyi.units import rules
from nuanyi.units.events import Subjects, subjects_asked, unit_received
from nuanyi.units.models import ResponsibilityRule, Role, Unit, UnitKind

#: The words of each reason (``rules.Reason``).
REASONS: dict[str, Words] = {
    "rule-exact": _("a rule names this sector and this place"),
    "rule-sector": _("a rule names this sector"),
    "rule-region": _("a rule names this place"),
    "rule-general": _("a rule holds for everything"),
    "township": _("the township answers for its own place"),
    "fallback": _("nobody else does: the fallback answers"),
    "handed-over": _("another unit handed it over"),
}


def reason_words(kept: str) -> Words:
    """A reason as a record keeps it, for people: the words of a stable code, or the sentence that somebody wrote."""
    return REASONS.get(kept, kept)


def has_received(unit: Unit) -> bool:
    """Whether anything that people told came to a unit, open or ended; whoever asks need not see it."""
    with row_security.reader(system("units")):
        return any(answer for _receiver, answer in unit_received.send(sender=Unit, unit=unit))


@dataclass(frozen=True)
class Responsible:
    """An answer ready to show."""

    role: str
    role_words: str
    unit: Unit
    reason: str
    because: str
    rule_id: int


#: Where no unit has a role.
NOBODY = "—"


@dataclass(frozen=True)
class Led:
    """Who leads from a day (None: from the beginning) until a day (None: as far as is known)."""

    unit: Unit
    because: str
    from_date: date | None
    until_date: date | None

    @property
    def now(self) -> bool:
        """Whether it leads today."""
        today = clock.today()
        return (self.from_date or today) <= today <= (self.until_date or today)


@dataclass(frozen=True)
class Move:
    """A group whose unit in one role would change; on a day to come (None: at once)."""

    subjects: Subjects
    role: str
    role_words: str
    before: str
    after: str
    on: date | None = None


@dataclass(frozen=True)
class Directory:
    """All that the algorithm needs, read once: rules, units, townships; who leads and who holds where nobody else does."""

    rows: tuple[rules.RuleRow, ...]
    units: dict[int, Unit]
    townships: dict[str, int]
    fallback: int
    office: int
    #: In a city: who leads and which office holds in each district, by its code.
    leads: Mapping[str, int] = field(default_factory=dict)
    offices: Mapping[str, int] = field(default_factory=dict)

    def answers(
        self, sector: str, region_code: str, rows: Sequence[rules.RuleRow] | None = None
    ) -> list[rules.Answer]:
        """Everybody who answers for a sector in a region under these (or other) rules."""
        return rules.answers(
            self.rows if rows is None else rows,
            sector=sector,
            region_code=region_code,
            townships=self.townships,
            fallback_unit=self.leads.get(district_of(region_code), self.fallback),
            office_unit=self.offices.get(district_of(region_code), self.office),
        )


M = TypeVar("M", bound=Model)


def own_district(actor: Actor) -> str:
    """The district of a city that an actor works for: whose numbers and places are meant where none is named.

    "" where this installation serves one district, and for whoever works for the city or for no unit.
    """
    unit = Unit.objects.filter(pk=actor.unit_id).first() if actor.unit_id is not None else None
    return "" if unit is None else district_served(unit)


def own_place(actor: Actor) -> str:
    """The place whose numbers an actor's first page shows: the township of their unit, or else :func:`own_district`."""
    unit = Unit.objects.filter(pk=actor.unit_id).first() if actor.unit_id is not None else None
    if unit is None:
        return ""
    return unit.region_code[:TOWNSHIP] if len(unit.region_code) >= TOWNSHIP else district_served(unit)


def district_served(unit: Unit) -> str:
    """The district of a city that a unit works for; "" where this installation serves one district, and for the city's own."""
    return districts_served([unit])[unit.pk] if len(unit.region_code) >= DISTRICT else ""


def districts_served(rows: Iterable[Unit]) -> dict[int, str]:
    """:func:`district_served` of many units by their number."""
    many = len(places.districts()) > 1
    return {
        unit.pk: district_of(unit.region_code) if many and len(unit.region_code) >= DISTRICT else ""
        for unit in rows
    }


def issuer() -> str:
    """Who issues what this installation certifies: its office, with the district's name before it; else the district."""
    offices = [unit for unit in units_on(clock.today()) if unit.kind == UnitKind.DISTRICT_OFFICE]
    office = min(offices, key=lambda unit: unit.region_code, default=None)
    district = places.district()
    name = district.name if district is not None else ""
    if office is None:
        return name
    return office.name if name in office.name else f"{name}{office.name}"


def directory(on: date | None = None) -> Directory:
    """Read the matrix of responsibility as it holds on a day (today), whatever was closed since.

    Raises NotFound where the district has no units yet.
    """
    units = {unit.pk: unit for unit in units_on(on or clock.today())}
    if not units:
        raise NotFound(code="no-units")
    leads = [u for u in units.values() if u.kind == UnitKind.ORGANISATION]
    offices = [u for u in units.values() if u.kind == UnitKind.DISTRICT_OFFICE]
    # those of the whole installation come before those of one district
    lead = min(leads, key=lambda u: u.region_code, default=None)
    office = min(offices, key=lambda u: u.region_code, default=None)
    fallback = (lead or office or next(iter(units.values()))).pk
    townships = {u.region_code: u.pk for u in units.values() if u.kind == UnitKind.TOWNSHIP and u.region_code}
    rows = tuple(row_of(rule) for rule in rules_in_force(on) if rule.unit_id in units)
    return Directory(
        rows,
        units,
        townships,
        fallback,
        (office or lead or next(iter(units.values()))).pk,
        {u.region_code: u.pk for u in leads if u.region_code},
        {u.region_code: u.pk for u in offices if u.region_code},
    )


def guides() -> Callable[[str, str], bool]:
    """Whether a unit guides a sector in a township, by the rules of now: ``guides()(sector, township)``."""
    try:
        book = directory()
    except NotFound:
        return lambda _sector, _township: False

    @cache
    def guided(sector: str, township: str) -> bool:
        return any(answer.role == rules.GUIDE for answer in book.answers(sector, township))

    return guided


def units_on(day: date) -> QuerySet[Unit]:
    """The units that answered on a day: those in use, and for a day gone by those that were closed after it.

    Of a unit that was closed before closing days were kept nobody knows when: for days gone by it is thought to be there.
    """
    there = Q(active=True)
    if day < clock.today():
        there |= Q(closed_date=None) | Q(closed_date__gt=day)
    # where two were of the same place, the one in use comes last and is the one that counts
    return Unit.objects.filter(there).order_by("active", "pk")


def rules_in_force(on: date | None = None) -> QuerySet[ResponsibilityRule]:
    """The rules that hold on a day (today) by their dates: who leads may change on one without a release."""
    day = on or clock.today()
    return ResponsibilityRule.objects.filter(
        Q(from_date=None) | Q(from_date__lte=day),
        Q(until_date=None) | Q(until_date__gte=day),
        active=True,
    )


def row_of(rule: ResponsibilityRule) -> rules.RuleRow:
    """A stored rule as the algorithm sees it."""
    return rules.RuleRow(rule.role, rule.sector, rule.region_code, rule.unit_id, rule.because, rule.pk or 0)


def who_answers(
    *,
    sector: str = "",
    region_code: str = "",
    on: date | None = None,
) -> list[Responsible]:
    """Who answers for a sector in a region on a day, by role, with the reason. Never empty once there is one unit."""
    book = directory(on)
    labels = dict(Role.choices)
    return [
        Responsible(a.role, str(labels[a.role]), book.units[a.unit_id], a.reason.value, a.because, a.rule_id)
        for a in book.answers(sector, region_code)
    ]


def who_led(*, sector: str = "", region_code: str = "") -> list[Led]:
    """Who leads for a sector in a region, before, now and as far as rules to come say it; the first period first.

    One query of units and one of rules for each day on which a rule begins or ends.
    """
    days: set[date] = set()
    for rule in ResponsibilityRule.objects.filter(role=Role.LEAD, active=True):
        if row_of(rule).fits(sector, region_code):
            days |= {rule.from_date} if rule.from_date else set()
            days |= {rule.until_date + timedelta(days=1)} if rule.until_date else set()
    # of what began before all these days, a day before the first of them says who led
    begins: list[date | None] = [None, *sorted(days)]
    found: list[Led] = []
    for number, first in enumerate(begins):
        asked = first or (min(days) - timedelta(days=1) if days else clock.today())
        last = begins[number + 1] if number + 1 < len(begins) else None
        until = last - timedelta(days=1) if last else None
        book = directory(asked)
        lead = next(one for one in book.answers(sector, region_code) if one.role == rules.LEAD)
        if found and found[-1].unit.pk == lead.unit_id:
            found[-1] = replace(found[-1], until_date=until)
        else:
            found.append(Led(book.units[lead.unit_id], lead.because, first, until))
    return found


def dry_run(
    changed: Sequence[rules.RuleRow], known: Directory | None = None, on: date | None = None
) -> list[Move]:
    """What would move if ``changed`` were the rules (on a day to come): asked of every room, nothing is written."""
    book = known or directory()
    labels = dict(Role.choices)
    answers: list[Any] = [answer for _room, answer in subjects_asked.send(sender=Unit)]
    groups: list[Subjects] = [group for answer in answers for group in answer or []]
    moves: list[Move] = []
    for group in groups:
        before = _by_role(book, book.answers(group.sector, group.region_code))
        after = _by_role(book, book.answers(group.sector, group.region_code, changed))
        moves += [
            Move(group, role, str(labels[role]), before.get(role, NOBODY), after.get(role, NOBODY), on)
            for role in rules.ROLE_ORDER
            if before.get(role) != after.get(role)
        ]
    return moves


def _by_role(book: Directory, found: list[rules.Answer]) -> dict[str, str]:
    named: dict[str, list[str]] = {}
    for answer in found:
        named.setdefault(answer.role, []).append(book.units[answer.unit_id].short_name)
    return {role: "、".join(sorted(names)) for role, names in named.items()}


def office(region_code: str = "") -> Unit | None:
    """The district office: what has no route comes to it. In a city each district has one, before the city's own."""
    rows = Unit.objects.filter(active=True, kind=UnitKind.DISTRICT_OFFICE)
    own = rows.filter(region_code=district_of(region_code)).first() if region_code else None
    return own or rows.order_by("region_code", "pk").first()


def bodies() -> QuerySet[Unit]:
    """Active units that may be given what a worker wrote. A member of an alliance may be the firm that it is about."""
    return Unit.objects.filter(active=True).exclude(kind=UnitKind.MEMBER).order_by("name")


def is_of_a_member(actor: Actor) -> bool:
    """Whether an actor works for a member of an alliance: perhaps the employer of those whose records it sees."""
    return Unit.objects.filter(pk=actor.unit_id or 0, kind=UnitKind.MEMBER).exists()


def is_body(unit: Unit) -> bool:
    """Whether a unit may be given what a worker wrote (``bodies``)."""
    return unit.active and unit.kind != UnitKind.MEMBER


def unit_choices() -> list[tuple[int, str]]:
    """Active units for a select box."""
    return list(Unit.objects.filter(active=True).values_list("pk", "name"))


def names_for_the_journal() -> dict[str, str]:
    """The short name of every unit by its number and by its code: both are noted."""
    found: dict[str, str] = {}
    for pk, code, name, short in Unit.objects.values_list("pk", "code", "name", "short_name"):
        found[str(pk)] = found[code] = short or name
    return found


def listed(filters: dict[str, str]) -> QuerySet[Unit]:
    """Units for the office's list."""
    rows = Unit.objects.all()
    if filters.get("kind") in UnitKind.values:
        rows = rows.filter(kind=filters["kind"])
    if filters.get("state") in ("True", "False"):
        rows = rows.filter(active=filters["state"] == "True")
    if filters.get("lacks") == "phone":
        rows = rows.filter(public_phone="")
    if filters.get("q"):
        rows = rows.filter(Q(name__icontains=filters["q"]) | Q(short_name__icontains=filters["q"]))
    return rows


def units_for(actor: Actor, permission: str) -> QuerySet[Unit]:
    """The active units for which an actor may do a permission, by name."""
    rows = Unit.objects.filter(active=True).order_by("name")
    return of_own_units(rows, actor, permission, "pk")


def of_own_units(rows: QuerySet[M], actor: Actor, permission: str, field: str = "unit") -> QuerySet[M]:
    """The rows of the units for which an actor may do a permission (``field`` leads to the unit); all where
    he may do it everywhere.
    """
    return rows if actor.everywhere(permission) else rows.filter(**{f"{field}__in": actor.units(permission)})


def require_unit(actor: Actor, permission: str, *units: Unit | None) -> None:
    """Return where an actor may do a permission with what belongs to these units; None is the whole installation's.

    Raises SignInFirst, NotAllowed, NotFound (one stands in another district of the city).
    """
    actor.require(permission)
    for unit in units:
        if unit is None:
            actor.require_everywhere(permission)
        else:
            actor.require_within(permission, regions=(unit.region_code,), units=(unit.pk,))
