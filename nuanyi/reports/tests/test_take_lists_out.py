"""The list of reports as Excel, and the month's card as a picture."""

import io

import openpyxl
import pytest
import zxingcpp
from django.test import Client
from PIL import Image

from nuanyi.journal.models import Entry
from nuanyi.lib import clock
from nuanyi.reports import events
from nuanyi.reports.models import Report
from nuanyi.reports.services import handling

pytestmark = pytest.mark.django_db


def cells(answer):
    assert answer.status_code == 200
    return [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows()
    ]


def test_the_filtered_list_leaves_as_excel_without_words_and_is_journaled(sent, cast):
    sent(words="路灯不亮了，求快修")
    Report.objects.update(where="=HYPERLINK(1)")
    answer = cast.client("zhemu").get("/office/reports/reports.xlsx")
    _head, row = cells(answer)
    assert row[0] == Report.objects.get().ref
    assert row[2] == "=HYPERLINK(1)"
    assert all(cell.data_type != "f" for cell in openpyxl.load_workbook(io.BytesIO(answer.content)).active[2])
    told = "".join(str(cell) for cell in row)
    assert "求快修" not in told
    assert Entry.objects.filter(kind=events.LIST_EXPORTED).count() == 1
    assert answer["Cache-Control"] == "no-store"


def test_another_unit_takes_nothing_out(sent, cast):
    sent()
    assert len(cells(cast.client("yanshan").get("/office/reports/reports.xlsx"))) == 1
    assert cast.client("keeper").get("/office/reports/reports.xlsx").status_code == 403


def test_the_card_of_a_month_is_a_picture_whose_code_leads_to_reporting(sent, cast):
    report = sent().report
    handling.mend(actor=cast.actor("zhemu"), pk=report.pk, words="换好了", photos=[])
    today = clock.today()
    answer = Client().get(f"/reports/{today.year}-{today.month}.png")
    assert answer["Content-Type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (1080, 1440)
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text.endswith("/report/")
    assert not picture.info.get("exif")
    assert Client().get("/reports/2022-13.png").status_code == 404
    assert Client().get(f"/reports/{today.year + 1}-1.png").status_code == 404
