"""A blank form of another office comes back filled; merged cells hold; what is missing is asked once."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.sheets import BadSheet
from nuanyi.matrix.models import FormAnswer
from nuanyi.matrix.services import forms
from nuanyi.units.models import Unit

POLICY = "service.policy_consultations"


def blank():
    """As a department sends it: a merged title, a two-row merged head, townships down, a part with single labels."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "新就业群体服务情况统计表"
    sheet.merge_cells("A1:E1")
    sheet["A2"], sheet["D2"] = "填报单位：", "填报日期："
    sheet.merge_cells("B2:C2")
    sheet["A3"] = "乡镇（街道）"
    sheet.merge_cells("A3:A4")
    sheet["B3"] = "服务情况"
    sheet.merge_cells("B3:D3")
    sheet["B4"], sheet["C4"], sheet["D4"] = "政策咨询（次）", "1.法律援助", "购买意外险人数（人）"
    sheet["E3"] = "备注"
    sheet.merge_cells("E3:E4")
    for row, name in enumerate(("雁山镇", "柘木镇", "合计"), 5):
        sheet.cell(row, 1, name)
    sheet["A9"] = "分管领导"
    sheet.merge_cells("B9:C9")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def served(count, region, kind=POLICY):
    line = Delivered(day=date(2022, 6, 9), count=count, region_code=region)
    ledger.record(kind, [line], source=Unit.objects.first())


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data)).active


@pytest.mark.django_db
def test_a_blank_form_comes_back_with_what_is_known_and_marks_what_is_not(cast):
    served(4, "450311100")
    served(7, "450311101")
    made = forms.fill(actor=cast.actor("office"), data=blank(), period="2022")
    sheet = opened(made.data)
    assert [sheet.cell(row, 2).value for row in (5, 6, 7)] == [4, 7, 11]
    assert [sheet.cell(row, 3).value for row in (5, 6, 7)] == [0, 0, 0]
    assert sheet["B2"].value == "组织部" and sheet["E2"].value
    assert "service.policy_consultations" in sheet["B5"].comment.text and "雁山镇" in sheet["B5"].comment.text
    assert sheet["D5"].value is None and sheet["D5"].fill.fgColor.rgb.endswith("FFE9A8")
    assert sheet["E5"].value is None and sheet["E5"].comment is None
    assert {str(one) for one in sheet.merged_cells.ranges} >= {"A1:E1", "B2:C2", "A3:A4", "B3:D3", "B9:C9"}
    assert made.missing == ["购买意外险人数（人）", "分管领导"]


@pytest.mark.django_db
def test_what_was_answered_once_is_not_asked_again(cast):
    office = cast.actor("office")
    forms.fill(actor=office, data=blank(), period="2022")
    asked = FormAnswer.objects.get(label="分管领导")
    forms.answer(actor=office, pk=asked.pk, value="莫某", source="组织部", lasting=True)
    again = forms.fill(actor=office, data=blank(), period="2023")
    assert opened(again.data)["B9"].value == "莫某"
    assert again.missing == ["购买意外险人数（人）"]
    assert FormAnswer.objects.filter(label="分管领导").count() == 1


@pytest.mark.django_db
def test_small_numbers_of_people_are_coarse_for_whoever_may_not_see_them(cast):
    served(4, "450311100")
    served(7, "450311101")
    sheet = opened(forms.fill(actor=cast.actor("zhemu"), data=blank(), period="2022").data)
    assert [sheet.cell(row, 2).value for row in (5, 6, 7)] == [0, 5, 10]


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused(cast, data):
    with pytest.raises(BadSheet):
        forms.fill(actor=cast.actor("office"), data=data, period="2022")


def _zip_of(name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr(name, "<office:document-content/>")
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data",
    [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _zip_of("content.xml"), "指标,数量".encode()],
    ids=["xls", "ods", "csv"],  # bytes of an archive hold the second in which they were made
)
def test_a_form_that_is_no_xlsx_is_refused_in_words_that_are_true_here(cast, data):
    with pytest.raises(BadSheet) as told:
        forms.fill(actor=cast.actor("office"), data=data, period="2022")
    assert told.value.code == "sheet-not-xlsx"


