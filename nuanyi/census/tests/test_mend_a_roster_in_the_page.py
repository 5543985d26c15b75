import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conftest import id_number, workbook
from nuanyi.census import files, queries
from nuanyi.census.models import Finding, Import, Match, Source, Worker
from nuanyi.census.services import imports
from nuanyi.lib.identity import credit_check_digit
from nuanyi.lib.ids import new_id
from nuanyi.people.services.openings import open_for_program

HEAD = ["姓名", "手机号码", "身份证号", "行业", "所在乡镇"]


def row(n, name="周小明", phone=None, number=None, sector="快递", region="雁山镇"):
    return [name, phone or f"1990000{n:04d}", id_number(n) if number is None else number, sector, region]


def preview(actor, rows=None, *, data=None, **more):
    told = {"client_key": new_id(), "file_name": "a.xlsx", "source_name": "甲"} | more
    of = imports.send_file(actor=actor, data=data or workbook(rows), **told)
    return read(of)


def read(of):
    imports.read_import(of.pk)
    of.refresh_from_db()
    return of


def accept(actor, of):
    imports.decide(actor=actor, of=of)
    imports.write_import(of.pk)
    of.refresh_from_db()
    return of


def reasons(of):
    return sorted(Finding.objects.filter(source_import=of, is_note=False).values_list("row", "reason"))


@pytest.fixture
def office(cast):
    return cast.actor("office")


def test_a_head_in_two_rows_with_merged_cells_is_read_as_one(office):
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    for line in (
        ["雁山区骑手名册"],
        ["序号", "姓名", "联系方式", "", "行业", "乡镇"],
        ["", "", "手机号", "微信", "", ""],
        [1, "周小明", "19900000001", "zxm", "快递", "雁山镇"],
        [2, "韦丽", "19900000002", "", "", ""],
    ):
        page.append(line)
    for cells in ("A2:A3", "B2:B3", "C2:D2", "E2:E3", "F2:F3", "E4:E5", "F4:F5"):
        page.merge_cells(cells)
    book.save(out)
    of = preview(office, data=out.getvalue())
    assert (of.state, of.counts["good"], of.counts["bad"]) == ("review", 2, 0)
    assert of.columns["Sheet"]["fields"] == {"name": 1, "phone": 2, "sector": 4, "region": 5}
    accept(office, of)
    assert set(Worker.objects.values_list("sector", "region_code")) == {("courier", "450311100")}


def test_a_row_of_data_is_never_part_of_the_head(office):
    of = preview(office, [["姓名", "手机号码", "面貌"], ["周小明", "19900000001", "党员"]])
    assert (of.columns["Sheet1"]["row"], of.counts["rows"]) == (1, 1)


def test_values_as_people_write_them_are_read(office):
    rows = [
        HEAD,
        ["周小明", "'19900000001", "'" + id_number(1), "快递", "雁山镇雁山村"],
        ["韦丽", "19900000002/0773-3550000", "", "同上", "〃"],
        ["覃芳（组长）", "19900000003 19900000004", "", "同上", "桂林市雁山区柘木镇"],
        ["陆强(已离职)", "19900000005", "", "快递", "雁山镇"],
        ["黄梅", "19900000006", "4.50311E+17", "快递", "雁山镇"],
    ]
    of = preview(office, rows)
    assert reasons(of) == [(5, "left"), (6, "id-rounded")]
    notes = Finding.objects.filter(source_import=of, is_note=True).order_by("row", "reason")
    assert list(notes.values_list("row", "reason")) == [
        (3, "phone-second"),
        (4, "phone-second"),
        (4, "remark"),
    ]
    accept(office, of)
    people = {
        open_for_program(worker.person, "name"): worker for worker in Worker.objects.select_related("person")
    }
    assert sorted(people) == ["周小明", "覃芳", "韦丽"]
    assert open_for_program(people["周小明"].person, "id_number") == id_number(1)
    assert open_for_program(people["韦丽"].person, "phone") == "19900000002"
    assert {worker.sector for worker in people.values()} == {"courier"}
    assert people["韦丽"].region_code == "450311100"
    assert people["覃芳"].region_code == "450311101"


