"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from nuanyi.lib import clock, sealed
from nuanyi.reports import staff as reports_staff
from nuanyi.reports.models import DispatchRule, Kind, Picture, Report
from nuanyi.reports.services import settings
from tests import declared
from tests.declared import TOWNSHIP


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def report(self):
        kind, _made = Kind.objects.get_or_create(
            code="lamp", defaults={"title": "路灯不亮", "amount": 3, "counted": "days"}
        )
        made = Report.objects.create(
            ref=f"RB{self.n}0001",
            kind=kind,
            lat_wgs84=25.06,
            lon_wgs84=110.31,
            cell=self.n,
            unit=self.unit,
            region_code=self.region,
            hour_at=clock.now(),
            due_at=clock.now() + timedelta(days=3),
        )
        sealed.put(made, "sealed_words", "村口路灯不亮")
        made.save()
        return made

    @cached_property
    def picture(self):
        made = Picture(id=uuid4(), report=self.report, width=1, height=1)
        sealed.put(made, "sealed_data", b"\xff\xd8picture")
        made.save(force_insert=True)
        return made


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "grid:report": ("report", {"pk": ("report", "pk")}),
    "reports:report": ("report", {"pk": ("report", "pk")}),
    "reports:phones": ("report", {"pk": ("report", "pk")}),
    "reports:picture": ("report", {"pk": ("report", "pk"), "number": ("picture", "pk")}),
    "reports:act": ("report", {"pk": ("report", "pk"), "deed": sorted(reports_staff.DEEDS)}),
}


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "reports.services.settings.save_rule": {
        "their place to ours": lambda c, a: settings.save_rule(
            actor=a, rule=settings.rule_of(kind="", region=TOWNSHIP, unit=c.here)
        ),
    },
    "reports.services.settings.drop_rule": {
        "": lambda c, a: settings.drop_rule(
            actor=a, pk=DispatchRule.objects.create(region_code=TOWNSHIP, unit=c.there).pk
        ),
    },
    "reports.services.settings.set_grid_worker": {
        "": lambda c, a: settings.set_grid_worker(actor=a, grid_code="450302001-01", account=None),
    },
    "reports.services.settings.make_key": {
        "": lambda c, a: settings.make_key(actor=a, name="平台", unit=c.there),
    },
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "reports/staff/grids.html": declared.CROSS,
    "reports/staff/keys.html": declared.RULES,
    "reports/staff/kinds.html": declared.RULES,
    "reports/staff/rules.html": declared.RULES,
}