@pytest.mark.django_db
def test_the_page_gives_the_file_back_and_asks_for_what_is_missing(cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    office = cast.client("office")
    sent = SimpleUploadedFile("民政报表.xlsx", blank())
    answer = office.post("/office/matrix/forms/", {"file": sent, "period": "2022"})
    assert answer.status_code == 200 and answer.content[:2] == b"PK"
    page = office.get("/office/matrix/forms/").content.decode()
    assert "购买意外险人数" in page
    refused = office.post("/office/matrix/forms/", {"period": "2022"})
    assert refused.status_code == 422


@pytest.mark.django_db
def test_a_form_without_an_empty_cell_beside_a_label_says_so(cast):
    book = openpyxl.Workbook()
    book.active["A1"] = "说明"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(BadInput):
        forms.fill(actor=cast.actor("office"), data=out.getvalue(), period="2022")


def asked(cast, part, label="分管领导", period="2022"):
    forms.fill(actor=cast.actor(part), data=blank(), period=period)
    return FormAnswer.objects.filter(label=label, period=period).order_by("pk").first()


@pytest.mark.django_db
def test_another_units_answer_is_not_overwritten_and_not_replaced_by_a_lasting_one(cast):
    yanshan, zhemu = cast.actor("yanshan"), cast.actor("zhemu")
    first = asked(cast, "yanshan")
    forms.answer(actor=yanshan, pk=first.pk, value="莫某", lasting=True)
    with pytest.raises(NotFound):
        forms.answer(actor=zhemu, pk=first.pk, value="别的人")
    insured = asked(cast, "zhemu", "购买意外险人数")  # each whose form asked may answer
    forms.answer(actor=zhemu, pk=insured.pk, value="12")
    second = FormAnswer.objects.create(label="分管领导", period="2023", unit=insured.unit)
    with pytest.raises(NotFound):
        forms.answer(actor=zhemu, pk=second.pk, value="别的人", lasting=True)
    assert FormAnswer.objects.get(label="分管领导", period="").value == "莫某"
    forms.answer(actor=yanshan, pk=first.pk, value="莫某某")
    forms.answer(actor=cast.actor("office"), pk=second.pk, value="韦某", lasting=True)
    assert FormAnswer.objects.get(label="分管领导").value == "韦某"


@pytest.mark.django_db
def test_whoever_answered_puts_it_right_in_the_page_and_another_unit_is_not_asked_to(cast):
    line = asked(cast, "yanshan")
    forms.answer(actor=cast.actor("yanshan"), pk=line.pk, value="莫某")
    page, field = "/office/matrix/forms/", f'name="answer" value="{line.pk}"'
    assert field in cast.client("yanshan").get(page).content.decode()
    assert field in cast.client("office").get(page).content.decode()
    assert field not in cast.client("zhemu").get(page).content.decode()
    assert cast.client("yanshan").post(page, {"answer": line.pk, "value": "韦某"}).status_code == 302
    line.refresh_from_db()
    assert line.value == "韦某"


@pytest.mark.django_db
def test_an_open_line_is_answered_by_whose_form_asked_or_by_the_office(cast):
    """Whoever answered it first became its owner for good: another unit wrote into the form of the one that asked."""
    line = asked(cast, "zhemu")
    with pytest.raises(NotFound):
        forms.answer(actor=cast.actor("yanshan"), pk=line.pk, value="别的人", lasting=True)
    page = "/office/matrix/forms/"
    open_lines = {
        part: cast.client(part).get(page).context["open"] for part in ("yanshan", "zhemu", "office")
    }
    assert {part for part, rows in open_lines.items() if line in rows} == {"zhemu", "office"}
    forms.answer(actor=cast.actor("zhemu"), pk=line.pk, value="莫某")
    forms.answer(actor=cast.actor("office"), pk=line.pk, value="韦某")
    line.refresh_from_db()
    assert line.value == "韦某"


@pytest.mark.django_db
def test_the_journal_keeps_that_an_answer_was_replaced_whose_it_was_and_no_value_in_clear(cast):
    from nuanyi.journal.models import Entry

    office = cast.actor("office")
    first = asked(cast, "yanshan")
    forms.answer(actor=cast.actor("yanshan"), pk=first.pk, value="莫某")
    forms.answer(actor=office, pk=first.pk, value="韦某")
    told = [str(one.detail) for one in Entry.objects.filter(kind="matrix.form_answered").order_by("seq")]
    assert str(cast.accounts["yanshan"].pk) in told[-1] and "replaced" in told[-1]
    assert "莫某" not in "".join(told) and "韦某" not in "".join(told)


def lines(count):
    book = openpyxl.Workbook()
    for row in range(1, count + 1):
        book.active.cell(row, 1, ("政策咨询", "法律援助", "就业指导")[row % 3])
        book.active.cell(row, 3, "。")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_figure_that_stands_in_many_cells_of_a_form_is_asked_for_once(cast):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    office, needed = cast.actor("office"), []
    for count in (3, 30):
        with CaptureQueriesContext(connection) as found:
            made = forms.fill(actor=office, data=lines(count), period="2022")
        assert made.filled >= count
        needed.append(len(found))
    assert needed[0] == needed[1]


def of_rows(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_so_far_this_year_and_the_year_before_are_other_times_and_what_is_unknown_stays_empty(cast):
    served(2, "450311100")  # of June 2022
    line = Delivered(day=date(2022, 3, 9), count=5, region_code="450311100")
    before = Delivered(day=date(2021, 6, 9), count=1, region_code="450311100")
    ledger.record(POLICY, [line, before], source=Unit.objects.first())
    heads = ("指标", "本月", "本年累计", "上年同期", "上月", "2022年3月", "增长率")
    form = of_rows(heads, ("政策咨询（次）",))
    made = forms.fill(actor=cast.actor("office"), data=form, period="2022-06")
    sheet = opened(made.data)
    assert [sheet.cell(2, column).value for column in range(2, 8)] == [2, 7, 1, 0, 5, None]
    assert "2022年1月至6月" in sheet["C2"].comment.text and "2021年6月" in sheet["D2"].comment.text
    assert made.missing == ["政策咨询（次）：增长率"]
    of_the_year = forms.fill(actor=cast.actor("office"), data=form, period="2022")
    assert opened(of_the_year.data)["B2"].value is None, "a form for a year says no month"
    assert opened(of_the_year.data)["C2"].value == 7


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rows",
    [
        (("指标", "男", "女", "党员数"), ("从业人员数",)),
        (("指标", "从业人员数"), ("男",), ("女",), ("党员数",)),
    ],
)
def test_a_part_that_is_not_known_is_not_given_the_number_of_the_whole(cast, rows):
    made = forms.fill(actor=cast.actor("office"), data=of_rows(*rows), period="2022")
    sheet = opened(made.data)
    assert [cell.value for row in sheet.iter_rows(min_row=2, min_col=2) for cell in row] == [None] * 3
    assert made.missing == ["从业人员数：男", "从业人员数：女", "从业人员数：党员数"]


@pytest.mark.django_db
def test_a_label_that_only_holds_the_name_of_a_place_or_sector_is_not_that_place_or_sector(cast):
    served(4, "450311100")
    rows = (("指标", "从业人员数"), ("雁山镇",), ("快递企业",), ("雁山镇党员数",), ("快递员党员数",))
    made = forms.fill(actor=cast.actor("office"), data=of_rows(*rows), period="2022")
    sheet = opened(made.data)
    assert [sheet.cell(row, 2).value for row in range(2, 6)] == [0, 0, None, None]
    assert made.missing == ["从业人员数：雁山镇党员数", "从业人员数：快递员党员数"]


@pytest.mark.django_db
def test_each_month_and_sector_that_nobody_knows_is_a_question_of_its_own(cast):
    form = of_rows(("指标", "1月", "2月"), ("购买意外险人数",))
    made = forms.fill(actor=cast.actor("office"), data=form, period="2022")
    assert made.missing == ["购买意外险人数：1月", "购买意外险人数：2月"]
    form = of_rows(("行业", "购买意外险人数"), ("快递员",), ("网约车",))
    made = forms.fill(actor=cast.actor("office"), data=form, period="2022")
    assert made.missing == ["购买意外险人数：快递员", "购买意外险人数：网约车"]


@pytest.mark.django_db
def test_a_measure_or_a_name_between_label_and_cell_does_not_hide_the_label(cast):
    served(4, "450311100")
    heads = ("指标", "计量单位", "数量")
    made = forms.fill(actor=cast.actor("office"), data=of_rows(heads, ("政策咨询", "人·次")), period="2022")
    assert opened(made.data)["C2"].value == 4
    heads = ("乡镇", "负责人", "政策咨询")
    rows = (heads, ("柘木镇", "韦某"), ("雁山镇", "莫某"))
    sheet = opened(forms.fill(actor=cast.actor("office"), data=of_rows(*rows), period="2022").data)
    assert [sheet["C2"].value, sheet["C3"].value] == [0, 4]


@pytest.mark.django_db
def test_nothing_is_written_outside_the_table(cast):
    rows = (("乡镇", "政策咨询", "法律援助"), ("雁山镇",), ("合计",))
    sheet = opened(forms.fill(actor=cast.actor("office"), data=of_rows(*rows), period="2022").data)
    assert sheet.max_column == 3
    for row, answer in (
        (("政策咨询",), "B1"),
        (("政策咨询", "次"), "C1"),
        (("政策咨询", None, "法律援助"), "D1"),
    ):
        sheet = opened(forms.fill(actor=cast.actor("office"), data=of_rows(row), period="2022").data)
        assert sheet[answer].value == 0, row


@pytest.mark.django_db
def test_what_asks_for_somebody_is_neither_asked_for_nor_kept(cast):
    """A half-filled roster sent as a form left its names as open questions, which every unit read."""
    made = forms.fill(
        actor=cast.actor("yanshan"), data=of_rows(["联系人", ""], ["购买意外险人数", ""]), period="2022"
    )
    assert [one.label for one in FormAnswer.objects.all()] == ["购买意外险人数"]
    assert made.missing == ["购买意外险人数"]
    line = FormAnswer.objects.get()
    for value in ("19900005678", "王某 450311199003070012"):
        with pytest.raises(BadInput):
            forms.answer(actor=cast.actor("yanshan"), pk=line.pk, value=value)
    forms.answer(actor=cast.actor("yanshan"), pk=line.pk, value="12")
    page = "/office/matrix/forms/"
    answered = {
        part: [one.value for one, _may in cast.client(part).get(page).context["answered"]]
        for part in ("yanshan", "zhemu", "office")
    }
    assert answered == {"yanshan": ["12"], "zhemu": [], "office": ["12"]}
