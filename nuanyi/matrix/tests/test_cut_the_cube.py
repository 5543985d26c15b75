"""Any two axes against each other: right, few questions, drill-down, hidden where it must be, refused in words."""

import io
from datetime import date
from itertools import permutations

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conftest import TOWNSHIPS
from nuanyi.cases.kinds import SERVED
from nuanyi.census.kinds import WORKERS_RECORDED
from nuanyi.ledger import services as ledger
from nuanyi.ledger.models import CubeRow, LedgerEntry
from nuanyi.ledger.services import Delivered
from nuanyi.lib import figures
from nuanyi.lib.periods import shifted
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import cube as cubes
from nuanyi.matrix import cube_staff
from nuanyi.matrix.models import KeyTask
from nuanyi.matrix.rules import Axis, Measure
from nuanyi.people.access import actor_for
from nuanyi.places import queries
from nuanyi.places import services as places
from nuanyi.places.models import Level, Region
from nuanyi.units.models import Unit

KINDS = [*sorted(SERVED.values())[:3], WORKERS_RECORDED]
PLACES = ["", "450311", *TOWNSHIPS, "450311100201", "450311100202", "450311999"]
SECTORS = ["", *Sector.values[:3]]
PAIRS = list(permutations(Axis, 2))

lines = st.tuples(
    st.sampled_from(KINDS),
    st.builds(
        Delivered,
        day=st.dates(date(2022, 1, 1), date(2022, 12, 31)),
        count=st.integers(1, 9),
        region_code=st.sampled_from(PLACES),
        sector=st.sampled_from(SECTORS),
        unit_id=st.integers(0, 2),
    ),
)


def _tree():
    Region.objects.get_or_create(code="450311", defaults={"name": "雁山区", "level": Level.DISTRICT})
    for code, name in TOWNSHIPS.items():
        Region.objects.get_or_create(
            code=code, defaults={"name": name, "level": Level.TOWNSHIP, "parent_id": "450311"}
        )
    for number in (201, 202):
        Region.objects.get_or_create(
            code=f"450311100{number}",
            defaults={"name": f"村{number}", "level": Level.COMMUNITY, "parent_id": "450311100"},
        )


def _deliver(drawn):
    source = Unit.objects.create(code="u", name="u", short_name="u", kind="union")
    for kind, line in drawn:
        ledger.record(kind, [line], source=source)


def _view(**asked):
    return cubes.view_of({name: str(value) for name, value in asked.items()})


class TheCube(TestCase):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(drawn=st.lists(lines, max_size=25), region=st.sampled_from(["", "450311100", "none"]))
    def test_totals_are_the_sums_of_their_parts_and_nothing_is_left_out(self, drawn, region):
        _tree()
        _deliver(drawn)
        for entry in LedgerEntry.objects.filter(reverses=None)[:2]:
            ledger.reverse(entry)
        for rows, columns in PAIRS:
            for kind in ("service", KINDS[0]):
                view = _view(rows=rows, columns=columns, kind=kind, region=region, period="2022")
                found = cubes.cube(view)
                assert found.exact
                cells = [[cell.count for cell in row] for row in found.cells]
                assert [sum(row) for row in cells] == [total.count for total in found.row_totals]
                assert [sum(column) for column in zip(*cells, strict=True)] == [
                    total.count for total in found.column_totals
                ]
                names = {kind} if kind != "service" else set(SERVED.values())
                counted = sum(
                    entry.count
                    for entry in LedgerEntry.objects.filter(kind__in=names)
                    if entry.region_code.startswith("450311100")
                    or region == ""
                    or (region == "none" and len(entry.region_code) < 9)
                    if region != "none" or len(entry.region_code) < 9
                )
                assert found.total.count == counted

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(drawn=st.lists(lines, max_size=25))
    def test_the_sums_are_those_of_a_recount_of_any_slice(self, drawn):
        _deliver(drawn)
        for row in CubeRow.objects.all():
            same = LedgerEntry.objects.filter(
                kind=row.kind,
                region_code=row.region_code,
                sector=row.sector,
                day__gte=row.month,
                day__lt=shifted(row.month, 1),
            )
            assert (row.count, row.entries) == (sum(entry.count for entry in same), same.count())
        assert sum(CubeRow.objects.values_list("entries", flat=True)) == LedgerEntry.objects.count()


