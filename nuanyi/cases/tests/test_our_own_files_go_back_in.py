"""What the service desk gives out as Excel comes back unchanged."""

import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conftest import workbook
from nuanyi.cases.models import RegisterLine, ServiceItem
from nuanyi.cases.services import item_lists, registers
from nuanyi.cases.tests.test_take_a_register_in import take
from nuanyi.journal.models import Entry
from nuanyi.lib.errors import BadInput, Conflict
from nuanyi.lib.ids import new_id

FIELDS = [field.name for field in ServiceItem._meta.fields if field.name != "id"]


@pytest.fixture
def items(district):
    told = {
        "words": "第一行\n第二行\t有制表符",
        "law": "（示例）《法律援助法》第四十三条",
        "unit": district["t100"],
    }
    ServiceItem.objects.create(part="rights", title="工资没发", promised_days=15, case_kind="wage", **told)
    ServiceItem.objects.create(part="health", title="=1+1 免费体检", words="每年一次", active=False, place=3)
    return list(ServiceItem.objects.values(*FIELDS).order_by("pk"))


def test_the_service_list_comes_back_unchanged(cast, items):
    office = cast.actor("office")
    rows = item_lists.rows_of(item_lists.export_items(actor=office))
    assert {line.does for line in item_lists.read_lines(rows)} == {"same"}
    before = Entry.objects.filter(kind="cases.item_saved").count()
    assert item_lists.take_items(actor=office, rows=rows) == {"new": 0, "change": 0, "same": len(items)}
    assert list(ServiceItem.objects.values(*FIELDS).order_by("pk")) == items
    assert Entry.objects.filter(kind="cases.item_saved").count() == before


def test_a_changed_service_list_is_shown_first_and_taken_in_by_the_second_click(cast, items):
    browser = cast.client("office")
    rows = item_lists.rows_of(browser.get("/office/cases/items/items.xlsx").content)
    rows = [row for row in rows if row[1] != "=1+1 免费体检"]  # the test's own writer makes a formula of it
    rows[1][6] = "7"
    rows.append(["纾困解难", "新的一项", "说明"])
    data = workbook(rows)
    page = browser.post("/office/cases/items/import/", {"file": SimpleUploadedFile("清单.xlsx", data)})
    assert ServiceItem.objects.count() == len(items)
    told = unescape(re.search(r'name="rows"\s+value="([^"]*)"', page.content.decode()).group(1))
    assert len(json.loads(told)) == len(items) + 1
    answer = browser.post("/office/cases/items/import/", {"rows": told, "sure": "1"})
    assert answer.status_code == 302, re.findall(
        r'class="errors".*?</ul>', answer.content.decode(), re.DOTALL
    )
    assert ServiceItem.objects.filter(title="新的一项").exists()
    assert ServiceItem.objects.filter(promised_days=7).count() == 1


def test_one_line_that_cannot_be_read_keeps_the_whole_list_out(cast, items):
    office = cast.actor("office")
    rows = [
        ["部分", "事项", "说明", "承诺天数"],
        ["纾困解难", "好的一项", "说明", "3"],
        ["没有这个部分", "坏", "说", "三天"],
    ]
    assert [line.does for line in item_lists.read_lines(rows)] == ["new", "bad"]
    with pytest.raises(BadInput):
        item_lists.take_items(actor=office, rows=rows)
    assert ServiceItem.objects.count() == len(items)


def test_a_register_comes_back_unchanged_and_never_counts_twice(cast):
    office = cast.actor("office")
    first = take(office)
    kept = ["day", "kind", "sector", "region_code", "unit"]
    lines = list(RegisterLine.objects.filter(register=first).order_by("row").values(*kept))
    data = registers.export_register(actor=office, pk=first.pk)
    with pytest.raises(Conflict):
        registers.take_in(actor=office, key=new_id(), name="回来.xlsx", data=data)
    registers.undo(actor=office, pk=first.pk)
    again = registers.take_in(actor=office, key=new_id(), name="回来.xlsx", data=data)
    assert not again.bad
    assert list(RegisterLine.objects.filter(register=again).order_by("row").values(*kept)) == lines
