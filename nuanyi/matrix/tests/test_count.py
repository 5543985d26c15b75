from nuanyi.lib.figures import Window, window
from nuanyi.matrix import queries
from nuanyi.program.demo import build


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


def test_a_month_that_is_written_otherwise_is_kept_in_its_field_and_said_to_be_left_out(cast):
    office = cast.client("office")
    page = office.get("/office/matrix/?period=2026/11").content.decode()
    assert 'value="2026/11"' in page
    assert "请写月份" in page
    assert "请写月份" not in office.get("/office/matrix/?period=2026-11").content.decode()