@pytest.fixture
def year(district, program):
    """A year with something in most places, some of it not known."""
    _tree()
    source = Unit.objects.first()
    for n in range(240):
        line = Delivered(
            date(2022, 1 + n % 12, 3),
            1 + n % 3,
            PLACES[n % len(PLACES)],
            SECTORS[n % len(SECTORS)],
        )
        ledger.record(KINDS[n % 3], [line], source=source)
    ledger.record(KINDS[0], [Delivered(date(2021, 12, 3), 4, "450311100")], source=source)
    return source


@pytest.mark.django_db
def test_any_view_asks_the_database_less_than_fifteen_times(cast, year):
    browser = cast.client("office")
    browser.get("/office/matrix/cube/")
    for rows, columns in PAIRS:
        for measure in Measure:
            query = {"rows": rows, "columns": columns, "measure": measure, "period": "2022"}
            with CaptureQueriesContext(connection) as seen:
                assert browser.get("/office/matrix/cube/", query).status_code == 200
            # a transaction's own words (SAVEPOINT, SET, RELEASE) ask nothing
            asked = [row["sql"][:150] for row in seen if row["sql"].lstrip("(").startswith("SELECT")]
            assert len(asked) < 15, "\n".join(asked)


@pytest.mark.django_db
@pytest.mark.parametrize(("rows", "columns"), [("kind", "place"), ("sector", "month"), ("place", "sector")])
def test_a_number_leads_to_exactly_the_records_that_it_counts(cast, year, rows, columns):
    browser = cast.client("office")
    found = cubes.cube(_view(rows=rows, columns=columns, period="2022"), actor_for(cast.accounts["office"]))
    addresses = [(cell.count, cell.records) for row in found.cells for cell in row if cell.count]
    addresses += [(one.count, one.records) for one in [*found.row_totals, *found.column_totals] if one.value]
    if found.total.value:
        addresses.append((found.total.count, found.total.records))
    assert len(addresses) > 10
    for count, query in addresses:
        page = browser.get(f"/office/matrix/cube/records/?{query}")
        assert f'href="/office/matrix/cube/{escape(found.view.address())}"' in page.content.decode()
        assert page.context["total"] == count
        lines = page.context["lines"]
        assert len(lines) == 50 or sum(line["entry"].count for line in lines) == count
    assert "".join(page.context["titles"])


@pytest.mark.django_db
def test_who_may_not_see_all_people_sees_fives_and_no_way_to_the_records(cast, year):
    for part in ("yanshan", "clerk", "keeper"):
        actor, browser = actor_for(cast.accounts[part]), cast.client(part)
        hidden = 0
        for rows, columns in PAIRS:
            for region in ("", "450311100"):
                found = cubes.cube(_view(rows=rows, columns=columns, region=region, period="2022"), actor)
                assert not found.exact
                for row, totals in zip(found.cells, found.row_totals, strict=True):
                    assert all(cell.count % 5 == 0 for cell in row)
                    assert part == "yanshan" or not any(cell.records for cell in [*row, totals])
                    assert totals.value is None or totals.count == sum(cell.count for cell in row)
                    hidden += sum(cell.hidden for cell in row)
        assert hidden
        page = browser.get("/office/matrix/cube/?period=2022")
        assert "已隐去小数" in page.content.decode()
        refused = browser.get("/office/matrix/cube/records/?period=2022").status_code
        assert refused == (404 if part == "yanshan" else 403)
    assert "准确数" in cast.client("office").get("/office/matrix/cube/").content.decode()


