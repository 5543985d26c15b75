"""Who speaks: standing lecture teams, and a speaker for each week. Nobody is named without consent, in public by wish alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, row_security, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound, Words
from nuanyi.party import events, instructor_queries, queries, rules
from nuanyi.party.models.speaking import LectureTeam, Speaker, SpeakerWeek, TeamSeat
from nuanyi.party.ports import plan, sessions
from nuanyi.party.rules import ENTRIES, ORGANISE, SpeakerKind, TeamPart
from nuanyi.people import erasures
from nuanyi.people.services import openings
from nuanyi.places import queries as places

#: Names in a team beside its instructor.
SEATS_AT_MOST = 11


@dataclass
class SpeakerInput:
    """Somebody who agreed to speak; ``named``: wishes to be named in public."""

    name: str
    kind: str
    agreed: str
    named: bool = False


# teams -------------------------------------------------------------------------------------------


def _team(actor: Actor, pk: int) -> LectureTeam:
    """A team that this actor may see, locked. Raises NotAllowed, NotFound."""
    actor.require(ENTRIES)
    rows = LectureTeam.objects.visible_to(actor).select_for_update(of=("self",)).select_related("instructor")
    found = rows.filter(pk=pk, until_date=None).first()
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def set_team_up(*, actor: Actor, name: str, region_code: str, instructor: int) -> LectureTeam:
    """A standing lecture team of a region under an instructor. Raises NotAllowed, BadInput."""
    actor.require(ORGANISE, regions=(region_code,))
    wrong: dict[str, Words] = {}
    # a name is given once in the whole city, also where another district's team of it is not seen
    with row_security.reader(queries.PROGRAM):
        taken = LectureTeam.objects.filter(name=name.strip()).exists()
    if not 2 <= len(name.strip()) <= 40:
        wrong["name"] = _("A name, from 2 to 40 characters.")
    elif taken:
        wrong["name"] = _("There is a team of this name already.")
    if region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if instructor not in {one.account.pk for one in instructor_queries.instructors_of(actor)}:
        wrong["instructor"] = _("Choose an instructor.")
    if wrong:
        raise BadInput(fields=wrong)
    made = LectureTeam.objects.create(
        name=name.strip(), region_code=region_code, instructor_id=instructor, from_date=clock.today()
    )
    journal.record(actor, events.TEAM_CHANGED, made)
    return made


@transaction.atomic
def take_into_team(*, actor: Actor, key: UUID, team: int, part: str, name: str, agreed: str) -> TeamSeat:
    """Somebody joins a team, by their consent. The same key again gives the first answer.

    Raises NotAllowed, NotFound, BadInput, IllegalMove.
    """
    found = _team(actor, team)
    known = TeamSeat.objects.filter(key=key, team=found).first()
    if known is not None:
        return known
    wrong: dict[str, Words] = {}
    if part not in TeamPart.values:
        wrong["part"] = _("Choose from the list.")
    if not 2 <= len(name.strip()) <= 20:
        wrong["name"] = _("A name, from 2 to 20 characters.")
    if not agreed.strip():
        wrong["agreed"] = _("Where is the paper by which they agree?")
    if wrong:
        raise BadInput(fields=wrong)
    if found.seats.filter(until_date=None).count() >= SEATS_AT_MOST:
        raise IllegalMove(_("A team has twelve people at most."), code="team-full")
    made = TeamSeat(key=key, team=found, agreed=agreed.strip()[:120], from_date=clock.today())
    sealed.put(made, "sealed_name", name.strip())
    sealed.put_choice(made, "sealed_part", part)
    made.save()
    journal.record(actor, events.TEAM_CHANGED, found)
    return made


@transaction.atomic
def leave_team(*, actor: Actor, team: int, seat: int) -> None:
    """Somebody leaves a team. Raises NotAllowed, NotFound."""
    found = _team(actor, team)
    if not found.seats.filter(pk=seat, until_date=None).update(until_date=clock.today()):
        raise NotFound()
    journal.record(actor, events.TEAM_CHANGED, found)


@transaction.atomic
def team_names(*, actor: Actor, pk: int) -> dict[int, tuple[str, str]]:
    """``{seat: (part in words, name)}`` of a team; each counts into the day's quota.

    Raises NotAllowed, NotFound, TooMuch.
    """
    found = _team(actor, pk)
    seats = list(found.seats.filter(until_date=None).exclude(sealed_name=None))
    if seats:
        openings.record_opening(actor, events.TEAM_SEEN, found, values=len(seats))
    return {
        seat.pk: (str(TeamPart(seat.part).label), sealed.open_text(seat, "sealed_name")) for seat in seats
    }


@transaction.atomic
def send_team(*, actor: Actor, pk: int, session: int) -> None:
    """The team speaks at a session. Its names go there sealed, and who reads them there learns no parts.

    Each counts into the day's quota. Raises NotAllowed, NotFound, TooMuch, IllegalMove where the team lacks a part.
    """
    found = _team(actor, pk)
    seats = list(found.seats.filter(until_date=None).exclude(sealed_name=None))
    if rules.missing_parts(seat.part for seat in seats):
        # which part is missing tells whose part the seated ones have: only opening the names says that, and is noted
        raise IllegalMove(_("The lecture team is not complete yet."), code="team")
    openings.record_opening(actor, events.TEAM_SEEN, found, values=len(seats))
    # by name: in the order of their parts the rows would tell them
    names = sorted(
        ((seat.part, sealed.open_text(seat, "sealed_name")) for seat in seats), key=lambda pair: pair[1]
    )
    sessions().put_team(actor, session, [("instructor", str(found.instructor)), *names])
    journal.record(actor, events.TEAM_CHANGED, found, session=session)


@transaction.atomic
def end_team(*, actor: Actor, pk: int) -> None:
    """The team is no more. Raises NotAllowed, NotFound."""
    actor.require(ORGANISE)
    found = _team(actor, pk)
    actor.require_within(ORGANISE, regions=(found.region_code,))
    found.until_date = clock.today()
    found.save(update_fields=["until_date"])
    journal.record(actor, events.TEAM_CHANGED, found, ended=True)


# speakers ----------------------------------------------------------------------------------------


def _speaker(actor: Actor, pk: int) -> Speaker:
    """A speaker whose consent stands, locked. The plan is one for the whole city, and so are its speakers.

    Raises NotAllowed, NotFound.
    """
    actor.require_everywhere(ORGANISE)
    found = Speaker.objects.select_for_update().filter(pk=pk, withdrawn_date=None).first()
    if found is None or found.sealed_name is None:
        raise NotFound()
    return found


def said_of(speaker: Speaker) -> str:
    """What everybody reads: the kind, and the name where it is wished."""
    with translation.override(
        settings.LANGUAGE_CODE
    ):  # read by riders, in whatever language the office works
        kind = str(SpeakerKind(speaker.kind).label)
    return f"{kind} {sealed.open_text(speaker, 'sealed_name')}" if speaker.named else kind


@transaction.atomic
def add_speaker(*, actor: Actor, key: UUID, told: SpeakerInput) -> Speaker:
    """Somebody agreed to speak. The same key again gives the first answer. Raises NotAllowed, BadInput."""
    actor.require_everywhere(ORGANISE)
    known = Speaker.objects.filter(key=key).first()
    if known is not None:
        return known
    wrong: dict[str, Words] = {}
    if told.kind not in SpeakerKind.values:
        wrong["kind"] = _("Choose from the list.")
    if not 2 <= len(told.name.strip()) <= 20:
        wrong["name"] = _("A name, from 2 to 20 characters.")
    if not told.agreed.strip():
        wrong["agreed"] = _("Where is the paper by which they agree?")
    if wrong:
        raise BadInput(fields=wrong)
    made = Speaker(
        key=key,
        kind=told.kind,
        agreed=told.agreed.strip()[:120],
        named=told.named,
        agreed_date=clock.today(),
    )
    sealed.put(made, "sealed_name", told.name.strip())
    made.save()
    journal.record(actor, events.SPEAKER_CHANGED, made)
    return made


@transaction.atomic
def give_week(*, actor: Actor, pk: int, week: date) -> SpeakerWeek:
    """A speaker speaks in the week of a day; what is told before the shift in it says so.

    Raises NotAllowed, NotFound, BadInput, Conflict.
    """
    found = _speaker(actor, pk)
    monday = clock.monday(week)
    if monday < clock.monday(clock.today()):
        raise BadInput(fields={"week": _("This week is over.")})
    known = SpeakerWeek.objects.filter(week_date=monday).first()
    if known is not None and known.speaker_id != found.pk:
        raise Conflict(_("Somebody speaks in this week already."), code="week-taken")
    said = said_of(found)
    before = known.said if known is not None else ""
    made, _new = SpeakerWeek.objects.update_or_create(
        week_date=monday, defaults={"speaker": found, "said": said}
    )
    plan().name_speaker(actor, monday, monday + timedelta(days=6), said, before)
    journal.record(actor, events.SPEAKER_CHANGED, found, week=monday.isoformat())
    return made


@transaction.atomic
def change_naming(*, actor: Actor, pk: int, named: bool) -> Speaker:
    """They wish to be named, or no more: what is said everywhere changes at once. Raises NotAllowed, NotFound."""
    found = _speaker(actor, pk)
    found.named = named
    found.save(update_fields=["named"])
    _say(actor, found, said_of(found))
    journal.record(actor, events.SPEAKER_CHANGED, found, named=named)
    return found


@transaction.atomic
def withdraw_speaker(*, actor: Actor, pk: int) -> None:
    """They take their consent back: the name is deleted, nothing is said of them, weeks to come are free.

    So it stays after a restore. Raises NotAllowed, NotFound.
    """
    found = _speaker(actor, pk)
    _say(actor, found, "")
    found.weeks.filter(week_date__gte=clock.monday(clock.today())).delete()
    found.sealed_name, found.agreed, found.named = None, "", False
    found.withdrawn_date = clock.today()
    found.save(update_fields=["sealed_name", "agreed", "named", "withdrawn_date"])
    journal.record(actor, events.SPEAKER_CHANGED, found, withdrawn=True)
    erasures.note(found.pk, table=found._meta.label_lower)


def _say(actor: Actor, speaker: Speaker, said: str) -> None:
    """What is said in every week of a speaker, past ones too, and on a day that names them by hand."""
    name = sealed.open_text(speaker, "sealed_name") if speaker.sealed_name else ""
    for week in speaker.weeks.all():
        plan().name_speaker(actor, week.week_date, week.week_date + timedelta(days=6), said, week.said, name)
    speaker.weeks.update(said=said)


@transaction.atomic
def speaker_names(*, actor: Actor, rows: Sequence[Speaker]) -> dict[int, str]:
    """The names of speakers; each counts into the day's quota. Raises NotAllowed, TooMuch."""
    actor.require(ORGANISE)
    seen = [row for row in Speaker.objects.filter(pk__in=[row.pk for row in rows]) if row.sealed_name]
    if seen:
        openings.record_opening(actor, events.SPEAKERS_SEEN, seen[0], values=len(seen))
    return {row.pk: sealed.open_text(row, "sealed_name") for row in seen}
