import pytest
from django.db import DatabaseError, connection, transaction

from nuanyi.journal import queries, services
from nuanyi.journal.models import Entry
from nuanyi.people import events


@pytest.fixture
def three(db, program):
    for n in range(3):
        services.record(program, events.ACCOUNT_MADE, None, number=n, words='汉字 "quoted"')


def test_the_chain_holds_and_counts(three):
    verdict = queries.verify()
    assert verdict.entries == 3
    assert verdict.breaks == []


def test_an_undeclared_kind_is_refused(db, program):
    with pytest.raises(KeyError):
        services.record(program, "nobody.declared_this")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal_entry SET kind = 'x'", "DELETE FROM journal_entry", "TRUNCATE journal_entry"],
)
def test_nobody_changes_or_removes_an_entry(three, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def _behind_the_triggers(statement):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_edited_entry_is_found_even_behind_the_triggers(three):
    _behind_the_triggers("UPDATE journal_entry SET detail = '{}' WHERE seq = 2")
    assert [b.what for b in queries.verify().breaks] == ["was changed"]


def test_a_removed_entry_is_found(three):
    _behind_the_triggers("DELETE FROM journal_entry WHERE seq = 2")
    assert {b.what for b in queries.verify().breaks} == {"missing", "does not follow the entry before"}


def test_a_cut_off_end_is_found_by_the_head_kept_outside(three, tmp_path):
    from nuanyi.journal import heads

    heads.write_heads(tmp_path, queries.verify())
    _behind_the_triggers("DELETE FROM journal_entry WHERE seq = 3")
    assert queries.verify().breaks == []
    found = queries.verify(heads.known_heads(tmp_path))
    assert [b.what for b in found.breaks] == ["the end was cut off"]


def test_an_entry_goes_with_the_transaction_that_made_it(db, program):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.record(program, events.ACCOUNT_MADE)
        raise ZeroDivisionError
    assert Entry.objects.count() == 0


def test_the_auditor_reads_details_in_words(cast, program):
    detail = {
        "rows": 3,
        "active": True,
        "fields": ["region", "x"],
        "filters": {"state": "new"},
        "note": "n" * 90,
    }
    services.record(program, events.ACCOUNT_MADE, None, **detail)
    page = " ".join(cast.client("auditor").get("/office/audit/").content.decode().split()).replace(
        "： ", "："
    )
    assert "行数：3" in page
    assert "启用：是" in page
    assert "字段：所在地、x" in page
    assert "筛选条件：状态：new" in page
    assert "rows=" not in page
    assert "n" * 61 not in page
