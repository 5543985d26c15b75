import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import workbook
from nuanyi.census.loading import establishments, workers
from nuanyi.census.models import Appearance, Establishment, Worker
from nuanyi.census.services import imports, records
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.ledger.models import RollUp
from nuanyi.lib.actor import system
from nuanyi.lib.ids import new_id
from nuanyi.people.models import Person
from nuanyi.people.services import persons
from nuanyi.people.services.openings import open_for_program


def test_what_it_made_goes_and_the_ledger_is_reversed(district, program):
    of = take(program, [HEAD, row(1), row(2)])
    done = imports.undo(actor=program, of=of)
    assert done == {"restored": 0, "kept": 0, "removed": 2}
    assert (Worker.objects.count(), Person.objects.count(), Appearance.objects.count()) == (0, 0, 0)
    assert sum(RollUp.objects.values_list("count", flat=True)) == 0


def test_what_it_changed_is_as_before(district, program):
    take(program, [HEAD, row(1)])
    of = take(
        program, [HEAD, row(1, phone="19911112222", sector="外卖")], choice="overwrite", source_name="乙"
    )
    imports.undo(actor=program, of=of)
    worker = Worker.objects.get()
    assert open_for_program(worker.person, "phone") == "19900000001"
    assert worker.sector == "courier"


def test_what_another_roster_names_too_stays(district, program):
    first = take(program, [HEAD, row(1), row(2)])
    take(program, [HEAD, row(1)], source_name="乙")
    assert imports.undo(actor=program, of=first)["kept"] == 1
    assert Worker.objects.count() == 1


def test_what_somebody_changed_since_stays_as_it_is_now(district, program, cast):
    take(program, [HEAD, row(1)])
    second = take(program, [HEAD, row(1, phone="19911112222")], choice="overwrite", source_name="乙")
    take(program, [HEAD, row(1, phone="19933334444")], choice="overwrite", source_name="丙")
    assert imports.undo(actor=program, of=second)["kept"] == 1
    assert open_for_program(Worker.objects.get().person, "phone") == "19933334444"


def test_establishments_come_back_too(district, program):
    head = ["户名", "行业领域", "所在乡镇（街道）", "负责人", "联系电话", "从业人数"]
    told = {"client_key": new_id(), "file_name": "a.xlsx", "source_name": "台账"}
    imports.import_now(
        actor=program, data=workbook([head, ["甲店", "快递", "雁山镇", "周明", "19900000001", 3]]), **told
    )
    of = imports.import_now(
        actor=program,
        choice="overwrite",
        data=workbook([head, ["甲店", "快递", "雁山镇", "李力", "19900000002", 5]]),
        **(told | {"client_key": new_id()}),
    )
    shop = Establishment.objects.get()
    assert (shop.headcount, open_for_program(shop.contact, "name")) == (5, "李力")
    imports.undo(actor=program, of=of)
    shop = Establishment.objects.get()
    assert (shop.headcount, open_for_program(shop.contact, "name")) == (3, "周明")


def test_follow_up_can_be_undone(district, program, cast):
    take(program, [HEAD, row(1)])
    worker = Worker.objects.get()
    before = records.note_follow_up(
        actor=cast.actor("yanshan"), model=Worker, ids=[worker.pk], follow_up="visited"
    )
    assert records.undo_follow_up(actor=cast.actor("yanshan"), model=Worker, before=before) == 1
    worker.refresh_from_db()
    assert worker.follow_up == "new"


SHOP_HEAD = ["户名", "行业领域", "所在乡镇（街道）", "负责人", "联系电话"]


def shops(many, turn):
    """Shops of which each gets another contact at every turn."""
    contact = ("周明", "李力")[turn]
    return [
        SHOP_HEAD,
        *(
            [f"{many}街{n}号店", "快递", "雁山镇", contact, f"199{turn}{many:03d}{n:04d}"]
            for n in range(many)
        ),
    ]


def people(many, turn):
    """People who move and get another number at every turn."""
    place = ("雁山镇", "柘木镇")[turn]
    return [HEAD, *(row(n, phone=f"1990{turn}{n:06d}", region=place) for n in range(many * 10, many * 11))]


@pytest.mark.parametrize("roster", [shops, people])
def test_taking_back_asks_as_often_for_two_hundred_rows_as_for_twenty(district, program, roster):
    asked = []
    for many in (20, 200):
        take(program, roster(many, 0), source_name=f"{many}")
        before = Person.objects.count()
        of = take(program, roster(many, 1), choice="overwrite", source_name=f"{many}再")
        assert of.counts["written"] == many
        with CaptureQueriesContext(connection) as counted:
            assert imports.undo(actor=program, of=of) == {"restored": many, "kept": 0, "removed": 0}
        asked.append(len(counted))
        assert Person.objects.count() == before, "of whoever had come nothing stays"
    assert asked[1] - asked[0] <= 1, "one more deletion for another hundred persons"


