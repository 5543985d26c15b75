"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from functools import cached_property
from uuid import uuid4

from nuanyi.lib import clock, sealed
from nuanyi.party.models.applications import Application
from nuanyi.party.models.committees import JointCommittee
from nuanyi.party.models.instructors import Assignment
from nuanyi.party.models.life import Meeting
from nuanyi.party.models.members import Member
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.models.speaking import LectureTeam
from nuanyi.party.rules import ORGANISE
from nuanyi.party.services import papers
from tests import declared


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def application(self):
        made = Application(
            key=uuid4(),
            work_code=self.region,
            door="residence",
            instructor=self.account,
            asked_date=clock.today(),
        )
        sealed.put(made, "sealed_name", "周小明")
        made.save()
        return made

    @cached_property
    def member(self):
        branch = Organisation.objects.create(
            name=f"支部{self.n}",
            form="formal",
            region_code=self.region,
            secretary=self.account,
            founded_date=clock.today(),
        )
        made = Member(key=uuid4(), branch=branch, agreed="同意书", joined_date=clock.today())
        sealed.put(made, "sealed_name", "周小明")
        made.save()
        return made

    @cached_property
    def meeting(self):
        return Meeting.objects.create(
            key=uuid4(),
            organisation=self.member.branch,
            kind="assembly",
            topic="学习",
            session=9_000_000 + self.n,
            planned_date=clock.today(),
        )

    @cached_property
    def lecture_team(self):
        return LectureTeam.objects.create(
            name=f"宣讲队{self.n}", region_code=self.region, instructor=self.account, from_date=clock.today()
        )

    @cached_property
    def committee(self):
        return JointCommittee.objects.create(
            name=f"大工委{self.n}",
            level="township",
            region_code=self.region,
            founded_date=clock.today(),
            approval="批复",
        )

    @cached_property
    def followed(self):
        Assignment.objects.create(
            account=self.account, establishment=self.establishment, from_date=clock.today()
        )
        return self.establishment


def _may_see_person(actor, _permission, side):
    return actor.can(ORGANISE, regions=(side.region,)) or actor.account_id == side.account.pk


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "party:application": ("application", {"pk": ("application", "pk")}),
    "party:talk": ("application", {"pk": ("application", "pk")}),
    "party:paper": (
        "application",
        {"pk": ("application", "pk"), "name": ["talk", "activist", "nothing"]},
    ),
    "party:member": ("member", {"pk": ("member", "pk")}),
    "party:meeting": ("meeting", {"pk": ("meeting", "pk")}),
    "party:team": ("lecture_team", {"pk": ("lecture_team", "pk")}),
    "party:committee": ("committee", {"pk": ("committee", "pk")}),
    "party:group": ("followed", {"pk": ("followed", "pk")}),
}

#: what it shows -> whether an actor sees that of a side, where scopes alone do not say it
MAY_SEE = {
    "application": _may_see_person,
    "member": _may_see_person,
    "meeting": _may_see_person,
    "lecture_team": _may_see_person,
    "committee": lambda actor, permission, side: actor.can(permission, regions=(side.region,)),
    "followed": lambda actor, _permission, side: actor.account_id == side.account.pk,
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "party:organisation",
    "party:alliance",
    "party:alliance_points",
    "party:paper_template",
}


#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "party.services.instructors.note_language": declared.SEEN,
    "party.services.members.lower_flag": declared.SEEN,
    "party.services.members.raise_flag": declared.SEEN,
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "party/staff/application.html": declared.INSIDE,
    "party/staff/applications.html": declared.COMPUTED,
    "party/staff/cells.html": declared.CROSS,
    "party/staff/committees.html": "one for each township: a handful that is read as a whole",
    "party/staff/coverage.html": declared.CROSS,
    "party/staff/instructors.html": declared.COMPUTED,
    "party/staff/life.html": declared.COMPUTED,
    "party/staff/members.html": "names stand in it only after they were opened, which is noted each time",
    "party/staff/organisations.html": "a tree: each stands below its superior",
    "party/staff/possible.html": declared.COMPUTED,
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "office/party/applications/<int:pk>/papers/<slug:name>/": "party/tests/test_go_the_whole_path.py",
}

#: Addresses of files whose parameter is a word and no object.
SAVED_WORDS = {
    "office/party/papers/<slug:name>.docx": [f"/office/party/papers/{name}.docx" for name in papers.BY_NAME],
}