def test_headcounts_as_people_write_them_are_read(office):
    rows = [["户名", "行业领域", "所在乡镇", "从业人数"]]
    rows += [
        [f"第{n}店", "快递", "雁山镇", text]
        for n, text in enumerate(("约20人", "二十", "一百零五", "１２", "很多"))
    ]
    of = preview(office, rows)
    assert reasons(of) == [(6, "headcount")]
    accept(office, of)
    from nuanyi.census.models import Establishment

    assert sorted(Establishment.objects.values_list("headcount", flat=True)) == [12, 20, 20, 105]


def test_hidden_sheets_and_rows_are_left_out_and_can_be_read_all_the_same(office, cast):
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    for line in (HEAD, row(1), row(2)):
        page.append(line)
    page.row_dimensions[3].hidden = True
    old = book.create_sheet("旧表")
    for line in (HEAD, row(3)):
        old.append(line)
    old.sheet_state = "hidden"
    book.save(out)
    of = preview(office, data=out.getvalue())
    assert of.counts["rows"] == 1
    assert (of.columns["Sheet"]["hidden_rows"], of.columns["旧表"]["hidden"]) == (1, True)
    words = cast.client("office").get(f"/office/census/imports/{of.pk}/").content.decode()
    assert "在文件里是隐藏的" in words
    imports.mend(actor=office, of=of, answers={"hidden_rows": ["Sheet"]})
    assert read(of).counts["rows"] == 2


def test_a_formula_without_its_value_is_named(office):
    of = preview(office, [HEAD, ["=B9", *row(1)[1:]]])
    assert reasons(of) == [(2, "formula-unsaved")]


def test_a_word_of_a_source_is_decided_once_and_remembered(office):
    rows = [HEAD, *(row(n, sector="其他") for n in range(1, 40)), row(40, region="一片区")]
    of = preview(office, rows)
    assert (of.counts["bad"], of.counts["good"]) == (40, 0)
    imports.mend(
        actor=office, of=of, words={"sector": {"其他": "delivery"}, "region": {"一片区": "450311101"}}
    )
    assert read(of).counts["bad"] == 0
    assert Source.objects.get().words["sector"] == {"其他": "delivery"}
    again = preview(office, [HEAD, row(50, sector="其他")])
    assert again.counts["bad"] == 0


def test_a_column_that_was_taken_for_another_does_not_drown_the_page_in_words(office, cast):
    of = preview(office, [HEAD, *(row(n, sector=f"第{n}种") for n in range(1, 81))])
    words = cast.client("office").get(f"/office/census/imports/{of.pk}/").content.decode()
    assert words.count('name="sector-') == 50
    assert "还有 30 处" in " ".join(words.split())


def test_a_word_that_was_taught_wrongly_is_forgotten_and_asked_for_again(office, cast):
    of = preview(office, [HEAD, row(1, sector="其他")])
    imports.mend(actor=office, of=of, words={"sector": {"其他": "delivery"}})
    of = read(of)
    browser, address = cast.client("office"), f"/office/census/imports/{of.pk}/"
    assert 'value="sector:其他"' in browser.get(address).content.decode()
    assert browser.post(f"{address}mend/", {"forget_word": "sector:其他"}).status_code == 302
    assert Source.objects.get().words["sector"] == {}
    assert read(of).counts["bad"] == 1
    assert browser.post(f"{address}mend/", {"forget_word": "sector:其他"}).status_code == 404


def test_a_file_that_was_thrown_away_leaves_no_source_in_the_filters(office, cast):
    kept = preview(office, [HEAD, row(1)])
    other = imports.send_file(
        actor=office,
        client_key=new_id(),
        data=workbook([HEAD, row(2)]),
        file_name="b.xlsx",
        source_name="丢弃的",
    )
    imports.read_import(other.pk)
    assert {one.name for one in queries.sources(office)} == {kept.source.name, "丢弃的"}
    imports.discard(actor=office, of=Import.objects.get(pk=other.pk))
    assert {one.name for one in queries.sources(office)} == {kept.source.name}


