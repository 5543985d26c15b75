"""Pushes before the shift: the week's plan, sending in batches with retries, counts of what was opened.

A batch is marked as being sent, and that is committed, before anybody is called. Whoever is killed in between leaves it
so; the next round does not send it again (nobody must read it twice) and does not forget it: it stands in doubt until
somebody looks and says whether it came.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.learning import events, kinds, queries, rules
from nuanyi.learning.models import Channel, Group, Lesson, PlanDay, Push, Reader, Session
from nuanyi.learning.rules import PushState, SpeakerKind, State
from nuanyi.learning.services.delivery import deliver
from nuanyi.learning.services.groups import ACT
from nuanyi.ledger import queries as ledgers
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.addresses import public_base
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound
from nuanyi.lib.outgoing import Gone
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import channels as ports
from nuanyi.notices import services as notices
from nuanyi.notices.rules import wait_before
from nuanyi.units.queries import of_own_units

#: How many are marked, sent side by side and settled together. A killed worker leaves at most so many in doubt.
BATCH, SIDE_BY_SIDE = 64, 8
#: A push that has been "being sent" for longer was left by somebody who died.
LOST_AFTER = timedelta(minutes=5)


@transaction.atomic
def plan_day(*, actor: Actor, day: date, lesson: Lesson | None, speaker: str = "") -> None:
    """Say what is told before the shift on a day, and who speaks; None takes it away.

    ``speaker``: a kind of speaker that names nobody, or what is said already on a day of the same week: names come from the
    speakers of the weeks, who agreed. It is read by everybody. Raises BadInput.
    """
    actor.require_everywhere("learning.publish")
    if lesson is None:
        PlanDay.objects.filter(day=day).delete()
    else:
        if lesson.state != State.PUBLISHED:
            raise BadInput(fields={"lesson": _("Only a published lesson can be told.")})
        if day < clock.today():
            raise BadInput(fields={"day": _("This day is over.")})
        PlanDay.objects.update_or_create(
            day=day, defaults={"lesson": lesson, "speaker": _chosen_speaker(speaker, day)}
        )
    journal.record(actor, events.PLAN_SAVED, lesson, day=day.isoformat())


@transaction.atomic
def name_speaker(
    *, actor: Actor, first: date, last: date, speaker: str, before: str | None = None, name: str = ""
) -> int:
    """Say who speaks on the planned days from ``first`` to ``last`` ("": nobody, and what was sent names nobody either).

    ``before`` is what was said of these days so far: a day for which somebody set another speaker by hand keeps theirs,
    unless it says ``name``. None: whatever was said goes.

    Returns how many days were changed. Raises NotAllowed (the plan is the whole installation's).
    """
    actor.require_everywhere("learning.publish")
    words = _speaker_words(speaker)
    meant = Q(day__range=(first, last))
    if before is not None:
        said = Q(speaker__in=("", words, _speaker_words(before)))
        meant &= said | Q(speaker__contains=name) if name else said
    changed = PlanDay.objects.filter(meant).update(speaker=words)
    Push.objects.filter(meant).exclude(lesson=None).update(speaker=words)
    journal.record(actor, events.PLAN_SAVED, None, first=first.isoformat(), days=changed)
    return changed


def _chosen_speaker(chosen: str, day: date) -> str:
    """The words of a kind of speaker, or those that the week says already. Raises BadInput: nobody is named by hand."""
    if chosen in SpeakerKind.values:
        with translation.override("zh-hans"):  # what groups read
            return str(SpeakerKind(chosen).label)
    words = _speaker_words(chosen)
    if words and words not in queries.speakers_said(clock.monday(day)):
        raise BadInput(
            fields={"speaker": _("Choose a kind, or a speaker of this week: nobody is named by hand.")}
        )
    return words


def _speaker_words(text: str) -> str:
    """Who speaks, as it is kept."""
    return text.strip()[:60]


def _code() -> str:
    return secrets.token_hex(5)


@shaped_otherwise(Reason.PROGRAM)
def queue_day(day: date, groups: Iterable[Group] | None = None) -> int:
    """Queue the day's lesson for every active group and reader at their hour; running it again queues nothing twice."""
    plan = PlanDay.objects.select_related("lesson").filter(day=day, lesson__state=State.PUBLISHED).first()
    if plan is None:
        return 0
    rows = [
        Push(
            channel=group.robot,
            lesson=plan.lesson,
            group=group,
            day=day,
            speaker=plan.speaker,
            code=_code(),
            due_at=datetime.combine(day, group.hour, clock.CHINA),
        )
        for group in (Group.objects.filter(active=True) if groups is None else groups)
    ]
    if groups is None:
        rows += [
            Push(
                channel=reader.way,
                lesson=plan.lesson,
                reader=reader,
                day=day,
                speaker=plan.speaker,
                code=_code(),
                due_at=datetime.combine(day, reader.hour, clock.CHINA),
            )
            for reader in Reader.objects.filter(active=True).defer("sealed_address")
        ]
    before = Push.objects.filter(day=day).count()
    Push.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
    return Push.objects.filter(day=day).count() - before


@shaped_otherwise(Reason.PART)
@transaction.atomic
def invite(session: Session, groups: Iterable[Group]) -> int:
    """Tell groups of a session as it stands now; the same standing is told a group once. Returns how many are told."""
    rows = [
        Push(
            channel=group.robot,
            session=session,
            sequence=session.sequence,
            group=group,
            day=clock.today(),
            code=_code(),
            due_at=clock.now(),
        )
        for group in groups
    ]
    Push.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@shaped_otherwise(Reason.PART)
@transaction.atomic
def tell_invited(session: Session) -> int:
    """Tell those who were invited that a session moved or was called off."""
    with row_security.reader(system("invited")):  # groups of other units were invited too
        told = list(Group.objects.filter(active=True, pk__in=session.pushes.values("group")))
    # what was not sent yet would be wrong now
    session.pushes.filter(state=PushState.QUEUED, sequence__lt=session.sequence).update(
        state=PushState.DEAD, last_error="moved"
    )
    return invite(session, told)


# sending -----------------------------------------------------------------------------------------


@dataclass
class Sent:
    """What became of one push that went out: a reason ("" where it arrived), whether it may be tried again,
    whether its reader is gone.
    """

    push: Push
    why: str = ""
    again: bool = False
    gone: bool = False


@shaped_otherwise(Reason.PROGRAM)
def send_due(send: Callable[[Push, float], None] = deliver) -> int:
    """Send what is due over every channel that is not stopped, never by night; returns how many arrived.

    ``send`` delivers one push and raises as ``delivery`` says; the demo hands in one that asks nobody.
    """
    now = clock.now()
    # what somebody who died left behind is neither sent again nor forgotten
    Push.objects.filter(state=PushState.SENDING, taken_at__lt=now - LOST_AFTER).update(state=PushState.DOUBT)
    if rules.quiet(now) or (send is deliver and not public_base()):
        return 0  # a message whose link leads nowhere waits until the address is set
    settings, sent = {row.name: row for row in Channel.objects.all()}, 0
    for port in ports.of_lessons():
        name = port.name
        channel = settings.get(name) or Channel(name=name, a_minute=port.a_minute)
        while channel.active and (batch := _take(channel, now)):
            sent += _settle_batch(name, _out(batch, send))
    return sent


def _allowed(channel: Channel, now: datetime) -> int:
    """How many more may go out over a channel in this minute."""
    if not channel.a_minute:
        return BATCH
    gone = Push.objects.filter(channel=channel.name, taken_at__gt=now - timedelta(minutes=1)).count()
    return max(0, min(BATCH, channel.a_minute - gone))


def _take(channel: Channel, now: datetime) -> list[Push]:
    """The next that are due, marked as being sent and committed so."""
    with transaction.atomic():
        most = _allowed(channel, now)
        due = Push.objects.select_for_update(skip_locked=True).filter(
            channel=channel.name, state=PushState.QUEUED, due_at__lte=now
        )
        pks = list(due.order_by("due_at").values_list("pk", flat=True)[:most]) if most else []
        if not pks:
            return []
        Push.objects.filter(pk__in=pks).update(
            state=PushState.SENDING, attempts=F("attempts") + 1, due_at=now, taken_at=clock.now()
        )
    return list(Push.objects.filter(pk__in=pks).select_related("lesson", "session", "group", "reader"))


def _out(batch: list[Push], send: Callable[[Push, float], None]) -> list[Sent]:
    """Send a batch side by side. Nothing in here reads the database."""
    now = clock.now().timestamp()

    def one(push: Push) -> Sent:
        try:
            with translation.override("zh-hans"):
                send(push, now)
        except (ConnectionError, ValueError) as exc:
            return Sent(
                push,
                str(exc)[:200] or type(exc).__name__,
                isinstance(exc, ConnectionError),
                isinstance(exc, Gone),
            )
        return Sent(push)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(one, batch))


