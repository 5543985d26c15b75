"""What the database itself shows, to straight SQL as the role that serves pages: no filter of ours in between."""

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from nuanyi.lib import row_security
from nuanyi.lib.actor import GUEST
from nuanyi.people.models import Person

COUNT = "SELECT count(*) FROM people_person"


@pytest.fixture
def two(db):
    Person.objects.create(region_codes=["450311", "450311100"], unit_ids=[])
    Person.objects.create(region_codes=["450311", "450311101"], unit_ids=[7])


def _asked(statement=COUNT):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _seen_by(actor) -> int:
    with row_security.reading_as(actor):
        return _asked()


def test_the_database_itself_shows_each_actor_only_what_is_theirs(cast, two):
    actors = [cast.actor("office"), cast.actor("yanshan"), cast.actor("clerk"), GUEST]
    assert [_seen_by(actor) for actor in actors] == [2, 1, 0, 0]


def test_a_connection_that_never_said_who_reads_sees_nobody(two):
    row_security.process_reads_as(None)
    assert _asked() == 0


@pytest.mark.as_owner
def test_control_without_the_wall_the_same_query_sees_all(two):
    row_security.process_reads_as(None)
    assert _asked() == 2


def test_nobody_names_himself_another_by_a_setting(cast, two):
    office, clerk = cast.actor("office"), cast.actor("clerk")
    with row_security.reading_as(clerk), connection.cursor() as cursor:
        for name, value in (("nuanyi.scope", "all"), ("nuanyi.regions", "450311"), ("nuanyi.units", "7")):
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        assert _asked() == 0, "settings of 0.5.0"
        forged = row_security.signed({"kind": "system", "where": {}}, b"a guess of thirty-two bytes ....")
        cursor.execute("SELECT set_config('nuanyi.reader', %s, true)", [forged])
        assert _asked() == 0, "a signature of one's own"
        right = row_security.word_for(office)
        cursor.execute(
            "SELECT set_config('nuanyi.reader', %s, true)", [right.replace('"account":', '"account":1')]
        )
        assert _asked() == 0, "another's word, changed"
        cursor.execute("SELECT set_config('nuanyi.reader', %s, true)", [right])
        assert _asked() == 2, "the control: the word as it was signed"


def test_a_word_told_long_ago_is_not_believed_again(cast, two, monkeypatch):
    monkeypatch.setattr(row_security.time, "time", lambda: 1_000_000_000.0)
    assert _seen_by(cast.actor("office")) == 0


