from datetime import date

import pytest

from conftest import workbook
from nuanyi.cases.services import registers, settings
from nuanyi.ledger import queries as ledger
from nuanyi.lib.errors import BadInput, Conflict, NotFound
from nuanyi.lib.figures import Window, offered, window
from nuanyi.lib.ids import new_id

HEAD = ["日期", "类别", "行业", "乡镇", "单位"]
ROWS = [
    [date(2022, 6, 3), "政策咨询", "外卖", "雁山镇", "市场监管局"],
    ["2022年6月5日", "法律援助", "", "", ""],
    ["2022/7/1", "就业指导", "快递", "柘木", ""],
    ["昨天", "政策咨询", "", "", ""],
    ["2022-06-03", "修水管", "", "", ""],
    ["2999-01-01", "政策咨询", "", "", ""],
]


def take(actor, rows=ROWS, key=None):
    return registers.take_in(
        actor=actor, key=key or new_id(), name="登记.xlsx", data=workbook([["2022年登记表"], HEAD, *rows])
    )


def test_good_lines_count_and_bad_ones_are_named(cast):
    register = take(cast.actor("office"))
    assert (register.lines, [row for row, _day, _kind in register.bad]) == (3, ["6", "7", "8"])
    assert ledger.sums(("service.policy_consultations",), window("2022-06"), ("sector", "region_code")) == {
        ("delivery", "450311100"): 1
    }
    assert offered()["service.employment_guidance"].total(window("2022-07", "450311101")) == 1


@pytest.mark.parametrize("part", ["office", "organisation", "auditor", "instructor"])
def test_who_is_shown_a_figure_of_registers_is_shown_the_lines_behind_it(cast, part):
    take(cast.actor("office"))
    page = cast.client(part).get("/office/cases/served/").content.decode()
    assert page.count("登记.xlsx") == 3


def test_where_nothing_was_counted_yet_the_page_leads_to_the_registers(cast):
    page = cast.client("office").get("/office/cases/served/").content.decode()
    assert page.count("/office/cases/registers/") > cast.client("office").get(
        "/office/"
    ).content.decode().count("/office/cases/registers/")


def test_whoever_takes_no_registers_in_is_not_told_to(cast):
    page = cast.client("auditor").get("/office/cases/served/").content.decode()
    assert "没有条目" in page
    assert "导入服务台账" not in page
    assert "/office/cases/registers/" not in page


def test_the_same_file_counts_once_and_is_taken_back_whole(cast):
    actor, key = cast.actor("office"), new_id()
    data = workbook([HEAD, *ROWS])
    register = registers.take_in(actor=actor, key=key, name="a", data=data)
    assert registers.take_in(actor=actor, key=key, name="a", data=data).pk == register.pk
    with pytest.raises(Conflict):
        registers.take_in(actor=actor, key=new_id(), name="b", data=data)
    with pytest.raises(NotFound):
        registers.undo(actor=cast.actor("yanshan"), pk=register.pk)
    registers.undo(actor=actor, pk=register.pk)
    assert ledger.sums(("service.policy_consultations",), Window())[()] == 0
    assert registers.take_in(actor=actor, key=new_id(), name="b", data=data).lines == 3


def test_a_file_without_its_columns_is_refused(cast):
    with pytest.raises(BadInput) as refused:
        registers.take_in(actor=cast.actor("office"), key=new_id(), name="a", data=workbook([["甲"], ["乙"]]))
    assert refused.value.code == "no-header"


def test_the_service_list_is_public_and_searched_by_words(cast, program, client):
    settings.save_item(
        actor=program,
        told={
            "part": "rights",
            "title": "没发工钱",
            "words": "站点拖着工钱",
            "law": "《劳动合同法》第三十条",
        },
    )
    settings.save_item(actor=program, told={"part": "health", "title": "体检", "words": "一年一次"})
    page = client.get("/help/list/", {"q": "拖 工钱"}).content.decode()
    assert "没发工钱" in page
    assert "体检" not in page
    assert offered()["service.list_parts"].total(Window()) == 2
