"""What we write to Excel we read again: a list that goes out and comes back unchanged changes nothing."""

from conftest import id_number, workbook
from nuanyi.census.models import Establishment, Finding, Match
from nuanyi.census.services import exports, imports
from nuanyi.lib.ids import new_id
from nuanyi.people.access import actor_for

SHOPS = [
    ["户名", "行业领域", "所在乡镇", "统一社会信用代码", "负责人", "联系电话", "从业人数"],
    ["甲店（示例）", "快递", "雁山镇", "92450311908650644X", "韦丽", "19900000009", 5],
    ["+乙店", "直播电商", "柘木镇雁山村", "", "", "", ""],
    ["丙店 -1", "外卖", "良丰街道", "", "", "", 0],
]
PEOPLE = [
    ["姓名", "手机号码", "身份证号", "行业", "所在乡镇", "站点"],
    ["周小明", "19900000001", id_number(1), "快递", "雁山镇", "甲店（示例）"],
    ["阿依古丽·买买提", "19900000002", "", "外卖", "柘木镇", "+丁站"],
    ["韦丽", "19900000003", "", "", "", ""],
]


def take(actor, data, name):
    return imports.import_now(
        actor=actor, client_key=new_id(), data=data, file_name="a.xlsx", source_name=name
    )


def test_the_list_of_establishments_comes_back_unchanged(district, cast, program):
    from nuanyi.places import services as places

    places.put_region(actor=program, code="450311101201", name="雁山村", level="village", parent="450311101")
    take(program, workbook(SHOPS), "甲")
    body = exports.export_masked(actor=cast.actor("office"), what="establishments", filters={})
    of = take(program, body, "我们自己")
    assert (of.kind, of.state, of.counts["rows"], of.counts["bad"]) == ("establishments", "done", 3, 0)
    assert of.counts["known"] == 3
    assert Establishment.objects.get(name="+乙店").region_code == "450311101201"
    assert not Match.objects.filter(source_import=of).exists()


def test_the_list_of_workers_in_clear_comes_back_unchanged(cast, program):
    take(program, workbook(PEOPLE), "甲")
    asked = exports.ask_for_clear(actor=cast.actor("yanshan"), purpose="发放雨衣", filters={})
    exports.decide_export(
        actor=cast.actor("office"),
        export=asked,
        approve=True,
        seen=exports.rows_asked(actor_for(asked.asked_by), {}).count,
    )
    body = exports.take_clear(actor=cast.actor("yanshan"), export=asked)
    of = take(program, body, "我们自己")
    assert (of.kind, of.state, of.counts["bad"], of.counts["known"]) == ("workers", "done", 0, 1)


def test_a_masked_list_that_comes_back_is_named_as_such(cast, program):
    take(program, workbook(PEOPLE), "甲")
    body = exports.export_masked(actor=cast.actor("office"), what="workers", filters={})
    of = imports.send_file(
        actor=cast.actor("office"), client_key=new_id(), data=body, file_name="a", source_name="乙"
    )
    imports.read_import(of.pk)
    assert set(Finding.objects.filter(source_import=of).values_list("reason", flat=True)) == {"masked"}
