import pytest
from django.db import connection, transaction

from nuanyi.lib import row_security
from nuanyi.lib.actor import GUEST
from nuanyi.people.models import Person


@pytest.fixture
def two(db):
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON people_person TO nuanyi_web")
    Person.objects.create(region_codes=["450311", "450311100"], unit_ids=[])
    Person.objects.create(region_codes=["450311", "450311101"], unit_ids=[7])


def _seen_by(actor) -> int:
    """Straight SQL as the role that serves pages: no filter of ours in between."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE nuanyi_web")
        row_security.set_reader(actor)
        cursor.execute("SELECT count(*) FROM people_person")
        return cursor.fetchone()[0]


def test_the_database_itself_shows_each_actor_only_what_is_theirs(cast, two):
    actors = [cast.actor("office"), cast.actor("yanshan"), cast.actor("clerk"), GUEST]
    assert [_seen_by(actor) for actor in actors] == [2, 1, 0, 0]


def test_a_connection_that_never_said_who_reads_sees_nobody(cast, two):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE nuanyi_web")
        cursor.execute(
            "SELECT set_config('nuanyi.scope', '', true), set_config('nuanyi.regions', '', true), set_config('nuanyi.units', '', true)"
        )
        cursor.execute("SELECT count(*) FROM people_person")
        assert cursor.fetchone()[0] == 0


def test_control_without_the_wall_the_same_query_sees_all(cast, two):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person")
        assert cursor.fetchone()[0] == 2
