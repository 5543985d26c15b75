import io

import pytest

from nuanyi.lib.errors import IllegalMove
from nuanyi.units import services
from nuanyi.units.models import Alliance, Unit

HOME = "/office/responsibility/units/"


def form(name, **more):
    return {"name": name, "short_name": "", "kind": "department", "region_code": ""} | more


def test_a_unit_is_made_changed_closed_and_opened_again_by_the_pages(cast):
    browser = cast.client("office")
    assert browser.post(f"{HOME}new/", form("雁山区教育局", public_phone="0773-1")).status_code == 302
    unit = Unit.objects.get(name="雁山区教育局")
    assert browser.post(f"{HOME}{unit.pk}/", form("雁山区教体局")).status_code == 302
    assert browser.post(f"{HOME}{unit.pk}/", {"close": "1"}).status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.active) == ("雁山区教体局", False)
    browser.post(f"{HOME}{unit.pk}/", {"open": "1"})
    unit.refresh_from_db()
    assert unit.active


def test_a_name_that_is_taken_is_refused_at_its_field_with_what_was_typed(cast):
    answer = cast.client("office").post(f"{HOME}new/", form("市场监管局", public_address="良丰路1号"))
    assert answer.status_code == 422
    assert "良丰路1号" in answer.content.decode()
    assert Unit.objects.filter(name="市场监管局").count() == 1


def test_a_unit_with_accounts_and_rules_does_not_close_and_says_what_it_has(cast, district, program):
    with pytest.raises(IllegalMove) as refused:
        services.close_unit(actor=program, unit=district["shichang"])
    assert "2" in str(refused.value)
    answer = cast.client("office").get(f"{HOME}{district['shichang'].pk}/").content.decode()
    assert "账号" in answer


def test_a_merged_unit_gives_its_accounts_rules_and_persons_and_closes(cast, district, program):
    from nuanyi.people.models import Account
    from nuanyi.units.queries import rules_in_force

    old, new = (
        district["shichang"],
        services.put_unit(actor=program, code="xin", name="新市监局", short_name="新市监", kind="department"),
    )
    browser = cast.client("office")
    assert browser.post(f"{HOME}{old.pk}/", {"merge": "1", "into": new.pk}).status_code == 302
    old.refresh_from_db()
    assert not old.active
    assert not Account.objects.filter(unit=old).exists()
    assert Account.objects.filter(unit=new).count() == 2
    assert rules_in_force().get(sector="courier").unit == new


def test_a_merge_drops_a_rule_that_the_other_unit_has_already(district, program):
    from nuanyi.units.queries import rules_in_force

    services.change_rule(
        actor=program, edit=services.RuleEdit("guide", "courier", "", district["gonghui"].pk)
    )
    services.merge_units(actor=program, unit=district["gonghui"], into=district["shichang"])
    assert rules_in_force().filter(role="guide", sector="courier").count() == 1


def test_units_go_out_as_excel_and_come_back_changed(cast):
    from nuanyi.lib import sheets

    browser = cast.client("office")
    data = browser.get(f"{HOME}units.xlsx").content
    [rows] = [list(sheet.rows) for sheet in sheets.read(data)]
    head, first = rows[0], next(row for row in rows if "市场监管局" in row)
    first[head.index("电话")] = "0773-3550001"
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet("单位", head)
    page.row(first)
    writer.close()
    out.seek(0)
    out.name = "units.xlsx"
    shown = browser.post(f"{HOME}import/", {"file": out, "look": "1"}).content.decode()
    assert "0773-3550001" in shown
    assert Unit.objects.get(name="市场监管局").public_phone == ""
    pasted = "单位名称\t电话\n市场监管局\t0773-3550001"
    assert browser.post(f"{HOME}import/", {"units": pasted, "sure": "1"}).status_code == 302
    assert Unit.objects.get(name="市场监管局").public_phone == "0773-3550001"


def test_a_list_with_a_unit_twice_is_refused_and_nothing_is_made(cast):
    before = Unit.objects.count()
    answer = cast.client("office").post(f"{HOME}import/", {"units": "甲局\n乙局\n甲局", "sure": "1"})
    assert answer.status_code == 422
    assert "甲局" in answer.content.decode()
    assert Unit.objects.count() == before


