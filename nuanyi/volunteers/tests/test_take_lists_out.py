"""The list of volunteers as Excel, masked."""

import io

import openpyxl
import pytest

from nuanyi.journal.models import Entry
from nuanyi.volunteers import events

pytestmark = pytest.mark.django_db


def rows(answer):
    return [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows()
    ]


def test_the_list_leaves_masked_and_journaled_and_only_that_of_ones_own_unit(member, cast):
    member()
    (_head, row) = rows(cast.client("zhemu").get("/office/volunteers/volunteers.xlsx"))
    assert row[:2] == ["周**", "199****1000"]
    assert "19900001000" not in "".join(map(str, row))
    assert Entry.objects.filter(kind=events.LIST_EXPORTED).count() == 1
    assert len(rows(cast.client("yanshan").get("/office/volunteers/volunteers.xlsx"))) == 1
    assert cast.client("keeper").get("/office/volunteers/volunteers.xlsx").status_code == 403
