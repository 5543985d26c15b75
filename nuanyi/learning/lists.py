"""The office's lists of lessons, sessions and pushes: their columns, their filters, and which rows fit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuanyi.learning import queries
from nuanyi.learning.rules import Category, PushState, SessionKind, SessionStanding, State
from nuanyi.lib.actor import Actor
from nuanyi.lib.listing import Column, Filter, Listing
from nuanyi.lib.sectors import Sector
from nuanyi.notices import channels
from nuanyi.units.queries import unit_choices

LESSONS = Listing(
    "learning.lessons",
    (
        Column("title", _("Heading"), "title", may_hide=False),
        Column("category", _("Category"), "category"),
        Column("state", _("State"), "state"),
        Column("changed", _("Last change"), "changed_at"),
        Column("pushed", _("Groups reached"), is_number=True),
        Column("opened", _("Opened"), is_number=True),
        Column("finished", _("Finished"), is_number=True),
    ),
    [
        Filter("state", _("State"), State.choices, "state"),
        Filter("category", _("Category"), Category.choices, "category"),
    ],
    queries.lessons_listed,
    searches=_("Words of the heading"),
)


def sessions_listing(actor: Actor) -> Listing:
    """Every session that is public, and those of the units for which one actor plans."""
    return Listing(
        "learning.sessions",
        (
            Column("title", _("Heading"), "title", may_hide=False),
            Column("kind", _("Kind of session"), "kind"),
            Column("begins", _("Begins"), "starts_at"),
            Column("place", _("Where"), "place"),
            Column("unit", _("Unit"), "unit__short_name"),
            Column("state", _("State")),
            Column("signed", _("Signed in"), is_number=True),
            Column("heads", _("Heads"), "head_count", is_number=True, is_summed=True),
        ),
        [
            Filter("state", _("State"), SessionStanding.choices, queries.SESSION_STANDING),
            Filter("kind", _("Kind of session"), SessionKind.choices, "kind"),
            Filter("unit", _("Unit"), unit_choices(), "unit_id"),
        ],
        lambda filters: queries.sessions_listed(actor, filters),
        order="-starts_at",
        searches=_("Heading or place"),
    )


def groups_listing(actor: Actor) -> Listing:
    """The groups that one actor keeps."""
    return Listing(
        "learning.groups",
        (
            Column("name", _("Group"), "name", may_hide=False),
            Column("robot", _("Robot"), "robot"),
            Column("hour", _("At which hour"), "hour"),
            Column("unit", _("Unit"), "unit__short_name"),
            Column("members", _("How many read it"), "members", is_number=True, is_summed=True),
            Column("state", _("State"), "active"),
            Column("next", _("Next")),
        ),
        [
            Filter("state", _("State"), [("True", _("Gets pushes")), ("False", _("Stopped"))], "active"),
            Filter("robot", _("Robot"), channels.choices(channels.of_groups()), "robot"),
            Filter("sector", _("Sector"), Sector.choices, "sector"),
        ],
        lambda filters: queries.groups_listed(actor, filters),
        order="name",
        searches=_("Name of the group"),
    )


def pushes_listing(actor: Actor) -> Listing:
    """What was sent into the groups that one actor keeps."""
    return Listing(
        "learning.pushes",
        (
            Column("day", _("Day"), "day"),
            Column("what", _("Lesson or session"), may_hide=False),
            Column("to", _("Sent to"), "group__name"),
            Column("channel", _("Channel"), "channel"),
            Column("state", _("State"), "state"),
            Column("opens", _("Opened"), "opens", is_number=True, is_summed=True),
            Column("next", _("Next")),
        ),
        [
            Filter("state", _("State"), PushState.choices, "state"),
            Filter("channel", _("Channel"), channels.choices(channels.of_lessons()), "channel"),
        ],
        lambda filters: queries.pushes_listed(actor, filters),
        searches=_("Heading or group"),
    )
