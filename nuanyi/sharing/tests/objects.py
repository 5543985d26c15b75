"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from datetime import date

from nuanyi.sharing.models import Received
from nuanyi.sharing.services import summaries
from tests import declared
from tests.declared import THERE

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "sharing:summary",
}


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "sharing.services.summaries.set_sender": {
        "": lambda c, a: summaries.set_sender(actor=a, code=THERE, name="秀峰区", public_key="ab" * 32),
    },
    "sharing.services.summaries.change_key": {"": lambda c, a: summaries.change_key(actor=a)},
    "sharing.services.summaries.make_void": {
        "": lambda c, a: summaries.make_void(
            actor=a,
            pk=Received.objects.create(
                district_code=THERE, month=date(2026, 9, 1), revision=1, workers=1, document={}
            ).pk,
            because="不算",
        ),
    },
}

#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "sharing.services.summaries.receive": declared.SIGNED,
}

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "sharing/staff/releases.html": declared.RULES,
    "sharing/staff/upward.html": declared.RULES,
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "office/sharing/summaries/<str:month>/<int:revision>.json": "sharing/tests: a signed month",
    "open/services.csv": "sharing/tests: a release",
}
