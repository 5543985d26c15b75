"""Reads of applications: the path of each with its next step, what waits, who is on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.party import queries, rules
from nuanyi.party.models.applications import Application, Review, StepDone
from nuanyi.party.models.members import Member
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import ORGANISE, Form, State, Step
from nuanyi.people.models import keys


def without_instructor(actor: Actor) -> QuerySet[Application]:
    """Applications on their way that no instructor who can act has."""
    rows = Application.objects.visible_to(actor).filter(state__in=[State.OPEN, State.PAUSED])
    return rows.exclude(instructor__in=queries.able().values("account"))


def steps_of(application: Application) -> dict[str, date]:
    """The steps taken, with their days."""
    return {row.code: row.done_date for row in application.steps.all()}


def approving_committee(organisation: Organisation | None) -> Organisation | None:
    """The committee that approves for an organisation: the nearest above it, of a township or of the district.

    That of a village or community under a committee of the township approves nobody.
    """
    seen: set[int] = set()
    above = organisation
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        approves = above.form == Form.COMMITTEE and len(above.region_code) <= TOWNSHIP
        if approves and above.ended_date is None:
            return above
        above = above.parent
    return None


def standing_of(organisation: Organisation | None) -> rules.Where:
    """What the rules ask of the organisation at which an application stands."""
    if organisation is None:
        return rules.Where(None)
    return rules.Where(
        Form(organisation.form),
        queries.full_members([organisation])[organisation.pk],
        approving_committee(organisation) is not None,
    )


@dataclass(frozen=True)
class PathRow:
    """A step of the path: the day on which it was done, else from when and until when the rules want it, as far as what was
    done before says it."""

    step: Step
    on: date | None
    earliest: date | None
    due: date | None

    @property
    def overdue(self) -> bool:
        """Whether its last day has gone by."""
        return self.on is None and self.due is not None and self.due < clock.today()


@dataclass(frozen=True)
class Path:
    """An application with where it stands; ``due`` is the last day of the next step, where the rules set one."""

    application: Application
    done: list[tuple[Step, date]]
    step: Step | None
    earliest: date | None
    due: date | None
    overdue: bool
    review_due: date | None = None

    @property
    def review_overdue(self) -> bool:
        """Whether half a year has gone by without a look."""
        return self.review_due is not None and self.review_due < clock.today()

    @property
    def year_over(self) -> bool:
        """Whether the year that the next step waited for is over: of training, or of probation with what prolonged it."""
        waits = self.step is not None and self.step.earliest_months > 0
        return waits and self.earliest is not None and self.earliest <= clock.today()

    @property
    def first_due(self) -> date:
        """What comes first of the next step and the next review."""
        return min(self.due or date.max, self.review_due or date.max)

    @property
    def rows(self) -> list[PathRow]:
        """The whole path, done or not."""
        days = {step.code: day for step, day in self.done}
        prolonged = self.application.prolonged_months
        return [
            PathRow(
                step,
                days.get(step.code),
                rules.earliest_by_rule(step, days, prolonged) if step.earliest_months else None,
                rules.due(step, days),
            )
            for step in rules.STEPS
        ]


def path_of(application: Application) -> Path:
    """Where an application stands. Its steps should be fetched beforehand."""
    done = steps_of(application)
    step = rules.next_step(done) if application.state in (State.OPEN, State.PAUSED) else None
    last = rules.due(step, done) if step else None
    return Path(
        application,
        [(rules.BY_CODE[code], day) for code, day in done.items()],
        step,
        rules.earliest(step, done, application.prolonged_months) if step else None,
        last,
        last is not None and last < clock.today(),
        rules.review_due(done, [row.review_date for row in application.reviews.all()])
        if application.state == State.OPEN
        else None,
    )


def days_of(path: Path) -> list[tuple[str, date]]:
    """The days of a path of which somebody is told beforehand, each with what it is."""
    found: list[tuple[str, date | None]] = [("review", path.review_due)]
    if path.step is not None:
        found.append((f"{path.step.code}-due", path.due))
        if path.step.earliest_months:
            found.append((f"{path.step.code}-year", path.earliest))
    return [(what, day) for what, day in found if day is not None]


def _months_later(day: Any, months: Any) -> Func:
    """:func:`rules.months_later` in the database: the last day of a month that is shorter, as there."""
    return Func(
        day,
        months,
        template="(%(expressions)s))::date",
        arg_joiner=" + make_interval(months => ",
        output_field=DateField(),
    )


def _day_of(code: str) -> Subquery:
    taken = StepDone.objects.filter(application=OuterRef("pk"), code=code).order_by()
    return Subquery(taken.values("done_date"))


def _with_days(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Applications that go on or rest, with what :func:`path_of` works out of the rules for one of them, worked out by the
    database for all: ``furthest`` (the place of the furthest step that is done), ``due``, ``over`` (from when the year that
    the next step waits for is over), ``review_due`` and ``first_due``, each None where there is none.
    """
    taken = StepDone.objects.filter(application=OuterRef("pk")).order_by().values("application")
    seen = Review.objects.filter(application=OuterRef("pk")).order_by().values("application")
    place = Case(*(When(code=step.code, then=number) for number, step in enumerate(rules.STEPS)))
    due, over = [], []
    for number, step in enumerate(rules.STEPS):
        if step.due_months is not None:
            last = _months_later(_day_of(step.after), Value(step.due_months))
            due.append(When(furthest=number - 1, then=last))
        if step.earliest_months:
            months: Any = Value(step.earliest_months)
            if step.code == rules.AFTER_PROBATION:
                months = months + F("prolonged_months")
            first = _months_later(_day_of(step.after), months)
            over.append(When(furthest=number - 1, then=Greatest(first, F("last_done"))))
    watched = Q(state=State.OPEN, activist__isnull=False, met__isnull=True)
    next_review = _months_later(Greatest(F("activist"), F("last_review")), Value(rules.REVIEW_MONTHS))
    return (
        rows.annotate(
            furthest=Coalesce(Subquery(taken.annotate(n=Max(place)).values("n")), -1),
            last_done=Subquery(taken.annotate(day=Max("done_date")).values("day")),
            last_review=Subquery(seen.annotate(day=Max("review_date")).values("day")),
            activist=_day_of("activist"),
            met=_day_of("meeting"),
        )
        .annotate(
            due=Case(*due, output_field=DateField()),
            over=Case(*over, output_field=DateField()),
            review_due=Case(When(watched, then=next_review), output_field=DateField()),
        )
        .annotate(first_due=Least("due", "review_due"))
    )


