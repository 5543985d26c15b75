"""Kinds of places, rules at their gates, the life of a tip. No database."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What somebody rides there for."""

    COMPOUND = "compound", _("Residential compound")
    MALL = "mall", _("Mall")
    OFFICES = "offices", _("Office building")
    SCHOOL = "school", _("School")
    HOSPITAL = "hospital", _("Hospital")
    MARKET = "market", _("Market or street")
    SWAP = "swap", _("Battery swap")
    MEAL = "meal", _("Cheap meal")


class Gate(models.TextChoices):
    """What the gate allows."""

    RIDE = "ride", _("Ride in")
    REGISTER = "register", _("Ride in after registering")
    PUSH = "push", _("Push the bike in")
    WALK = "walk", _("Walk in, the bike stays outside")
    HAND_OVER = "hand_over", _("Hand over at the gate")


class State(models.TextChoices):
    """Whether a place is shown."""

    SHOWN = "shown", _("Shown to riders")
    GONE = "gone", _("No longer there")


class TipState(models.TextChoices):
    """What became of what a rider said."""

    OPEN = "open", _("Waits for a unit")
    TAKEN = "taken", _("Confirmed, everybody sees it")
    DECLINED = "declined", _("Looked at, not taken over")


#: What a place says, by field: the most signs. A tip says some of it, a place all.
TEXTS: dict[str, int] = {
    "name": 60,
    "place_words": 120,
    "gate_words": 120,
    "parking": 160,
    "entrance": 300,
    "hours": 80,
    "price": 60,
    "call": 20,
}
#: A fact that nobody has confirmed for so many days says so.
OLD_DAYS = 180
#: Tips of one network in an hour.
TIPS_AN_HOUR = 20
#: Answered tips are kept so many days, for whoever comes back by the link.
TIP_DAYS = 90