def test_a_wrong_id_does_not_throw_a_person_with_a_good_phone_away(office):
    wrong = id_number(1)[:-1] + ("1" if id_number(1)[-1] != "1" else "2")
    of = preview(office, [HEAD, row(1, number=wrong), ["韦丽", "", wrong, "快递", "雁山镇"]])
    assert of.counts["bad"] == 2
    imports.mend(actor=office, of=of, answers={"leave": ["id_number:id-check-digit"]})
    assert reasons(read(of)) == [(3, "no-identifier")]
    accept(office, of)
    person = Worker.objects.get().person
    assert open_for_program(person, "phone") == "19900000001"
    assert person.sealed_id_number is None


def test_a_cell_is_written_anew_in_the_page_and_stays_sealed(office, cast):
    from nuanyi.census.models import ImportFile

    of = preview(office, [HEAD, row(1, phone="1990000"), row(2)])
    finding = Finding.objects.get(source_import=of)
    answer = cast.client("office").post(
        f"/office/census/imports/{of.pk}/mend/",
        {f"cell-{finding.pk}": "19912345678", "preview": of.preview},
    )
    assert answer.status_code == 302
    assert read(of).counts["bad"] == 0
    raw = bytes(ImportFile.objects.get(name=f"{of.pk}.mended").sealed_data)
    assert b"19912345678" not in raw
    accept(office, of)
    assert "19912345678" in {open_for_program(w.person, "phone") for w in Worker.objects.all()}
    assert not files.has(of.pk, files.MENDED)
    assert not files.has(of.pk, files.SAMPLE)


def test_somebody_elses_finding_is_not_mended_and_nonsense_is_refused(office, cast):
    of = preview(office, [HEAD, row(1, phone="1990000")])
    other = preview(cast.actor("yanshan"), [HEAD, row(2, phone="1990000")])
    foreign = Finding.objects.get(source_import=other)
    imports.mend(actor=office, of=of, cells={foreign.pk: "19912345678"})
    assert reasons(read(of)) == [(2, "phone-length")]
    browser = cast.client("office")
    bad = browser.post(f"/office/census/imports/{of.pk}/mend/", {"sector-其他": "no-such-sector"})
    assert bad.status_code == 422
    assert cast.client("zhemu").post(f"/office/census/imports/{other.pk}/mend/", {}).status_code == 404


def test_the_page_shows_what_is_not_used_the_first_rows_masked_and_groups_in_order(office, cast):
    of = preview(
        office,
        [
            [*HEAD, "政治面貌", "微信"],
            [*row(1, phone="199"), "群众", "zxm88"],
            [*row(2, sector="啥"), "", ""],
        ],
    )
    words = cast.client("office").get(f"/office/census/imports/{of.pk}/").content.decode()
    assert "未使用的列：G 微信" in words
    assert "<td>周**</td>" in words, "of a name of two signs, too, the family name is left"
    assert "周小明" not in words
    assert id_number(1) not in words
    assert "政治面貌没有导入" in words
    assert words.index("手机号只能是 11 位" if "手机号只能是 11 位" in words else "手机号码：") < words.index(
        "行业："
    )


def test_a_file_without_a_head_shows_no_phone_as_the_name_of_a_column(office, cast):
    of = preview(office, [["周小明", "19900000001"], ["韦丽", "19900000002"]])
    assert of.state == "columns"
    assert "19900000001" not in str(of.columns)
    words = cast.client("office").get(f"/office/census/imports/{of.pk}/").content.decode()
    assert "19900000001" not in words
    # what the columns of a roster of people may hold is called as people's
    assert re.search(r'value="name"\s*>\s*姓名', words)
    assert "户名" not in words
    imports.choose_columns(
        actor=office, of=of, kind="workers", columns={"Sheet1": {"row": 0, "fields": {"name": 0, "phone": 1}}}
    )
    assert read(of).counts["good"] == 2


