"""What the units declare of themselves."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare_names
from nuanyi.lib.roles import EVERY_STAFF, OFFICES
from nuanyi.lib.rooms import CENSUS, HOUSE, MenuItem, Mount, NextStep, Permission, Room, Route, Shot, Step
from nuanyi.units import home, queries

declare_names("unit", "members", known=queries.names_for_the_journal)

ROOM = Room(
    name="units",
    title=_("Units"),
    permissions=[
        Permission("units.view", _("Ask who answers"), EVERY_STAFF),
        Permission(
            "units.edit_rules",
            _("Change the rules of responsibility"),
            OFFICES,
        ),
    ],
    mounts=[Mount("office/responsibility/")],
    menu=[
        MenuItem(_("Who answers?"), "units:ask", "compass", "units.view", part=CENSUS, order=90),
        MenuItem(_("Units and alliances"), "units:units", "tree", "units.view", part=HOUSE, order=30),
    ],
    steps=[Step(_("Ask who answers for a place"), "units:ask", "units.view", order=60)],
    where_thin={"": NextStep(_("Ask the unit that answers"), Route("units:ask"))},
    search=home.search_for,
    gallery=[
        Shot(
            "who-answers",
            Route("units:ask", query={"sector": "courier", "region": "450311100"}),
            "liangxin",
        ),
        Shot("rules", Route("units:rules"), "liangxin"),
        Shot("edit-a-rule", Route("units:new_rule"), "liangxin"),
    ],
    unbound={
        "Unit": "the list of organisations, public with their telephones",
        "ResponsibilityRule": "who answers for what: public (/who/, the API)",
    },
    lasting=frozenset({"Alliance", "ResponsibilityRule", "Unit"}),
)
