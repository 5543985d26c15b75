"""What is measured once in a while must still run on the day: tables grow columns meanwhile."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from bench import doubles, imports, stations, sums, worklist
from bench.filling import fill
from bench.report import Report, in_turn

pytestmark = pytest.mark.django_db


def test_the_worklist_fills_with_cases_of_a_unit():
    from nuanyi.cases.models import Case
    from nuanyi.units.models import Unit

    unit = Unit.objects.create(code="many", name="测试单位", kind="department")
    fill(Case, worklist.FILL, "generate_series(1, %s) n", [unit.pk, 8])
    assert Case.objects.filter(unit=unit).count() == 8
    assert Case.objects.filter(unit=unit, state="closed").count() == 2


def test_stations_lie_about_the_district_with_their_hours():
    from nuanyi.stations.models import Station

    fill(Station, stations._FILL, stations._ROWS, [12])
    assert Station.objects.filter(code__startswith="B").count() == 12
    assert Station.objects.get(code="B3").hours["1"].startswith("03:03-")


def test_reports_to_look_doubles_up_among_stand_in_their_cells():
    from nuanyi.reports.models import Report as Stored

    doubles.fill_reports(10)
    assert Stored.objects.filter(ref__startswith="B").count() == 10


def test_entries_of_the_ledger_are_counted_by_its_trigger():
    with connection.cursor() as cursor:
        cursor.execute(sums._FILL, [20])
        cursor.execute("SELECT sum(count) FROM ledger_cuberow")
        assert cursor.fetchone() == (20,)


def test_a_roster_that_is_measured_is_taken_in(monkeypatch):
    """Without a preview it was written, taken back and read once more, and that was measured."""
    from nuanyi.census.models import Worker

    monkeypatch.setattr(imports, "ROWS", 20)
    previews = []
    imports._district()
    assert imports.ours(imports.workbook(20), previews) > 0
    assert Worker.objects.count() == 20
    assert len(previews) == 1


def test_a_bench_that_is_read_adds_no_table_to_the_program():
    """A table without a migration would keep every home from beginning by the built ones."""
    assert list(apps.get_app_config("front").get_models()) == []


def test_what_is_compared_is_measured_in_turn_and_told_with_its_spread(capsys):
    asked = []
    ours = iter((3.0, 2.0, 4.0))

    def mine():
        asked.append("a")
        return next(ours)

    def peer():
        asked.append("b")
        return 2.0

    report = Report()
    report.turns("name", *in_turn(mine, peer, 3), "peer", at_least=2)
    assert asked == ["a", "b"] * 3
    assert report.missed == ["name"]
    assert "1.50  name (against peer; at least 2; 1.00 to 2.00)" in capsys.readouterr().out
    assert Report(as_json=True).finish() == 0
    assert capsys.readouterr().out == '{"missed": []}\n'