def test_rows_that_differ_are_shown_in_words_all_of_them_and_decided_alike(office, cast):
    accept(office, preview(office, [HEAD, *(row(n) for n in range(1, 121))]))
    changed = [HEAD, *(row(n, sector="外卖") for n in range(1, 120)), row(120, phone="19977777777")]
    of = preview(office, changed, source_name="乙")
    browser, address = cast.client("office"), f"/office/census/imports/{of.pk}/"
    words = browser.get(address).content.decode()
    assert "快递 → 外卖" in " ".join(words.split())
    assert "courier" not in words.replace('value="courier"', "")
    assert "第 1 页，共 3 页" in words
    assert browser.get(f"{address}?page=3").content.decode().count('name="one"') == 3 * 20
    told = {"alike": "overwrite:sector", "page": "3", "preview": of.preview}
    answer = browser.post(f"{address}choose/", told)
    assert answer["Location"].endswith("?page=3#differences")
    assert Match.objects.filter(source_import=of, choice="overwrite").count() == 119


def test_two_names_that_look_alike_behind_their_mask_are_said_to_differ(office, cast):
    accept(office, preview(office, [HEAD, row(1, name="苗小红")]))
    of = preview(office, [HEAD, row(1, name="苗小芳")], source_name="乙")
    page = cast.client("office").get(f"/office/census/imports/{of.pk}/").content.decode()
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "苗** → 苗** 遮住的字不同" in words


def test_what_changes_between_preview_and_acceptance_is_asked_again(office):
    accept(office, preview(office, [HEAD, row(1), row(2)]))
    of = preview(office, [HEAD, row(1, sector="外卖"), row(2, sector="外卖")], source_name="乙")
    second = Match.objects.get(source_import=of, row=3)
    imports.choose(actor=office, of=of, choice="overwrite", rows=[second.pk])
    imports.choose(actor=office, of=of, choice="overwrite")
    imports.decide(actor=office, of=of)
    Worker.objects.filter(pk=Match.objects.get(source_import=of, row=2).record_id).update(sector="livestream")
    imports.write_import(of.pk)
    of.refresh_from_db()
    assert (of.state, of.counts["asked_again"], of.default_choice) == ("review", 1, "")
    assert sorted(Worker.objects.values_list("sector", flat=True)) == ["courier", "livestream"]
    assert Match.objects.get(source_import=of, row=3).choice == "overwrite"
    assert Match.objects.get(source_import=of, row=2).choice == ""
    imports.choose(actor=office, of=of, choice="keep")
    assert accept(office, of).state == "done"


def decide_as_shown(browser, page, **more):
    """What somebody does who looks at a preview now and decides later."""
    shown = re.search(r'name="preview" value="(\d+)"', browser.get(page).content.decode())[1]
    told = {"take": "1", "preview": shown} | more
    return lambda: browser.post(f"{page}decide/", told, HTTP_REFERER=f"http://testserver{page}")


@pytest.mark.parametrize("act", ["columns", "mended", "decided", "round"])
def test_what_a_colleague_changes_in_a_preview_is_not_taken_in_unseen(cast, office, act):
    accept(office, preview(office, [HEAD, row(1), row(2)]))
    of = preview(office, [HEAD, row(1, sector="外卖"), row(2), row(3, phone="1990000")], source_name="乙")
    browser, page = cast.client("office"), f"/office/census/imports/{of.pk}/"
    late = decide_as_shown(browser, page, choice="keep")
    if act == "columns":
        told = {"name": 0, "phone": 1, "id_number": 2, "region": 4}
        sheet = next(iter(of.columns))
        imports.choose_columns(
            actor=office, of=of, kind="workers", columns={sheet: {"row": 1, "fields": told}}
        )
        read(of)
    elif act == "mended":
        imports.mend(actor=office, of=of, answers={"leave": ["phone:phone-length"]})
        read(of)
    elif act == "decided":
        imports.choose(actor=office, of=of, choice="overwrite", group="sector")
    else:
        imports.choose_round(actor=office, of=of, census_round=None)
    answer = late()
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "预览已经变了" in said
    assert "什么都没有导入" in said
    assert "<h2> 情况有变 </h2>" in " ".join(said.split())
    of.refresh_from_db()
    assert (of.state, of.default_choice) == ("review", "")
    assert f'name="preview" value="{of.preview}"' in said, "the preview as it is now stands below"
    assert decide_as_shown(browser, page, choice="keep")().status_code == 302
    of.refresh_from_db()
    assert of.state == "writing"