@transaction.atomic
def _settle_batch(channel: str, results: list[Sent]) -> int:
    """Write down what became of a batch; returns how many arrived."""
    arrived = [one.push for one in results if not one.why]
    Push.objects.filter(pk__in=[push.pk for push in arrived]).update(
        state=PushState.SENT, sent_at=clock.now(), last_error=""
    )
    for one in results:
        if one.why:
            _failed(one)
    for lesson in {push.lesson_id: push for push in arrived if push.lesson_id}.values():
        _count(lesson)
    journal.record(
        system("learning"),
        events.PUSH_ENDED,
        None,
        channel=channel,
        arrived=len(arrived),
        failed=len(results) - len(arrived),
    )
    return len(arrived)


def _failed(one: Sent) -> None:
    push = one.push
    push.last_error = one.why
    if one.again and push.attempts < rules.MAX_ATTEMPTS:
        push.state, push.due_at = PushState.QUEUED, clock.now() + wait_before(push.attempts)
        push.save()
        return
    push.state = PushState.DEAD
    push.save()
    if push.group is not None:
        notices.call(
            push.group.unit_id,
            ("unit_staff", "district_office"),
            kinds.PUSH_DEAD,
            once=f"push:{push.pk}",
            address=reverse("learning:pushes"),
            group=push.group.name,
            why=push.last_error,
        )
    elif push.reader is not None and one.gone:
        push.reader.delete()