def _waits(what: str) -> Q:
    """What an application on its way may wait for (see ``AWAITED``), of rows of :func:`_with_days`."""
    today = clock.today()
    before_talk = Q(furthest__lt=rules.STEPS.index(rules.BY_CODE["talk"]))
    return {
        "talk": before_talk,
        "review": Q(review_due__lt=today),
        "late": Q(due__lt=today) & ~before_talk,
        "year": Q(over__lte=today),
    }[what]


def applications_for(actor: Actor, state: str = "") -> QuerySet[Application]:
    """The applications that this actor may see, the most pressing first: a list that is cut is cut behind them."""
    rows = _with_days(Application.objects.visible_to(actor))
    if state in AWAITED:
        rows = rows.filter(_waits(state), state=State.OPEN)
    elif state == queries.NOBODYS:
        rows = rows.filter(pk__in=without_instructor(actor).values("pk"))
    elif state == queries.MOVED:
        rows = rows.filter(state=State.PAUSED, moved=True)
    elif state == queries.UNCLEAR:
        rows = rows.filter(pk__in=unclear(actor))
    else:
        rows = rows.filter(state=state) if state in State.values else rows.exclude(state=State.ENDED)
    return rows.order_by(F("first_due").asc(nulls_last=True), "pk")


def paths_for(actor: Actor, state: str = "", at_most: int | None = None) -> list[Path]:
    """Where the applications of :func:`applications_for` stand; of very many the first ``at_most``. Three queries."""
    rows = applications_for(actor, state).select_related("organisation", "instructor")
    return [path_of(row) for row in rows.prefetch_related("steps", "reviews")[:at_most]]


#: What an application on its way may wait for, as a choice of the list (see ``Waiting``).
AWAITED = frozenset({"talk", "review", "late", "year"})


def talks_owed(actor: Actor) -> int:
    """How many wait for their first talk."""
    return applications_for(actor, "talk").count()


@dataclass(frozen=True)
class Waiting:
    """How many applications of an actor wait, of each kind: a half-yearly review that is overdue; another step than the talk
    whose last day has gone by; a year of training or a probation that has come to its end."""

    reviews: int
    steps: int
    years: int


def waiting(actor: Actor) -> Waiting:
    """What an actor's applications wait for, beside the first talk. One query, however many there are."""
    rows = _with_days(Application.objects.visible_to(actor).filter(state=State.OPEN))
    counts = rows.aggregate(
        **{name: Count("pk", filter=_waits(name), distinct=True) for name in ("review", "late", "year")}
    )
    return Waiting(counts["review"], counts["late"], counts["year"])


def applications_moved(actor: Actor) -> int:
    """How many rest because the worker moved, until whoever follows them now takes them on."""
    return Application.objects.visible_to(actor).filter(state=State.PAUSED, moved=True).count()


def asked_again(application: Application) -> list[Application]:
    """Other applications of the same phone that are on their way, for the organisation department alone: of those that
    the database shows it, its own district's."""
    rows = on_their_way().filter(phone_digest=application.phone_digest).exclude(pk=application.pk)
    return list(rows.order_by("pk")) if application.phone_digest else []


def on_their_way() -> QuerySet[Application]:
    """Applications that go on or rest."""
    return Application.objects.filter(state__in=[State.OPEN, State.PAUSED])


def unclear(actor: Actor) -> set[int]:
    """The applications that the organisation department settles: of one phone there are several, or it stands on a roll.

    Empty for everybody else: whoever typed a phone would learn by it whose it is. The department of one district of a city
    settles what asks twice there; that a phone stands on a roll, perhaps another district's, is for the city's.
    """
    if not actor.can(ORGANISE):
        return set()
    rows = Application.objects.visible_to(actor).filter(state__in=[State.OPEN, State.PAUSED])
    rows = rows.exclude(phone_digest=None)
    several = rows.order_by().values("phone_digest").annotate(n=Count("pk")).filter(n__gt=1)
    chosen = Q(phone_digest__in=several.values("phone_digest"))
    if actor.everywhere(ORGANISE):
        chosen |= Q(on_a_roll=True)
    return set(rows.filter(chosen).values_list("pk", flat=True))


def member_key(application: Application) -> UUID:
    """The key of the entry on the list of a branch that is made from an application: there is one at most."""
    return uuid5(application.key, "member")


def enrolled(application: Application) -> Member | None:
    """The entry on the list of a branch that was made from an application, for whoever may see that list."""
    return Member.objects.select_related("branch").filter(key=member_key(application)).first()


def stands_on_a_roll(phone: str) -> bool:
    """Whether a phone stands on the roll of a branch: for the program alone, never for whoever typed it."""
    with row_security.reader(queries.PROGRAM):
        digest = keys().digest("member", phone)
        return Member.objects.filter(phone_digest=digest, left_date=None).exists()
