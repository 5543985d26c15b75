"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import date, timedelta
from functools import cached_property

from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import system
from nuanyi.matrix.briefs import ACT
from nuanyi.matrix.models import Brief, KeyTask, Practice, ScreenLink, TaskUnit
from nuanyi.matrix.services import practice, screens, tasks
from nuanyi.matrix.services.practice import WRITE
from nuanyi.matrix.task_board import SEE
from nuanyi.matrix.task_rules import Part
from tests import declared
from tests.declared import TODAY


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


def task_of(lead, **more):
    return tasks.TaskInput(
        **{"year": 2026, "number": 7, "title": "站点覆盖", "lead": lead, "due_date": date(2026, 12, 31)}
        | more
    )


def regulation(actor, unit, title, more=""):
    return practice.save_regulation(
        actor=actor, unit=unit, title=title, text=f"第一条 {unit}负责管理驿站。{more}", from_date=TODAY
    )


def screen_of(unit):
    with row_security.reader(system("test")):  # whoever tries may not hang one up for another district
        return ScreenLink.objects.create(name=f"{unit}大厅", link_digest=b"x" * 16, unit=unit)


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "matrix.services.tasks.save_task": {
        "made for theirs": lambda c, a: tasks.save_task(actor=a, told=task_of(c.there, number=8)),
        "theirs taken over": lambda c, a: tasks.save_task(actor=a, told=task_of(c.here), pk=c.task.pk),
        "theirs to help": lambda c, a: tasks.save_task(
            actor=a, told=task_of(c.here, number=8, cooperating=[c.there])
        ),
    },
    "matrix.services.tasks.end_task": {
        "": lambda c, a: tasks.end_task(actor=a, pk=c.task.pk, state="dropped", words="不办了"),
    },
    "matrix.services.tasks.supervise": {
        "": lambda c, a: tasks.supervise(
            actor=a, pk=c.task.pk, unit=c.there.pk, words="进展如何", due_date=clock.today()
        ),
    },
    "matrix.services.tasks.decide": {
        "": lambda c, a: tasks.decide(actor=a, pk=c.task.pk, supervision=c.supervision.pk, accept=True),
    },
    "matrix.services.screens.revoke_link": {
        "": lambda c, a: screens.revoke_link(actor=a, pk=screen_of(c.there).pk),
    },
    "matrix.services.practice.save_regulation": {
        "a version of theirs": lambda c, a: regulation(a, c.there, c.regulation.title, "第二条 另有规定。"),
        "one of theirs": lambda c, a: regulation(a, c.there, "新的管理办法"),
    },
    "matrix.services.practice.end_regulation": {
        "": lambda c, a: practice.end_regulation(actor=a, pk=c.regulation.pk, on=TODAY),
    },
}

#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "matrix.services.forms.fill": declared.SEEN,
    "matrix.services.tasks.place_all": declared.THE_SAME,
    "matrix.services.tasks.remind": declared.THE_SAME,
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "matrix/staff/brief.html": declared.CROSS,
    "matrix/staff/briefs.html": declared.RULES,
    "matrix/staff/chart_table.html": declared.CROSS,
    "matrix/staff/cube.html": declared.CROSS,
    "matrix/staff/cube_records.html": "the cell that was opened is its only filter; its sum must stand above it",
    "matrix/staff/forms.html": declared.COMPUTED,
    "matrix/staff/grids.html": declared.CROSS,
    "matrix/staff/matrix.html": declared.CROSS,
    "matrix/staff/records.html": "the cell that was opened is its only filter; its sum must stand above it",
    "matrix/staff/regulations.html": declared.RULES,
    "matrix/staff/screen.html": declared.CROSS,
    "matrix/staff/screen_links.html": declared.RULES,
    "matrix/staff/task_unit.html": declared.COMPUTED,
    "matrix/staff/tasks.html": declared.COMPUTED,
}

#: Files that are no list of a day, by what they are named instead (``front/tests/test_save_lists_under_their_names``).
SAVED_NAMED_BY = {
    "office/matrix/tasks/tasks.xlsx": "the year of the tasks",
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "office/matrix/tasks/closing/<int:year>/": "matrix/tests/test_keep_lists_of_a_city.py",
    "office/matrix/forms/": "matrix/tests: a form of another office, filled in",
    "office/matrix/briefs/<int:pk>/brief.docx": "matrix/tests: a brief",
}