def test_an_alliance_gets_members_and_is_dissolved(cast, district):
    browser = cast.client("office")
    told = {"name": "桂阳公路示范带", "member": [district["t100"].pk, district["t101"].pk]}
    assert browser.post("/office/responsibility/alliances/new/", told).status_code == 302
    made = Alliance.objects.get()
    assert made.members.count() == 2
    assert (
        browser.post("/office/responsibility/alliances/new/", {"name": "桂阳公路示范带"}).status_code == 422
    )
    browser.post(f"/office/responsibility/alliances/{made.pk}/", {"dissolve": "1"})
    assert not Alliance.objects.filter(ended_date=None).exists()


def test_a_unit_of_another_part_sees_the_units_and_changes_none(cast, district):
    browser = cast.client("department")
    assert browser.get(HOME).status_code == 200
    assert browser.get(f"{HOME}{district['t100'].pk}/").status_code == 403


def test_our_own_list_of_units_comes_back_unchanged(cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    browser = cast.client("office")
    everything = list(Unit.objects.order_by("pk").values())
    body = browser.get(f"{HOME}units.xlsx").content
    told = {"file": SimpleUploadedFile("单位.xlsx", body), "sure": "1"}
    assert browser.post(f"{HOME}import/", told).status_code == 302
    assert list(Unit.objects.order_by("pk").values()) == everything


def test_units_are_sorted_and_found_like_every_list_and_each_number_leads_to_so_many(cast):
    import re

    def flat(query):
        page = cast.client("office").get("/office/responsibility/units/", query).content.decode()
        return re.sub(r"\s*>\s*|\s+<", lambda hit: hit.group().strip(), " ".join(page.split()))

    page = flat({})
    links = re.findall(r'<a href="\?kind=(\w+)"[^>]*>[^<]+<span class="quiet">(\d+)<', page)
    assert links
    for kind, count in links:
        if count != "0":
            assert f'data-total="{count}"' in flat({"kind": kind})
    forth = re.findall(r"<tr data-row[^>]*><td>(?:<a[^>]*>)?([^<]+)<", flat({"sort": "name"}))
    assert len(forth) > 3
    assert forth == sorted(forth)


def test_a_telephone_is_changed_in_the_list_and_taken_back(cast, district):
    browser, unit = cast.client("office"), district["shichang"]
    page = browser.get(HOME).content.decode()
    assert f'data-edit="{HOME}cells/"' in page
    told = {
        "id": unit.pk,
        "field": "public_phone",
        "value": "0773-8281234",
        "next": f"{HOME}?kind=department",
    }
    assert browser.post(f"{HOME}cells/", told).url == f"{HOME}?kind=department"
    unit.refresh_from_db()
    assert (unit.public_phone, unit.name) == ("0773-8281234", "市场监管局")
    assert browser.get(HOME).context["undo"]["cells"] == [[unit.pk, "", "0773-8281234"]]
    browser.post(f"{HOME}cells/", told | {"value": "", "undo": "1"})
    unit.refresh_from_db()
    assert unit.public_phone == ""
    assert browser.post(f"{HOME}cells/", told | {"field": "code"}).status_code == 422
    assert cast.client("clerk").post(f"{HOME}cells/", told).status_code == 403


def test_what_a_colleague_changed_meanwhile_is_neither_overwritten_nor_taken_back(cast, district):
    unit, cells = district["shichang"], f"{HOME}cells/"
    told = {"id": unit.pk, "field": "public_phone"}
    cast.client("office").post(cells, told | {"value": "0773-1", "was": ""})
    late = cast.client("office2").post(cells, told | {"value": "0773-2", "was": ""})
    assert late.status_code == 409
    assert "office改过" in "".join(late.content.decode().split())
    cast.client("office2").post(cells, told | {"value": "0773-2", "was": "0773-1"})
    back = cast.client("office").post(cells, told | {"value": "", "was": "0773-1", "undo": "1"})
    assert back.status_code == 409
    assert "office2改过" in "".join(back.content.decode().split())
    unit.refresh_from_db()
    assert unit.public_phone == "0773-2"
