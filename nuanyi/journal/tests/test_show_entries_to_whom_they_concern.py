"""What the database itself shows of the journal, whatever statement is run as the role of pages."""

import pytest
from django.db import connection

from nuanyi.journal import heads, queries, services
from nuanyi.journal.models import Entry
from nuanyi.lib import row_security
from nuanyi.lib.actor import GUEST
from nuanyi.people import events

ALL = "SELECT count(*) FROM journal_entry"


def seen_by(actor, statement=ALL):
    with row_security.reading_as(actor), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.fixture
def told(cast, program):
    """One entry about the clerk's account by the program, one of the clerk's own."""
    services.record(program, events.ACCOUNT_MADE, cast.accounts["clerk"])
    services.record(cast.actor("clerk"), events.PASSWORD_SET, cast.accounts["clerk"])
    return cast


def test_a_guest_reads_nothing_others_their_own_and_an_auditor_all(told):
    every = Entry.objects.count()
    assert every > 20
    assert seen_by(GUEST) == 0
    assert seen_by(told.actor("office")) == 0
    assert seen_by(told.actor("clerk")) == 1
    assert seen_by(told.actor("auditor")) == every


def test_whoever_asks_for_the_way_of_a_record_reads_that_record_s_entries_only(told):
    account = told.accounts["clerk"]
    with row_security.reading_as(told.actor("office")):
        assert len(queries.acts_on(account, [events.ACCOUNT_MADE, events.PASSWORD_SET])) == 3
        seen = set(Entry.objects.values_list("subject_type", "subject_id"))
    assert seen == {("people.account", str(account.pk))}


def test_the_chain_and_its_heads_are_checked_in_full_whoever_asks(told, tmp_path):
    every = Entry.objects.count()
    heads.append(tmp_path, heads.line_of(heads.present_heads(), {}))  # as when the tables were made
    with row_security.reading_as(told.actor("administrator")):
        assert heads.write_heads(tmp_path)
        verdict = queries.verify(heads.known(tmp_path))
    assert (verdict.entries, verdict.breaks) == (every, [])


def test_an_owner_who_is_no_superuser_is_bound_and_still_appends(told):
    """On somebody else's server the owner of the tables is one: the two functions run as him."""
    every = Entry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "CREATE ROLE plain_owner NOSUPERUSER; GRANT CREATE, USAGE ON SCHEMA public, nuanyi_private TO plain_owner;"
            " GRANT SELECT ON nuanyi_private.secret TO plain_owner"
        )
        cursor.execute(
            "SELECT format('ALTER FUNCTION %s OWNER TO plain_owner', p.oid::regprocedure) FROM pg_proc p"
            " WHERE proname IN ('journal_next', 'journal_append', 'nuanyi_signature', 'nuanyi_reader')"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute("ALTER TABLE journal_entry OWNER TO plain_owner")
        cursor.execute("SET ROLE nuanyi_web")
    for number in range(3):
        services.record(told.actor("clerk"), events.PASSWORD_SET, told.accounts["clerk"], number=number)
    assert seen_by(GUEST) == 0
    assert seen_by(told.actor("auditor")) == every + 3
    assert queries.verify().breaks == []
