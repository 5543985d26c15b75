"""Reads of Party work: organisations, who follows what, applications with their next step, two coverages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Greatest, Least, RowNumber
from django.utils.translation import gettext_lazy as _

from nuanyi.census import queries as census
from nuanyi.census.models import Establishment
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import Words
from nuanyi.lib.region_codes import TOWNSHIP, district_of, township_of
from nuanyi.party import rules
from nuanyi.party.models import (
    AllianceBranch,
    AllianceFirm,
    Application,
    Assignment,
    Brought,
    CoverageDefinition,
    Flag,
    InstructorTerms,
    JointActivity,
    LanguageWish,
    Meeting,
    Member,
    Organisation,
    Reach,
    Review,
    SharedRoom,
    Showing,
    StepDone,
    Visit,
)
from nuanyi.party.rules import ALLIANCES, COVERAGE, FORMS, ORGANISE, Door, Form, Standing, State, Step
from nuanyi.people.models import Account, RoleGrant, keys
from nuanyi.units.models import Alliance, Unit

#: The program itself: it acts for whoever has no account (a guest who asks, a member by their link), and looks up what whoever
#: asks may not see (a member's code, whom an ending branch received, whether a name is taken).
PROGRAM = system("party")
#: More than anybody can visit; the page shows no more.
FOLLOWED_AT_MOST = 500
#: What a visit counts for where no definition of coverage is in force.
VISIT_WITHIN_DAYS = 90
#: What the list of applications is asked for to show those that no instructor has.
NOBODYS = "nobody"
#: … those that rest because the worker moved, and those that the organisation department settles.
MOVED, UNCLEAR = "moved", "unclear"
#: Members who are away and have not reported there; organisations past their end and those that grew too small.
AWAY, OVER, SMALL, VISIT, FULL = "away", "over", "small", "visit", "full"
ADMITTING = [form for form, rule in FORMS.items() if rule.admits]


# organisations -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Branch:
    """A line of the list of organisations; ``depth`` is how far it stands below the top."""

    organisation: Organisation
    depth: int
    covers: int
    over: bool
    members: int

    @property
    def indent(self) -> str:
        """What stands before its name in a list."""
        return "— " * self.depth


def tree() -> list[Branch]:
    """Every organisation that has not ended, each below its superior. Three queries."""
    rows = list(
        Organisation.objects.filter(ended_date=None).annotate(
            covers=Count("reaches", filter=Q(reaches__until_date=None))
        )
    )
    here = {row.pk for row in rows}
    below: dict[int | None, list[Organisation]] = defaultdict(list)
    for row in rows:
        below[row.parent_id if row.parent_id in here else None].append(row)
    today, members = clock.today(), full_members(rows)

    def walk(parent: int | None, depth: int) -> list[Branch]:
        found = []
        for row in below[parent]:
            over = row.until_date is not None and row.until_date < today
            found.append(Branch(row, depth, row.covers, over, members[row.pk]))  # type: ignore[attr-defined]
            found += walk(row.pk, depth + 1)
        return found

    return walk(None, 0)


def past_their_end() -> int:
    """How many organisations should have ended by now."""
    return Organisation.objects.filter(ended_date=None, until_date__lt=clock.today()).count()


def branch_of_workplace(workplace: str, code: str) -> Organisation | None:
    """The admitting branch that covers the establishment of this name in the township, however the name is written; None for
    none or several."""
    if not workplace.strip():
        return None
    with row_security.reader(PROGRAM):  # whoever asks sees no establishments; which branch it is may be known
        shops = Establishment.objects.filter(
            census.named(workplace), region_code__startswith=township_of(code)
        )
        found = list(
            Organisation.objects.filter(
                reaches__until_date=None,
                reaches__establishment__in=shops,
                ended_date=None,
                form__in=ADMITTING,
            ).distinct()[:2]
        )
    return found[0] if len(found) == 1 else None


def organisation_of_place(code: str, sector: str = "") -> Organisation | None:
    """The admitting organisation of a place that is nearest to it: the village's before the township's before the district's;
    of the sector that is asked for before one that is of none. Those of another sector are for others."""
    return _nearest(code, ADMITTING, sector)


def roving_branch_of_place(code: str, sector: str = "") -> Organisation | None:
    """The branch of roving members of a place: that of the sector before one that is of none."""
    return _nearest(code, [Form.MOBILE], sector)


def _nearest(code: str, forms: Sequence[Form], sector: str) -> Organisation | None:
    if not code:
        return None
    above = [code[:length] for length in (12, 9, 6) if len(code) >= length]
    rows = Organisation.objects.filter(
        region_code__in=above, ended_date=None, form__in=forms, sector__in={"", sector}
    )
    order = {Form.COMMITTEE: 0, Form.FORMAL: 1}
    return min(
        rows,
        key=lambda row: (-len(row.region_code), not row.sector, order.get(Form(row.form), 2), row.pk),
        default=None,
    )


@dataclass(frozen=True)
class OpenDoor:
    """An organisation to which somebody may apply, and why."""

    door: Door
    organisation: Organisation

    @property
    def told(self) -> Words:
        """Why, for whoever handles the application."""
        return rules.DOORS_TOLD_STAFF[self.door]


def open_doors(
    *, work_code: str, home_code: str = "", workplace: str = "", sector: str = "", roving: bool = False
) -> list[OpenDoor]:
    """Every organisation to which somebody may apply (Art. 6), the first choice first; none: the department finds one.

    Where they live is a door only for whoever said where. A roving worker may also apply where they work: at the roving
    members' branch of the place and sector, else at the place's own organisation.
    """
    found: list[OpenDoor] = []
    for door in rules.doors(roving=roving):
        if door is Door.WORKPLACE:
            rows = [branch_of_workplace(workplace, work_code)]
        elif door is Door.ROVING:
            rows = [roving_branch_of_place(work_code, sector), organisation_of_place(work_code)]
        elif door is Door.RESIDENCE:
            rows = [organisation_of_place(home_code)]
        else:
            rows = []
        known = {one.organisation for one in found}
        found += [OpenDoor(door, row) for row in dict.fromkeys(rows) if row is not None and row not in known]
    return found


def other_doors(application: Application) -> list[OpenDoor]:
    """Where a roving worker could apply as well."""
    if not application.roving:
        return []
    doors = open_doors(
        work_code=application.work_code,
        home_code=application.home_code,
        workplace=application.workplace,
        sector=application.sector,
        roving=True,
    )
    return [one for one in doors if one.organisation != application.organisation]


def full_members(organisations: Iterable[Organisation]) -> dict[int, int]:
    """How many full members each of these has: those on its roll, where a full member stands or stood on it; else as many as
    were written down when it was set up. Two queries.

    Counted as the program: whoever may see that a branch is too small may not see who belongs to it.
    """
    rows = list(organisations)
    full = Member.objects.filter(standing=Standing.FULL)
    with row_security.reader(PROGRAM):
        standing = Count("pk", filter=Q(left_date=None))
        on_roll = full.filter(branch__in=rows).order_by().values("branch").annotate(n=standing)
        counted = {row["branch"]: row["n"] for row in on_roll}
        # a roll from which the last one was transferred is empty, not unknown
        sent = set(full.filter(came_from__in=rows).values_list("came_from", flat=True))
    return {
        row.pk: counted.get(row.pk, 0) if row.pk in counted or row.pk in sent else row.members for row in rows
    }


#: The forms that must keep three full members.
_MUST_KEEP_THREE = [form for form, rule in FORMS.items() if rule.admits and rule.members_at_least]


def too_small() -> int:
    """How many branches that admit have fallen under three full members."""
    rows = Organisation.objects.filter(ended_date=None, form__in=_MUST_KEEP_THREE)
    return sum(1 for count in full_members(rows).values() if count < rules.MEMBERS_AT_LEAST)


def waiting_of(rows: list[Branch], wait: str) -> list[Branch]:
    """Of the tree of organisations those that are past their end, or too small; all for another word."""
    if wait == OVER:
        return [row for row in rows if row.over]
    if wait == SMALL:
        least = rules.MEMBERS_AT_LEAST
        return [row for row in rows if row.organisation.form in _MUST_KEEP_THREE and row.members < least]
    return rows


def led_by(actor: Actor) -> QuerySet[Organisation]:
    """The branches that this actor leads: all those of its district for the organisation department."""
    rows = Organisation.objects.filter(ended_date=None).exclude(form=Form.COMMITTEE)
    if actor.everywhere(ORGANISE):
        return rows
    led = Q(secretary_id=actor.account_id or 0)
    for region in actor.regions(ORGANISE):
        led |= Q(region_code__startswith=region)
    return rows.filter(led)


def organisations_kept(actor: Actor) -> list[Organisation]:
    """Committees and branches of the districts for which this actor is the organisation department, by name."""
    rows = Organisation.objects.filter(ended_date=None).order_by("name")
    return [row for row in rows if actor.can(ORGANISE, regions=(row.region_code,))]


def branches_of(actor: Actor) -> list[Organisation]:
    """The branches whose members this actor keeps, by name."""
    return list(led_by(actor).order_by("name"))


def branches() -> list[Organisation]:
    """Every branch that has not ended, by name: where somebody may report to."""
    return list(Organisation.objects.filter(ended_date=None).exclude(form=Form.COMMITTEE).order_by("name"))


def receiving(actor: Actor, home: Organisation | None = None) -> list[Organisation]:
    """The branches to which the organisation department may transfer a member of ``home`` (or whoever is on none yet): those
    of its district that admit."""
    rows = led_by(actor).filter(form__in=ADMITTING).exclude(pk=home.pk if home is not None else 0)
    return [row for row in rows.order_by("name") if actor.can(ORGANISE, regions=(row.region_code,))]


def members_for(actor: Actor, wait: str = "") -> list[Member]:
    """Those who belong to the actor's branches or are received by them; or those of them who wait for something."""
    rows = Member.objects.visible_to(actor).filter(left_date=None).select_related("branch", "receiving")
    if wait == AWAY:
        rows = rows.filter(receiving=None).exclude(away_from_date=None)
    elif wait == FULL:
        rows = rows.filter(pk__in=_to_be_confirmed(actor))
    elif wait == UNCLEAR:
        rows = rows.filter(pk__in=on_two_rolls(actor))
    return list(rows[:FOLLOWED_AT_MOST])