def test_a_cell_typed_into_a_preview_that_is_gone_is_not_lost_without_a_word(cast, office):
    of = preview(office, [HEAD, row(1, phone="1990000"), row(2)])
    finding, shown = Finding.objects.get(source_import=of), of.preview
    imports.mend(actor=office, of=of)
    read(of)
    page = f"/office/census/imports/{of.pk}/"
    told = {f"cell-{finding.pk}": "19912345678", "preview": shown}
    answer = cast.client("office").post(f"{page}mend/", told, HTTP_REFERER=f"http://testserver{page}")
    assert answer.status_code == 409
    assert "预览已经变了" in answer.content.decode()


def test_what_another_file_teaches_its_source_meanwhile_is_asked_again(office):
    of = preview(office, [HEAD, row(1), row(2, sector="其他")])
    assert of.counts["good"] == 1
    other = preview(office, [HEAD, row(3, sector="其他")])
    imports.mend(actor=office, of=other, words={"sector": {"其他": "courier"}})
    assert accept(office, of).state == "review"
    assert not Worker.objects.exists()
    assert (of.counts["good"], of.counts["asked_again"]) == (2, 1)
    assert accept(office, of).state == "done"
    assert Worker.objects.count() == 2


@pytest.mark.parametrize("taught", ["political", "site"])
def test_what_a_row_comes_to_hold_meanwhile_beside_what_it_is_known_by_is_asked_again(
    district, program, taught
):
    """Neither a political affiliation nor the shop that somebody works for stands in a digest that knows rows again."""
    told = {"political": ("面貌一栏", "群众"), "site": ("站点", "甲店")}[taught]
    of = preview(program, [[*HEAD, told[0]], [*row(1), told[1]]], political_evidence="书面同意")
    if taught == "political":
        Source.objects.filter(pk=of.source_id).update(columns={"workers": {"面貌一栏": "political"}})
    else:
        head = ["户名", "行业领域", "所在乡镇"]
        accept(program, preview(program, [head, ["甲店", "快递", "雁山镇"]], source_name="乙"))
    assert accept(program, of).state == "review"
    assert of.counts["asked_again"] == 1
    assert not Worker.objects.exists()
    assert accept(program, of).state == "done"
    worker = Worker.objects.get()
    assert bool(worker.person.sealed_political) == (taught == "political")
    assert bool(worker.establishment) == (taught == "site")


def test_rows_that_become_good_after_a_preview_without_good_ones_are_asked_again(office):
    of = preview(office, [HEAD, row(1, sector="其他")])
    assert (of.counts["good"], of.rows_digest) == (0, "")
    Source.objects.filter(pk=of.source_id).update(words={"sector": {"其他": "courier"}})
    assert accept(office, of).state == "review"
    assert not Worker.objects.exists()
    assert accept(office, of).state == "done"
    assert Worker.objects.count() == 1


def test_a_choice_for_a_row_of_a_preview_that_is_gone_says_so_and_one_that_stands_is_none(cast, office):
    accept(office, preview(office, [HEAD, row(1), row(2)]))
    of = preview(office, [HEAD, row(1, sector="外卖"), row(2, sector="外卖")], source_name="乙")
    browser, page = cast.client("office"), f"/office/census/imports/{of.pk}/"
    differences = (
        browser.get(page).content.decode().partition('id="differences"')[2].partition("</section>")[0]
    )
    old = dict(re.findall(r'name="(preview|one)"\s+value="([^"]+)"', differences))
    imports.mend(actor=office, of=of)
    read(of)
    late = browser.post(f"{page}choose/", old, HTTP_REFERER=f"http://testserver{page}")
    assert late.status_code == 409
    assert "预览已经变了" in late.content.decode()
    first = Match.objects.filter(source_import=of).order_by("pk").first()
    counted = []
    for _again in range(2):
        of.refresh_from_db()
        told = {"one": f"{first.pk}:overwrite", "preview": of.preview}
        assert browser.post(f"{page}choose/", told).status_code == 302
        of.refresh_from_db()
        counted.append(of.preview - told["preview"])
    assert counted == [1, 0], "a choice that stands already sends nobody back"


