"""Instructors: who follows which establishment, and their visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.census.rules import FollowUp
from nuanyi.census.services.records import note_follow_up
from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock, once, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, NotFound, Words
from nuanyi.lib.geo import metres_between
from nuanyi.lib.region_codes import township_of
from nuanyi.notices import services as notices
from nuanyi.party import events, kinds, queries, rules
from nuanyi.party.models import Assignment, Visit
from nuanyi.party.rules import FOLLOW, ORGANISE, VisitKind
from nuanyi.people.models import Account
from nuanyi.places import queries as places

#: What it costs to take an establishment from the instructor who follows it now, in kilometres.
TIE_KM = 30.0
#: What a township whose outline is not known counts as, in kilometres, where it is not one's own.
FAR_KM = 15.0


@dataclass(frozen=True)
class Proposal:
    """Who should follow an establishment, and why."""

    establishment: Establishment
    account: Account
    reason: Words
    changes: bool


@dataclass(frozen=True)
class Comparison:
    """Kilometres of way altogether: of the proposal, proven least, and of taking the nearest in turn."""

    optimal_km: float
    greedy_km: float


def propose(*, actor: Actor, only_new: bool = True) -> list[Proposal]:
    """The assignment with the least way and fair loads, proven optimal; nothing is written. See ``compare``."""
    return _proposed(actor, only_new)[0]


def compare(*, actor: Actor, only_new: bool = True) -> tuple[list[Proposal], Comparison]:
    """The proposal, and how much way it takes beside that of whoever assigns by hand. Raises NotAllowed, Conflict."""
    actor.require(ORGANISE)
    return _proposed(actor, only_new)


def _proposed(actor: Actor, only_new: bool) -> tuple[list[Proposal], Comparison]:
    """Worked out without a write.

    ``only_new`` leaves those alone that somebody follows. Raises NotAllowed, Conflict where nobody is an instructor.
    """
    actor.require(ORGANISE)
    bases = queries.instructors()
    if not bases:
        raise Conflict(_("Nobody has the role of an instructor yet."), code="no-instructors")
    now = queries.followed_by()
    rows = list(Establishment.objects.filter(counted_with=None).order_by("region_code", "pk"))
    if only_new:
        rows = [row for row in rows if row.pk not in now]
    middles: dict[str, tuple[float, float] | None] = {}

    def middle(code: str) -> tuple[float, float] | None:
        if code not in middles:
            middles[code] = places.middle_of(code)
        return middles[code]

    def kilometres(code: str, base: str) -> float:
        if not base or code.startswith(base):
            return 0.0
        here, there = middle(township_of(code)), middle(township_of(base))
        if here is None or there is None:
            return FAR_KM
        return metres_between(*here, *there) / 1000

    plain = [[kilometres(row.region_code, base) for _account, base in bases] for row in rows]
    costs = [
        [
            km - (TIE_KM if now.get(row.pk) == account.pk else 0)
            for km, (account, _base) in zip(line, bases, strict=True)
        ]
        for row, line in zip(rows, plain, strict=True)
    ]
    found: list[Proposal] = []
    chosen = rules.assign(costs)
    for row, column in zip(rows, chosen, strict=True):
        account, base = bases[column]
        if now.get(row.pk) == account.pk:
            reason: Words = _("follows it now")
        elif base and row.region_code.startswith(base):
            reason = _("works there")
        else:
            reason = _("nearest with a fair load")
        found.append(Proposal(row, account, reason, now.get(row.pk) != account.pk))

    def way(columns: list[int]) -> float:
        # what is driven: what a kept tie is worth is no kilometre
        return sum(plain[i][j] for i, j in enumerate(columns))

    return found, Comparison(way(chosen), way(rules.assign_greedily(costs)))


@transaction.atomic
def assign(*, actor: Actor, establishment: UUID, account: int, reason: str = "") -> Assignment:
    """Let an instructor follow an establishment from today on. Its visits and notes stay with it. Raises NotFound."""
    actor.require(ORGANISE)
    target = Establishment.objects.select_for_update().filter(pk=establishment).first()
    who = {one.pk: one for one, _base in queries.instructors()}.get(account)
    if target is None or who is None:
        raise NotFound()
    now = Assignment.objects.filter(establishment=target, until_date=None).first()
    if now is not None and now.account_id == who.pk:
        return now
    [made] = _follow([Proposal(target, who, reason.strip()[:120], changes=True)])
    journal.record(actor, events.INSTRUCTOR_ASSIGNED, made)
    return made


def accept_proposal(*, actor: Actor, only_new: bool = True) -> int:
    """Assign as proposed; returns how many changed. Raises NotAllowed, Conflict."""
    # worked out before anything is locked: it may take seconds
    changed = [one for one in propose(actor=actor, only_new=only_new) if one.changes]
    with transaction.atomic():
        for made in _follow(changed):
            journal.record(actor, events.INSTRUCTOR_ASSIGNED, made)
    return len(changed)


def _follow(changed: list[Proposal]) -> list[Assignment]:
    """Whoever followed these until today does so no more, and whoever is named does."""
    today = clock.today()
    wanted = [one.establishment.pk for one in changed]
    list(Establishment.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
    Assignment.objects.filter(establishment__in=wanted, until_date=None).update(until_date=today)
    made = Assignment.objects.bulk_create(
        [
            Assignment(
                account=one.account, establishment=one.establishment, from_date=today, reason=str(one.reason)
            )
            for one in changed
        ]
    )
    # one notice an instructor, however many there are
    batches: dict[int, list[Assignment]] = {}
    for row in made:
        batches.setdefault(row.account_id, []).append(row)
    for rows in batches.values():
        once = f"assigned-{min(row.pk for row in rows)}"
        notices.queue(rows[0].account, kinds.GROUPS_ASSIGNED, once=once, count=len(rows))
    return made


@transaction.atomic
def record_visit(
    *, actor: Actor, key: UUID, establishment: UUID, kind: str, on: date, present: int, note: str = ""
) -> Visit:
    """An instructor was there. The same key again gives the first visit. Nothing stays "new" that was visited.

    Raises NotFound where somebody else follows it, BadInput.
    """
    actor.require(FOLLOW)
    own = actor.account_id or 0
    known = Visit.objects.filter(key=key, account_id=own).first()
    if first := once.first_of(known, establishment_id=establishment):
        return first
    target = next(iter(queries.followed(actor, establishment)), None)
    if target is None:
        raise NotFound()
    wrong: dict[str, Words] = {}
    if kind not in VisitKind.values:
        wrong["kind"] = _("Choose from the list.")
    if not date(2012, 1, 1) <= on <= clock.today():
        wrong["on"] = _("The day has not come yet.") if on > clock.today() else _("Choose a day.")
    if not 1 <= present <= 500:
        wrong["present"] = _("From 1 to 500 people.")
    if wrong:
        raise BadInput(fields=wrong)
    made = Visit.objects.create(
        key=key,
        establishment=target,
        account_id=own,
        kind=kind,
        visit_date=on,
        present=present,
        note=note.strip()[:500],
    )
    at_last = target.visits.order_by("-visit_date").values_list("visit_date", flat=True).first()
    if target.follow_up != FollowUp.VISITED or on == at_last:
        # also who was written down as not reached was reached now, and the newest visit is when it was last followed;
        # whoever is assigned may, also outside the place of their role; who it was stands in the entry of the visit
        with row_security.reader(queries.PROGRAM):
            note_follow_up(
                actor=queries.PROGRAM, model=Establishment, ids=[target.pk], follow_up=FollowUp.VISITED
            )
    journal.record(actor, events.VISITED, made, what=kind)
    line = ledger.Delivered(
        day=on, region_code=target.region_code, sector=target.sector, unit_id=actor.unit_id or 0
    )
    ledger.record(kinds.VISITS, [line], source=made)
    return made
