"""Shifts: called, signed up for, swapped, confirmed by somebody else, appealed. Nobody confirms his own hours, nor more than the shift had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, pictures
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people.models import Account, keys
from nuanyi.places import queries as places
from nuanyi.volunteers import events, kinds, queries, rules
from nuanyi.volunteers.models import ACT, Evidence, Need, Shift, Signup, Volunteer
from nuanyi.volunteers.rules import Appeal, Place, Role, Standing, Topic
from nuanyi.volunteers.services.joining import _own_team, by_link


@dataclass
class ShiftInput:
    """A shift as somebody calls it; ``needs`` says how many of each role."""

    team: int
    topic: str
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    needs: dict[str, int]
    region_code: str = ""
    grid_code: str = ""


@transaction.atomic
def call_shift(*, actor: Actor, told: ShiftInput) -> Shift:
    """Call a shift. Raises NotAllowed, NotFound, BadInput."""
    team = _own_team(actor, told.team)
    needs = {role: count for role, count in told.needs.items() if count}
    wrong: dict[str, Any] = {}
    if told.topic not in Topic.values:
        wrong["topic"] = _("Choose from the list.")
    if len(told.title.strip()) < 2 or len(told.place.strip()) < 2:
        wrong["title"] = _("What, and where?")
    if not 0 < rules.minutes_of(told.starts_at, told.ends_at) <= rules.MAX_SHIFT_HOURS * 60:
        wrong["ends_at"] = _("It ends after it begins, and within twelve hours.")
    if not needs or not set(needs) <= set(Role.values) or max(needs.values()) > rules.MAX_NEED:
        wrong["needs"] = _("How many are needed?")
    if told.region_code and told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if wrong:
        raise BadInput(fields=wrong)
    shift = Shift.objects.create(
        team=team,
        topic=told.topic,
        title=told.title.strip()[:60],
        place=told.place.strip()[:80],
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        region_code=told.region_code,
        grid_code=told.grid_code,
    )
    Need.objects.bulk_create(Need(shift=shift, role=role, count=count) for role, count in needs.items())
    journal.record(actor, events.SHIFT_SAVED, shift, needs=needs)
    return shift


def _open_shift(pk: int) -> Shift:
    found = Shift.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound()
    if found.closed_at or found.ends_at < clock.now():
        raise IllegalMove(_("This shift is over."), code="over")
    return found


def _free(shift: Shift, role: str) -> int:
    need = shift.needs.filter(role=role).first()
    if need is None:
        raise BadInput(fields={"role": _("Choose from the list.")})
    return need.count - shift.signups.filter(role=role, place__in=(Place.ON, Place.OFFERED)).count()


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def sign_up(*, link: str, shift: int, role: str) -> Signup:
    """Take a place, or stand on the waiting list; one who gives his place away loses it to whoever comes next. Twice is once."""
    volunteer, found = by_link(link), _open_shift(shift)
    if volunteer.standing != Standing.ACTIVE:
        raise NotAllowed(_("Your team has not said yes yet."), code="not-yet")
    mine = Signup.objects.filter(shift=found, volunteer=volunteer).first()
    if mine is not None and mine.place in (Place.ON, Place.WAITING):
        return mine
    mine = mine or Signup(shift=found, volunteer=volunteer)
    if (mine.place == Place.OFFERED and mine.pk) or _free(found, role) > 0:
        mine.place = Place.ON
    else:
        given = found.signups.filter(role=role, place=Place.OFFERED).order_by("pk").first()
        mine.place = Place.ON if given else Place.WAITING
        if given:
            Signup.objects.filter(pk=given.pk).update(place=Place.OFF)
    mine.role, mine.made_at = role, clock.now()
    mine.save()
    return mine


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def give_away(*, link: str, shift: int) -> Signup:
    """Give a place away: whoever waits gets it at once; where nobody does, it stays mine until somebody takes it. Raises NotFound."""
    volunteer, found = by_link(link), _open_shift(shift)
    mine = Signup.objects.filter(shift=found, volunteer=volunteer).exclude(place=Place.OFF).first()
    if mine is None:
        raise NotFound()
    waiting = found.signups.filter(role=mine.role, place=Place.WAITING).order_by("made_at", "pk").first()
    if mine.place == Place.WAITING:
        mine.place = Place.OFF
    elif waiting:
        Signup.objects.filter(pk=waiting.pk).update(place=Place.ON)
        mine.place = Place.OFF
    else:
        mine.place = Place.OFFERED
    mine.save()
    return mine


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def come(*, link: str, shift: int) -> Signup:
    """I am here: counts from half an hour before the shift until its end; hours it does not make. Raises IllegalMove, NotFound."""
    volunteer = by_link(link)
    mine = (
        Signup.objects.select_related("shift")
        .filter(shift=shift, volunteer=volunteer, place__in=(Place.ON, Place.OFFERED))
        .first()
    )
    if mine is None:
        raise NotFound()
    early = mine.shift.starts_at - clock.now() > rules.COME_BEFORE
    if early or mine.shift.ends_at < clock.now():
        raise IllegalMove(_("Sign in from half an hour before the shift until its end."), code="not-now")
    mine.came, mine.place = True, Place.ON
    mine.save(update_fields=["came", "place"])
    return mine


@transaction.atomic
def confirm(*, actor: Actor, signup: int, minutes: int, note: str = "") -> Signup:
    """Confirm somebody's minutes, or take them away (0) with a reason; the ledger follows. Nobody confirms his own.

    Raises NotAllowed, NotFound, BadInput, IllegalMove (the shift has not begun).
    """
    actor.require(ACT)
    found = (
        Signup.objects.select_for_update(of=("self",))
        .select_related("shift__team", "volunteer")
        .filter(pk=signup)
        .first()
    )
    if found is None:
        raise NotFound()
    shift = queries.own_shift(actor, found.shift_id)
    if shift.starts_at > clock.now():
        raise IllegalMove(_("It has not begun yet."), code="not-begun")
    if not 0 <= minutes <= rules.minutes_of(shift.starts_at, shift.ends_at):
        raise BadInput(fields={"minutes": _("Not more than the shift had.")})
    if minutes < (found.minutes or 0) and len(note.strip()) < 2:
        raise BadInput(fields={"note": _("Taking hours away needs a reason.")})
    _book(actor, found, minutes, note)
    return found


def _book(actor: Actor, found: Signup, minutes: int, note: str) -> None:
    before = found.minutes or 0
    Volunteer.objects.filter(pk=found.volunteer_id).update(minutes=F("minutes") + minutes - before)
    found.minutes, found.note, found.confirmed_by = (
        minutes,
        note.strip()[:120],
        Account.objects.filter(pk=actor.account_id or 0).first(),
    )
    found.save()
    ledger.reverse_all_from(found)
    shift = found.shift
    line = Delivered(
        day=shift.starts_at.astimezone(clock.CHINA).date(),
        count=round(minutes / 60),
        region_code=shift.region_code,
        unit_id=shift.team.unit_id,
    )
    ledger.record(kinds.HOURS, [line], source=found)
    journal.record(actor, events.HOURS_CONFIRMED, found, before=before, minutes=minutes)


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def appeal(*, link: str, signup: int, words: str) -> Signup:
    """These are not my hours: somebody else than who confirmed them decides. Raises NotFound, BadInput, IllegalMove."""
    mine = Signup.objects.select_for_update().filter(pk=signup, volunteer=by_link(link)).first()
    if mine is None:
        raise NotFound()
    if mine.minutes is None or mine.appeal == Appeal.OPEN:
        raise IllegalMove()
    if len(words.strip()) < 2:
        raise BadInput(fields={"words": _("Say in a few words what is wrong.")})
    mine.appeal, mine.appeal_words = Appeal.OPEN, words.strip()[:200]
    mine.save(update_fields=["appeal", "appeal_words"])
    return mine


@transaction.atomic
def decide(*, actor: Actor, signup: int, minutes: int | None, note: str) -> Signup:
    """Decide an appeal: ``minutes`` grants them, None denies. Whoever confirmed the hours does not decide. Raises NotAllowed, BadInput."""
    found = (
        Signup.objects.select_for_update(of=("self",))
        .select_related("shift__team")
        .filter(pk=signup, appeal=Appeal.OPEN)
        .first()
    )
    if found is None:
        raise NotFound()
    shift = queries.own_shift(actor, found.shift_id)
    if found.confirmed_by_id is not None and found.confirmed_by_id == actor.account_id:
        raise NotAllowed(_("Somebody else must decide: you confirmed these hours."), code="own-decision")
    if len(note.strip()) < 2:
        raise BadInput(fields={"note": _("Say why.")})
    if minutes is not None:
        if not 0 <= minutes <= rules.minutes_of(shift.starts_at, shift.ends_at):
            raise BadInput(fields={"minutes": _("Not more than the shift had.")})
        _book(actor, found, minutes, note)
    found.appeal, found.note = Appeal.GRANTED if minutes is not None else Appeal.DENIED, note.strip()[:120]
    found.save()
    journal.record(actor, events.APPEAL_DECIDED, found, granted=minutes is not None)
    return found


@transaction.atomic
def close(*, actor: Actor, pk: int) -> Shift:
    """The shift is over: those who signed in and were not confirmed one by one get its whole length. Raises IllegalMove."""
    shift = queries.own_shift(actor, pk)
    if shift.closed_at or shift.ends_at > clock.now():
        raise IllegalMove(_("It is not over yet."), code="not-over")
    for found in shift.signups.filter(came=True, minutes=None).select_related("shift__team"):
        _book(actor, found, rules.minutes_of(shift.starts_at, shift.ends_at), "")
    Shift.objects.filter(pk=pk).update(closed_at=clock.now())
    journal.record(actor, events.SHIFT_SAVED, shift, closed=True)
    return shift


@transaction.atomic
def add_evidence(*, actor: Actor, pk: int, data: bytes, key: UUID) -> Evidence:
    """Keep a photo that the shift took place; a repeat changes nothing. Raises BadPicture, BadInput, NotAllowed."""
    shift = queries.own_shift(actor, pk)
    known = Evidence.objects.filter(key=key, shift=shift).first()
    if known is not None:
        return known
    if shift.evidence.count() >= rules.MAX_EVIDENCE:
        raise BadInput(fields={"photo": _("At most six photos.")})
    made = Evidence.objects.create(
        key=key,
        shift=shift,
        account=Account.objects.filter(pk=actor.account_id or 0).first(),
        sealed_data=keys().seal_bytes("person", pictures.rebuild(data).jpeg, key.bytes),
    )
    journal.record(actor, events.SHIFT_SAVED, shift, photo=True)
    return made


@transaction.atomic
def evidence(*, actor: Actor, pk: int, key: UUID) -> bytes:
    """A photo, opened; that it was looked at is journaled. Raises NotFound, NotAllowed."""
    shift = queries.own_shift(actor, pk)
    found = shift.evidence.filter(key=key).first()
    if found is None:
        raise NotFound()
    journal.record(actor, events.EVIDENCE_SEEN, shift)
    return keys().open_bytes("person", bytes(found.sealed_data), key.bytes)