@pytest.mark.django_db
def test_a_township_opens_the_entries_of_its_own_people_and_of_no_other(cast, year):
    own, others = "450311100", "450311101"
    yanshan, browser = actor_for(cast.accounts["yanshan"]), cast.client("yanshan")
    found = cubes.cube(_view(rows="kind", columns="place", period="2022"), yanshan)
    opened = {
        column.code
        for row in found.cells
        for cell, column in zip(row, found.columns, strict=True)
        if cell.records
    }
    assert opened == {own}
    assert not any(total.records for total in found.row_totals)
    for row in found.cells:
        for cell in row:
            if cell.records:
                page = browser.get(f"/office/matrix/cube/records/?{cell.records}")
                assert {line["entry"].region_code[:9] for line in page.context["lines"]} == {own}
                assert cell.count <= page.context["total"]
    within = cubes.cube(_view(rows="kind", columns="month", region=own, period="2022"), yanshan)
    assert all(bool(cell.records) == bool(cell.count or cell.hidden) for row in within.cells for cell in row)
    for part, query, status in (
        ("yanshan", f"period=2022&region={own}", 200),
        ("yanshan", f"period=2022&place={own}201&level=12", 200),
        ("yanshan", f"period=2022&region={own}&place=none&level=12", 200),
        ("yanshan", f"period=2022&region={others}", 404),
        ("yanshan", f"period=2022&place={others}", 404),
        ("yanshan", "period=2022&place=none", 404),
        ("yanshan", "period=2022&region=450311", 404),
        ("zhemu", f"period=2022&region={own}", 404),
        ("zhemu", f"period=2022&region={others}", 200),
        ("department", f"period=2022&region={own}", 404),
        ("grid", f"period=2022&region={others}", 403),
        ("keeper", f"period=2022&region={own}", 403),
    ):
        assert cast.client(part).get(f"/office/matrix/cube/records/?{query}").status_code == status, (
            part,
            query,
        )
    assert Client().get(f"/office/matrix/cube/records/?region={own}").status_code in (302, 401)


@pytest.mark.django_db
def test_the_title_of_a_place_leads_to_its_own_view_down_to_the_village_and_back_up(cast, year):
    browser = cast.client("office")
    page = browser.get("/office/matrix/cube/?rows=place&columns=month&period=2022").content.decode()
    down = "?rows=place&columns=month&kind=service&region={}&period=2022"
    assert f'href="{escape(down.format("450311100"))}"' in page
    page = browser.get("/office/matrix/cube/" + down.format("450311100")).content.decode()
    assert f'href="{escape(down.format("450311100201"))}"' in page
    page = browser.get("/office/matrix/cube/" + down.format("450311100201")).content.decode()
    assert f'href="{escape(down.format("450311100"))}"' in page
    assert 'href="?rows=place&amp;columns=month&amp;kind=service&amp;period=2022"' in page
    assert '<option value="450311100202"' in page
    # whoever does not see all people comes to the township, and no further
    page = cast.client("keeper").get("/office/matrix/cube/" + down.format("450311100")).content.decode()
    assert "450311100201" not in page


@pytest.mark.django_db
def test_in_a_city_a_township_is_chosen_below_its_district(cast, program):
    Region.objects.create(code="4503", name="桂林市", level=Level.CITY)
    _tree()
    Region.objects.filter(code="450311").update(parent="4503")
    view = _view(rows="kind", columns="sector", region="450311", period="2022")
    offered = cube_staff._choices(view, cubes.book(view), exact=True)["regions"]
    assert {"450311", "450311100"} <= {code for code, _name in offered}
    whole = _view(rows="kind", columns="sector", period="2022")
    assert "450311100" not in {
        code for code, _name in cube_staff._choices(whole, cubes.book(whole), exact=True)["regions"]
    }