def _to_be_confirmed(actor: Actor) -> QuerySet[Member]:
    rows = Member.objects.visible_to(actor).filter(left_date=None, branch__in=led_by(actor))
    return rows.exclude(full_date=None)


def to_be_confirmed(actor: Actor) -> int:
    """How many on the lists that this actor keeps are full members by their path, which the list does not say yet."""
    return _to_be_confirmed(actor).count()


def not_reported(actor: Actor) -> int:
    """How many of the actor's members are away and have not reported to a branch there."""
    rows = Member.objects.visible_to(actor).filter(left_date=None, receiving=None)
    return rows.exclude(away_from_date=None).count()


def secretaries(region_code: str = "") -> list[Account]:
    """Every active account with the role of a branch secretary, but for those of units of another district than the place's."""
    grants = RoleGrant.objects.filter(role="branch", account__is_active=True).select_related("account__unit")
    rows = [
        row
        for row in grants
        if row.account.unit is None
        or not region_code
        or region_code.startswith(district_of(row.account.unit.region_code))
    ]
    return list({row.account_id: row.account for row in sorted(rows, key=_username)}.values())


def _username(grant: RoleGrant) -> str:
    return grant.account.username


def showings() -> list[Showing]:
    """What members say of themselves in public, by their own wish; nothing else of them."""
    return list(Showing.objects.only("said", "since_date")[:FOLLOWED_AT_MOST])


