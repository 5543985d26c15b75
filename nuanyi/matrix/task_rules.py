"""Key tasks: states, parts of units, and how red, amber and green are worked out. No database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nuanyi.lib.errors import Words
from nuanyi.lib.moves import checker

#: Ahead of a milestone or a deadline its unit is reminded so many days.
REMIND_DAYS = 7
#: A milestone that is late for longer is red.
RED_AFTER_DAYS = 30
#: The share of the way that should be behind, times this, is still green, or still amber.
GREEN_SHARE, AMBER_SHARE = 0.9, 0.6
#: Before so much of the time is over, pace says nothing.
EARLY = 0.15


class TaskState(models.TextChoices):
    """Whether a task is still to be done."""

    RUNNING = "running", _("running")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class Part(models.TextChoices):
    """A unit's part in a task."""

    LEAD = "lead", _("leads")
    COOPERATE = "cooperate", _("cooperates")
    GUIDE = "guide", _("guides by line")
    HOLD = "hold", _("holds by place")


class Light(models.TextChoices):
    """How a task stands. GREY: nobody can say."""

    RED = "red", _("behind")
    AMBER = "amber", _("at risk")
    GREEN = "green", _("on the way")
    DONE = "reached", _("reached")
    GREY = "grey", _("cannot be judged")


MOVES: dict[str, set[str]] = {
    TaskState.RUNNING: {TaskState.DONE, TaskState.DROPPED},
    TaskState.DONE: {TaskState.RUNNING},
    TaskState.DROPPED: {TaskState.RUNNING},
}
check_move = checker(MOVES)
#: The order in which a list shows them.
ORDER = (Light.RED, Light.AMBER, Light.GREY, Light.GREEN, Light.DONE)


@dataclass(frozen=True)
class Step:
    """A milestone as the rules see it."""

    title: str
    due_date: date
    done_date: date | None = None


@dataclass(frozen=True)
class Standing:
    """What a task's light is worked out from. ``value`` is the figure now; None where there is no figure or no target."""

    start_date: date
    due_date: date
    state: str = TaskState.RUNNING
    target: int | None = None
    value: int | None = None
    steps: Sequence[Step] = ()
    #: supervisions whose answer is late
    unanswered: int = 0
    #: the target is the most that may be, not the least that should
    less_is_better: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure is where it should be now."""
        if self.target is None or self.value is None:
            return False
        return self.value <= self.target if self.less_is_better else self.value >= self.target


@dataclass(frozen=True)
class Verdict:
    """A light and why."""

    light: Light
    reason: Words

    @property
    def place(self) -> int:
        """Where a list shows it; the worst first."""
        return ORDER.index(self.light)


def expected(standing: Standing, today: date) -> float:
    """The share of the time that is over, from 0 to 1."""
    days = (standing.due_date - standing.start_date).days
    return 1.0 if days <= 0 else min(1.0, max(0.0, (today - standing.start_date).days / days))


def judge(standing: Standing, today: date) -> Verdict:
    """The light of a task today, with the reason; the gravest reason wins."""
    if standing.state == TaskState.DONE:
        return Verdict(Light.DONE, _("The task was closed as done."))
    if standing.state == TaskState.DROPPED:
        return Verdict(Light.GREY, _("The task was dropped."))
    over = standing.due_date < today
    # what should stay low is only reached when the time is over
    reached = standing.met and (over or not standing.less_is_better)
    if standing.unanswered:
        words = ngettext_lazy(
            "%d supervision is overdue without an answer.", "%d supervisions are overdue without an answer."
        )
        return Verdict(Light.RED, words % standing.unanswered)
    late = [step for step in standing.steps if step.done_date is None and step.due_date < today]
    if reached and not late:
        words = (
            _("The target is kept: %(value)d, at most %(target)d.")
            if standing.less_is_better
            else _("The target is reached: %(value)d of %(target)d.")
        )
        return Verdict(Light.DONE, words % _numbers(standing))
    if over and not reached:
        if standing.target is not None:
            words = (
                _("The day is over, and it stands at %(value)d; at most %(target)d were to be.")
                if standing.less_is_better
                else _("The day is over, and it stands at %(value)d of %(target)d.")
            )
            return Verdict(Light.RED, words % _numbers(standing))
        if late or not standing.steps:
            return Verdict(Light.RED, _("The day is over, and it is not closed."))
    if late:
        days = (today - late[0].due_date).days
        grave = days > RED_AFTER_DAYS
        told = {"step": late[0].title, "days": days}
        return Verdict(
            Light.RED if grave else Light.AMBER, _("The step “%(step)s” is %(days)d days late.") % told
        )
    if standing.target is None or standing.value is None:
        return _by_steps(standing)
    return _by_limit(standing) if standing.less_is_better else _by_pace(standing, today)


def _by_steps(standing: Standing) -> Verdict:
    if not standing.steps:
        return Verdict(Light.GREY, _("It has neither a target nor a step: nobody can say how it stands."))
    done = sum(step.done_date is not None for step in standing.steps)
    words = _("It has no target; %(done)d of %(all)d steps are done, none is late.")
    return Verdict(Light.GREEN, words % {"done": done, "all": len(standing.steps)})


def _by_limit(standing: Standing) -> Verdict:
    if standing.met:
        words = _("Within the target so far: %(value)d, at most %(target)d.")
        return Verdict(Light.GREEN, words % _numbers(standing))
    near = (standing.target or 0) >= (standing.value or 0) * AMBER_SHARE
    words = _("Above the target: %(value)d, at most %(target)d.")
    return Verdict(Light.AMBER if near else Light.RED, words % _numbers(standing))


def _by_pace(standing: Standing, today: date) -> Verdict:
    if not standing.target:
        return Verdict(Light.GREEN, _("On the way: %(value)d of %(target)d.") % _numbers(standing))
    share, due = (standing.value or 0) / standing.target, expected(standing, today)
    facts = _numbers(standing) | {"share": round(share * 100), "due": round(due * 100)}
    if due < EARLY or share >= due * GREEN_SHARE:
        return Verdict(
            Light.GREEN,
            _("%(share)d%% of the target in %(due)d%% of the time: %(value)d of %(target)d.") % facts,
        )
    if share >= due * AMBER_SHARE:
        return Verdict(
            Light.AMBER, _("Slower than planned: %(share)d%% of the target in %(due)d%% of the time.") % facts
        )
    return Verdict(Light.RED, _("Far behind: %(share)d%% of the target in %(due)d%% of the time.") % facts)


def _numbers(standing: Standing) -> dict[str, int]:
    return {"value": standing.value or 0, "target": standing.target or 0}
