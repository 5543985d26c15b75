import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanyi.census.loading import establishments, workers
from nuanyi.census.models import Change, Establishment, Worker
from nuanyi.census.services import exports, records
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.journal.models import Entry
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.lib.ids import new_id
from nuanyi.people.models import Person
from nuanyi.people.services import openings, persons
from nuanyi.people.services.openings import open_for_program

HOME = "/office/census/"


@pytest.fixture
def worker(district, program):
    take(program, [HEAD, row(1)])
    return Worker.objects.get()


@pytest.fixture
def shop(district):
    return Establishment.objects.create(
        name="甲店", name_key="甲店", sector="courier", region_code="450311100", headcount=5
    )


def test_a_change_keeps_who_when_from_and_to(cast, worker):
    told = {"phone": "19912345678", "sector": "delivery", "name": ""}
    records.change_record(actor=cast.actor("office"), model=Worker, pk=worker.pk, values=told)
    worker.refresh_from_db()
    assert worker.sector == "delivery"
    assert open_for_program(worker.person, "phone") == "19912345678"
    assert open_for_program(worker.person, "name") == "周小明"
    page = " ".join(cast.client("office").get(f"{HOME}workers/{worker.pk}/").content.decode().split())
    assert "199****0001 → 199****5678" in page
    assert "快递 → 外卖" in page
    assert "office" in page
    [entry] = Entry.objects.filter(kind="census.record_changed")
    assert "19912345678" not in str(entry.detail)
    assert b"1990000" not in bytes(Change.objects.get().sealed_before)