def showing_of(member: Member) -> Showing | None:
    """What this member says of themselves in public."""
    return Showing.objects.filter(member=member).first()


def flag_of(establishment: UUID) -> Flag | None:
    """The flag that an establishment shows now."""
    return Flag.objects.filter(establishment=establishment, until_date=None).first()


def flags() -> list[Flag]:
    """Establishments that show the flag."""
    with row_security.reader(PROGRAM):  # that they show it is said to everybody; nothing else of them is read
        rows = Flag.objects.filter(until_date=None).select_related("establishment", "organisation")
        return list(rows[:FOLLOWED_AT_MOST])


# alliances ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Belt:
    """An alliance with its members of every kind, what they share and do, and its figures."""

    alliance: Alliance
    units: list[Unit]
    firms: list[AllianceFirm]
    branches: list[AllianceBranch]
    #: full members of these branches together
    members: int
    rooms: list[SharedRoom]
    activities: list[JointActivity]
    organised: int
    worked: int

    @property
    def held(self) -> int:
        """Joint activities that took place."""
        return sum(1 for one in self.activities if one.present is not None)

    @property
    def present(self) -> int:
        """How many people came to them altogether."""
        return sum(one.present or 0 for one in self.activities)


def belt(actor: Actor, pk: int) -> Belt | None:
    """One alliance that this actor may see: an office any, others one of which their own unit is a member.

    Who is a member of it, and how far the coverages reach, is read as the program: a member unit sees the others' names.
    """
    alliance = alliances_seen(actor).filter(pk=pk).first()
    if alliance is None:
        return None
    # of one that was dissolved: who was a member, and what was shared, on the day it ended
    open_then = Q(until_date=None)
    if alliance.ended_date is not None:
        open_then = Q(until_date=alliance.ended_date)
    with row_security.reader(PROGRAM):
        firms = list(alliance.firms.filter(open_then).select_related("establishment"))
        branches = list(alliance.branches.filter(open_then).select_related("organisation"))
        wanted = Establishment.objects.filter(pk__in=[firm.establishment_id for firm in firms])
        heads = {head or one for one, head in wanted.values_list("pk", "counted_with__head")}
        reached: list[Any] = list(covered().filter(pk__in=heads)) if heads else []
        rooms = list(alliance.rooms.filter(open_then).select_related("unit", "firm__establishment"))
    return Belt(
        alliance,
        list(alliance.members.filter(active=True).order_by("name")),
        firms,
        branches,
        sum(full_members(one.organisation for one in branches).values()),
        rooms,
        list(alliance.activities.all()[:100]),
        sum(1 for one in reached if one.organised),
        sum(1 for one in reached if one.worked),
    )


