"""A value is sealed into its columns: whoever saves those alone saves all of it, and nothing else of the person."""

import pytest

from nuanyi.people.models import Person
from nuanyi.people.rules import FIELDS
from nuanyi.people.services.persons import columns_of, seal_into

VALUES = {
    "name": "周师傅",
    "phone": "19900000312",
    "id_number": "450311199003070012",
    "political": "中共党员",
}


@pytest.mark.parametrize("field", FIELDS)
def test_the_columns_of_a_field_are_those_that_a_value_fills(db, field):
    person = Person()
    before = dict(vars(person))
    seal_into(person, **{field: VALUES[field]})
    filled = {name for name, value in vars(person).items() if before.get(name) != value}
    assert filled == set(columns_of(field))
