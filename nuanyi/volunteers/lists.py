"""The office's lists of volunteers, shifts and campaigns: their columns, their filters, and which rows fit."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.listing import Column, Filter, Listing
from nuanyi.volunteers import queries
from nuanyi.volunteers.rules import Role, Standing, Topic


def _team_choices(actor: Actor) -> list[tuple[Any, Words]]:
    return [(team.pk, team.name) for team in queries.teams(actor)]


def people_listing(actor: Actor) -> Listing:
    """The volunteers of the actor's teams, masked; those who left only where they are asked for."""
    return Listing(
        "volunteers.people",
        (
            Column("name", _("Name"), is_sealed=True, may_hide=False),
            Column("phone", _("Phone"), is_sealed=True),
            Column("team", _("Team"), "team__name"),
            Column("role", _("Role"), "role"),
            Column("grid", _("Grid"), "grid_code"),
            Column("week", _("Hours a week"), "hours_a_week", is_number=True, is_summed=True),
            Column("hours", _("Hours given"), "minutes", is_number=True),
            Column("stars", _("Stars"), is_number=True),
            Column("standing", _("Standing"), "standing"),
            Column("next", _("Next")),
        ),
        [
            Filter(
                "standing",
                _("Standing"),
                [*Standing.choices, ("all", _("All of them"))],
                "standing",
                _("With us, or asking"),
                ("all",),
                "all",
            ),
            Filter("team", _("Team"), _team_choices(actor), "team_id"),
            Filter("role", _("Role"), Role.choices, "role"),
        ],
        lambda filters: queries.listed(actor, filters),
    )


def shifts_listing(actor: Actor) -> Listing:
    """The shifts of the actor's teams, the latest first."""
    closed = Case(When(closed_at__isnull=True, then=Value("open")), default=Value("closed"))
    return Listing(
        "volunteers.shifts",
        (
            Column("when", _("When"), "starts_at"),
            Column("title", _("Heading"), "title", may_hide=False),
            Column("team", _("Team"), "team__name"),
            Column("place", _("Where"), "place"),
            Column("taken", _("Places taken"), is_number=True),
            Column("hours", _("Hours confirmed"), is_number=True),
            Column("state", _("State")),
        ),
        [
            Filter("state", _("State"), [("open", _("Yet to come")), ("closed", _("Closed"))], closed),
            Filter("team", _("Team"), _team_choices(actor), "team_id"),
            Filter("topic", _("Topic"), Topic.choices, "topic"),
        ],
        lambda filters: queries.shifts_listed(actor, filters),
        order="-starts_at",
        searches=_("Heading or place"),
    )


def campaigns_listing(actor: Actor) -> Listing:
    """The campaigns of the actor's units."""
    return Listing(
        "volunteers.campaigns",
        (
            Column("title", _("Campaign"), "title", may_hide=False),
            Column("topic", _("Topic"), "topic"),
            Column("from", _("From"), "first_day"),
            Column("until", _("Until"), "last_day"),
            Column("stock", _("Leaflets in stock"), "stock", is_number=True, is_summed=True),
            Column("drawn", _("Drawn"), is_number=True),
            Column("back", _("Came back"), is_number=True),
            Column("reached", _("Places reached"), is_number=True),
        ),
        [Filter("topic", _("Topic"), Topic.choices, "topic")],
        lambda filters: queries.campaigns_listed(actor, filters),
        searches=_("Name of the campaign"),
    )
