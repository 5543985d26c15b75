"""A township that was merged in mid-year: its numbers stand under the township of today, on every paper."""

from datetime import date

import pytest

from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock
from nuanyi.lib.figures import Window, offered
from nuanyi.lib.periods import period_of
from nuanyi.matrix import briefs, records, task_board
from nuanyi.matrix.services import forms, tasks
from nuanyi.matrix.services.tasks import TaskInput
from nuanyi.matrix.tests.test_fill_anothers_form import of_rows, opened
from nuanyi.places import services as places
from nuanyi.stations.models import Station
from nuanyi.units.models import Unit

POLICY, OLD, NEW = "service.policy_consultations", "450311101", "450311100"
YEAR = period_of("2022")


@pytest.fixture
def merged(cast, program):
    """柘木镇 with 10 consultations and a station until June, then merged into 雁山镇 with 15 and one of its own."""
    lines = [Delivered(date(2022, 3, 9), 10, f"{OLD}201"), Delivered(date(2022, 9, 9), 15, NEW)]
    ledger.record(POLICY, lines, source=Unit.objects.first())
    for code in (OLD, NEW):
        Station.objects.create(
            name=f"驿站{code}",
            code=code,
            state="open",
            secret=b"1",
            region_code=code,
            tier="point",
            opened_date=date(2022, 1, 9),
            lat_wgs84=25.0,
            lon_wgs84=110.0,
        )
    places.change_region(actor=program, old_code=OLD, new_code=NEW, name="", day=date(2022, 7, 1))
    return cast


@pytest.mark.django_db
def test_the_brief_of_the_township_and_the_table_of_the_district_count_it_where_it_is_today(merged):
    told = briefs.counts_of(YEAR, NEW, exact=True)
    assert told[POLICY].value == 25 and told["stations.open"].value == 2
    table = briefs.by_township(YEAR, "", (POLICY, "stations.open"))
    assert table == {POLICY: {NEW: 25}, "stations.open": {NEW: 2}}


@pytest.mark.django_db
def test_a_form_a_task_and_the_records_count_it_where_it_is_today(merged, district):
    office = merged.actor("office")
    form = of_rows(("乡镇", "政策咨询", "驿站数"), ("雁山镇",))
    sheet = opened(forms.fill(actor=office, data=form, period="2022").data)
    assert [sheet["B2"].value, sheet["C2"].value] == [25, 2]
    told = TaskInput(
        year=2022,
        number=1,
        title="政策咨询",
        lead=district["shichang"],
        due_date=date(2022, 12, 31),
        figure=POLICY,
        target=100,
        region_code=NEW,
    )
    made = tasks.save_task(actor=office, told=told)
    assert task_board.one(office, made.pk).value == 25
    behind = records.behind(office, POLICY, Window(YEAR.first, YEAR.last, NEW))
    assert (behind.value, behind.total, behind.all) == (25, 25, 2)


@pytest.mark.django_db
def test_no_number_by_township_names_one_that_is_no_more(merged):
    with clock.held_at(clock.midnight(date(2023, 1, 1))):
        for figure in offered().values():
            if "township" in figure.dimensions:
                named = {code for key in figure.count(Window(), ("township",)) for code in key}
                assert not any(code.startswith(OLD) for code in named), figure.key
