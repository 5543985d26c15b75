"""A roster of many batches: what is asked of the database grows with its batches and not with its rows, and it does what
its preview showed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanyi.census.loading import workers
from nuanyi.census.models import Import, Worker
from nuanyi.census.services import imports
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, send, take
from nuanyi.people.models import Person
from nuanyi.people.services import persons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_erasures")]


def previewed(actor, rows, **more):
    of = send(actor, rows, **more)
    imports.read_import(of.pk)
    return Import.objects.get(pk=of.pk)


def accepted(actor, of, choice="keep"):
    imports.choose(actor=actor, of=of, choice=choice)
    imports.decide(actor=actor, of=Import.objects.get(pk=of.pk))
    imports.write_import(of.pk)
    return Import.objects.get(pk=of.pk)


def erase(cast, phone_mask):
    person = Person.objects.get(phone_mask=phone_mask)
    persons.erase_person(actor=cast.actor("organisation"), person=person, reason="本人要求")


@pytest.fixture
def batches_of_two(monkeypatch):
    monkeypatch.setattr(workers, "BATCH", 2)


@pytest.mark.parametrize("step", ["read", "write"])
def test_a_batch_asks_as_often_for_many_rows_as_for_a_few(district, cast, step):
    actor = cast.actor("office")
    take(actor, [HEAD, row(1)])

    def asked(first, rows):
        told = [HEAD, row(1), *(row(n) for n in range(first, first + rows))]
        of = send(actor, told, source_name=f"{step}{first}")
        work = imports.read_import
        if step == "write":
            imports.read_import(of.pk)
            imports.decide(actor=actor, of=of)
            work = imports.write_import
        with CaptureQueriesContext(connection) as captured:
            work(of.pk)
        assert Import.objects.get(pk=of.pk).counts["new"] == rows
        return len(captured)

    asked(100, 3)  # what is asked once a process is asked now
    assert asked(200, 3) == asked(300, 60)


def test_who_asked_to_be_forgotten_is_asked_once_a_file(cast, program, batches_of_two):
    take(program, [HEAD, row(1), row(2)])
    erase(cast, "199****0001")

    def asked(work, of):
        with CaptureQueriesContext(connection) as captured:
            work(of.pk)
        return sum("people_erasuremark" in query["sql"] for query in captured)

    actor = cast.actor("office")
    of = send(actor, [HEAD, *(row(n) for n in range(1, 12))], source_name="乙")
    assert asked(imports.read_import, of) == 1
    imports.decide(actor=actor, of=of)
    assert asked(imports.write_import, of) == 2, "before the first row and after the last"
    of.refresh_from_db()
    assert (of.state, of.counts["barred"], Worker.objects.count()) == ("done", 1, 10)


def test_a_long_roster_does_what_its_preview_showed(cast, batches_of_two):
    """Known rows, changed ones, doubles near and far, a family's phone and somebody forgotten, and nothing else happened:
    nobody is asked again."""
    actor = cast.actor("office")
    take(actor, [HEAD, *(row(n) for n in range(1, 7))])
    erase(cast, "199****0006")
    told = [
        HEAD,
        row(10),
        row(1),
        row(2, sector="外卖"),
        row(11),
        row(10),
        row(3, phone="19911113333"),
        row(12),
        row(11, sector="外卖"),
        row(13, name="李大力", phone="19900000012"),
        row(6, region="柘木镇"),
        row(1),
        row(14, phone="19911113333"),
        row(10),
        row(2, sector="外卖"),
    ]
    of = previewed(actor, told)
    done = accepted(actor, of, "overwrite")
    assert done.state == "done"
    assert "asked_again" not in done.counts
    before, after = (
        {
            name: one.counts.get(name, 0)
            for name in ("new", "known", "unchanged", "changed", "doubles", "possible")
        }
        for one in (of, done)
    )
    assert after == before
    assert after["new"] == 6
    assert Worker.objects.count() == 10
    assert Person.objects.filter(phone_mask="199****3333").count() == 2, "the one who changed and the new one"


def test_whoever_asks_to_be_forgotten_while_a_roster_is_taken_in_does_not_come_back(
    cast, program, monkeypatch
):
    take(program, [HEAD, row(1), row(2)])
    actor = cast.actor("office")
    of = previewed(actor, [HEAD, row(1), row(3)], source_name="乙")
    look_up = workers.WorkerLoader._look_up

    def forgotten_meanwhile(self, lines):
        if Person.objects.filter(phone_mask="199****0001").exists():
            erase(cast, "199****0001")
        return look_up(self, lines)

    with monkeypatch.context() as patch:
        patch.setattr(workers.WorkerLoader, "_look_up", forgotten_meanwhile)
        asked = accepted(actor, of)
    assert asked.state == "review"
    assert not Person.objects.filter(phone_mask="199****0003").exists(), "nothing of it was taken in"
    done = accepted(actor, Import.objects.get(pk=of.pk))
    assert (done.state, done.counts["barred"]) == ("done", 1)
    assert not Person.objects.filter(phone_mask="199****0001", erased_at=None).exists()


def test_whoever_is_known_is_looked_up_by_index_and_no_table_is_read_whole(district, cast):
    """What the planner knows of a table is older than the rows that the import itself writes."""
    actor = cast.actor("office")
    take(actor, [HEAD, *(row(n) for n in range(200))])
    of = previewed(actor, [HEAD, row(1), *(row(n) for n in range(300, 320))])
    imports.decide(actor=actor, of=of)
    before = read_whole()
    imports.write_import(of.pk)
    assert Import.objects.get(pk=of.pk).counts["new"] == 20
    after = read_whole()
    assert {table: after[table] - before[table] for table in after if after[table] - before[table] > 20} == {}


def read_whole():
    """Rows that this transaction read by going through a table from its beginning to its end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('people_person', 'census_worker', 'census_appearance')"
        )
        return dict(cursor.fetchall())