@pytest.mark.django_db
def test_part_of_a_year_or_several_against_a_target_are_said_to_be_just_that(cast, year):
    told = {"figure": KINDS[0], "start_date": date(2022, 1, 1), "due_date": date(2022, 12, 31)}
    KeyTask.objects.create(year=2022, number=1, title="甲", lead=Unit.objects.first(), target=400, **told)
    told |= {"start_date": date(2021, 1, 1), "due_date": date(2021, 12, 31)}
    KeyTask.objects.create(year=2021, number=1, title="乙", lead=Unit.objects.first(), target=100, **told)
    for period, aim, words in (
        ("2022", 400, ""),
        ("2022-03..2022-06", 400, "与2022年全年目标相比"),
        ("2022-06", 400, "与2022年全年目标相比"),
        ("2021..2022", 500, "2021、2022"),
        ("2019", None, ""),
    ):
        found = cubes.cube(_view(rows="kind", columns="place", measure="target", period=period))
        row = next(n for n, member in enumerate(found.rows) if member.code == KINDS[0])
        assert found.row_totals[row].aim == aim, period
        query = {"rows": "kind", "columns": "place", "measure": "target", "period": period}
        page = cast.client("office").get("/office/matrix/cube/", query).content.decode()
        assert (words in page) if words else ("目标相比" not in page), period


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rows=colour", "colour"),
        ("rows=kind&columns=kind", "行和列不能相同"),
        ("kind=nothing", "nothing"),
        ("sector=cooks", "cooks"),
        ("region=abc", "abc"),
        ("region=110101", "110101"),
        ("period=2022-13", "2022-13"),
        ("period=2022-06..2022-01", "2022-06..2022-01"),
        ("rows=month&period=2000..2022", "36"),
        ("measure=joy", "joy"),
        ("places=soon", "soon"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_in_words(cast, district, query, words):
    for path in ("", "cube.xlsx"):
        page = cast.client("office").get(f"/office/matrix/cube/{path}?{query}")
        assert page.status_code in (400, 422)
        assert words in page.content.decode()


@pytest.mark.django_db
def test_a_month_without_anything_is_said_to_be_empty(cast, district):
    page = cast.client("office").get("/office/matrix/cube/?period=2019-05")
    assert "这一时段没有服务记录" in page.content.decode()


@pytest.mark.django_db
def test_the_workbook_holds_the_view_its_thin_cells_and_their_definition(cast, year):
    answer = cast.client("office").get("/office/matrix/cube/cube.xlsx?rows=place&columns=sector&period=2022")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book.worksheets[0].values)
    shown = cubes.cube(_view(rows="place", columns="sector", period="2022"))
    assert rows[0][-1] == "合计"
    assert rows[-1][-1] == shown.total.count
    assert any("准确数" in str(value) for row in book.worksheets[2].values for value in row)


def _by_place(**asked):
    found = cubes.cube(_view(rows="place", columns="month", kind=KINDS[0], period="2022", **asked))
    return {
        row.title: [cell.count for cell in cells]
        for row, cells, _total in found.lines
        if any(c.count for c in cells)
    }


@pytest.mark.django_db
def test_a_township_merged_in_mid_year_is_right_before_and_after(district, program):
    _tree()
    source = Unit.objects.first()
    for month in range(1, 13):
        code = "450311101" if month < 7 else "450311100"
        ledger.record(KINDS[0], [Delivered(date(2022, month, 9), 1, code, "courier")], source=source)
    ledger.record(KINDS[0], [Delivered(date(2022, 2, 9), 5, "450311100", "courier")], source=source)
    places.change_region(
        actor=program, old_code="450311101", new_code="450311100", name="", day=date(2022, 7, 1)
    )
    then, now = _by_place(places="then"), _by_place()
    assert then == {"雁山镇": [0, 5, 0, 0, 0, 0, *[1] * 6], "柘木镇": [*[1] * 6, *[0] * 6]}
    assert now == {"雁山镇": [1, 6, 1, 1, 1, 1, *[1] * 6]}
    within = _view(rows="sector", columns="month", kind=KINDS[0], region="450311100", period="2022")
    assert cubes.cube(within).total.count == 17
    assert (
        cubes.cube(
            _view(
                rows="sector",
                columns="month",
                kind=KINDS[0],
                places="then",
                region="450311100",
                period="2022",
            )
        ).total.count
        == 11
    )


@pytest.mark.django_db
def test_a_township_renamed_in_mid_year_is_called_as_it_was_called(district, program):
    _tree()
    for month in (3, 9):
        ledger.record(
            KINDS[0], [Delivered(date(2022, month, 9), 1, "450311200")], source=Unit.objects.first()
        )
    places.change_region(
        actor=program, old_code="450311200", new_code="450311200", name="大埠镇", day=date(2022, 7, 1)
    )
    assert set(_by_place()) == {"大埠镇"}
    assert set(_by_place(places="then")) == {"大埠镇"}
    before = cubes.cube(
        _view(rows="place", columns="month", kind=KINDS[0], places="then", period="2022-01..2022-06")
    )
    assert "大埠乡" in {row.title for row in before.rows}


