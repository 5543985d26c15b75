"""Pushes before the shift: groups with their robots, the week's plan, sending with retries, counts of what was opened.

A push is marked as being sent, and that is committed, before the robot is called. Whoever is killed in between leaves it
so; the next round does not send it again (a group must not read it twice) and does not forget it: it stands in doubt until
somebody looks into the group and says whether it came.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.learning import events, kinds, rules
from nuanyi.learning.models import Group, Lesson, PlanDay, Push
from nuanyi.learning.rules import PushState, Robot, State
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound, Refusal
from nuanyi.lib.sectors import Sector
from nuanyi.notices import robots
from nuanyi.notices import services as notices
from nuanyi.notices.rules import wait_before
from nuanyi.people.models import keys
from nuanyi.places import queries as places
from nuanyi.units.models import Unit

ACT = "learning.groups"
BATCH = 200
#: A push that has been "being sent" for longer was left by somebody who died.
LOST_AFTER = timedelta(minutes=5)


@dataclass
class Told:
    """A group as somebody enters it. ``address`` and ``secret`` stay as they are where left empty."""

    name: str
    robot: str
    address: str
    secret: str
    hour: time
    unit: Unit
    sector: str = ""
    region_code: str = ""
    members: int = 0
    active: bool = True


def groups_for(actor: Actor) -> list[Group]:
    """The groups of the actor's unit, or all."""
    rows = Group.objects.select_related("unit").order_by("-active", "name")
    if not any(scope.everywhere for scope in actor.scopes(ACT)):
        rows = rows.filter(unit__in=actor.units(ACT))
    return list(rows)


@transaction.atomic
def save_group(*, actor: Actor, told: Told, pk: int | None = None) -> Group:
    """Enter or change a group. Raises NotAllowed, NotFound, BadInput (an address that is not the robot's own)."""
    actor.require(ACT, units=(told.unit.pk,))
    group = Group.objects.select_for_update().filter(pk=pk).first() if pk else Group()
    if group is None:
        raise NotFound()
    if pk:
        actor.require(ACT, units=(group.unit_id,))
    wrong: dict[str, Any] = {}
    if told.robot not in Robot.values:
        wrong["robot"] = _("Choose from the list.")
    elif (told.address or not pk) and not robots.right_address(told.robot, told.address):
        wrong["address"] = _("This is not the address of such a robot. Copy it from the group's settings.")
    elif pk and told.robot != group.robot and not told.address:
        wrong["address"] = _("Another robot has another address.")
    if not told.name.strip():
        wrong["name"] = _("Give it a name.")
    if told.region_code and told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if told.sector and told.sector not in Sector.values:
        wrong["sector"] = _("Choose a sector.")
    if wrong:
        raise BadInput(fields=wrong)
    group.name, group.robot, group.hour, group.unit = told.name.strip()[:60], told.robot, told.hour, told.unit
    group.sector, group.region_code, group.members, group.active = (
        told.sector,
        told.region_code,
        told.members,
        told.active,
    )
    if told.address:
        group.sealed_address = keys().seal("person", told.address, b"group-address")
    if told.secret:
        group.sealed_secret = keys().seal("person", told.secret, b"group-secret")
    group.save()
    journal.record(actor, events.GROUP_SAVED, group, robot=group.robot, active=group.active)
    return group


def _send(group: Group, title: str, text: str, link: str) -> None:
    address = keys().open("person", bytes(group.sealed_address), b"group-address")
    secret = keys().open("person", bytes(group.sealed_secret), b"group-secret") if group.sealed_secret else ""
    robots.send(
        group.robot, address=address, secret=secret, title=title, text=text, link=link, now=clock.now().timestamp()
    )


def try_group(*, actor: Actor, pk: int) -> None:
    """Send a trial message now. Raises NotFound, NotAllowed, Refusal with the robot's own words."""
    group = Group.objects.filter(pk=pk).first()
    if group is None:
        raise NotFound()
    actor.require(ACT, units=(group.unit_id,))
    try:
        _send(group, str(_("A trial")), str(_("If you read this, the robot is set up rightly.")), _link(""))
    except (ConnectionError, ValueError) as exc:
        raise Refusal(_("The robot answered: %(why)s") % {"why": exc}, code="robot") from exc
    journal.record(actor, events.GROUP_TESTED, group)


def _link(path: str) -> str:
    return f"{settings.NUANYI_PUBLIC_URL.rstrip('/') or 'http://127.0.0.1:8000'}/{path}"


# the plan ----------------------------------------------------------------------------------------