def alliances_seen(actor: Actor) -> QuerySet[Alliance]:
    """The alliances that an actor may see: an office all of them, others those of their own unit."""
    if actor.can(COVERAGE):
        return Alliance.objects.all()
    own = Unit.objects.filter(pk=actor.unit_id or 0)
    return Alliance.objects.filter(members__in=own) if actor.can(ALLIANCES) else Alliance.objects.none()


def belts(actor: Actor | None = None) -> list[Alliance]:
    """Every alliance that was not dissolved (and that an actor may see) by name, with how many members of each kind and rooms
    it has. One query."""
    seen = Alliance.objects.all() if actor is None else alliances_seen(actor)
    # asked by number: what decides who sees it must not narrow what is counted of it
    rows = Alliance.objects.filter(pk__in=seen.values("pk"), ended_date=None).annotate(
        unit_count=Count("members", filter=Q(members__active=True), distinct=True),
        firm_count=Count("firms", filter=Q(firms__until_date=None), distinct=True),
        branch_count=Count("branches", filter=Q(branches__until_date=None), distinct=True),
        room_count=Count("rooms", filter=Q(rooms__until_date=None), distinct=True),
    )
    return list(rows.order_by("name"))


# instructors -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Instructor:
    """An active instructor: the regions of the role ("" for the whole district), how many establishments they can follow
    (None: a fair share), the languages they speak."""

    account: Account
    bases: tuple[str, ...]
    capacity: int | None = None
    languages: tuple[str, ...] = ()


