"""Sessions: planned, signed up for, signed in by the code on the screen, counted, told what people thought."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.learning import events, kinds, marks, rules
from nuanyi.learning.models import Attendance, Group, Opinion, Session, SessionPicture, Signup, TeamMember
from nuanyi.learning.rules import Paper as Sheet
from nuanyi.learning.rules import Role, SessionKind
from nuanyi.learning.services import pushing
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, limits, pictures, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.lib.sectors import Sector
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people.models import Account, keys
from nuanyi.people.services import openings
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.units.queries import of_own_units

ACT = "learning.sessions"
HALL_AN_HOUR = 600


@dataclass
class SessionInput:
    """A session as somebody plans it."""

    kind: str
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    unit: Unit
    region_code: str = ""
    sector: str = ""
    capacity: int = 0
    announced: bool = True


def _check(told: SessionInput) -> None:
    wrong: dict[str, Any] = {}
    if told.kind not in SessionKind.values:
        wrong["kind"] = _("Choose from the list.")
    if len(told.title.strip()) < 2:
        wrong["title"] = _("Give it a title.")
    if len(told.place.strip()) < 2:
        wrong["place"] = _("Say where.")
    if not 0 < (told.ends_at - told.starts_at).total_seconds() <= 12 * 3600:
        wrong["ends_at"] = _("It ends after it begins, and within twelve hours.")
    if told.region_code and told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if told.sector and told.sector not in Sector.values:
        wrong["sector"] = _("Choose a sector.")
    if wrong:
        raise BadInput(fields=wrong)


def own(actor: Actor, pk: int, *, lock: bool = True) -> Session:
    """A session of the actor's unit (the district's hands reach all), locked. Raises NotAllowed, NotFound."""
    actor.require(ACT)
    rows = Session.objects.select_related("unit").filter(pk=pk)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound()
    actor.require_within(ACT, units=(found.unit_id,))
    return found


@transaction.atomic
def save_session(*, actor: Actor, told: SessionInput, pk: int | None = None) -> Session:
    """Plan a session, or move it: then calendars that follow it are told by a higher sequence (RFC 5545). Raises BadInput."""
    actor.require(ACT)
    _check(told)
    actor.require(ACT, units=(told.unit.pk,))
    session = own(actor, pk) if pk else Session(secret=secrets.token_bytes(32))
    if session.held_at or session.cancelled_at:
        raise IllegalMove()
    session.kind, session.title, session.place = told.kind, told.title.strip()[:80], told.place.strip()[:120]
    session.starts_at, session.ends_at, session.unit = told.starts_at, told.ends_at, told.unit
    session.region_code, session.sector, session.capacity = told.region_code, told.sector, told.capacity
    if pk:
        session.sequence += 1
    else:
        session.account = Account.objects.filter(pk=actor.account_id or 0).first()
        session.by_instructor = "instructor" in actor.roles
        session.announced = told.announced
    session.save()
    if pk:
        pushing.tell_invited(session)
    journal.record(actor, events.SESSION_SAVED, session, sequence=session.sequence)
    return session


@transaction.atomic
def add_member(*, actor: Actor, pk: int, role: str, name: str) -> TeamMember:
    """Name one of the lecture team; the name is sealed. Raises BadInput, IllegalMove."""
    session = own(actor, pk)
    if role not in Role.values or len(name.strip()) < 2:
        raise BadInput(fields={"name": _("A role and a name.")})
    if session.team.count() >= 12:
        raise IllegalMove()
    made = _seat(session, role, name)
    # which part somebody has stands in no journal: it tells who belongs to the Party
    journal.record(actor, events.SESSION_SAVED, session, team="one")
    return made


def _seat(session: Session, role: str, name: str) -> TeamMember:
    made = TeamMember(key=new_id(), session=session)
    sealed.put(made, "sealed_name", name.strip()[:40])
    sealed.put_choice(made, "sealed_part", role)
    made.save()
    return made


@transaction.atomic
def team_names(*, actor: Actor, pk: int) -> list[tuple[str, str]]:
    """``(what somebody does in the team, name)``; each name counts into the day's quota.

    Whoever may not open political affiliation reads names without the parts they have: one part says Party member.
    Raises NotAllowed, NotFound, TooMuch.
    """
    session = own(actor, pk, lock=False)
    rows = list(session.team.order_by("pk"))
    if rows:
        openings.record_opening(actor, events.SESSION_TEAM_SEEN, session, values=len(rows))
    told = actor.can("people.reveal_political")
    if told:
        parted = sorted(((row.part, row) for row in rows), key=lambda one: (one[0], one[1].pk))
        return [(str(Role(part).label), sealed.open_text(row, "sealed_name")) for part, row in parted]
    return sorted((str(_("Speaker")), sealed.open_text(row, "sealed_name")) for row in rows)


@transaction.atomic
def put_team(*, actor: Actor, pk: int, team: Sequence[tuple[str, str]]) -> None:
    """Name a whole lecture team, ``(role, name)``, in place of the one before; names are sealed. Raises BadInput, IllegalMove."""
    session = own(actor, pk)
    if session.held_at or session.cancelled_at or not 1 <= len(team) <= 12:
        raise IllegalMove()
    if any(role not in Role.values or len(name.strip()) < 2 for role, name in team):
        raise BadInput(fields={"name": _("A role and a name.")})
    session.team.all().delete()
    for role, name in team:
        _seat(session, role, name)
    journal.record(actor, events.SESSION_SAVED, session, team="whole")


@transaction.atomic
def cancel(*, actor: Actor, pk: int) -> Session:
    """A session does not take place. Raises IllegalMove."""
    session = own(actor, pk)
    if session.held_at or session.cancelled_at:
        raise IllegalMove()
    session.cancelled_at, session.sequence = clock.now(), session.sequence + 1
    session.save()
    pushing.tell_invited(session)
    journal.record(actor, events.SESSION_HELD, session, cancelled=True)
    return session


def groups_to_invite(actor: Actor) -> list[Group]:
    """The groups that may be invited: those of the actor's unit, or all."""
    return list(of_own_units(Group.objects.filter(active=True).order_by("name"), actor, ACT))


