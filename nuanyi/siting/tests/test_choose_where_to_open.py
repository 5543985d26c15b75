"""Where to open: the plan equals the best of all choices, its bound is never beaten, bad tables are refused in words."""

import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from nuanyi.lib.geo import metres_between
from nuanyi.program.cli import main
from nuanyi.siting.optimise import max_cover, max_cover_within, p_median
from nuanyi.siting.tables import Demand, Venue, within


@st.composite
def cases(draw):
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    numbers = np.random.default_rng(draw(st.integers(0, 10**6)))
    weight = numbers.integers(0, 6, n).astype(float)
    if draw(st.booleans()):
        weight *= 0.37
    return numbers, n, m, draw(st.integers(1, m)), weight


def choices(m, p):
    return [list(one) for one in combinations(range(m), p)]


def is_proven(plan, best, p):
    assert plan.value == pytest.approx(best, rel=1e-7, abs=1e-9)
    assert (plan.gap, plan.bound) == (0, plan.value)
    assert plan.open == sorted(set(plan.open))
    assert len(plan.open) == p


@settings(max_examples=60)
@given(cases())
def test_the_p_median_is_the_best_of_all_choices(case):
    numbers, n, m, p, weight = case
    distance = numbers.integers(0, 50, (n, m)).astype(float)
    if n > 3:
        distance[numbers.random((n, m)) < 0.1] = np.inf
    asked = weight > 0
    true = distance[asked] * weight[asked, None]
    best = min(true[:, one].min(axis=1).sum() for one in choices(m, p))
    if np.isinf(best):
        with pytest.raises(ValueError, match=r"reached by no column|serves every row"):
            p_median(distance, p, weight)
        return
    plan = p_median(distance, p, weight)
    is_proven(plan, best, p)
    assert true[:, plan.open].min(axis=1).sum() == pytest.approx(plan.value)


@settings(max_examples=60)
@given(cases())
def test_the_cover_is_the_best_of_all_choices(case):
    numbers, n, m, p, weight = case
    covers = numbers.random((n, m)) < 0.3
    best = max(weight[covers[:, one].any(axis=1)].sum() for one in choices(m, p))
    plan = max_cover(csr_matrix(covers), p, weight)
    is_proven(plan, best, p)
    assert weight[covers[:, plan.open].any(axis=1)].sum() == pytest.approx(plan.value)


def served(covers, weight, capacity, used):
    """The most that these columns can serve: a flow, written down pair by pair."""
    pairs = [(i, j) for i in range(len(weight)) for j in used if covers[i, j]]
    if not pairs:
        return 0.0
    sides = [[float(i == row) for i, _j in pairs] for row in range(len(weight))]
    sides += [[float(j == column) for _i, j in pairs] for column in used]
    return -linprog([-1.0] * len(pairs), sides, [*weight, *(capacity[j] for j in used)]).fun


@settings(max_examples=40)
@given(cases(), st.integers(0, 2))
def test_with_capacities_beside_open_venues_it_is_still_the_best_of_all_choices(case, opened):
    numbers, n, m, p, weight = case
    covers, capacity = numbers.random((n, m)) < 0.4, numbers.integers(0, 8, m).astype(float)
    free = list(range(min(opened, m - 1)))
    p = min(p, m - len(free))
    left = [one for one in choices(m, p) if not set(one) & set(free)]
    plan = max_cover_within(csr_matrix(covers), p, capacity, weight, free)
    is_proven(plan, max(served(covers, weight, capacity, [*free, *one]) for one in left), p)
    assert served(covers, weight, capacity, [*free, *plan.open]) == pytest.approx(plan.value, abs=1e-7)
    unlimited = max_cover_within(csr_matrix(covers), p, None, weight, free)
    best = max(weight[covers[:, [*free, *one]].any(axis=1)].sum() for one in left)
    is_proven(unlimited, best, p)


def test_a_plan_that_time_ended_says_honestly_how_far_it_may_be_from_the_best():
    numbers = np.random.default_rng(5)
    points = numbers.random((60, 2))
    distance = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1))
    best, hurried = p_median(distance, 5, time_limit=300), p_median(distance, 5, time_limit=0.0001)
    assert best.gap == 0
    assert 0 <= hurried.bound <= best.value <= hurried.value
    assert hurried.gap == pytest.approx(abs(hurried.value - hurried.bound) / hurried.value)
    assert hurried.gap > 0
    covers = csr_matrix(numbers.random((80, 30)) < 0.08)
    best, hurried = max_cover(covers, 6, time_limit=300), max_cover(covers, 6, time_limit=0.001)
    assert best.gap == 0
    assert hurried.value <= best.value <= hurried.bound