def instructors() -> list[Instructor]:
    """Every active instructor. Two queries."""
    bases: dict[int, list[str]] = defaultdict(list)
    accounts: dict[int, Account] = {}
    for row in able().select_related("account__unit").order_by("account_id", "region_code"):
        accounts[row.account_id] = row.account
        bases[row.account_id].append(row.region_code)
    terms = {row.account_id: row for row in InstructorTerms.objects.filter(account__in=accounts)}
    return [
        Instructor(
            account,
            tuple(bases[pk]),
            terms[pk].capacity if pk in terms else None,
            rules.languages_of(terms[pk].languages) if pk in terms else (),
        )
        for pk, account in accounts.items()
    ]


def instructors_of(actor: Actor) -> list[Instructor]:
    """The instructors whom this actor may give something to: in a city those of its own district, and those whose place
    holds it. Whoever has the role for no place in particular belongs where the own unit lies."""
    own = actor.regions(ORGANISE)
    return [
        one
        for one in instructors()
        if actor.everywhere(ORGANISE)
        or any(
            base.startswith(region) or region.startswith(base) for base in _places_of(one) for region in own
        )
    ]


def _places_of(one: Instructor) -> list[str]:
    unit = one.account.unit
    return [base or (unit.region_code if unit is not None else "") for base in one.bases]


def wishes() -> dict[UUID, str]:
    """The language in which people of an establishment wish to be talked with, where they said one."""
    return dict(LanguageWish.objects.values_list("establishment", "language"))


def wish_of(establishment: UUID) -> str:
    """The language in which people of one establishment wish to be talked with, "" where they said none."""
    rows = LanguageWish.objects.filter(establishment=establishment)
    return rows.values_list("language", flat=True).first() or ""


def languages() -> list[str]:
    """Every language that an instructor speaks or an establishment wishes, to choose from."""
    spoken = {one for row in InstructorTerms.objects.all() for one in rules.languages_of(row.languages)}
    return sorted(spoken | set(LanguageWish.objects.values_list("language", flat=True)))


def able() -> QuerySet[RoleGrant]:
    """Who may act as an instructor now: the role is confirmed, the account open."""
    return RoleGrant.objects.filter(role="instructor", account__is_active=True)


def followed_by() -> dict[UUID, int]:
    """Which instructor follows which establishment: one who cannot act follows nobody."""
    rows = Assignment.objects.filter(until_date=None, account__in=able().values("account"))
    return dict(rows.values_list("establishment_id", "account_id"))


def assignments(account: int | None = None, township: str = "") -> QuerySet[Assignment]:
    """Who follows what now, of one instructor or in one place where asked."""
    rows = Assignment.objects.filter(until_date=None).select_related("account", "establishment")
    if account is not None:
        rows = rows.filter(account=account)
    if township:
        rows = rows.filter(establishment__region_code__startswith=township)
    return rows.order_by("establishment__region_code", "establishment__name")


def without_instructor(actor: Actor) -> QuerySet[Application]:
    """Applications on their way that no instructor who can act has."""
    rows = Application.objects.visible_to(actor).filter(state__in=[State.OPEN, State.PAUSED])
    return rows.exclude(instructor__in=able().values("account"))


