"""The page of 2022: the report's sentences with figures from records; every figure leads to records that sum to it."""

from datetime import date

import pytest
from django.conf import settings

from nuanyi.ledger import rules
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import figures
from nuanyi.lib.figures import window
from nuanyi.matrix import practice_rules, records, year
from nuanyi.units.models import Unit

LEGAL_AID = "service.legal_aid"


@pytest.mark.django_db
def test_taking_one_record_away_changes_the_sentence(cast):
    office = cast.client("office")
    source = Unit.objects.first()
    lines = [Delivered(day=date(2022, 6, day), count=2) for day in (1, 2, 3)]
    entries = ledger.record(LEGAL_AID, lines, source=source)
    before = office.get("/office/matrix/years/2022/").content.decode()
    assert "免费法律援助<a" in before and "<b>6</b></a>次" in before
    ledger.reverse(entries[0])
    after = office.get("/office/matrix/years/2022/").content.decode()
    assert "<b>4</b></a>次" in after and "<b>6</b></a>次" not in after


@pytest.mark.django_db
def test_every_number_of_the_page_has_its_records_and_they_sum_to_it(cast):
    office = cast.actor("office")
    found = year.report(office, 2022)
    keys = {number.key for _title, sentences in found.parts for one in sentences for number in one.numbers}
    assert len(keys) == 25
    counted = keys & rules.kinds().keys()
    assert len(counted) == 14
    for n, key in enumerate(sorted(counted), start=1):
        days = [Delivered(day=date(2022, month, 1), count=n) for month in (3, 11)]
        ledger.record(key, [*days, Delivered(day=date(2021, 12, 31), count=100)], source=Unit.objects.first())
    for key in keys:
        behind = records.behind(office, key, window("2022"))
        assert behind.rows is not None, key
        assert behind.total == behind.value, key
        assert behind.value > 0 or key not in counted, key
    assert {records.behind(office, key, window("2022")).value for key in counted} == {
        2 * n for n in range(1, len(counted) + 1)
    }
    assert keys <= set(figures.offered())


@pytest.mark.django_db
def test_what_was_told_without_a_number_leads_to_the_pages_of_its_records_and_none_is_closed(cast):
    found = year.report(cast.actor("office"), 2022)
    told = [page for _title, sentences in found.parts for one in sentences for page in one.pages]
    assert len(told) == 26
    office = cast.client("office")
    page = office.get("/office/matrix/years/2022/").content.decode()
    shown = [address for _words, address in told if f'href="{address}"' in page]
    # whatever it says, a way to records that this office may open stands beside it
    sentences = [one for _title, part in found.parts for one in part]
    assert [
        one.words
        for one in sentences
        if not one.numbers and not {page for _w, page in one.pages} & set(shown)
    ] == []
    assert "/office/matrix/tasks/?year=2022" in shown
    assert "/office/party/?year=2022" not in shown, "organisations are the organisation department's alone"
    for address in shown:
        assert office.get(address).status_code == 200, address


@pytest.mark.django_db
def test_a_year_without_a_report_is_not_there(cast):
    assert cast.client("office").get("/office/matrix/years/2021/").status_code == 404


@pytest.mark.django_db
def test_the_report_of_a_district_is_linked_and_shown_in_that_district_only(cast, settings, tmp_path):
    office = cast.client("office")
    assert "/office/matrix/years/2022/" in office.get("/office/matrix/").content.decode()
    (tmp_path / "2022.toml").write_text('title = "西湖区"\ndistrict = "330106"\nperiod = "2022"\npart = []\n')
    settings.PUBLISHED_REPORTS = [tmp_path]
    assert "/office/matrix/years/" not in office.get("/office/matrix/").content.decode()
    assert office.get("/office/matrix/years/2022/").status_code == 404


@pytest.mark.django_db
def test_a_district_lays_its_own_report_of_a_year_beside_its_records(cast, settings, tmp_path):
    settings.PUBLISHED_REPORTS = [*settings.PUBLISHED_REPORTS, tmp_path]
    own = tmp_path / "2023.toml"
    head = 'title = "雁山区这一年"\ndistrict = "450311"\nperiod = "2023"\n[[part]]\ntitle = "服务"\n'
    own.write_text(
        head + '[[part.sentence]]\nsay = "办理法律援助{service.legal_aid}件。"\nsee = ["matrix:tasks"]\n'
    )
    office = cast.client("office")
    assert "/office/matrix/years/2023/" in office.get("/office/matrix/").content.decode()
    page = office.get("/office/matrix/years/2023/").content.decode()
    assert "办理法律援助<a" in page and "period=2023" in page and "/office/matrix/tasks/?year=2023" in page
    # the program's own of a year gives way to the district's
    (tmp_path / "2022.toml").write_text(head.replace("2023", "2022"))
    assert "雁山区这一年" in office.get("/office/matrix/years/2022/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = ", "TOML"),
        ('title = "甲"\nperiod = "2023"\n', "district"),
        ('title = "甲"\ndistrict = "450311"\nperiod = "去年"\n', "四位"),
        ('title = "甲"\ndistrict = "450311"\nperiod = "2023"\npart = 3\n', "[[part]]"),
        ("{head}[[part]]\n", "part"),
        ('{head}[[part]]\ntitle = "一"\n[[part.sentence]]\n', "say"),
        ('{head}[[part]]\ntitle = "一"\n[[part.sentence]]\nsay = "{{no.figure}}件"\n', "no.figure"),
        ('{head}[[part]]\ntitle = "一"\n[[part.sentence]]\nsay = "好"\nsee = ["no:page"]\n', "no:page"),
    ],
)
def test_a_report_that_is_none_is_left_out_and_the_office_is_told_why(cast, settings, tmp_path, text, words):
    settings.PUBLISHED_REPORTS = [*settings.PUBLISHED_REPORTS, tmp_path]
    head = 'title = "甲"\ndistrict = "450311"\nperiod = "2023"\n'
    (tmp_path / "own.toml").write_text(text.format(head=head) if "{head}" in text else text)
    page = cast.client("office").get("/office/matrix/").content.decode()
    assert "own.toml：" in page and words in page
    assert "/office/matrix/years/2022/" in page
    assert "own.toml" not in cast.client("keeper").get("/office/matrix/").content.decode()
    assert cast.client("office").get("/office/matrix/years/2023/").status_code == 404


def test_the_sentences_hold_no_number_of_their_own():
    (file,) = settings.PUBLISHED_REPORTS[0].glob("*.toml")
    for line in file.read_text().splitlines():
        if line.startswith("say"):
            assert not any(sign.isdigit() for sign in practice_rules.SLOT.sub("", line)), line