def test_steps_of_an_undo_meet_in_the_middle_of_a_shop(district, program, monkeypatch):
    """The two changes of the first shop and the rest of the roster are taken back in several steps."""
    take(program, shops(9, 0), source_name="甲")
    shop = Establishment.objects.get(name="9街0号店")
    first, before = shop.contact, Person.objects.count()
    rows = [*shops(9, 1), ["9街0号店", "快递", "雁山镇", "覃芳", "19977777777"]]
    of = take(program, rows, choice="overwrite", source_name="乙")
    assert of.counts["written"] == 10
    monkeypatch.setattr(imports, "UNDO_STEP", 7)
    assert imports.undo(actor=program, of=of) == {"restored": 10, "kept": 0, "removed": 0}
    shop.refresh_from_db()
    assert shop.contact == first
    contacts = Establishment.objects.select_related("contact")
    assert {open_for_program(one.contact, "name") for one in contacts} == {"周明"}
    assert Person.objects.count() == before, "of whoever had come nothing stays"


def test_people_come_back_in_several_steps_too(district, program, monkeypatch):
    take(program, people(20, 0), source_name="甲")
    of = take(program, people(20, 1), choice="overwrite", source_name="乙")
    monkeypatch.setattr(imports, "UNDO_STEP", 7)
    assert imports.undo(actor=program, of=of) == {"restored": 20, "kept": 0, "removed": 0}
    assert set(Worker.objects.values_list("region_code", flat=True)) == {"450311100"}
    assert {open_for_program(one.person, "phone")[:5] for one in Worker.objects.all()} == {"19900"}


def meanwhile(monkeypatch, module, act):
    """Let something happen once a step of an undo has read what it takes back, before that is put back."""
    restore_all = module.restore_all

    def late(pairs):
        act()
        return restore_all(pairs)

    monkeypatch.setattr(module, "restore_all", late)


def test_who_is_forgotten_while_an_import_is_taken_back_stays_forgotten(
    district, program, monkeypatch, own_erasures
):
    take(program, shops(2, 0), source_name="甲")
    shop = Establishment.objects.get(name="2街0号店")
    former = shop.contact
    of = take(program, shops(2, 1), choice="overwrite", source_name="乙")
    meanwhile(
        monkeypatch,
        establishments,
        lambda: persons.erase_person(
            actor=system("desk"), person=Person.objects.get(pk=former.pk), reason="本人要求"
        ),
    )
    imports.undo(actor=program, of=of)
    former.refresh_from_db()
    assert former.erased_at is not None
    assert (former.sealed_name, former.name_mask, former.sealed_phone, former.phone_digest) == (
        *(None, ""),
        *(None, None),
    )
    shop.refresh_from_db()
    assert shop.contact is None


@pytest.mark.parametrize(("roster", "module"), [(shops, establishments), (people, workers)])
def test_what_is_put_right_while_an_import_is_taken_back_stays_right(
    district, program, monkeypatch, roster, module
):
    take(program, roster(2, 0), source_name="甲")
    person = (
        Establishment.objects.get(name="2街0号店").contact
        if roster is shops
        else Worker.objects.first().person
    )
    of = take(program, roster(2, 1), choice="overwrite", source_name="乙")
    meanwhile(
        monkeypatch,
        module,
        lambda: persons.correct_person(
            actor=program, person=person, field="name", value="周晓明", reason="本人要求"
        ),
    )
    imports.undo(actor=program, of=of)
    person.refresh_from_db()
    assert open_for_program(person, "name") == "周晓明"


@pytest.mark.parametrize("roster", [shops, people])
def test_whoever_is_written_to_by_an_undo_is_held_as_they_are_read(district, program, roster):
    take(program, roster(2, 0), source_name="甲")
    of = take(program, roster(2, 1), choice="overwrite", source_name="乙")
    with CaptureQueriesContext(connection) as counted:
        imports.undo(actor=program, of=of)
    held = [one["sql"] for one in counted if "FOR UPDATE" in one["sql"]]
    assert any('FROM "census_change"' in sql for sql in held)
    assert any('FROM "people_person"' in sql and 'ORDER BY "people_person"."id"' in sql for sql in held)


def test_whoever_was_placed_at_another_shop_is_placed_where_they_were(district, program):
    take(
        program,
        [SHOP_HEAD, *([name, "快递", "雁山镇", "", ""] for name in ("甲店", "乙店"))],
        source_name="店",
    )
    head = [*HEAD, "站点"]
    take(program, [head, [*row(1), "甲店"], [*row(2), ""]])
    rows = [head, [*row(1), "乙店"], [*row(2), "乙店"]]
    of = take(program, rows, choice="overwrite", source_name="丙")
    workers_now = Worker.objects.order_by("person__phone_mask")
    assert [str(one.establishment) for one in workers_now] == ["乙店", "乙店"]
    imports.undo(actor=program, of=of)
    workers_now = Worker.objects.order_by("person__phone_mask")
    assert [(one.site_name, str(one.establishment)) for one in workers_now] == [
        ("甲店", "甲店"),
        ("", "None"),
    ]