def followed(actor: Actor, pk: UUID | None = None) -> list[Establishment]:
    """The establishments that this instructor follows (or the one with this key), those not visited for longest first.

    Whoever is assigned sees them, also outside the place of the role: the database is asked as the program.
    """
    rows: QuerySet[Establishment] = (
        Establishment.objects.filter(
            assignments__account_id=actor.account_id or 0, assignments__until_date=None
        )
        .annotate(
            last_visit=Max("visits__visit_date"),
            # the assignment that the filter joined: there is one at a time
            assigned_date=Max("assignments__from_date"),
        )
        .order_by(F("last_visit").asc(nulls_first=True), "name")
    )
    with row_security.reader(PROGRAM):
        return list(rows.filter(pk=pk) if pk is not None else rows[:FOLLOWED_AT_MOST])


@dataclass(frozen=True)
class Followed:
    """An establishment on an instructor's round: when it was last visited, and until when the next visit is due so that it
    counts as reached; ``notes`` are the last few, the newest first."""

    establishment: Establishment
    last: date | None
    due: date
    notes: tuple[Visit, ...] = ()

    @property
    def overdue(self) -> bool:
        """Whether its day has gone by."""
        return self.due < clock.today()


#: So many of the last notes stand on an instructor's phone.
NOTES_SHOWN = 3


def visit_round(actor: Actor, *, notes: bool = False) -> list[Followed]:
    """The instructor's round, what is due first on top. The days are those of the definition of coverage in force; who was
    never visited counts from the assignment. Three queries at most."""
    rule = definition()
    within = timedelta(days=rule.visit_within_days if rule else VISIT_WITHIN_DAYS)
    rows: list[Any] = followed(actor)
    written: dict[UUID, list[Visit]] = defaultdict(list)
    if notes:
        newest = Window(
            RowNumber(), partition_by="establishment", order_by=[F("visit_date").desc(), F("pk").desc()]
        )
        wanted = Visit.objects.filter(establishment__in=[row.pk for row in rows]).exclude(note="")
        for one in wanted.annotate(place=newest).filter(place__lte=NOTES_SHOWN).order_by("place"):
            written[one.establishment_id].append(one)
    found = [
        Followed(row, row.last_visit, (row.last_visit or row.assigned_date) + within, tuple(written[row.pk]))
        for row in rows
    ]
    return sorted(found, key=lambda one: one.due)


def visits_due(actor: Actor) -> int:
    """How many visits of an instructor are overdue."""
    return sum(1 for one in visit_round(actor) if one.overdue)


def talks(actor: Actor) -> list[Path]:
    """Those who wait for their first talk with this actor, the longest first; no more than anybody can visit."""
    return paths_for(actor, "talk", at_most=FOLLOWED_AT_MOST)


def instructor_for(code: str) -> int | None:
    """Who owes somebody from this place a talk: an instructor of the township with the fewest applications; else of the
    whole district; None where there is nobody."""
    everybody = instructors()
    here = [
        one.account.pk
        for one in everybody
        if any(base and code.startswith(township_of(base)) for base in one.bases)
    ]
    some = here or [one.account.pk for one in everybody if "" in one.bases]
    if not some:
        return None
    load = _open_applications(some)
    return min(some, key=lambda pk: (load.get(pk, 0), pk))