def test_the_first_rows_show_signs_and_codes_of_shops_and_nothing_of_persons(office, cast):
    head = ["户名", "统一社会信用代码", "行业领域", "所在乡镇"]
    code = "91450300198228364" + credit_check_digit("91450300198228364")
    rows = [
        ["雁山快递服务站", code, "快递", "雁山镇"],
        ["周小明", id_number(1), "快递", "雁山镇"],
        ["欧阳 小红", code[:-1], "快递", "雁山镇"],
        ["阿卜杜拉·买买提", "", "快递", "雁山镇"],
    ]
    of = preview(office, [head, *rows])
    assert of.kind == "establishments"
    page = cast.client("office").get(f"/office/census/imports/{of.pk}/").content.decode()
    sample = page.partition('class="mapping"')[2].partition("</table>")[0].partition("<tbody")[2]
    assert "雁山快递服务站" in sample
    assert f"<td>{code}</td>" in sample
    for hidden in ("周小明", "小红", "买买提", id_number(1), f"<td>{code[:-1]}</td>"):
        assert hidden not in sample, hidden


def test_one_shop_in_two_rows_of_a_file_is_no_change_by_somebody_else(office):
    head = ["户名", "行业领域", "所在乡镇", "从业人数"]
    accept(office, preview(office, [head, ["甲店", "快递", "雁山镇", 5]]))
    of = preview(
        office, [head, ["甲店", "快递", "雁山镇", 6], ["甲店", "快递", "雁山镇", 7]], source_name="乙"
    )
    imports.choose(actor=office, of=of, choice="overwrite")
    assert accept(office, of).state == "done"


def test_the_new_records_of_an_import_are_one_link_away_and_an_undo_says_what_it_kept(office, cast):
    of = accept(office, preview(office, [HEAD, row(1), row(2)]))
    accept(office, preview(office, [HEAD, row(2)], source_name="乙"))
    browser, address = cast.client("office"), f"/office/census/imports/{of.pk}/"
    assert f"/office/census/workers/?import={of.pk}" in browser.get(address).content.decode()
    listed = browser.get(f"/office/census/workers/?import={of.pk}").content.decode()
    assert listed.count("data-row") == 2
    browser.post(f"{address}undo/")
    words = " ".join(browser.get(address).content.decode().split())
    assert "删除 1 条" in words
    assert "保留 1 条" in words


def test_rows_pasted_from_excel_are_a_roster_too(cast, office, monkeypatch):
    from nuanyi.census import jobs

    monkeypatch.setattr(jobs.read_import, "defer", lambda **more: None)
    rows = [[*row(n), '"路口\t东\n拐角"' if n % 2 else ""] for n in range(1, 5001)]
    lines = "\n".join("\t".join(map(str, line)) for line in [[*HEAD, "站点"], *rows])
    told = {
        "client_key": new_id(),
        "pasted": lines.replace("周小明", '"周\n小明"', 1),
        "as_of_date": "2022-06-01",
    }
    browser = cast.client("office")
    assert browser.post("/office/census/imports/new/", told).status_code == 302
    of = read(Import.objects.get())
    assert (of.state, of.counts["good"]) == ("review", 5000)
    assert of.columns[next(iter(of.columns))]["fields"]["site"] == 5
    nothing = browser.post(
        "/office/census/imports/new/", {"client_key": new_id(), "as_of_date": "2022-06-01"}
    )
    assert nothing.status_code == 422
    assert "请选择文件，或粘贴表格行" in nothing.content.decode()


def test_downloads_carry_chinese_names(cast, office):
    of = preview(office, [HEAD, row(1, phone="1")], file_name="骑手名册.xlsx")
    answer = cast.client("office").get(f"/office/census/imports/{of.pk}/annotated.xlsx")
    from urllib.parse import unquote

    assert "骑手名册" in unquote(answer["Content-Disposition"])


def test_a_web_page_and_an_et_file_are_taken_in_like_any_other(cast, office):
    page = "<table><tr><th>姓名</th><th>手机号</th></tr><tr><td>周小明</td><td>19900000001</td></tr></table>"
    told = SimpleUploadedFile("名单.xls", page.encode("gb18030"))
    of = preview(office, data=told.read(), file_name="名单.xls")
    assert (of.state, of.counts["good"]) == ("review", 1)