def _count(push: Push) -> None:
    """A lesson counts as pushed once, when it first reached somebody."""
    lesson = Lesson.objects.select_for_update().filter(pk=push.lesson_id or 0).first()
    if lesson is None or ledgers.known(kinds.LESSONS_PUSHED, lesson):
        return
    group = push.group
    line = Delivered(
        day=push.day,
        region_code=group.region_code if group else "",
        sector=group.sector if group else "",
        unit_id=group.unit_id if group else 0,
    )
    ledger.record(kinds.LESSONS_PUSHED, [line], source=lesson)


@transaction.atomic
def settle(*, actor: Actor, pk: int, came: bool) -> Push:
    """Say of a push in doubt whether it came, or send a dead one again. Raises NotFound, NotAllowed, IllegalMove."""
    push = (
        Push.objects.select_for_update(of=("self",)).select_related("group", "lesson").filter(pk=pk).first()
    )
    if push is None:
        raise NotFound()
    # single readers belong to no unit: only hands that reach everywhere settle theirs
    actor.require_within(ACT, units=(push.group.unit_id if push.group else 0,))
    if push.state == PushState.DOUBT and came:
        push.state, push.sent_at = PushState.SENT, clock.now()
        push.save()
        _count(push)
    elif push.state in (PushState.DOUBT, PushState.DEAD) and not came:
        push.state, push.attempts, push.due_at, push.last_error = PushState.QUEUED, 0, clock.now(), ""
        push.save()
    else:
        raise IllegalMove()
    journal.record(actor, events.PUSH_ENDED, push, state=push.state)
    return push


def in_doubt(actor: Actor) -> QuerySet[Push]:
    """The pushes in doubt that an actor may settle: those of the units' groups, everywhere those of readers too."""
    return of_own_units(Push.objects.filter(state=PushState.DOUBT), actor, ACT, "group__unit")


@transaction.atomic
def settle_many(
    *, actor: Actor, shown: int, came: bool, day: date | None = None, group_id: int | None = None
) -> int:
    """Say of all pushes in doubt of a day to a group (None: to single readers) whether they came, or send them again.

    Without a day all that the actor may settle are meant.

    ``shown`` is the count that the actor saw; where it is another by now nothing is settled. Returns the count. Raises
    NotAllowed, NotFound (nothing there that they may settle), Conflict.
    """
    actor.require(ACT)
    rows = in_doubt(actor).order_by("pk")
    if day is not None:
        rows = rows.filter(day=day)
        rows = rows.filter(group=None) if group_id is None else rows.filter(group_id=group_id)
    pushes = list(rows.select_for_update(of=("self",)).select_related("group", "lesson"))
    if not pushes:
        raise NotFound()
    if len(pushes) != shown:
        raise Conflict(_("There are %(n)s by now. Look again, then say it of all.") % {"n": len(pushes)})
    chosen = Push.objects.filter(pk__in=[push.pk for push in pushes])
    if came:
        chosen.update(state=PushState.SENT, sent_at=clock.now())
        for push in {push.lesson_id: push for push in pushes if push.lesson_id}.values():
            _count(push)
    else:
        chosen.update(state=PushState.QUEUED, attempts=0, due_at=clock.now(), last_error="")
    journal.record(
        actor,
        events.PUSH_ENDED,
        pushes[0].group if day else None,
        day=day.isoformat() if day else None,
        state=PushState.SENT if came else PushState.QUEUED,
        settled=len(pushes),
    )
    return len(pushes)


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def open_push(code: str) -> tuple[str, str]:
    """``(slug of the lesson, code of the session)`` behind a pushed link, one of them ""; that it was opened is counted and
    nothing else. Raises NotFound."""
    push = Push.objects.select_related("lesson", "session").filter(code=code).first()
    if push is None or (push.lesson is not None and push.lesson.state != State.PUBLISHED):
        raise NotFound()
    Push.objects.filter(pk=push.pk).update(opens=F("opens") + 1)
    return push.lesson.slug if push.lesson else "", push.session.code if push.session else ""