def _open_applications(accounts: list[int]) -> dict[int, int]:
    rows = Application.objects.filter(instructor__in=accounts, state=State.OPEN).values("instructor")
    with row_security.reader(PROGRAM):  # whoever asks sees no application but their own
        return {row["instructor"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def visits_of(establishment: UUID) -> QuerySet[Visit]:
    """The visits of an establishment, whoever made them: a new instructor reads what the former wrote."""
    return (
        Visit.objects.filter(establishment=establishment)
        .select_related("account")
        .order_by("-visit_date", "-pk")
    )


# applications ------------------------------------------------------------------------------------


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
        full_members([organisation])[organisation.pk],
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
    elif state == NOBODYS:
        rows = rows.filter(pk__in=without_instructor(actor).values("pk"))
    elif state == MOVED:
        rows = rows.filter(state=State.PAUSED, moved=True)
    elif state == UNCLEAR:
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


def on_two_rolls(actor: Actor) -> set[int]:
    """Members whose phone stands on the roll of another branch, too: the organisation department settles which holds.

    Empty for everybody else: a secretary who enters a phone would learn by it whose it is.
    """
    if not actor.can(ORGANISE):
        return set()
    rows = Member.objects.visible_to(actor).filter(left_date=None).exclude(phone_digest=None).order_by()
    several = rows.values("phone_digest").annotate(n=Count("pk")).filter(n__gt=1)
    return set(rows.filter(phone_digest__in=several.values("phone_digest")).values_list("pk", flat=True))


def same_phone(actor: Actor, member: Member) -> list[Member]:
    """Entries of other branches with this member's phone, for the organisation department alone."""
    if not actor.can(ORGANISE) or not member.phone_digest:
        return []
    rows = Member.objects.visible_to(actor).filter(left_date=None, phone_digest=member.phone_digest)
    rows = rows.exclude(pk=member.pk)
    return list(rows.select_related("branch"))


def member_key(application: Application) -> UUID:
    """The key of the entry on the list of a branch that is made from an application: there is one at most."""
    return uuid5(application.key, "member")


def enrolled(application: Application) -> Member | None:
    """The entry on the list of a branch that was made from an application, for whoever may see that list."""
    return Member.objects.select_related("branch").filter(key=member_key(application)).first()


def stands_on_a_roll(phone: str) -> bool:
    """Whether a phone stands on the roll of a branch: for the program alone, never for whoever typed it."""
    with row_security.reader(PROGRAM):
        digest = keys().digest("member", phone)
        return Member.objects.filter(phone_digest=digest, left_date=None).exists()


# coverage ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """Establishments of a group, those reached by a branch, those followed with a visit in the period."""

    title: Words
    code: str
    total: int
    organised: int
    worked: int

    @property
    def organised_percent(self) -> int | None:
        """Organisation coverage, rounded down: 99.6 % is not everything."""
        return self.organised * 100 // self.total if self.total else None

    @property
    def worked_percent(self) -> int | None:
        """Work coverage."""
        return self.worked * 100 // self.total if self.total else None


def definition(on: date | None = None) -> CoverageDefinition | None:
    """What counted as covered on a day."""
    return CoverageDefinition.objects.filter(from_date__lte=on or clock.today()).first()


def of_either(rows: QuerySet[Any]) -> Q:
    """Whether an establishment has one of these, or a record that is counted with it has.

    Asked as two sets, each worked out once: an EXISTS of each establishment is asked 100,000 times.
    """
    linked = rows.filter(establishment__counted_with__isnull=False)
    return Q(pk__in=rows.values("establishment")) | Q(
        pk__in=linked.values("establishment__counted_with__head")
    )


def _active(since: date, day: date) -> Q:
    """Establishments with a regular activity after ``since`` and until ``day``: something was brought to them, their alliance did
    something together, or the branch that covers them met.

    Which establishments and branches these are is looked up as the program: whoever may see the coverages may not see what was
    brought or when a branch met, and what is counted must not depend on who asks.
    """
    taken_part = AllianceFirm.objects.filter(
        Q(until_date=None) | Q(until_date__gte=F("alliance__activities__activity_date")),
        from_date__lte=F("alliance__activities__activity_date"),
        alliance__activities__activity_date__gt=since,
        alliance__activities__activity_date__lte=day,
        alliance__activities__present__isnull=False,
    )
    with row_security.reader(PROGRAM):
        brought = Brought.objects.filter(brought_date__gt=since, brought_date__lte=day)
        rows = brought.exclude(establishment=None).values_list(
            "establishment", "establishment__counted_with__head"
        )
        brought_to = {head or one for one, head in rows}
        met = Meeting.objects.filter(held_date__gt=since, held_date__lte=day)
        branches_met = set(met.order_by().values_list("organisation", flat=True))
    found = of_either(taken_part)
    if brought_to:
        found |= Q(pk__in=brought_to)
    if branches_met:
        found |= of_either(_reaching(day).filter(organisation__in=branches_met))
    return found


def _open_on(day: date) -> Q:
    return Q(until_date=None) | Q(until_date__gt=day)


def _reaching(day: date) -> QuerySet[Reach]:
    """What branches cover on a day; a temporary one nothing once its end has come, whether somebody ended it or not."""
    rows = Reach.objects.filter(_open_on(day), from_date__lte=day)
    return rows.filter(Q(organisation__until_date=None) | Q(organisation__until_date__gte=day))


def covered(on: date | None = None) -> QuerySet[Establishment]:
    """Establishments known by ``on`` with ``organised`` and ``worked`` on that day.

    A record that is counted with another is not counted again, as in the census: what either of them has counts for both.
    """
    day = on or clock.today()
    rule = definition(day)
    days = rule.visit_within_days if rule else VISIT_WITHIN_DAYS
    active_days = rule.activity_within_days if rule else VISIT_WITHIN_DAYS
    followers = Assignment.objects.filter(_open_on(day), from_date__lte=day)
    visits = Visit.objects.filter(visit_date__gt=day - timedelta(days=days), visit_date__lte=day)
    reached_by_work = of_either(visits) | _active(day - timedelta(days=active_days), day)
    rows: QuerySet[Establishment] = Establishment.objects.filter(
        first_seen_date__lte=day, counted_with=None
    ).annotate(
        organised=ExpressionWrapper(of_either(_reaching(day)), output_field=BooleanField()),
        worked=ExpressionWrapper(of_either(followers) & reached_by_work, output_field=BooleanField()),
    )
    return rows


def uncovered(*, sector: str = "", township: str = "", which: str = "organised") -> QuerySet[Establishment]:
    """Those that are not covered, as a list to work through."""
    rows = covered().filter(**{"worked" if which == "worked" else "organised": False})
    if sector:
        rows = rows.filter(sector=sector)
    if township:
        rows = rows.filter(region_code__startswith=township)
    return rows.order_by("region_code", "name")


@dataclass(frozen=True)
class Uncovered:
    """An establishment that is not covered, what to do next, and the page on which it is done.

    The page is "" where it is not the reader's.
    """

    establishment: Establishment
    step: Words
    branch: Organisation | None = None


def next_steps(rows: Sequence[Establishment], which: str) -> list[Uncovered]:
    """What to do next for each: whose visit is due, or which branch of the same township has room. Two queries."""
    if which == "worked":
        names = {one.account.pk: str(one.account) for one in instructors()}
        followers = followed_by()
        return [
            Uncovered(
                row,
                _("Assign an instructor")
                if row.pk not in followers
                else _("A visit is due: %(who)s") % {"who": names.get(followers[row.pk], "—")},
            )
            for row in rows
        ]
    near: dict[tuple[str, str], Organisation] = {}
    for branch in (
        Organisation.objects.filter(ended_date=None)
        .exclude(form=Form.COMMITTEE)
        .annotate(covers=Count("reaches", filter=Q(reaches__until_date=None)))
    ):
        most = FORMS[Form(branch.form)].establishments_at_most
        if most is None or branch.covers < most:
            for sector in {branch.sector, ""}:
                near.setdefault((township_of(branch.region_code), sector), branch)
    found = []
    for row in rows:
        place = township_of(row.region_code)
        fits: Organisation | None = near.get((place, row.sector)) or near.get((place, ""))
        step: Words = _("No branch of its township has room: a temporary one, or one with neighbours")
        if fits is not None:
            step = _("Let %(branch)s cover it") % {"branch": fits.name}
        found.append(Uncovered(row, step, fits))
    return found
