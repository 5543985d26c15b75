"""What the tests of the whole ask of this room."""

from tests import declared

#: Services that ask no place or unit, each with the reason (``program/tests/test_keep_to_ones_own_district``).
ASKS_NO_PLACE = {
    "notices.services.set_preference": declared.OWN,
}
