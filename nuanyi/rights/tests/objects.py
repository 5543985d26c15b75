"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from tests import declared

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "rights:person",
    "rights:account",
    "rights:decide",
    "rights:take",
}


#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "rights/staff/desk.html": declared.COMPUTED,
}
