"""What is remembered for minutes lies in no backup and in no log of the database that could be read later."""

import pytest
from django.db import connection

from nuanyi.lib import rooms

#: Of Django: lost at a fall of the database everybody would be signed out. They lie in no backup all the same.
OF_DJANGO = {"django_session", "front_cache"}


@pytest.mark.django_db
def test_what_a_room_says_will_pass_is_unlogged_and_what_is_unlogged_will_pass():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class"
            " WHERE relkind = 'r' AND relpersistence = 'u' AND relnamespace = 'public'::regnamespace"
        )
        unlogged = {name for (name,) in cursor.fetchall()}
    assert unlogged == rooms.passing() - OF_DJANGO
    assert rooms.passing() - unlogged == OF_DJANGO


@pytest.mark.django_db
def test_every_table_that_passes_is_there():
    assert rooms.passing() <= set(connection.introspection.table_names())
