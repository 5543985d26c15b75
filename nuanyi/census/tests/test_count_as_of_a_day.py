from datetime import date

import pytest

from conftest import workbook
from nuanyi.census.services import imports
from nuanyi.lib import sheets
from nuanyi.lib.figures import Window, offered
from nuanyi.lib.ids import new_id
from nuanyi.matrix import queries as matrix
from nuanyi.places import services as places

SHOPS = ["户名", "统一社会信用代码", "行业领域", "所在乡镇"]
PEOPLE = ["姓名", "手机号码", "行业", "所在乡镇"]
CODE = "92450311908650644X"
JUNE, LATER = date(2022, 6, 30), date(2023, 3, 1)


def take(actor, rows, day, choice="overwrite", name="甲"):
    return imports.import_now(
        actor=actor,
        choice=choice,
        client_key=new_id(),
        data=workbook(rows),
        file_name="a.xlsx",
        source_name=name,
        as_of_date=day,
    )


def figure(name, day, by=()):
    return offered()[name].count(Window(first=None, last=day, region="450311"), by)


@pytest.mark.parametrize(
    ("name", "head", "before", "after"),
    [
        ("census.establishments", SHOPS, ["甲店", CODE, "快递", "雁山镇"], ["甲店", CODE, "外卖", "柘木镇"]),
        (
            "census.workers",
            PEOPLE,
            ["周小明", "19900000001", "快递", "雁山镇"],
            ["周小明", "19900000001", "外卖", "柘木镇"],
        ),
    ],
)
def test_a_figure_of_the_past_does_not_move_when_a_record_is_updated(
    program, district, name, head, before, after
):
    take(program, [head, before], date(2022, 6, 1))
    then = {by: figure(name, JUNE, by) for by in ((), ("sector",), ("township",))}
    again = take(program, [head, after], LATER, name="乙")
    assert again.counts["written"] == 1
    assert {by: figure(name, JUNE, by) for by in then} == then
    assert figure(name, LATER, ("sector", "township")) == {("delivery", "450311101"): 1}
    assert figure(name, date(2022, 5, 31)) == {(): 0}


def test_who_is_on_record_in_a_township_that_was_merged_counts_in_the_one_of_today(program, district):
    people = [["周小明", f"1990000000{n}", "快递", "雁山镇" if n < 2 else "柘木镇"] for n in range(1, 4)]
    take(program, [PEOPLE, *people], date(2022, 6, 1))
    assert figure("census.workers", LATER, ("township",)) == {("450311100",): 1, ("450311101",): 2}
    places.change_region(
        actor=program, old_code="450311101", new_code="450311100", name="雁柘镇", day=date(2022, 9, 1)
    )
    assert figure("census.workers", LATER, ("township",)) == {("450311100",): 3}
    here = offered()["census.workers"].count(Window(None, LATER, "450311100"), ())
    assert here == {(): 3}


def test_the_cell_of_a_township_that_took_another_in_leads_to_the_very_records_that_it_counts(cast, program):
    shops = [[f"{n}号店", "", "快递", "雁山镇" if n < 2 else "柘木镇"] for n in range(1, 5)]
    take(program, [SHOPS, *shops], date(2022, 6, 1))
    places.change_region(
        actor=program, old_code="450311101", new_code="450311100", name="雁柘镇", day=date(2022, 9, 1)
    )
    line = next(row for row in matrix.matrix(Window(), cast.actor("office")).rows if row.code == "courier")
    cell = next(one for one in line.cells if one.township == "450311100")
    assert cell.establishments == 4
    page = cast.client("office").get(cell.records).content.decode()
    assert [f"{n}号店" in page for n in range(1, 5)] == [True] * 4


def test_a_cell_of_a_past_month_leads_to_the_records_of_that_month_as_they_were(cast, program):
    take(program, [SHOPS, ["甲店", CODE, "快递", "雁山镇"]], date(2022, 6, 1))
    take(program, [SHOPS, ["甲店", CODE, "外卖", "柘木镇"], ["乙店", "", "快递", "雁山镇"]], LATER, name="乙")
    client = cast.client("office")
    for day, sums in ((JUNE, 1), (LATER, 2)):
        found = matrix.matrix(Window(date(day.year, 1, 1), day), cast.actor("office"))
        line = next(row for row in found.rows if row.code == "courier")
        cell = next(one for one in line.cells if one.township == "450311100")
        assert (cell.establishments, found.sum.establishments) == (1, sums)
        page = client.get(cell.records).content.decode()
        assert ("甲店" in page, "乙店" in page) == (day == JUNE, day == LATER)
        page = client.get(found.sum.records).content.decode()
        assert ("甲店" in page, "乙店" in page) == (True, day == LATER)
        assert f"{day.year}年{day.month}月{day.day}日" in page
    # the filter counts as the list does, and a day that is none is refused
    page = client.get("/office/census/establishments/?on=2022-06-30&region=450311100").content.decode()
    assert "甲店" in page
    assert client.get("/office/census/establishments/?on=June").status_code == 422
    exported = client.get("/office/census/establishments.xlsx?on=2022-06-30")
    assert exported.status_code == 200
    rows = [cell for sheet in sheets.read(exported.content) for row in sheet.rows for cell in row]
    assert "甲店" in rows and "乙店" not in rows


def test_a_record_counts_from_the_earliest_roster_that_names_it(program, district):
    person = ["周小明", "19900000001", "快递", "雁山镇"]
    take(program, [PEOPLE, person], LATER)
    assert figure("census.workers", JUNE) == {(): 0}
    take(program, [PEOPLE, person], date(2022, 6, 1), name="乙")
    assert figure("census.workers", JUNE) == {(): 1}


def test_an_undo_gives_back_what_the_figures_were(program, district, cast):
    person = ["周小明", "19900000001", "快递", "雁山镇"]
    take(program, [PEOPLE, person], date(2022, 6, 1))
    moved = take(program, [PEOPLE, [*person[:2], "外卖", "雁山镇"]], LATER, name="乙")
    imports.undo(actor=cast.actor("office"), of=moved)
    for day in (JUNE, LATER):
        assert figure("census.workers", day, ("sector",)) == {("courier",): 1}
