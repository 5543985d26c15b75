"""The worklist as Excel: what the page shows, and nobody's name, phone or words."""

import io

import openpyxl
import pytest

from nuanyi.cases import events, queries
from nuanyi.journal.models import Entry

pytestmark = pytest.mark.django_db


def rows(answer):
    assert answer.status_code == 200
    return [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows()
    ]


def test_the_whole_filtered_worklist_leaves_without_names_and_words(sent, desk_cast, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    made = [sent(words=f"扣了第{n}天的钱", employer="=甲站点") for n in range(5)]
    found = rows(desk_cast.client("clerk").get("/office/cases/worklist.xlsx"))
    assert [row[0] for row in found[1:]] == [case.ref for case in made]
    told = "".join(str(cell) for row in found for cell in row)
    for secret in ("李小四", "19900007777", "扣了第"):
        assert secret not in told
    assert Entry.objects.filter(kind=events.LIST_EXPORTED).count() == 1
    assert len(rows(desk_cast.client("clerk").get("/office/cases/worklist.xlsx?kind=legal_aid"))) == 1


def test_another_units_clerk_takes_nothing_out(sent, desk_cast):
    sent()
    assert len(rows(desk_cast.client("yanshan").get("/office/cases/worklist.xlsx"))) == 1
    assert len(rows(desk_cast.client("office").get("/office/cases/worklist.xlsx"))) == 1