@transaction.atomic
def invite(*, actor: Actor, pk: int, groups: list[int]) -> int:
    """Invite groups; they are told again by themselves when the session moves or is called off. Raises IllegalMove, BadInput."""
    session = own(actor, pk)
    if session.held_at or session.cancelled_at or session.ends_at < clock.now():
        raise IllegalMove()
    chosen = [group for group in groups_to_invite(actor) if group.pk in groups]
    if not chosen:
        raise BadInput(fields={"groups": _("Choose at least one group.")})
    told = pushing.invite(session, chosen)
    journal.record(actor, events.SESSION_SAVED, session, invited=told)
    return told


@transaction.atomic
def add_picture(*, actor: Actor, pk: int, kind: str, data: bytes, key: UUID) -> SessionPicture:
    """Keep a photo of the session or of its sign-in sheet, rebuilt and sealed; a repeat changes nothing.
    Raises BadPicture, BadInput.
    """
    session = own(actor, pk)
    known = SessionPicture.objects.filter(key=key, session=session).first()
    if known:
        return known
    if kind not in Sheet.values:
        raise BadInput(fields={"kind": _("Choose from the list.")})
    if session.pictures.count() >= rules.MAX_PICTURES:
        raise BadInput(fields={"file": _("A session holds at most twelve pictures.")})
    made = SessionPicture.objects.create(
        key=key,
        session=session,
        kind=kind,
        account=Account.objects.filter(pk=actor.account_id or 0).first(),
        sealed_data=keys().seal_bytes("person", pictures.rebuild(data).jpeg, key.bytes),
    )
    journal.record(actor, events.SESSION_SAVED, session, picture=kind)
    return made


@transaction.atomic
def picture(*, actor: Actor, pk: int, key: UUID) -> bytes:
    """A picture, opened; that it was looked at is journaled, since it shows people and their hands. Raises NotFound."""
    session = own(actor, pk)
    found = session.pictures.filter(key=key).first()
    if found is None:
        raise NotFound()
    journal.record(actor, events.PICTURE_SEEN, session, picture=found.kind)
    return keys().open_bytes("person", bytes(found.sealed_data), key.bytes)


@transaction.atomic
def close(*, actor: Actor, pk: int, head_count: int | None) -> Session:
    """The session was held: it goes to the ledger with its sign-ins, or with the heads counted where people did not sign.

    Whoever came to a branch's own meeting was not trained: Party work counts its meetings itself.

    A lecture needs its team complete: instructor, Party member and workers' representative. Raises IllegalMove, BadInput.
    """
    session = own(actor, pk)
    if session.held_at or session.cancelled_at:
        raise IllegalMove()
    if session.starts_at > clock.now():
        raise IllegalMove(_("It has not begun yet."), code="not-begun")
    missing = rules.missing_roles(row.part for row in session.team.all())
    if session.kind == SessionKind.LECTURE and missing:
        # which part is missing tells whose part the named ones have
        if not actor.can("people.reveal_political"):
            raise IllegalMove(_("The lecture team is not complete yet."), code="team")
        words = "、".join(str(Role(role).label) for role in missing)
        raise IllegalMove(_("The lecture team lacks: %(who)s") % {"who": words}, code="team")
    if head_count is not None and not 0 <= head_count <= 5000:
        raise BadInput(fields={"head_count": _("From 0 to 5,000.")})
    signed = session.attendances.count()
    session.held_at, session.head_count = clock.now(), head_count
    session.save()
    day = session.starts_at.astimezone(clock.CHINA).date()
    place = {"region_code": session.region_code, "sector": session.sector, "unit_id": session.unit_id}
    kind = kinds.SESSIONS if session.by_instructor else kinds.OTHER_SESSIONS
    ledger.record(kind, [Delivered(day=day, **place)], source=session)  # type: ignore[arg-type]
    there = max(signed, head_count or 0)
    if there and (session.by_instructor or session.kind not in rules.ORGANISATION_LIFE):
        ledger.record(kinds.ATTENDANCES, [Delivered(day=day, count=there, **place)], source=session)  # type: ignore[arg-type]
    journal.record(actor, events.SESSION_HELD, session, signed=signed, heads=head_count)
    return session


