from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from nuanyi.lib.figures import Window, window
from nuanyi.matrix import queries, rules
from nuanyi.program.demo import build

SIDES = st.tuples(st.integers(1, 5), st.integers(1, 5))


@given(st.data())
def test_no_hidden_cell_follows_from_the_margins(data):
    height, width = data.draw(SIDES)
    cells = {(str(i), str(j)): data.draw(st.integers(0, 30)) for i, j in product(range(height), range(width))}
    shown = rules.suppressed(cells, 10)
    assert all(value is None or value == 0 or value >= 10 for value in shown.values())
    for axis in (0, 1):
        for key in {cell[axis] for cell in cells}:
            line = [cell for cell in cells if cell[axis] == key]
            hidden = [cell for cell in line if shown[cell] is None]
            assert len(hidden) != 1 or not any(shown[cell] for cell in line)


def test_the_demo_district_counts_what_the_source_says(db):
    report = build.build(lambda _words: None)["figures"]
    told = {
        "establishments.courier_and_delivery": 154,
        "establishments.livestream": 10,
        "establishments.logistics": 2,
        "establishments.ecommerce": 3,
        "census.key_sectors_surveyed": 4,
    }
    assert {key: report[key] for key in told} == told
    assert build.build(lambda _words: None)["figures"] == report
    before = {f.key: f.value for f in queries.all_figures(window("2021"))}
    assert before["establishments.courier_and_delivery"] == before["census.key_sectors_surveyed"] == 0
    here = queries.matrix(Window())
    assert sum(cell.establishments for line in here.rows for cell in line.cells) == 169
    assert all(cell.hold for line in here.rows for cell in line.cells)
