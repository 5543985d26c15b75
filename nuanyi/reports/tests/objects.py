"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from nuanyi.lib import clock, sealed
from nuanyi.reports import staff as reports_staff
from nuanyi.reports.models import Kind, Picture, Report


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