def test_the_role_of_pages_does_not_read_the_secret_nor_sign_with_it(two):
    for statement in (
        "SELECT 1 FROM nuanyi_private.secret",
        "SELECT nuanyi_signature('row-level security', '{}')",
        "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON people_person USING (true)",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner"), transaction.atomic():
            _asked(statement)


def test_whoever_reads_inside_is_told_again_and_so_is_whoever_read_before(cast, two):
    office, yanshan = cast.actor("office"), cast.actor("yanshan")
    with row_security.reading_as(yanshan):
        assert _asked() == 1
        with row_security.reading_as(office):
            assert _asked() == 2
        assert _asked() == 1
        with pytest.raises(ZeroDivisionError), transaction.atomic(), row_security.reader(office):
            assert _asked() == 2
            raise ZeroDivisionError
        assert _asked() == 1, "a savepoint that was rolled back takes what it told with it"


def test_outside_a_transaction_every_statement_is_told_too(db, program):
    row_security.process_reads_as(None)
    other = connection.copy()

    def kind():
        with other.cursor() as cursor:
            cursor.execute("SELECT nuanyi_kind()")
            return cursor.fetchone()[0]

    try:
        assert kind() == "guest"
        with row_security.reader(program):
            assert kind() == "system"
            with other.chunked_cursor() as cursor:
                cursor.execute("SELECT nuanyi_kind() FROM generate_series(1, 3)")
                assert cursor.fetchall() == [("system",)] * 3
            with pytest.raises(ProgrammingError), other.cursor() as cursor:
                cursor.execute("SELECT nothing_of_that_name()")
            assert kind() == "system"
        assert other.get_autocommit()
        assert kind() == "guest"
    finally:
        other.close()


def test_a_public_page_looks_somebody_signed_in_up_before_it_says_who_reads(cast):
    assert cast.client("clerk").get("/help/").status_code == 200


def test_who_reads_is_worked_out_once_a_statement(cast, two):
    with row_security.reading_as(cast.actor("yanshan")), connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT count(*) FROM people_person")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "InitPlan" in plan
    assert "nuanyi_reader" not in plan.split("InitPlan")[0], plan


def test_others_who_watch_the_server_do_not_see_the_word(cast, two):
    with row_security.reading_as(cast.actor("office")), connection.cursor() as cursor:
        row_security.tell()
        cursor.execute("RESET ROLE")
        import psycopg
        from psycopg.conninfo import make_conninfo

        told = connection.get_connection_params()
        with psycopg.connect(
            make_conninfo(host=told["host"], dbname=told["dbname"], user=told["user"])
        ) as other:
            seen = other.execute("SELECT query FROM pg_stat_activity").fetchall()
    assert not [row for row in seen if row[0] and '"where"' in row[0]]


FORGERIES = {
    "a role": "INSERT INTO people_rolegrant (account_id, role, region_code, granted_at, confirmed_at)"
    " VALUES (%s, 'organisation', '', now(), now())",
    "a stranger's password": "UPDATE people_account SET password = 'argon2$mine' WHERE id <> %s",
    "a unit of one's own choice": "UPDATE people_account SET unit_id = (SELECT max(id) FROM units_unit) WHERE id = %s",
    "an account": "INSERT INTO people_account (username, password, display_name, email, is_active, must_change_password,"
    " made_at) SELECT 'new', password, '', '', true, false, now() FROM people_account WHERE id = %s",
    "a role for another, confirmed": "INSERT INTO people_rolegrant (account_id, role, region_code, granted_at, confirmed_at,"
    " held_before) SELECT id, 'auditor', '', now(), now(), false FROM people_account WHERE id <> %s LIMIT 1",
    "an export that is approved": "INSERT INTO census_export (id, asked_by_id, purpose, filters, state, asked_at)"
    " VALUES (gen_random_uuid(), %s, 'forged', '{}', 'approved', now())",
    "a request that is agreed": "INSERT INTO rights_request (id, deed, reason, field, state, asked_by_id, asked_at)"
    " VALUES (gen_random_uuid(), 'copy', 'forged', '', 'done', %s, now())",
    "a stranger's second factor": "INSERT INTO mfa_authenticator (user_id, type, data, created_at)"
    " SELECT id, 'totp', '{}', now() FROM people_account WHERE id <> %s",
}


@pytest.mark.parametrize("what", FORGERIES)
@pytest.mark.parametrize("part", ["clerk", "guest"])
def test_no_reader_makes_himself_more_than_he_is(cast, what, part):
    actor = GUEST if part == "guest" else cast.actor(part)
    mine = cast.accounts["clerk"].pk
    with (
        row_security.reading_as(actor),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match=r"row-level security|may not change"),
        transaction.atomic(),
    ):
        cursor.execute(FORGERIES[what], [mine])


def test_nobody_confirms_or_widens_a_role_of_his_own(cast):
    clerk = cast.actor("clerk")
    with row_security.reading_as(clerk), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_rolegrant SET role = 'organisation' WHERE account_id = %s", [clerk.account_id]
        )
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM people_rolegrant")
        assert cursor.rowcount == 0


def test_whoever_changes_his_own_password_may(cast):
    clerk = cast.accounts["clerk"]
    with row_security.reading_as(cast.actor("clerk")):
        clerk.set_password("another-lantern-in-the-rain-8")
        clerk.save()


def test_a_connection_that_is_opened_within_a_measured_request_goes_on_being_told(db, program):
    """Django's block of wrappers ends by taking the last one away, whichever that is."""
    other = connection.copy()

    def measured(execute, sql, params, many, context):
        return execute(sql, params, many, context)

    try:
        with other.execute_wrapper(measured):
            other.ensure_connection()
        assert measured not in other.execute_wrappers
        with row_security.reader(program), other.cursor() as cursor:
            cursor.execute("SELECT nuanyi_kind()")
            assert cursor.fetchone()[0] == "system"
    finally:
        other.close()