# phones ------------------------------------------------------------------------------------------


def by_code(code: str) -> Session:
    """A session that is not cancelled. Raises NotFound."""
    found = Session.objects.select_related("unit").filter(code=code, cancelled_at=None).first()
    if found is None:
        raise NotFound()
    return found


def _phone(table: str, session: Session, phone: UUID) -> bytes:
    return marks.mark(table, keys().digest(f"session-{session.code}", phone.hex))


def ticket_for(session: Session, token: str) -> str:
    """A ticket for the page that a fresh code opened; "" where the code is not fresh (any more) or not ours."""
    counter = rules.counter_of(bytes(session.secret), token)
    if counter is None or not rules.fresh(counter, clock.now()):
        return ""
    return signing.dumps({"s": session.code, "n": counter}, salt="hall")


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def sign_in(
    *, session: Session, phone: UUID, ticket: str = "", token: str = "", waited: int = 0, network: str
) -> bool:
    """Be there. Either with the ticket of a page that a fresh code opened, or with a code that the phone took without
    network ``waited`` seconds ago. The same phone twice is there once; returns whether it was new.

    Raises IllegalMove for a code that was forwarded, photographed or made up; TooMuch.
    """
    limits.count(f"hall:{session.pk}", network, at_most=HALL_AN_HOUR)
    if not Session.objects.filter(pk=session.pk, held_at=None, cancelled_at=None).exists():
        raise IllegalMove(_("The sign-in sheet of this session is closed."), code="closed")
    if not _was_there(session, ticket, token, waited):
        raise IllegalMove(
            _(
                "This code is not on the screen any more. Scan the one that is there now; a code that was sent on does not count."
            ),
            code="stale-code",
        )
    made = Attendance(session=session, device=_phone("attendance", session, phone))
    before = Attendance.objects.filter(session=session, device=made.device).exists()
    Attendance.objects.bulk_create([made], ignore_conflicts=True)
    return not before


def _was_there(session: Session, ticket: str, token: str, waited: int) -> bool:
    if ticket:
        try:
            told = signing.loads(ticket, salt="hall", max_age=rules.PAGE_SECONDS)
        except signing.BadSignature:
            return False
        return bool(told.get("s") == session.code)
    counter = rules.counter_of(bytes(session.secret), token)
    return counter is not None and rules.fresh(counter, clock.now(), waited)


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def sign_up(*, session: Session, phone: UUID, network: str) -> int:
    """Ask for a place; returns 0 where there is one, else the place in the waiting list. The same phone again changes nothing."""
    limits.count(f"signup:{session.pk}", network, at_most=HALL_AN_HOUR)
    Session.objects.select_for_update().get(pk=session.pk)
    if session.starts_at < clock.now():
        raise IllegalMove(_("It has begun already. Just come in."), code="begun")
    Signup.objects.get_or_create(session=session, device=_phone("signup", session, phone))
    return place_of(session, phone)


def place_of(session: Session, phone: UUID) -> int:
    """0: has a place; 1 and more: the place in the waiting list; -1: not signed up."""
    mine = Signup.objects.filter(session=session, device=_phone("signup", session, phone)).first()
    if mine is None:
        return -1
    ahead = Signup.objects.filter(session=session, pk__lt=mine.pk).count()
    return max(0, ahead + 1 - session.capacity) if session.capacity else 0


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def give_up(*, session: Session, phone: UUID) -> None:
    """Give a place back; whoever waits moves up."""
    Signup.objects.filter(session=session, device=_phone("signup", session, phone)).delete()


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def give_opinion(*, session: Session, phone: UUID, mark: int, network: str) -> None:
    """One tap: 1 good, 2 so-so, 3 bad; only from a phone that was there. The last tap counts. Raises IllegalMove, BadInput."""
    limits.count(f"opinion:{session.pk}", network, at_most=HALL_AN_HOUR)
    if mark not in (1, 2, 3):
        raise BadInput(code="bad-mark")
    there = _phone("attendance", session, phone)
    if not Attendance.objects.filter(session=session, device=there).exists():
        raise IllegalMove(_("Only a phone that signed in can say how it was."), code="not-there")
    mine = _phone("opinion", session, phone)
    Opinion.objects.update_or_create(session=session, device=mine, defaults={"mark": mark})


def of_phone(phone: UUID) -> list[Session]:
    """The sessions that a phone has a place for, cancelled ones too: its own calendar."""
    rows = list(
        Session.objects.filter(ends_at__gte=clock.now() - timedelta(days=31)).order_by("starts_at", "id")[
            :500
        ]
    )
    asked_by = [_phone("signup", row, phone) for row in rows]
    mine = Signup.objects.filter(session__in=rows, device__in=asked_by).values_list("session_id", flat=True)
    asked = set(mine)
    return [row for row in rows if row.pk in asked]