def test_the_ends_of_the_scale():
    far = np.array([[1.0, 2.0], [3.0, 1.0]])
    assert p_median(far, 9).open == [0, 1]
    assert p_median(far, 9).value == 2
    assert p_median(np.empty((0, 3)), 2).open == [0, 1]
    assert p_median(far, 1, [0, 0]).value == 0
    nothing = max_cover(csr_matrix((3, 4), dtype=bool), 2)
    assert (len(nothing.open), nothing.value, nothing.bound, nothing.gap) == (2, 0, 0, 0)
    assert max_cover(np.eye(3, dtype=bool), 0).open == []
    assert max_cover(np.eye(3, dtype=bool), 7).open == [0, 1, 2]
    assert max_cover(np.empty((0, 3), dtype=bool), 1).value == 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: p_median([[np.nan, 1.0]], 1),
        lambda: p_median([[-1.0, 1.0]], 1),
        lambda: p_median([[1.0]], 0),
        lambda: p_median([[1.0]], -1),
        lambda: p_median([[1.0]], 1, [np.nan]),
        lambda: p_median([[1.0]], 1, [1.0, 2.0]),
        lambda: p_median([[1.0]], 1, time_limit=np.nan),
        lambda: max_cover(np.eye(2), 1, [1.0, -1.0]),
        lambda: max_cover([[np.nan]], 1),
        lambda: max_cover(np.eye(2), 1.5),
        lambda: max_cover_within(np.eye(2), 1, [np.nan, 1]),
        lambda: max_cover_within(np.eye(2), 1, None, None, [5]),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match=r"\w+ \w+ \w+"):
        wrong()


def test_within_the_radius_means_by_the_great_circle():
    numbers = np.random.default_rng(3)
    lat, lon = 25 + numbers.random(60) / 20, 110 + numbers.random(60) / 20
    demand = [Demand(str(i), lat[i], lon[i], 1) for i in range(40)]
    venues = [Venue(str(i), lat[i], lon[i], 1, False) for i in range(40, 60)]
    radius = metres_between(demand[0].lat, demand[0].lon, venues[0].lat, venues[0].lon)
    near = within(demand, venues, radius).toarray()
    told = [[metres_between(d.lat, d.lon, v.lat, v.lon) <= radius for v in venues] for d in demand]
    assert near.tolist() == told


DEMAND = "id,lat,lon,weight\n桥头,25.0600,110.3000,50\n市场,25.0700,110.3000,30\n车站,25.0900,110.3000,20\n"
VENUES = (
    "id,lat,lon,capacity,already_open\n甲,25.0601,110.3000,40,1\n乙,25.0701,110.3000,10,0\n"
    "丙,25.0901,110.3000,25,0\n丁,25.0602,110.3000,30,0\n"
)


@pytest.fixture
def ask(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("NUANYI_HOME", str(tmp_path / "nowhere"))

    def asking(*more, demand=DEMAND, venues=VENUES, codec="utf-8-sig", radius="300", count="1"):
        for name, text in (("d.csv", demand), ("v.csv", venues)):
            (tmp_path / name).write_bytes(text.encode(codec))
        files = ["--demand", str(tmp_path / "d.csv"), "--venues", str(tmp_path / "v.csv")]
        try:
            code = main(["site", *files, "--radius", radius, "--open", count, *more])
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        assert not (tmp_path / "nowhere").exists()
        return code, said.out, said.err

    return asking


@pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030"])
def test_the_command_opens_beside_what_is_open_already(ask, codec):
    code, out, err = ask("--json", codec=codec)
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert {k: answer[k] for k in ("open", "covered", "demand", "bound", "gap")} == {
        "open": ["乙"],
        "covered": 80,
        "demand": 100,
        "bound": 80,
        "gap": 0,
    }


def test_the_command_respects_capacities_where_asked(ask):
    code, out, _err = ask("--json", "--capacity")
    answer = json.loads(out)
    # 40 of the 50 at 桥头 find room in 甲: 丙 takes 20 at 车站, 丁 only the 10 left, 乙 only 10 of 30
    assert (code, answer["open"], answer["covered"]) == (0, ["丙"], 60)
    assert "1 to open: 丙\ncovered: 60 of 100 (60.0 %). No choice covers more." in ask("--capacity")[1]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"demand": DEMAND.replace("weight", "people")}, "there is no column weight"),
        ({"demand": DEMAND.replace("30\n", "many\n")}, "d.csv, row 3, column weight: 'many'"),
        ({"demand": DEMAND.replace("30\n", "1e308\n")}, "row 3, column weight: '1e308'"),
        ({"demand": DEMAND.replace("25.0700", "nan")}, "d.csv, row 3, column lat"),
        ({"demand": DEMAND.replace("市场", "桥头")}, "row 3, column id: '桥头' is not new: row 2"),
        ({"demand": "id,lat,lon,weight\n"}, "d.csv: there are no rows"),
        ({"demand": ""}, "d.csv: there are no rows"),
        ({"venues": VENUES.replace(",25,0", ",25,perhaps")}, "row 4, column already_open: 'perhaps'"),
        ({"venues": VENUES.replace("110.3000,10", "200,10")}, "v.csv, row 3, column lon: '200'"),
        ({"radius": "0"}, "a number above 0"),
        ({"radius": "nan"}, "a number above 0"),
        ({"count": "-1"}, "a whole number from 0"),
        ({"count": "4"}, "4 venues cannot open: of the 4 in the table 3 are not open already"),
    ],
)
def test_the_command_refuses_bad_input_in_words(ask, changed, words):
    code, out, err = ask(**changed)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
