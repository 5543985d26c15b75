"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from nuanyi.learning.models import Group, Push, Session, SessionPicture
from nuanyi.learning.services import channels, exams, pushing
from nuanyi.lib import clock, sealed
from nuanyi.notices import channels as ports
from tests import declared
from tests.declared import TODAY


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def group(self):
        return Group.objects.create(
            name="骑手群", robot="wecom", sealed_address=b"\1\0\1x", hour="08:00", unit=self.unit
        )

    @cached_property
    def session(self):
        return Session.objects.create(
            kind="lecture",
            title="骑行安全",
            place="驿站",
            starts_at=clock.now(),
            ends_at=clock.now() + timedelta(hours=1),
            unit=self.unit,
            region_code=self.region,
            secret=b"1" * 32,
        )

    @cached_property
    def push(self):
        return Push.objects.create(
            channel="wecom",
            session=self.session,
            group=self.group,
            day=clock.today(),
            code=f"P{self.n}",
            state="doubt",
            due_at=clock.now(),
        )

    @cached_property
    def session_picture(self):
        made = SessionPicture(key=uuid4(), session=self.session, kind="photo")
        sealed.put(made, "sealed_data", b"\xff\xd8picture")
        made.save()
        return made


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "learning:group": ("group", {"pk": ("group", "pk")}),
    "learning:try": ("group", {"pk": ("group", "pk")}),
    "learning:settle": ("push", {"pk": ("push", "pk")}),
    "learning:session": ("session", {"pk": ("session", "pk")}),
    "learning:session_edit": ("session", {"pk": ("session", "pk")}),
    "learning:screen": ("session", {"pk": ("session", "pk")}),
    "learning:picture": ("session", {"pk": ("session", "pk"), "key": ("session_picture", "key")}),
    "learning:session_act": (
        "session",
        {"pk": ("session", "pk"), "deed": ["team", "cancel", "close", "invite", "picture", "nothing"]},
    ),
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "learning:lesson",
    "learning:move",
    "learning:media",
    "learning:channel",
    "learning:trial",  # its number is a random one that only the page of whoever asked for it got
}


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "learning.services.exams.make_firm_code": {
        "": lambda c, a: exams.make_firm_code(actor=a, firm="秀峰快送", unit=c.there),
    },
    "learning.services.exams.retire_question": {
        "the whole city's": lambda c, a: exams.retire_question(actor=a, pk=c.question.pk),
    },
    "learning.services.channels.set_channel": {
        "the whole city's": lambda c, a: channels.set_channel(
            actor=a, name=ports.of_lessons()[0].name, active=False, a_minute=0
        ),
    },
    "learning.services.pushing.plan_day": {
        "the whole city's": lambda c, a: pushing.plan_day(actor=a, day=TODAY, lesson=None),
    },
    "learning.services.pushing.name_speaker": {
        "the whole city's": lambda c, a: pushing.name_speaker(actor=a, first=TODAY, last=TODAY, speaker="甲"),
    },
}

#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "learning.services.exams.add_questions": declared.COMMONS,
    "learning.services.lessons.save_lesson": declared.COMMONS,
    "learning.services.lessons.add_media": declared.COMMONS,
    "learning.services.lessons.drop_media": declared.COMMONS,
    "learning.services.lessons.move_lesson": declared.COMMONS,
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "learning/staff/bank.html": declared.RULES,
    "learning/staff/channels.html": declared.RULES,
    "learning/staff/parts/reach_table.html": declared.CROSS,
    "learning/staff/push_table.html": declared.INSIDE,
    "learning/staff/pushes.html": "what is in doubt, by day and group, above the list of all",
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "exam/<uuid:key>/<slug:form>/": "learning/tests: a passed paper",
}
