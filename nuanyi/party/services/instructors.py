"""Instructors: who follows which establishment, and their visits."""

from __future__ import annotations

from collections import Counter
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
from nuanyi.party import events, instructor_queries, kinds, queries, rules
from nuanyi.party.models.instructors import Assignment, InstructorTerms, LanguageWish, Visit
from nuanyi.party.rules import FOLLOW, ORGANISE, VisitKind
from nuanyi.people.models import Account
from nuanyi.places import queries as places

#: What it costs to take an establishment from the instructor who follows it now, in kilometres.
TIE_KM = 30.0
#: What it costs to send somebody who does not speak the language that is wished, in kilometres: a wish, no condition.
LANGUAGE_KM = 20.0
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
    #: establishments for which nobody has room
    left_over: int = 0


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
    people = instructor_queries.instructors_of(actor)
    if not people:
        raise Conflict(_("Nobody has the role of an instructor yet."), code="no-instructors")
    now, wished = instructor_queries.followed_by(), instructor_queries.wishes()
    rows = list(Establishment.objects.filter(counted_with=None).order_by("region_code", "pk"))
    if not actor.everywhere(ORGANISE):  # in a city: those of the own district
        rows = [row for row in rows if actor.can(ORGANISE, regions=(row.region_code,))]
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

    # whoever works in several townships goes from the nearest
    codes = {row.region_code for row in rows}
    near = {code: [min(kilometres(code, base) for base in one.bases) for one in people] for code in codes}
    plain = [near[row.region_code] for row in rows]
    costs = [
        [
            km
            - (TIE_KM if now.get(row.pk) == one.account.pk else 0)
            + (LANGUAGE_KM if row.pk in wished and wished[row.pk] not in one.languages else 0)
            for km, one in zip(line, people, strict=True)
        ]
        for row, line in zip(rows, plain, strict=True)
    ]
    # what they follow beside those that are given out here
    chosen_of = {row.pk for row in rows}
    loads = Counter(account for establishment, account in now.items() if establishment not in chosen_of)
    given = rules.shares(
        len(rows), [loads[one.account.pk] for one in people], [one.capacity for one in people]
    )
    found: list[Proposal] = []
    chosen = rules.assign(costs, given)
    for row, column in zip(rows, chosen, strict=True):
        if column == rules.NO_ROOM:
            continue
        one = people[column]
        keeps = now.get(row.pk) == one.account.pk
        found.append(Proposal(row, one.account, _because(row, one, wished.get(row.pk, ""), keeps), not keeps))

    def way(columns: list[int]) -> float:
        # what is driven: what a kept tie or a language is worth is no kilometre
        return sum(plain[i][j] for i, j in enumerate(columns) if j != rules.NO_ROOM)

    return found, Comparison(
        way(chosen), way(rules.assign_greedily(costs, given)), chosen.count(rules.NO_ROOM)
    )


def _because(row: Establishment, who: instructor_queries.Instructor, wish: str, keeps: bool) -> Words:
    """Why somebody is proposed, in words."""
    if keeps:
        reason: Words = _("follows it now")
    elif any(row.region_code.startswith(base) for base in who.bases if base):
        reason = _("works there")
    else:
        reason = _("nearest with a fair load")
    if not wish:
        return reason
    if wish in who.languages:
        return _("%(reason)s; speaks %(language)s") % {"reason": reason, "language": wish}
    return _("%(reason)s; %(language)s is wished, nobody near with room speaks it") % {
        "reason": reason,
        "language": wish,
    }


@transaction.atomic
def save_terms(*, actor: Actor, account: int, capacity: int | None, languages: str) -> InstructorTerms:
    """Note how many establishments an instructor can follow (None: a fair share) and which languages they speak.

    Raises NotAllowed, NotFound, BadInput.
    """
    actor.require(ORGANISE)
    found = {one.account.pk: one for one in instructor_queries.instructors()}.get(account)
    if found is None or not any(actor.can(ORGANISE, regions=(base,)) for base in found.bases):
        raise NotFound()
    who, spoken = found.account, rules.languages_of(languages)
    wrong: dict[str, Words] = {}
    if capacity is not None and not 0 <= capacity <= rules.CAPACITY_AT_MOST:
        wrong["capacity"] = _("From 0 to 500 establishments, or nothing for a fair share.")
    if len("、".join(spoken)) > 120 or any(len(one) > 20 for one in spoken):
        wrong["languages"] = _("Some languages, each of 20 characters at most.")
    if wrong:
        raise BadInput(fields=wrong)
    made, _new = InstructorTerms.objects.update_or_create(
        account=who, defaults={"capacity": capacity, "languages": "、".join(spoken)}
    )
    journal.record(actor, events.TERMS_SAVED, who)
    return made


@transaction.atomic
def note_language(*, actor: Actor, establishment: UUID, language: str) -> None:
    """Note in which language people of an establishment wish to be talked with ("": in any).

    The organisation department, or the instructor who follows it. Raises NotAllowed, NotFound, BadInput.
    """
    found: Establishment | None
    if actor.can(ORGANISE):
        found = Establishment.objects.filter(pk=establishment).first()
    else:
        actor.require(FOLLOW)
        found = next(iter(instructor_queries.followed(actor, establishment)), None)
    if found is None:
        raise NotFound()
    wished = rules.languages_of(language)
    if len(wished) > 1 or len(language.strip()) > 20:
        raise BadInput(fields={"language": _("One language, of 20 characters at most.")})
    if wished:
        LanguageWish.objects.update_or_create(
            establishment=found,
            defaults={
                "language": wished[0],
                "said_date": clock.today(),
                "contact_id": found.contact_id,
            },
        )
    else:
        LanguageWish.objects.filter(establishment=found).delete()
    journal.record(actor, events.LANGUAGE_NOTED, found)


@transaction.atomic
def assign(*, actor: Actor, establishment: UUID, account: int, reason: str = "") -> Assignment:
    """Let an instructor follow an establishment from today on. Its visits and notes stay with it.

    In a city both are of the own district. Raises NotAllowed, NotFound.
    """
    actor.require(ORGANISE)
    target = Establishment.objects.select_for_update().filter(pk=establishment).first()
    who = {one.account.pk: one.account for one in instructor_queries.instructors_of(actor)}.get(account)
    if target is None or who is None:
        raise NotFound()
    actor.require_within(ORGANISE, regions=(target.region_code,))
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
    target = next(iter(instructor_queries.followed(actor, establishment)), None)
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
