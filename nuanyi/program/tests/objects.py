"""What the tests of the whole ask of this room."""

from tests import declared

#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "program/health.html": declared.RULES,
}
