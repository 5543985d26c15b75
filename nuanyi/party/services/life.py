"""Organisation life: a branch plans a meeting, holds it with minutes and sign-in, calls it off; what is due is set as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock, once, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound, Words
from nuanyi.party import events, kinds, queries
from nuanyi.party.life_rules import Every, MeetingKind
from nuanyi.party.models.life import LifeRule, Meeting
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.ports import SessionPlan, SessionStand, sessions
from nuanyi.party.rules import MEMBERS, ORGANISE
from nuanyi.people.services import openings

MINUTES_AT_MOST = 5000


@dataclass
class MeetingInput:
    """A meeting as its branch plans it; ``announced`` lets everybody read of a themed day."""

    kind: str
    topic: str
    place: str
    starts_at: datetime
    ends_at: datetime
    announced: bool = False


@dataclass
class LifeRuleInput:
    """How often a kind is due, from which day on, of branches with how many full members, and where that is written."""

    kind: str
    months: int
    from_date: date
    members_at_least: int
    source: str


def _led(actor: Actor, pk: int) -> Organisation:
    """A branch that this actor leads, or any for the organisation department. Raises NotAllowed, NotFound."""
    actor.require(MEMBERS)
    found = queries.led_by(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _meeting(actor: Actor, pk: int) -> Meeting:
    """A meeting of a branch that this actor leads, locked. Raises NotAllowed, NotFound."""
    actor.require(MEMBERS)
    rows = Meeting.objects.visible_to(actor).select_for_update(of=("self",)).select_related("organisation")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _stand(meeting: Meeting) -> SessionStand:
    found = sessions().stand([meeting.session]).get(meeting.session)
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def plan_meeting(*, actor: Actor, key: UUID, branch: int, told: MeetingInput) -> Meeting:
    """Plan a meeting; its sign-in is ready at once. The same key again gives the first answer.

    Raises NotAllowed, NotFound, BadInput.
    """
    led = _led(actor, branch)
    known = Meeting.objects.visible_to(actor).filter(key=key).first()
    if first := once.first_of(known, organisation_id=led.pk):
        return first
    wrong: dict[str, Words] = {}
    if told.kind not in MeetingKind.values:
        wrong["kind"] = _("Choose from the list.")
    if not 2 <= len(told.topic.strip()) <= 50:
        wrong["topic"] = _("What is it about? From 2 to 50 characters.")
    on = told.starts_at.astimezone(clock.CHINA).date()
    if not led.founded_date <= on <= date(clock.today().year + 1, 12, 31):
        wrong["starts"] = _("Not before the branch was set up, and next year at the latest.")
    if wrong:
        raise BadInput(fields=wrong)
    kind = MeetingKind(told.kind)
    with translation.override(settings.LANGUAGE_CODE):  # the title stands in a list for all
        title = f"{kind.label}：{told.topic.strip()}"
    number = sessions().plan(
        actor,
        SessionPlan(
            title=title,
            place=told.place,
            starts_at=told.starts_at,
            ends_at=told.ends_at,
            themed=kind is MeetingKind.THEMED,
            # whoever sits in a branch's meetings belongs to it: only a themed day may be open to everybody
            announced=told.announced and kind is MeetingKind.THEMED,
            region_code=led.region_code,
            sector=led.sector,
        ),
    )
    made = Meeting.objects.create(
        key=key, organisation=led, kind=kind, topic=told.topic.strip(), session=number, planned_date=on
    )
    journal.record(actor, events.MEETING_CHANGED, made, what=str(kind))
    return made


@transaction.atomic
def hold_meeting(*, actor: Actor, pk: int, heads: int | None, minutes: str) -> Meeting:
    """It was held, with its minutes; it counts for what is due and stands in the ledger once.

    ``heads`` are those counted in the room, where not everybody signed in. Where its session was closed already, who came is
    taken from there. Raises NotAllowed, NotFound, BadInput, IllegalMove.
    """
    found = _meeting(actor, pk)
    if found.over:
        raise IllegalMove(_("It was held or called off already."), code="over")
    if not 10 <= len(minutes.strip()) <= MINUTES_AT_MOST:
        raise BadInput(fields={"minutes": _("Minutes of 10 characters at least, 5,000 at most.")})
    stand = _stand(found)
    if stand.cancelled:
        raise IllegalMove(_("Its session was called off."), code="over")
    if not stand.held:
        if not stand.signed and not heads:
            raise BadInput(fields={"heads": _("Nobody signed in: how many were there?")})
        sessions().close(actor, found.session, heads)
        stand = _stand(found)
    found.held_date = stand.starts_at.astimezone(clock.CHINA).date()
    found.present = stand.present
    sealed.put(found, "sealed_minutes", minutes.strip())
    found.save(update_fields=["held_date", "present", "sealed_minutes"])
    journal.record(actor, events.MEETING_CHANGED, found, held=True)
    branch = found.organisation
    line = ledger.Delivered(
        day=found.held_date, region_code=branch.region_code, sector=branch.sector, unit_id=actor.unit_id or 0
    )
    ledger.record(kinds.MEETINGS, [line], source=found)
    return found


@transaction.atomic
def call_off(*, actor: Actor, pk: int) -> Meeting:
    """It does not take place, and its session neither. Raises NotAllowed, NotFound, IllegalMove."""
    found = _meeting(actor, pk)
    if found.over:
        raise IllegalMove(_("It was held or called off already."), code="over")
    if not _stand(found).cancelled:
        sessions().cancel(actor, found.session)
    found.called_off_date = clock.today()
    found.save(update_fields=["called_off_date"])
    journal.record(actor, events.MEETING_CHANGED, found, called_off=True)
    return found


@transaction.atomic
def read_minutes(*, actor: Actor, pk: int) -> str:
    """The minutes of a meeting; that they were opened is noted. Raises NotAllowed, NotFound, TooMuch."""
    found = _meeting(actor, pk)
    if found.sealed_minutes is None:
        raise NotFound()
    openings.record_opening(actor, events.MINUTES_SEEN, found)
    return sealed.open_text(found, "sealed_minutes")


@transaction.atomic
def set_life_rule(*, actor: Actor, told: LifeRuleInput) -> LifeRule:
    """Say how often a kind is due from a day on. Raises NotAllowed, BadInput."""
    actor.require_everywhere(ORGANISE)
    wrong: dict[str, Words] = {}
    if told.kind not in MeetingKind.values:
        wrong["kind"] = _("Choose from the list.")
    if told.months not in Every.values:
        wrong["months"] = _("Choose from the list.")
    if not 0 <= told.members_at_least <= 1000:
        wrong["members_at_least"] = _("From 0 to 1,000.")
    if not told.source.strip():
        wrong["source"] = _("Name the paper that says so.")
    if wrong:
        raise BadInput(fields=wrong)
    made, _new = LifeRule.objects.update_or_create(
        kind=told.kind,
        from_date=told.from_date,
        defaults={
            "months": told.months,
            "members_at_least": told.members_at_least,
            "source": told.source.strip()[:200],
        },
    )
    journal.record(actor, events.LIFE_RULE_SAVED, made)
    return made