def test_two_people_who_edit_one_record_do_not_overwrite_each_other(cast, worker):
    seen = worker.changed_at.isoformat()
    change = {"actor": cast.actor("office"), "model": Worker, "pk": worker.pk}
    records.change_record(**change, values={"sector": "delivery"}, seen=seen)
    with pytest.raises(Conflict):
        records.change_record(**change, values={"sector": "livestream"}, seen=seen)
    answer = cast.client("office2").post(
        f"{HOME}workers/{worker.pk}/change/", {"sector": "livestream", "region": "450311100", "seen": seen}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "office改过" in "".join(page.split())
    assert 'class="rail"' in page
    assert 'value="livestream" selected' in " ".join(page.split()).replace(" >", ">")
    assert Worker.objects.get().sector == "delivery"


@pytest.fixture
def put_right_meanwhile(program, monkeypatch):
    """Somebody's name is put right once a record that changes has been read, before it is saved."""
    moved = workers.moved
    told = {"actor": program, "reason": "本人要求", "field": "name", "value": "周晓明"}

    def of(person):
        def late(*read):
            persons.correct_person(**told, person=person)
            return moved(*read)

        for module in (workers, establishments):
            monkeypatch.setattr(module, "moved", late)

    return of


@pytest.mark.parametrize("way", ["hand", "roster"])
def test_what_is_put_right_of_a_person_while_their_record_changes_stays_right(
    cast, program, worker, put_right_meanwhile, way
):
    put_right_meanwhile(worker.person)
    if way == "hand":
        change = {"model": Worker, "pk": worker.pk, "values": {"sector": "delivery"}}
        records.change_record(actor=cast.actor("office"), **change)
    else:
        take(program, [HEAD, row(1, sector="外卖")], choice="overwrite", source_name="乙")
    worker = Worker.objects.get()
    assert worker.sector == "delivery"
    assert open_for_program(worker.person, "name") == "周晓明"


@pytest.mark.parametrize("way", ["hand", "roster"])
def test_what_is_put_right_of_a_contact_while_their_shop_changes_stays_right(
    cast, program, shop, put_right_meanwhile, way
):
    shop.contact = persons.seal_into(Person(region_codes=["450311100"]), name="周明", phone="19900000001")
    shop.contact.save()
    shop.save()
    put_right_meanwhile(shop.contact)
    if way == "hand":
        change = {"model": Establishment, "pk": shop.pk, "values": {"contact_phone": "19900000003"}}
        records.change_record(actor=cast.actor("office"), **change)
    else:
        head = ["户名", "行业领域", "所在乡镇（街道）", "负责人", "联系电话"]
        rows = [head, ["甲店", "快递", "雁山镇", "周明", "19900000003"]]
        take(program, rows, choice="overwrite", source_name="乙")
    contact = Establishment.objects.get().contact
    assert contact == shop.contact
    assert [open_for_program(contact, name) for name in ("name", "phone")] == ["周晓明", "19900000003"]


#: A person who is locked: of a table joined for it, by its name; of her own.
HELD = re.compile(r'FOR UPDATE OF .*"people_person"|FROM "people_person" .*FOR UPDATE')


def test_whoever_a_record_names_is_held_from_the_moment_it_is_read(cast, worker, shop):
    shop.contact = worker.person
    shop.save()
    numbers = ({"phone": "19900000003"}, {"contact_phone": "19900000004"})
    for record, values in zip((worker, shop), numbers, strict=True):
        change = {"model": type(record), "pk": record.pk, "values": values}
        with CaptureQueriesContext(connection) as asked:
            records.change_record(actor=cast.actor("office"), **change)
        said = [one["sql"] for one in asked]
        held = [n for n, sql in enumerate(said) if HELD.search(sql)]
        written = [n for n, sql in enumerate(said) if sql.startswith('UPDATE "people_person"')]
        assert held
        assert held[0] < written[0]
        assert "sealed_id_number" not in said[written[0]], "what did not change is not written"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"phone": "123"}, "phone"),
        ({"id_number": "450311199013070012"}, "id_number"),
        ({"sector": "no-such"}, "sector"),
        ({"region": "999999"}, "region"),
        ({"name": "<b>"}, "name"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field_and_nothing_is_kept(cast, worker, values, field):
    with pytest.raises(BadInput) as refused:
        records.change_record(
            actor=cast.actor("office"), model=Worker, pk=worker.pk, values={"site": "新站", **values}
        )
    assert list(refused.value.fields) == [field]
    assert Worker.objects.get().site_name == ""
    assert not Change.objects.exists()


def test_nobody_changes_what_is_out_of_reach_or_moves_it_there(cast, worker):
    change = {"model": Worker, "pk": worker.pk, "values": {"sector": "delivery"}}
    with pytest.raises(NotFound):
        records.change_record(actor=cast.actor("zhemu"), **change)
    with pytest.raises(NotAllowed):
        records.change_record(actor=cast.actor("grid"), **change)
    with pytest.raises(BadInput):
        records.change_record(
            actor=cast.actor("yanshan"), model=Worker, pk=worker.pk, values={"region": "450311101"}
        )


def test_who_keeps_the_place_that_somebody_left_opens_them_no_more(cast, worker):
    office, before, after = cast.actor("office"), cast.actor("yanshan"), cast.actor("zhemu")
    Person.objects.update(unit_ids=[])
    Worker.objects.update(unit=None)
    shown = lambda actor: Person.objects.visible_to(actor).filter(pk=worker.person_id).exists()  # noqa: E731
    assert (shown(before), shown(after)) == (True, False)
    change = records.change_record(actor=office, model=Worker, pk=worker.pk, values={"region": "450311101"})
    assert (shown(before), shown(after)) == (False, True)
    with pytest.raises(NotFound):
        openings.reveal(actor=before, person=worker.person, field="phone", purpose="电话核实登记信息")
    records.undo_changes(actor=office, pks=[change.pk])
    assert (shown(before), shown(after)) == (True, False)
    # the contact of a shop there stays to be seen there
    Establishment.objects.create(name="乙店", name_key="乙店", region_code="450311100", contact=worker.person)
    records.change_record(actor=office, model=Worker, pk=worker.pk, values={"region": "450311101"})
    assert (shown(before), shown(after)) == (True, True)


def test_a_cell_is_changed_in_the_list_and_undone(cast, shop):
    browser, here = cast.client("office"), f"{HOME}establishments/?sector=courier"
    told = {"id": shop.pk, "seen": shop.changed_at.isoformat(), "field": "headcount", "value": "约20人"}
    answer = browser.post(f"{HOME}establishments/cells/", told | {"next": here})
    assert answer["Location"] == here
    shop.refresh_from_db()
    assert shop.headcount == 20
    page = browser.get(here).content.decode()
    change = Change.objects.get()
    assert f'name="changes" value="{change.pk}"' in " ".join(page.split())
    browser.post(f"{HOME}establishments/cells/undo/", {"changes": change.pk, "next": here})
    shop.refresh_from_db()
    assert shop.headcount == 5
    assert Change.objects.count() == 2
    bad = browser.post(f"{HOME}establishments/cells/", told | {"seen": "", "value": "很多"})
    assert bad.status_code == 422


def test_what_a_colleague_changed_since_is_not_taken_back_and_says_who(cast, shop):
    first, second, cells = cast.client("office"), cast.client("office2"), f"{HOME}establishments/cells/"
    told = {"id": shop.pk, "field": "headcount"}
    first.post(cells, told | {"value": "7", "was": "5"})
    mine = Change.objects.get()
    late = second.post(cells, told | {"value": "9", "was": "5"})
    assert late.status_code == 409
    assert "office改过" in "".join(late.content.decode().split())
    second.post(cells, told | {"value": "9", "was": "7"})
    back = first.post(f"{cells}undo/", {"changes": mine.pk})
    assert back.status_code == 409
    assert "office2改过" in "".join(back.content.decode().split())
    shop.refresh_from_db()
    assert shop.headcount == 9


def test_of_several_changes_those_that_nobody_touched_since_are_taken_back(cast, shop):
    other = Establishment.objects.create(
        name="乙店", name_key="乙店", sector="courier", region_code="450311101", headcount=1
    )
    first, cells = cast.client("office"), f"{HOME}establishments/cells/"
    told = {"id": [shop.pk, other.pk], "field": "headcount", "value": ["7", "8"], "was": ["5", "1"]}
    first.post(cells, told)
    pks = ",".join(str(pk) for pk in Change.objects.values_list("pk", flat=True))
    cast.client("office2").post(cells, {"id": other.pk, "field": "headcount", "value": "9", "was": "8"})
    answer = first.post(f"{cells}undo/", {"changes": pks, "next": f"{HOME}establishments/"})
    assert answer["Location"] == f"{HOME}establishments/?did=1&failed=1"
    assert dict(Establishment.objects.values_list("name", "headcount")) == {"甲店": 5, "乙店": 9}


def test_after_a_change_on_the_records_own_page_the_way_back_is_offered_there(cast, worker):
    browser, page = cast.client("office"), f"{HOME}workers/{worker.pk}/"
    told = {"sector": "delivery", "region": "450311100", "site": ""}
    assert browser.post(f"{page}change/", told).status_code == 302
    undo = browser.get(page).context["undo"]
    browser.post(f"{HOME}workers/cells/undo/", {"changes": undo["changes"], "next": page})
    worker.refresh_from_db()
    assert worker.sector == "courier"
    browser.post(f"{HOME}workers/follow-up/", {"id": worker.pk, "follow_up": "visited", "next": page})
    undo = browser.get(page).context["undo"]
    assert undo["noted"] == "visited"
    back = {"undo": undo["before"], "noted": "visited", "next": page}
    cast.client("office2").post(f"{HOME}workers/follow-up/", {"id": worker.pk, "follow_up": "contacted"})
    assert browser.post(f"{HOME}workers/follow-up/", back).status_code == 409
    worker.refresh_from_db()
    assert worker.follow_up == "contacted"


def test_a_column_pasted_from_excel_changes_all_rows_or_none(cast, shop, district):
    second = Establishment.objects.create(
        name="乙店", name_key="乙店", sector="courier", region_code="450311101"
    )
    browser = cast.client("office")
    told = {"id": [shop.pk, second.pk], "field": "headcount"}
    assert browser.post(f"{HOME}establishments/cells/", told | {"value": ["7", "x"]}).status_code == 422
    assert set(Establishment.objects.values_list("headcount", flat=True)) == {5, None}
    browser.post(f"{HOME}establishments/cells/", told | {"value": ["7", "二十"]})
    assert dict(Establishment.objects.values_list("name", "headcount")) == {"甲店": 7, "乙店": 20}


def test_a_column_of_five_thousand_cells_is_refused_in_words_and_changes_nothing(cast, shop):
    told = {"id": [shop.pk] * 5000, "field": "headcount", "value": ["7\t\n8"] * 5000}
    answer = cast.client("office").post(f"{HOME}establishments/cells/", told)
    assert answer.status_code in (400, 413, 422)
    assert 'class="rail"' in answer.content.decode()
    one = {"id": shop.pk, "field": "headcount", "value": "7\t\n8"}
    assert cast.client("office").post(f"{HOME}establishments/cells/", one).status_code == 422
    shop.refresh_from_db()
    assert shop.headcount == 5


def test_the_picked_ones_get_one_township_and_figures_of_yesterday_stay(cast, shop, program):
    from datetime import timedelta

    from nuanyi.lib import clock

    yesterday = clock.today() - timedelta(days=1)
    Establishment.objects.update(first_seen_date=yesterday)
    told = {"all": "1", "query": "sector=courier", "field": "region", "region_value": "450311101"}
    cast.client("office").post(f"{HOME}establishments/cells/", told)
    count = offered()["census.establishments"].count
    assert count(Window(last=yesterday, region="450311"), ("township",)) == {("450311100",): 1}
    assert count(Window(last=clock.today(), region="450311"), ("township",)) == {("450311101",): 1}


def test_a_record_is_added_by_hand_once(cast, district):
    browser, key = cast.client("office"), str(new_id())
    told = {"key": key, "name": "周小明", "phone": "19900000001", "sector": "courier", "region": "450311100"}
    for _turn in range(2):
        assert browser.post(f"{HOME}workers/new/", told).status_code == 302
    assert (Worker.objects.count(), Worker.objects.get().follow_up) == (1, "new")
    bad = browser.post(f"{HOME}workers/new/", told | {"key": str(new_id()), "phone": "12", "name": "韦丽"})
    page = bad.content.decode()
    assert bad.status_code == 422
    assert 'value="韦丽"' in page
    assert 'id="id_phone-error"' in page
    assert 'class="rail"' in page
    assert browser.post(f"{HOME}workers/new/", told | {"key": "x"}).status_code == 422


def test_a_wrong_phone_is_taken_away_and_an_empty_field_alone_takes_nothing(cast, worker):
    browser, page = cast.client("office"), f"{HOME}workers/{worker.pk}/change/"
    told = {"name": "", "phone": "", "id_number": "", "sector": "courier", "region": "450311100", "site": ""}
    assert browser.post(page, told).status_code == 302
    worker.person.refresh_from_db()
    assert open_for_program(worker.person, "phone") == "19900000001"
    assert 'name="take_away" value="phone"' in browser.get(page).content.decode()
    assert browser.post(page, told | {"take_away": "phone"}).status_code == 302
    worker.person.refresh_from_db()
    assert open_for_program(worker.person, "phone") == ""
    assert worker.person.phone_digest is None
    assert open_for_program(worker.person, "id_number") != ""


def test_an_address_is_seen_in_the_list_changed_on_the_page_and_saved_in_excel(cast, shop):
    browser = cast.client("office")
    told = {
        "name": "甲店",
        "sector": "courier",
        "region": "450311100",
        "address": "良丰路 12 号",
        "headcount": "5",
    }
    assert browser.post(f"{HOME}establishments/{shop.pk}/change/", told).status_code == 302
    assert "良丰路 12 号" in browser.get(f"{HOME}establishments/").content.decode()
    body = exports.export_masked(actor=cast.actor("office"), what="establishments", filters={})
    rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.values)
    assert rows[1][rows[0].index("地址")] == "良丰路 12 号"


def test_a_page_that_shows_some_says_of_how_many(cast, shop, program):
    take(program, [HEAD, *[row(n) for n in range(1, 54)]])
    Worker.objects.update(establishment=shop)
    page = " ".join(cast.client("office").get(f"{HOME}establishments/{shop.pk}/").content.decode().split())
    assert "共 53 人，这里列出前 50 人；查看全部" in page
    assert f"/office/census/workers/?establishment={shop.pk}" in page
