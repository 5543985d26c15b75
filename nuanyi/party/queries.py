"""Reads of Party work: organisations, who leads them, members, what they show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import (
    Count,
    Q,
    QuerySet,
)

from nuanyi.census import queries as census
from nuanyi.census.models import Establishment
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import Words
from nuanyi.lib.region_codes import district_of, township_of
from nuanyi.party import rules
from nuanyi.party.models.applications import Application
from nuanyi.party.models.members import Flag, Member, Showing
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import FORMS, ORGANISE, Door, Form, Standing
from nuanyi.people.models import Account, RoleGrant

#: The program itself: it acts for whoever has no account (a guest who asks, a member by their link), and looks up what whoever
#: asks may not see (a member's code, whom an ending branch received, whether a name is taken).
PROGRAM = system("party")
#: More than anybody can visit; the page shows no more.
FOLLOWED_AT_MOST = 500
#: What the list of applications is asked for to show those that no instructor has.
NOBODYS = "nobody"
#: … those that rest because the worker moved, and those that the organisation department settles.
MOVED, UNCLEAR = "moved", "unclear"
#: Members who are away and have not reported there; organisations past their end and those that grew too small.
AWAY, OVER, SMALL, VISIT, FULL = "away", "over", "small", "visit", "full"
ADMITTING = [form for form, rule in FORMS.items() if rule.admits]


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


def able() -> QuerySet[RoleGrant]:
    """Who may act as an instructor now: the role is confirmed, the account open."""
    return RoleGrant.objects.filter(role="instructor", account__is_active=True)


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
