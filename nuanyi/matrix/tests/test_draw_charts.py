"""Charts stand beside their numbers: whoever cannot see or cannot use a chart reads the same in a table."""

import re
from datetime import date

import pytest

from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.units.models import Unit


@pytest.mark.django_db
def test_places_side_by_side_have_a_table_with_a_column_a_place_and_a_row_a_month(cast):
    told = [
        Delivered(day=date(2022, 3, 4), count=7, region_code="450311100"),
        Delivered(day=date(2022, 5, 4), count=9, region_code="450311101"),
        Delivered(day=date(2022, 5, 9), count=2, region_code="450311101"),
    ]
    ledger.record("service.policy_consultations", told, source=Unit.objects.first())
    page = cast.client("office").get("/office/matrix/charts/?year=2022").content.decode()
    part = page[page.index("multiples") :]
    table = part[part.index("<table") : part.index("</table>")]
    head = re.findall(r'<th class="num">\s*(\S+?)\s*</th>', table)
    assert head[:3] == ["良丰街道", "雁山镇", "柘木镇"]
    rows = {
        row[0]: row[1:]
        for row in (
            re.findall(r">\s*([^<>\s]+)\s*</t[hd]>", line)
            for line in re.findall(r"<tr>.*?</tr>", table, re.S)[1:]
        )
    }
    assert rows["3月"][:3] == ["0", "7", "0"]
    assert rows["5月"][:3] == ["0", "0", "11"]
    assert len(rows) == 12
