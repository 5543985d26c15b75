"""Views of the cube subtracted from each other: who may not see all people learns nothing that a single cell does not say."""

from datetime import date
from itertools import combinations_with_replacement, product
from random import Random

import pytest

from nuanyi.cases.kinds import SERVED
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib.errors import BadInput
from nuanyi.lib.small_cells import coarse
from nuanyi.matrix import cube as cubes
from nuanyi.people.access import actor_for
from nuanyi.places import services as places
from nuanyi.places.models import Level, Region
from nuanyi.units.models import Unit

pytestmark = pytest.mark.django_db

POLICY, LEGAL, *_rest = sorted(SERVED.values())
MONTHS = [date(2022, number, 1) for number in range(1, 8)]
RANGES = list(combinations_with_replacement(MONTHS, 2))


def _view(**asked):
    return cubes.view_of({"rows": "kind", "columns": "place", **asked})


def _period(first, last):
    return f"{first:%Y-%m}..{last:%Y-%m}"


def _fits(answers):
    """Every line of monthly counts from 0 to 4 that fits answers by range, read as the coarse count of the whole range."""
    return [
        line
        for line in product(range(5), repeat=len(MONTHS))
        if all(
            coarse(sum(line[MONTHS.index(first) : MONTHS.index(last) + 1]), 5) == answers[first, last]
            for first, last in answers
        )
    ]


def test_ranges_of_months_that_overlap_give_no_single_month_away(cast):
    true = (0, 1, 3, 4, 2, 2, 4)
    for month, count in zip(MONTHS, true, strict=True):
        if count:
            line = Delivered(month, count, "450311100", "courier")
            ledger.record(POLICY, [line], source=Unit.objects.first())
    # the control: coarse counts of whole ranges leave one line of counts, and it is the true one
    whole = {
        (first, last): coarse(sum(true[MONTHS.index(first) : MONTHS.index(last) + 1]), 5)
        for first, last in RANGES
    }
    assert _fits(whole) == [true]
    clerk = actor_for(cast.accounts["clerk"])
    shown = {
        (first, last): cubes.cube(_view(kind=POLICY, period=_period(first, last)), clerk).total.count
        for first, last in RANGES
    }
    # each month has less than five: whatever is asked says no more than that
    assert set(shown.values()) == {0}
    office = actor_for(cast.accounts["office"])
    assert cubes.cube(_view(kind=POLICY, period=_period(MONTHS[0], MONTHS[-1])), office).total.count == sum(
        true
    )


def test_whatever_is_shown_is_a_sum_of_what_single_cells_show(cast, program):
    for number in (201, 202):
        Region.objects.create(
            code=f"450311100{number}",
            name=f"村{number}",
            level=Level.COMMUNITY,
            parent_id="450311100",
        )
    luck, source, cells = Random(3), Unit.objects.first(), {}
    townships, sectors = ("450311100", "450311101"), ("", "courier")
    for kind, sector, place, month in product((POLICY, LEGAL), sectors, townships, MONTHS[:4]):
        parts = [luck.randint(0, 5), luck.randint(0, 5)]
        cells[kind, sector, place, month] = coarse(sum(parts), 5)
        villages = ("201", "202") if place == "450311100" else ("", "")
        for village, count in zip(villages, parts, strict=True):
            if count:
                ledger.record(kind, [Delivered(month, count, place + village, sector)], source=source)
    places.change_region(
        actor=program, old_code="450311101", new_code="450311100", name="", day=date(2022, 3, 1)
    )
    clerk, asked = actor_for(cast.accounts["clerk"]), 0
    for kind, sector, (first, last), of_then in product(
        ("service", POLICY), ("", "courier", "none"), RANGES[:10], ("now", "then")
    ):
        if last > MONTHS[3]:
            continue
        for axes in (("kind", "place"), ("sector", "month")):
            view = cubes.view_of(
                {
                    "rows": axes[0],
                    "columns": axes[1],
                    "kind": kind,
                    "sector": sector,
                    "period": _period(first, last),
                    "places": of_then,
                }
            )
            told = sum(
                number
                for (name, of, _place, month), number in cells.items()
                if kind in ("service", name) and sector in ("", of or "none") and first <= month <= last
            )
            assert cubes.cube(view, clerk).total.count == told
            asked += 1
    assert asked > 50
    # below a township nothing is told apart: its villages are parts of the same cells
    one = cubes.cube(_view(kind=POLICY, region="450311100", period="2022"), clerk)
    assert {column.code for column in one.columns} == {"450311100"}
    with pytest.raises(BadInput):
        cubes.cube(_view(kind=POLICY, region="450311100201", period="2022"), clerk)


def test_a_period_beyond_any_record_is_refused(cast):
    browser = cast.client("office")
    for period in ("1901..3900", "1901", "3000", "1949-12..2022-01"):
        page = browser.get("/office/matrix/cube/", {"period": period, "measure": "change"})
        assert page.status_code in (400, 422)
        assert period in page.content.decode()