@transaction.atomic
def plan_day(*, actor: Actor, day: date, lesson: Lesson | None, speaker: str = "") -> None:
    """Say what is told before the shift on a day, and who speaks; None takes it away. Raises BadInput."""
    actor.require("learning.publish")
    if lesson is None:
        PlanDay.objects.filter(day=day).delete()
    else:
        if lesson.state != State.PUBLISHED:
            raise BadInput(fields={"lesson": _("Only a published lesson can be told.")})
        if day < clock.today():
            raise BadInput(fields={"day": _("This day is over.")})
        PlanDay.objects.update_or_create(day=day, defaults={"lesson": lesson, "speaker": speaker.strip()[:60]})
    journal.record(actor, events.PLAN_SAVED, lesson, day=day.isoformat())


def queue_day(day: date, groups: Iterable[Group] | None = None) -> int:
    """Queue the day's lesson for every active group at its hour; running it again queues nothing twice."""
    plan = PlanDay.objects.select_related("lesson").filter(day=day, lesson__state=State.PUBLISHED).first()
    if plan is None:
        return 0
    rows = [
        Push(
            lesson=plan.lesson, group=group, day=day, speaker=plan.speaker, code=secrets.token_hex(5),
            due_at=datetime.combine(day, group.hour, clock.CHINA),
        )
        for group in (Group.objects.filter(active=True) if groups is None else groups)
    ]  # fmt: skip
    before = Push.objects.filter(day=day).count()
    Push.objects.bulk_create(rows, ignore_conflicts=True)
    return Push.objects.filter(day=day).count() - before


# sending -----------------------------------------------------------------------------------------


def send_due() -> int:
    """Send what is due; returns how many arrived."""
    now = clock.now()
    # what somebody who died left behind is neither sent again nor forgotten
    Push.objects.filter(state=PushState.SENDING, due_at__lt=now - LOST_AFTER).update(state=PushState.DOUBT)
    sent = 0
    for _turn in range(BATCH):
        push = _take_one(now)
        if push is None:
            break
        sent += _deliver(push)
    return sent


def _take_one(now: datetime) -> Push | None:
    """The next push that is due, marked as being sent and committed so."""
    with transaction.atomic():
        due = Push.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=PushState.QUEUED, due_at__lte=now
        )
        push = due.select_related("lesson", "group__unit").order_by("due_at", "pk").first()
        if push is None:
            return None
        push.state, push.attempts, push.due_at = PushState.SENDING, push.attempts + 1, now
        push.save(update_fields=["state", "attempts", "due_at"])
        return push


def _deliver(push: Push) -> bool:
    lesson = push.lesson
    text = lesson.lead or lesson.body[:120]
    if push.speaker:
        text = f"{push.speaker}：{text}"
    try:
        _send(push.group, lesson.title, text, _link(f"l/{push.code}/"))
    except (ConnectionError, ValueError) as exc:
        _failed(push, str(exc), again=isinstance(exc, ConnectionError))
        return False
    with transaction.atomic():
        push.state, push.sent_at, push.last_error = PushState.SENT, clock.now(), ""
        push.save()
        _count(push)
        journal.record(system("learning"), events.PUSH_ENDED, push, state=push.state)
    return True


def _failed(push: Push, why: str, *, again: bool) -> None:
    with transaction.atomic():
        push.last_error = why[:200]
        if again and push.attempts < rules.MAX_ATTEMPTS:
            push.state, push.due_at = PushState.QUEUED, clock.now() + wait_before(push.attempts)
        else:
            push.state = PushState.DEAD
            notices.call(
                push.group.unit_id, ("unit_staff", "district_office"), kinds.PUSH_DEAD, once=f"push:{push.pk}",
                address="/office/learning/pushes/", group=push.group.name, why=push.last_error,
            )  # fmt: skip
            journal.record(system("learning"), events.PUSH_ENDED, push, state=push.state)
        push.save()


def _count(push: Push) -> None:
    """A lesson counts as pushed once, when it first reached a group."""
    if not Push.objects.filter(lesson=push.lesson, state=PushState.SENT).exclude(pk=push.pk).exists():
        line = Delivered(
            day=push.day, region_code=push.group.region_code, sector=push.group.sector, unit_id=push.group.unit_id
        )
        ledger.record(kinds.LESSONS_PUSHED, [line], source=push.lesson)


@transaction.atomic
def settle(*, actor: Actor, pk: int, came: bool) -> Push:
    """Say of a push in doubt whether it came, or send a dead one again. Raises NotFound, NotAllowed, IllegalMove."""
    push = Push.objects.select_for_update(of=("self",)).select_related("group", "lesson").filter(pk=pk).first()
    if push is None:
        raise NotFound()
    actor.require(ACT, units=(push.group.unit_id,))
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


def open_push(code: str) -> Lesson:
    """The lesson behind a pushed link; that it was opened is counted and nothing else. Raises NotFound."""
    push = Push.objects.select_related("lesson").filter(code=code).first()
    if push is None or push.lesson.state != State.PUBLISHED:
        raise NotFound()
    Push.objects.filter(pk=push.pk).update(opens=F("opens") + 1)
    return push.lesson
