"""What is there and what is missing, and what happens meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import queries as cases
from nuanyi.cases.models import ServiceItem
from nuanyi.lib.errors import Words
from nuanyi.people import queries as people
from nuanyi.people.models import Account, RoleGrant
from nuanyi.people.rules import Role
from nuanyi.places import queries as places
from nuanyi.places.models import Grid, Level, Region
from nuanyi.program.models import Installation
from nuanyi.stations.models import Station
from nuanyi.units.models import ResponsibilityRule, Unit

#: Who must be there before a district is opened: one who runs the program and one who answers riders.
NEEDED_ROLES = (Role.ADMINISTRATOR, Role.DISTRICT_OFFICE)


@dataclass(frozen=True)
class Step:
    """One part of setting up: done or not, what is there, and what happens as long as it is missing."""

    key: str
    title: Words
    done: bool
    needed: bool
    there: str
    meanwhile: Words
    href: str = ""


def is_set_up() -> bool:
    """Whether this home serves a district: opened by set-up, or (the demo, older homes) with a district and accounts."""
    row = Installation.objects.first()
    if row is not None:
        return row.opened_at is not None
    return Region.objects.filter(level=Level.DISTRICT).exists() and Account.objects.exists()


def _accounts() -> Step:
    held = set(RoleGrant.objects.filter(account__is_active=True).values_list("role", flat=True).distinct())
    lacking = [str(Role(role).label) for role in NEEDED_ROLES if role not in held]
    there = _("%(n)s accounts") % {"n": Account.objects.filter(is_active=True).count()}
    if lacking:
        there = _("still missing: %(roles)s") % {"roles": "、".join(lacking)}
    return Step(
        "accounts",
        _("First accounts"),
        not lacking,
        True,
        str(there),
        _("Nobody can sign in, so nothing can be answered."),
        reverse("people:accounts"),
    )


def steps() -> list[Step]:
    """Every part of setting up, in order."""
    district = places.district()
    units = Unit.objects.filter(active=True).count()
    townships, communities = len(places.townships()), len(places.communities())
    rules = ResponsibilityRule.objects.filter(active=True).count()
    items = ServiceItem.objects.filter(active=True).count()
    unrouted, alone = cases.kinds_without_route(), list(people.units_without_hands())
    grids, stations = Grid.objects.count(), Station.objects.count()
    where = _("%(name)s: %(t)s townships, %(c)s villages and communities") % {
        "name": district.name if district else "",
        "t": townships,
        "c": communities,
    }
    return [
        Step(
            "district",
            _("The district"),
            district is not None,
            True,
            str(where) if district else "",
            _("Nothing can be entered yet."),
            reverse("places:places"),
        ),
        Step(
            "units",
            _("Units"),
            units > 0,
            True,
            str(_("%(n)s units") % {"n": units}),
            _("Requests have nowhere to go."),
            reverse("units:units"),
        ),
        Step(
            "responsibility",
            _("Who leads, guides and holds"),
            rules > 0,
            False,
            str(_("%(n)s rules") % {"n": rules}),
            _("Townships hold their own places; the district office holds everything else."),
            reverse("units:rules"),
        ),
        Step(
            "services",
            _("Service list and where requests go"),
            items > 0 and not unrouted,
            False,
            str(
                _("%(n)s lines; without a route: %(kinds)s") % {"n": items, "kinds": "、".join(unrouted)}
                if unrouted
                else _("%(n)s lines, every kind of request has a route") % {"n": items}
            ),
            _("What has no route comes to the district office."),
            reverse("cases:rules"),
        ),
        _accounts(),
        Step(
            "hands",
            _("Somebody in every unit"),
            not alone,
            False,
            str(
                _("nobody can sign in at: %(units)s")
                % {
                    "units": "、".join(unit.short_name for unit in alone[:12])
                    + ("…" if len(alone) > 12 else "")
                }
                if alone
                else _("every unit has somebody")
            ),
            _("What would go to such a unit comes to the district office."),
            reverse("people:many"),
        ),
        Step(
            "shapes",
            _("Outlines and grids"),
            grids > 0,
            False,
            str(_("%(n)s grids") % {"n": grids}),
            _(
                "Places are chosen from lists instead of by the map; reports go to the township that is named."
            ),
            reverse("places:places"),
        ),
        Step(
            "stations",
            _("Stations"),
            stations > 0,
            False,
            str(_("%(n)s stations") % {"n": stations}),
            _("Riders see that there is none yet."),
            reverse("stations:list"),
        ),
    ]
