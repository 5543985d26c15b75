"""No count of fewer than ten people outside, than five inside, follows from anything that is shown.

By brute force: every public and office page with counts of people is asked with every filter it takes (months, years,
regions), and everything shown is subtracted from everything shown that contains it.
"""

import re
from collections import defaultdict
from datetime import date, datetime
from itertools import combinations
from random import Random

import pytest
from django.test import Client

from conftest import TOWNSHIPS
from nuanyi.ledger import rules as ledger
from nuanyi.lib import clock, figures, small_cells
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import queries
from nuanyi.people.access import actor_for
from nuanyi.reports import queries as reports
from nuanyi.stations import queries as stations
from nuanyi.stations.models import VisitCount

pytestmark = pytest.mark.django_db

MONTHS = [f"2022-{month:02}" for month in range(1, 13)]
PERIODS = ["", "2021", "2022", *MONTHS]
REGIONS = ["", "450311", *TOWNSHIPS]


def test_a_number_counts_people_in_the_office_where_it_does_in_the_ledger():
    offered, kinds = figures.offered(), ledger.kinds()
    both = sorted(offered.keys() & kinds.keys())
    assert len(both) > 10
    assert [key for key in both if offered[key].of_people != kinds[key].of_people] == []


@pytest.fixture
def people(monkeypatch):
    """Made-up people, each with a sector, a township and the day on which they came on record; few in many cells."""
    luck = Random(7)
    rows = [
        (luck.choice(Sector.values[:4]), luck.choice(list(TOWNSHIPS)), date(2022, luck.randint(1, 12), 3))
        for _n in range(900)
    ]
    rows += [("courier", "450311201", date(2022, month, 3)) for month in (2, 5, 9)]

    def count(asked, by):
        found = defaultdict(int)
        for sector, township, day in rows:
            # on record by the end of the window, as the figures of the census are
            if (asked.last is None or day <= asked.last) and township.startswith(asked.region):
                values = {"sector": sector, "township": township}
                found[tuple(values[name] for name in by)] += 1
        return found

    for key in ("census.workers", "census.establishments"):
        known = figures.offered()[key]
        monkeypatch.setitem(
            figures._registry,
            key,
            figures.Figure(
                key, known.title, known.unit, count, known.dimensions, known.route, "", of_people=True
            ),
        )
    return rows


def public():
    """``{(figure, period): {(sector, township): shown}}`` as everybody is told, over every filter; one filter a region."""
    client, told = Client(), {}
    for period in PERIODS:
        for region in REGIONS:
            answer = client.get("/api/v1/figures/cells", {"period": period, "region": region})
            for cell in answer.json():
                key = (cell["figure"], period, region)
                told.setdefault(key, {})[cell["sector"], cell["township"]] = cell["value"]
    return told


def sums_of(cells):
    """Every margin of a table: each cell, each row, each column, all; hidden cells count as nothing."""
    found = {}
    for key, value in cells.items():
        for margin in (key, (key[0], "*"), ("*", key[1]), ("*", "*")):
            found[margin] = found.get(margin, 0) + (value or 0)
    return found


def leaks(shown, least):
    """Pairs of shown counts, one within the other by time or place, whose difference is a count of fewer than ``least``."""
    return [
        (one, other)
        for (one, few), (other, many) in combinations(sorted(shown.items(), key=lambda item: item[1]), 2)
        if 0 < many - few < least and _within(one, other)
    ]


def _within(one, other):
    return all(a == b or b == "*" for a, b in zip(one[1:], other[1:], strict=True))


def everything(told):
    """``{(period, region, sector, township): shown}`` with every margin."""
    shown = {}
    for (figure, period, region), cells in told.items():
        if figure == "census.workers":
            for (sector, township), value in sums_of(cells).items():
                shown[period, sector, township if township != "*" or not region else f"{region}*"] = value
    return shown


def test_nothing_that_everybody_is_told_gives_a_small_cell_away(district, people, monkeypatch):
    told = public()
    values = {value for cells in told.values() for value in cells.values()}
    assert None in values
    assert all(value is None or value % 10 == 0 for value in values)
    # the same cell is shown alike whatever filter is set
    alike = defaultdict(set)
    for (figure, period, _region), cells in told.items():
        for cell, value in cells.items():
            alike[figure, period, cell].add(value)
    assert {len(shown) for shown in alike.values()} == {1}
    assert leaks(everything(told), small_cells.OUTSIDE) == []
    # the control: with exact counts the same search finds what it looks for
    monkeypatch.setattr(queries, "coarse", lambda count, _step: count)
    assert leaks(everything(public()), small_cells.OUTSIDE)


@pytest.mark.parametrize("part", ["keeper", "clerk", "auditor", "grid", "yanshan", "office"])
def test_in_the_office_only_those_who_may_see_the_people_see_fewer_than_five(cast, people, part):
    actor = actor_for(cast.accounts[part])
    shown = {}
    for period in PERIODS:
        for region in REGIONS:
            asked = figures.window(period, region)
            matrix = queries.matrix(asked, actor)
            for row in matrix.rows:
                for cell in row.cells:
                    if not actor.can("census.view", regions=(cell.township,)):
                        shown[period, row.code, cell.township] = cell.workers
            exact = [
                figure.value
                for figure in queries.all_figures(asked, actor)
                if figure.key == "census.workers" and figure.value % small_cells.INSIDE
            ]
            assert not exact or actor.everywhere("census.view")
    assert all(value % small_cells.INSIDE == 0 for value in shown.values())
    assert leaks(shown, small_cells.INSIDE) == []
    assert bool(shown) is (part != "office")
    page = cast.client(part).get("/office/matrix/", {"period": "2022-02"})
    assert page.status_code == 200


def test_a_keeper_reads_no_visit_of_one_or_two(cast, put):
    luck, station = Random(3), put()
    for month in range(1, 13):
        for hour in luck.sample(range(24), 5):
            VisitCount.objects.create(
                station=station,
                hour_at=datetime(2022, month, 3, hour, tzinfo=clock.CHINA),
                sector=luck.choice(["courier", "delivery", ""]),
                count=luck.randint(1, 3),
            )
    shown = {}
    for period in PERIODS:
        asked = figures.window(period)
        first, last = asked.first or date(2021, 1, 1), asked.last or date(2022, 12, 31)
        table = stations.visits_table(first, last)
        for _name, counts, total in table["rows"]:
            shown |= {(period, month): n for month, n in zip(table["columns"], counts, strict=True)}
            shown[period, "*"] = total
        shown |= {(period, f"h{hour}"): n for hour, n in table["hours"]}
        shown |= {(period, f"s{name}"): n for name, n in table["sectors"]}
    assert any(shown.values())
    assert all(value % small_cells.INSIDE == 0 for value in shown.values())
    page = cast.client("keeper").get("/office/stations/visits/", {"period": "2022-03"}).content.decode()
    assert not re.search(r"<td[^>]*>\s*[1-4]\s*</td>", page)


def test_the_card_of_a_month_tells_tens():
    assert [reports.in_tens(n) for n in (0, 1, 9, 10, 19, 20)] == ["0", "<10", "<10", "10", "10", "20"]
