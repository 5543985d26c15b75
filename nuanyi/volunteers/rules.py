"""Tables of volunteers: kinds of team, roles, topics, stars. No database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

#: From how long before a shift signing in counts.
COME_BEFORE = timedelta(minutes=30)


class TeamKind(models.TextChoices):
    """Kinds of team (服务队)."""

    PUBLICITY = "publicity", _("Riders' publicity team")
    PIONEER = "pioneer", _("Riders' pioneer volunteers")
    STEWARD = "steward", _("Red stewards")


class Role(models.TextChoices):
    """What somebody does on a shift."""

    EPIDEMIC = "epidemic", _("Epidemic guard")
    TRAFFIC = "traffic", _("Civil traffic promoter")
    ENVIRONMENT = "environment", _("Keeper of clean places")
    SPEAKER = "speaker", _("Leaflets and talks")
    EYES = "eyes", _("Eyes on the street")


class Topic(models.TextChoices):
    """What an activity or a campaign is about."""

    CITY = "city", _("City management")
    EPIDEMIC = "epidemic", _("Epidemic prevention")
    FIRE = "fire", _("Fire safety")
    CIVILITY = "civility", _("Civility")
    FRAUD = "fraud", _("Against fraud")
    DRUGS = "drugs", _("Against drugs")
    LAW = "law", _("Law")


class Standing(models.TextChoices):
    """A volunteer's standing."""

    ASKED = "asked", _("Asked to join")
    ACTIVE = "active", _("Active")
    LEFT = "left", _("Has left")


class Place(models.TextChoices):
    """How a place on a shift stands."""

    ON = "on", _("Has a place")
    WAITING = "waiting", _("On the waiting list")
    OFFERED = "offered", _("Gives the place away")
    OFF = "off", _("Took the name off")


class Appeal(models.TextChoices):
    """An appeal about hours."""

    NONE = "", _("No appeal")
    OPEN = "open", _("Appeal to decide")
    GRANTED = "granted", _("Appeal granted")
    DENIED = "denied", _("Appeal denied")


#: The stars that a new district begins with: ``stars: hours``. Cities differ (some begin at 30 hours); the office changes them.
FIRST_STARS = {1: 100, 2: 300, 3: 600, 4: 1000, 5: 1500}
MAX_SHIFT_HOURS, MAX_NEED, MAX_LEAFLETS, MAX_EVIDENCE = 12, 200, 100_000, 6
ASKED_AN_HOUR = 20


def stars_for(minutes: int, steps: Iterable[tuple[int, int]]) -> int:
    """The stars that somebody has; ``steps`` are ``(stars, hours)``."""
    return max((stars for stars, hours in steps if minutes >= hours * 60), default=0)


def minutes_of(starts_at: datetime, ends_at: datetime) -> int:
    """The length of a shift in minutes: no more of it can be confirmed to anybody."""
    return max(0, int((ends_at - starts_at).total_seconds() // 60))