@pytest.mark.django_db
def test_a_township_that_takes_another_in_under_a_new_name_is_called_as_it_was_called(district, program):
    _tree()
    for month in (3, 9):
        ledger.record(
            KINDS[0], [Delivered(date(2022, month, 9), 1, "450311100")], source=Unit.objects.first()
        )
    places.change_region(
        actor=program, old_code="450311101", new_code="450311100", name="雁柘镇", day=date(2022, 7, 1)
    )
    assert set(_by_place()) == {"雁柘镇"}
    before = cubes.cube(
        _view(rows="place", columns="month", kind=KINDS[0], places="then", period="2022-01..2022-06")
    )
    called = {row.title for row in before.rows}
    assert "雁山镇" in called
    assert "雁柘镇" not in called


@pytest.mark.django_db
def test_for_each_hundred_workers_counts_a_person_once(district, monkeypatch):
    _tree()
    known = figures.offered()["census.workers"]
    heads = {("courier", "450311100"): 50, ("courier", "450311101"): 40, ("", "450311"): 10}

    def count(_asked, by):
        assert by == ("sector", "region")
        return heads

    monkeypatch.setitem(
        figures._registry, "census.workers", figures.Figure(known.key, known.title, known.unit, count)
    )
    ledger.record(
        KINDS[0], [Delivered(date(2022, 3, 9), 10, "450311100", "courier")], source=Unit.objects.first()
    )
    found = cubes.cube(_view(rows="kind", columns="place", kind=KINDS[0], measure="per100", period="2022"))
    shown = {column.title: cell for column, cell in zip(found.columns, found.cells[0], strict=True)}
    assert (shown["雁山镇"].value, found.total.value) == (20.0, 10.0)
    assert shown["柘木镇"].thin is not None
    assert [(thin.column, bool(thin.why), bool(thin.next)) for thin in found.thin] == [("柘木镇", True, True)]


@pytest.mark.django_db
def test_a_target_is_that_of_the_years_key_task(district, program, year):
    told = {"figure": KINDS[0], "start_date": date(2022, 1, 1), "due_date": date(2022, 12, 31)}
    lead = Unit.objects.first()
    KeyTask.objects.create(year=2022, number=1, title="甲", lead=lead, target=400, **told)
    KeyTask.objects.create(
        year=2022, number=2, title="乙", lead=lead, target=50, region_code="450311100", **told
    )
    KeyTask.objects.create(year=2022, number=3, title="丙", lead=lead, target=None, **told)
    found = cubes.cube(_view(rows="kind", columns="place", measure="target", period="2022"))
    row = next(n for n, member in enumerate(found.rows) if member.code == KINDS[0])
    shown = {column.code: cell for column, cell in zip(found.columns, found.cells[row], strict=True)}
    assert (shown["450311100"].aim, shown["450311101"].aim) == (50, None)
    assert shown["450311100"].value == round(100 * shown["450311100"].count / 50)
    assert (found.row_totals[row].aim, found.row_totals[row].value) == (
        400,
        round(100 * found.row_totals[row].count / 400),
    )


@pytest.mark.django_db
def test_the_office_enters_a_merger_and_a_wrong_one_is_refused_in_words(cast, district):
    _tree()
    office = cast.client("office")
    told = {
        "old_code": "450311101",
        "new_code": "450311100",
        "day": "2022-07-01",
        "because": "桂民函〔2022〕1号",
    }
    wrong = office.post("/office/places/change/", {**told, "new_code": "4503"})
    assert wrong.status_code in (400, 422)
    assert "同级" in wrong.content.decode()
    assert office.post("/office/places/change/", told).status_code == 302
    page = office.get("/office/places/").content.decode()
    assert "桂民函〔2022〕1号" in page
    assert office.post("/office/places/change/", told).status_code in (400, 422)
    assert "450311101" not in {region.code for region in queries.townships()}
