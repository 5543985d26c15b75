"""Both coverages by any two of sector, township and alliance.

What changed shows at once, and what did not is not worked out anew.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.party import coverage, instructor_queries
from nuanyi.party.models.coverage import CoverageMark
from nuanyi.party.services import alliances, instructors, organisations
from nuanyi.units import services as units

pytestmark = pytest.mark.django_db
TITLES = {
    "sector": {"courier": "快递", "delivery": "外卖"},
    "township": {"450311100": "雁山镇", "450311101": "柘木镇"},
    "alliance": {},
}


def told(crossed):
    """``{(line, column): (organised, worked, total)}``."""
    return {
        (str(line), str(column)): (cell.organised, cell.worked, cell.total)
        for line, cells in crossed.lines
        for column, cell in zip(crossed.columns, cells, strict=True)
        if cell is not None
    }


def by(down, across):
    return told(coverage.crossed(down, across, TITLES))


@pytest.fixture
def shops(shop):
    return [
        shop("甲", "450311100", "courier"),
        shop("乙", "450311100", "delivery"),
        shop("丙", "450311101", "courier"),
    ]


@pytest.fixture
def temporary(found, shops):
    def make():
        return found(
            "快递临时党支部",
            "temporary",
            members=3,
            task="双十一",
            until_date=date(2027, 12, 31),
            establishments=[shops[0].pk, shops[1].pk],
            founded_date=clock.today(),
        )

    return make


def test_a_new_temporary_branch_shows_at_once_and_is_gone_when_it_ends(cast, shops, temporary):
    assert by("township", "sector") == {
        ("雁山镇", "快递"): (0, 0, 1),
        ("雁山镇", "外卖"): (0, 0, 1),
        ("柘木镇", "快递"): (0, 0, 1),
    }
    assert coverage.by_one("sector", {})[-1].organised == 0
    branch = temporary()
    assert by("sector", "township") == {
        ("快递", "雁山镇"): (1, 0, 1),
        ("快递", "柘木镇"): (0, 0, 1),
        ("外卖", "雁山镇"): (1, 0, 1),
    }
    assert coverage.by_one("sector", {})[-1].organised == 2
    organisations.end(
        actor=cast.actor("organisation"),
        pk=branch.pk,
        on=clock.today(),
        reason="任务完成",
        paper="雁组〔2026〕9号",
    )
    assert by("township", "sector")["雁山镇", "快递"] == (0, 0, 1)


def test_what_was_taken_back_never_shows(shops, temporary):
    before = by("township", "sector")
    with pytest.raises(RuntimeError), transaction.atomic():
        temporary()
        assert by("township", "sector") != before
        raise RuntimeError
    assert by("township", "sector") == before


def test_a_change_that_is_committed_late_and_sweeps_one_old_mark_shows(shops):
    CoverageMark.objects.all().delete()
    swept = CoverageMark.objects.create(made_at=clock.now() - timedelta(days=3))
    newest = CoverageMark.objects.create(pk=swept.pk + 1000)
    assert ("雁山镇", "快递") in by("township", "sector")
    # its number was taken before the newest one's
    Establishment.objects.filter(pk=shops[0].pk).update(sector="delivery")
    assert CoverageMark.objects.count() == 2, "one went, one came"
    assert CoverageMark.objects.latest("pk") == newest
    assert ("雁山镇", "快递") not in by("township", "sector")


def test_a_visit_counts_and_ends_to_count_when_its_days_are_over(cast, shops):
    office = cast.actor("organisation")
    instructors.assign(actor=office, establishment=shops[0].pk, account=cast.accounts["instructor"].pk)
    assert by("township", "sector")["雁山镇", "快递"] == (0, 0, 1)
    instructors.record_visit(
        actor=cast.actor("instructor"),
        key="0d8b2a52-6f0d-4d0c-8f5c-3c4f2a7f0f11",
        establishment=shops[0].pk,
        kind="visit",
        on=clock.today(),
        present=2,
    )
    assert by("township", "sector")["雁山镇", "快递"] == (0, 1, 1)
    with clock.held_at(clock.now() + timedelta(days=120)):
        assert by("township", "sector")["雁山镇", "快递"] == (0, 0, 1)


def test_an_establishment_of_two_alliances_counts_in_both_and_in_the_townships_once(
    cast, program, shops, temporary
):
    temporary()
    belts = [units.put_alliance(actor=program, name=name, members=[]) for name in ("甲带", "乙带")]
    office = cast.actor("organisation")
    for belt in belts:
        alliances.take_firm(actor=office, alliance=belt.pk, establishment=shops[0].pk, paper="意向书")
    alliances.take_firm(actor=office, alliance=belts[0].pk, establishment=shops[2].pk, paper="意向书")
    first, second = (str(belt.pk) for belt in belts)
    assert by("alliance", "sector") == {(first, "快递"): (1, 0, 2), (second, "快递"): (1, 0, 1)}
    assert by("township", "alliance") == {
        ("雁山镇", first): (1, 0, 1),
        ("雁山镇", second): (1, 0, 1),
        ("柘木镇", first): (0, 0, 1),
    }
    assert sum(total for _o, _w, total in by("township", "sector").values()) == 3


def test_what_did_not_change_is_not_worked_out_anew_and_another_sector_is(shops):
    by("township", "sector")
    with CaptureQueriesContext(connection) as asked:
        by("sector", "township")
    assert len(asked) <= 2, "the definition and the marks"
    Establishment.objects.filter(pk=shops[0].pk).update(sector="delivery")
    assert ("雁山镇", "快递") not in by("township", "sector")


@pytest.mark.parametrize(("down", "across"), [("sector", "sector"), ("sector", "colour"), ("x", "y")])
def test_two_different_dimensions_are_asked(down, across):
    with pytest.raises(ValueError, match="two of the dimensions"):
        coverage.crossed(down, across, TITLES)


def test_the_page_shows_any_two_and_takes_nonsense_for_the_usual(cast, shops):
    office = cast.client("office")
    shown = office.get("/office/party/coverage/?down=sector&across=township").content.decode()
    assert "0 · 0 / 1" in " ".join(shown.split())
    assert office.get("/office/party/coverage/?down=sector&across=sector").status_code == 200
    assert office.get("/office/party/coverage/?down=x").status_code == 200


def test_whoever_is_not_covered_stands_in_a_list_with_the_next_step(cast, shops, temporary, found):
    office = cast.client("organisation")

    def steps(which, **filters):
        rows = list(coverage.uncovered(which=which, **filters))
        return {one.establishment.name: str(one.step) for one in instructor_queries.next_steps(rows, which)}

    assert set(steps("organised").values()) == {"本乡镇没有可再覆盖的党支部：设临时党支部，或与邻近商户联合"}
    temporary()
    assert steps("organised") == {"丙": "本乡镇没有可再覆盖的党支部：设临时党支部，或与邻近商户联合"}
    branch = found("柘木支部", "formal", "450311101")
    assert steps("organised") == {"丙": "由柘木支部覆盖"}
    shown = office.get("/office/party/coverage/?which=organised").content.decode()
    assert f"/office/party/{branch.pk}/?q=" in shown
    instructors.assign(
        actor=cast.actor("organisation"), establishment=shops[0].pk, account=cast.accounts["instructor"].pk
    )
    assert steps("worked") == {
        "甲": "走访到期：instructor",
        "乙": "选派党建工作指导员",
        "丙": "选派党建工作指导员",
    }
