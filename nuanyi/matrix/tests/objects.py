"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import timedelta
from functools import cached_property

from nuanyi.lib import clock
from nuanyi.matrix.briefs import ACT
from nuanyi.matrix.models import Brief, KeyTask, Practice, TaskUnit
from nuanyi.matrix.services.practice import WRITE
from nuanyi.matrix.task_board import SEE
from nuanyi.matrix.task_rules import Part


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def task(self):
        day = clock.today()
        made = KeyTask.objects.create(
            year=day.year,
            number=self.n,
            title="暖站建设",
            lead=self.unit,
            start_date=day,
            due_date=day + timedelta(days=30),
        )
        TaskUnit.objects.create(task=made, unit=self.unit, part=Part.LEAD)
        return made

    @cached_property
    def brief(self):
        return Brief.objects.create(
            period="2022-06", region_code=self.region, number=self.n, title="工作简报", unit=self.unit
        )

    @cached_property
    def practice(self):
        return Practice.objects.create(title="夜间课堂", text="晚上七点", unit=self.unit)


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "matrix:task": ("task", {"pk": ("task", "pk")}),
    "matrix:task_edit": ("task", {"pk": ("task", "pk")}),
    "matrix:task_unit": ("task", {"pk": ("unit", "pk")}),
    "matrix:brief": ("brief", {"pk": ("brief", "pk")}),
    "matrix:brief_file": ("brief", {"pk": ("brief", "pk")}),
    "matrix:practice": ("practice", {"pk": ("practice", "pk")}),
}

#: what it shows -> whether an actor sees that of a side, where scopes alone do not say it
MAY_SEE = {
    "task": lambda actor, _permission, side: actor.can(SEE, units=(side.unit.pk,)),
    "practice": lambda actor, _permission, side: actor.can(WRITE, units=(side.unit.pk,)),
    "brief": lambda actor, _permission, side: actor.can(ACT, regions=(side.region,)),
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "matrix:week",  # the parameter is a place
    "matrix:records",  # the parameter is a figure
    "matrix:closing",  # the parameter is a year: of its tasks those that one sees
    "matrix:year",
    "matrix:regulation",
}
