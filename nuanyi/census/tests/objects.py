"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from functools import cached_property
from uuid import uuid4

from nuanyi.census.models import Establishment, Export, Import, RecordNote, RecordPhoto, Source, Worker
from nuanyi.census.services import rounds
from nuanyi.lib import sealed
from tests import declared
from tests.declared import HERE, THERE, TODAY


class Objects:
    """Of one side (``unit``, ``region``, ``account``, ``n``): each is made when it is first asked for."""

    @cached_property
    def worker(self):
        return Worker.objects.create(
            person=self.person, region_code=self.region, unit=self.unit, sector="courier"
        )

    @cached_property
    def establishment(self):
        return Establishment.objects.create(
            name=f"甲店{self.n}", name_key=f"甲店{self.n}", region_code=self.region, unit=self.unit
        )

    @cached_property
    def note(self):
        made = RecordNote(key=uuid4(), worker=self.worker, account=self.account)
        sealed.put(made, "sealed_words", "下午三点以后再打电话")
        made.save()
        return made

    @cached_property
    def photo(self):
        made = RecordPhoto(key=uuid4(), worker=self.worker, account=self.account)
        sealed.put(made, "sealed_data", b"\xff\xd8\xff")
        made.save()
        return made

    @cached_property
    def roster(self):
        source = Source.objects.create(name="甲", unit=self.unit)
        return Import.objects.create(
            account=self.account,
            unit=self.unit,
            source=source,
            kind="workers",
            file_name="甲.xlsx",
            file_digest="0",
            file_bytes=1,
            state="review",
        )

    @cached_property
    def export(self):
        return Export.objects.create(asked_by=self.account, purpose="慰问", state="approved")


#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "census:establishment": ("establishment", {"pk": ("establishment", "pk")}),
    "census:worker": ("worker", {"pk": ("worker", "pk")}),
    "census:change": ("worker", {"what": "workers", "pk": ("worker", "pk")}),
    "census:note": ("worker", {"what": "workers", "pk": ("worker", "pk")}),
    "census:photo_add": ("worker", {"what": "workers", "pk": ("worker", "pk")}),
    "census:note_act": (
        "worker",
        {"what": "workers", "pk": ("worker", "pk"), "key": ("note", "pk")},
    ),
    "census:photo": ("worker", {"what": "workers", "pk": ("worker", "pk"), "key": ("photo", "pk")}),
    "census:photo_away": (
        "worker",
        {"what": "workers", "pk": ("worker", "pk"), "key": ("photo", "pk")},
    ),
    "census:import_mend": ("roster", {"pk": ("roster", "pk")}),
    "census:import": ("roster", {"pk": ("roster", "pk")}),
    "census:import_columns": ("roster", {"pk": ("roster", "pk")}),
    "census:import_choose": ("roster", {"pk": ("roster", "pk")}),
    "census:import_decide": ("roster", {"pk": ("roster", "pk")}),
    "census:import_undo": ("roster", {"pk": ("roster", "pk")}),
    "census:import_copy": ("roster", {"pk": ("roster", "pk"), "part": ["rejected", "marked"]}),
    "census:export_take": ("export", {"pk": ("export", "pk")}),
}

#: what it shows -> whether an actor sees that of a side, where scopes alone do not say it
MAY_SEE = {
    "roster": lambda actor, permission, side: (
        actor.everywhere(permission) or actor.account_id == side.account.pk
    ),
    "export": lambda actor, _permission, side: actor.account_id == side.account.pk,
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "census:split",
    "census:pair_decide",
    "census:round_move",
    "census:export_decide",
    "census:follow_up",  # the parameter is a kind of list
    "census:export",
    "census:add",  # no object yet
    "census:cells",  # the parameter is a kind of list; whose rows change is tried by the tests of the list
    "census:undo_cells",
    "census:pairs",
    "census:pairs_again",
}


def round_of(**more):
    told = {"name": "秀峰摸底", "sectors": ["courier"], "units": [], "start_date": TODAY, "end_date": TODAY}
    return told | more


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "census.services.rounds.plan_round": {
        "their place": lambda c, a: rounds.plan_round(actor=a, **round_of(name="甲", region_codes=[THERE])),
        "their unit": lambda c, a: rounds.plan_round(
            actor=a, **round_of(name="甲", region_codes=[HERE], units=[c.there])
        ),
    },
    "census.services.rounds.move_round": {
        "": lambda c, a: rounds.move_round(actor=a, census_round=c.round, state="running"),
    },
}

#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "census.services.exports.ask_for_clear": declared.SEEN,
    "census.services.imports.send_file": declared.SEEN,
    "census.services.linking.link_all": declared.SEEN,
    "census.services.linking.decide_pair": declared.SEEN,
    "census.services.linking.undo_decision": declared.SEEN,
    "census.services.linking.split_record": declared.SEEN,
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "census/staff/exports.html": "requests that wait for a second person, each with its own buttons",
    "census/staff/import_columns.html": declared.TYPED,
    "census/staff/import_differences.html": declared.TYPED,
    "census/staff/import_findings.html": declared.TYPED,
    "census/staff/unseen.html": declared.CROSS,
}

#: Files that are no list of a day, by what they are named instead (``front/tests/test_save_lists_under_their_names``).
SAVED_NAMED_BY = {
    "office/census/imports/<uuid:pk>/<str:part>.xlsx": "the roster as it was sent, and what is in it now",
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "office/census/imports/<uuid:pk>/<str:part>.xlsx": "census/tests/test_mend_a_roster_in_the_page.py",
    "office/census/exports/<uuid:pk>/take/": "census/tests/test_export_a_list.py",
}

#: Addresses of files whose parameter is a word and no object.
SAVED_WORDS = {
    "office/census/<what:what>.xlsx": ["/office/census/workers.xlsx", "/office/census/establishments.xlsx"],
}
