"""A list that is saved bears its name in the reader's language and the day: three files ``list.xlsx`` tell nobody apart."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from nuanyi.lib import clock

LISTS = [
    ("clerk", "/office/cases/worklist.xlsx", "台账"),
    ("office", "/office/reports/reports.xlsx", "上报"),
    ("office", "/office/volunteers/volunteers.xlsx", "志愿者"),
    ("office", "/office/stations/stations.xlsx", "驿站"),
    ("office", "/office/responsibility/units/units.xlsx", "单位"),
    ("office", "/office/matrix/matrix.xlsx", "矩阵"),
    ("office", "/office/matrix/cube/cube.xlsx?rows=place&columns=sector&period=2022", ""),
]


@pytest.mark.parametrize(("part", "address", "title"), LISTS)
def test_a_saved_list_says_what_it_is_and_of_which_day(cast, part, address, title):
    answer = cast.client(part).get(address)
    assert answer.status_code == 200
    name = unquote(answer["Content-Disposition"].partition("UTF-8''")[2] or answer["Content-Disposition"])
    assert any("\u4e00" <= sign <= "\u9fff" for sign in name), name
    assert title in name
    assert name.endswith(f"{clock.today().isoformat()}.xlsx")
