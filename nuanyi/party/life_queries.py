"""Reads of organisation life: what is due of which branch, what was held, what is planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Substr

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.party import life_rules, queries
from nuanyi.party.life_rules import MeetingKind, Owed
from nuanyi.party.models.committees import CommitteeMeeting, CommitteeSeat, JointCommittee, Matter
from nuanyi.party.models.life import LifeRule, Meeting
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.models.speaking import Brought, LectureTeam, SpeakerWeek
from nuanyi.party.ports import SessionStand, sessions
from nuanyi.party.rules import Form, MatterState, Strand, months_later

#: Meetings shown in a list.
SHOWN = 100
#: What is overdue; what the reader's own unit took on.
LATE, OURS = "late", "ours"


def rules_now() -> dict[MeetingKind, LifeRule]:
    """What is due today, by kind: of each the newest rule that has begun. One query."""
    found: dict[MeetingKind, LifeRule] = {}
    for row in LifeRule.objects.filter(from_date__lte=clock.today()):
        found.setdefault(MeetingKind(row.kind), row)
    return {kind: found[kind] for kind in MeetingKind if kind in found}


def binds(rule: LifeRule, branch: Organisation, members: int) -> bool:
    """Whether a rule binds a branch: large enough for a committee, divided into groups; a temporary branch has its task alone."""
    if branch.form == Form.TEMPORARY or members < rule.members_at_least:
        return False
    return rule.kind != MeetingKind.GROUP or branch.groups > 0


@dataclass(frozen=True)
class Duty:
    """One kind of meeting of one branch, and where it stands with it."""

    kind: MeetingKind
    rule: LifeRule
    owed: Owed


@dataclass(frozen=True)
class Life:
    """A branch with what is due of it."""

    branch: Organisation
    duties: tuple[Duty, ...]

    @property
    def overdue(self) -> int:
        """How many kinds are overdue."""
        return sum(1 for duty in self.duties if duty.owed.overdue)


def lives(
    actor: Actor,
    branches: Sequence[Organisation] | None = None,
    book: Mapping[MeetingKind, LifeRule] | None = None,
) -> list[Life]:
    """The branches that this actor keeps with what is due of them, those with most overdue first.

    Five queries; three where the branches and the rules of today were read already.
    """
    today = clock.today()
    branches = queries.branches_of(actor) if branches is None else branches
    book = rules_now() if book is None else book
    held: dict[tuple[int, str], list[date]] = defaultdict(list)
    looked_back = months_later(today, -2 * life_rules.LOOKED_BACK_MONTHS)
    rows = Meeting.objects.visible_to(actor).filter(held_date__gte=looked_back)
    for branch, kind, day in rows.order_by().values_list("organisation_id", "kind", "held_date"):
        if day is not None:
            held[branch, kind].append(day)
    found, members = [], queries.full_members(branches)
    for one in branches:
        duties = tuple(
            Duty(
                kind,
                rule,
                life_rules.owed(
                    rule.months,
                    held[one.pk, kind],
                    since=max(one.founded_date, rule.from_date),
                    today=today,
                ),
            )
            for kind, rule in book.items()
            if binds(rule, one, members[one.pk])
        )
        found.append(Life(one, duties))
    return sorted(found, key=lambda life: (-life.overdue, life.branch.name))


def meetings_overdue(actor: Actor) -> int:
    """How many meetings are overdue in the branches that this actor keeps."""
    return sum(life.overdue for life in lives(actor))


def meetings_for(actor: Actor) -> list[tuple[Meeting, SessionStand | None]]:
    """Meetings of the actor's branches, planned and held, the newest first, with how it stands with their sign-in."""
    rows = list(Meeting.objects.visible_to(actor).select_related("organisation")[:SHOWN])
    stands = sessions().stand([row.session for row in rows])
    return [(row, stands.get(row.session)) for row in rows]


def brought_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Brought]:
    """What was brought, for the office's list."""
    seen = Brought.objects.visible_to(actor).select_related("establishment", "account")
    rows: QuerySet[Any] = seen.annotate(township=Substr("region_code", 1, TOWNSHIP))
    if filters.get("strand") in Strand.values:
        rows = rows.filter(strand=filters["strand"])
    if region := filters.get("region"):
        rows = rows.filter(township=region)
    if words := filters.get("q"):
        rows = rows.filter(
            Q(title__icontains=words) | Q(place__icontains=words) | Q(establishment__name__icontains=words)
        )
    return rows


def brought_by_strand(actor: Actor) -> list[tuple[str, int]]:
    """How often something was brought this year, by strand, of what this actor sees. One query."""
    rows = Brought.objects.visible_to(actor).filter(brought_date__year=clock.today().year)
    counts = dict(rows.order_by().values_list("strand").annotate(n=Count("pk")))
    return [(str(label), counts.get(value, 0)) for value, label in Strand.choices]


def teams(actor: Actor) -> list[LectureTeam]:
    """Standing teams that this actor sees, with how many sit in each beside the instructor. One query."""
    rows = LectureTeam.objects.visible_to(actor).filter(until_date=None).select_related("instructor")
    return list(rows.annotate(seated=Count("seats", filter=Q(seats__until_date=None))))


def speaker_now() -> str:
    """What everybody reads of the speaker of this week."""
    row = SpeakerWeek.objects.filter(week_date=clock.monday(clock.today())).first()
    return row.said if row is not None else ""


def committees(actor: Actor) -> list[JointCommittee]:
    """Joint committees of the actor's places, with members, meetings, open and overdue matters. One query."""
    open_matters = Matter.objects.filter(state=MatterState.OPEN)
    rows = JointCommittee.objects.visible_to(actor).filter(ended_date=None)
    return list(
        rows.annotate(
            members=_counted(CommitteeSeat.objects.filter(until_date=None)),
            met=_counted(CommitteeMeeting.objects.all()),
            open=_counted(open_matters),
            late=_counted(open_matters.filter(due_date__lt=clock.today())),
        )
    )


def committee(actor: Actor, pk: int) -> JointCommittee | None:
    """A joint committee that goes on, if this actor sees it."""
    return JointCommittee.objects.visible_to(actor).filter(pk=pk, ended_date=None).first()


def _counted(rows: QuerySet[Any]) -> Coalesce:
    """How many of these a joint committee has: counted by themselves, so that seats, meetings and matters do not multiply."""
    own = rows.filter(committee=OuterRef("pk")).order_by().values("committee")
    return Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0)


def matters_listed(actor: Actor, which: str) -> QuerySet[Matter]:
    """Matters that are not done: those that are overdue in the actor's places, or those that his own unit took on."""
    rows = Matter.objects.filter(state=MatterState.OPEN, committee__ended_date=None)
    rows = rows.select_related("committee", "seat__unit", "seat__organisation")
    if which == OURS:
        return rows.filter(seat__unit_id=actor.unit_id) if actor.unit_id else rows.none()
    kept = JointCommittee.objects.kept_by(actor)
    return rows.filter(committee__in=kept, due_date__lt=clock.today())
