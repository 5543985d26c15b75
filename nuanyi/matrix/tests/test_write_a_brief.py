"""The work brief: what it says of common and singular numbers, its file, its signature, its corrections."""

import io
import re
import zipfile
from datetime import date

import pytest
from docx import Document

from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, official
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound
from nuanyi.lib.periods import period_of
from nuanyi.matrix import brief_rules, briefs
from nuanyi.matrix.brief_rules import Count
from nuanyi.matrix.models import Brief
from nuanyi.matrix.services import briefs as services
from nuanyi.units.models import Unit

POLICY = "service.policy_consultations"


def served(day, count=1, kind=POLICY, region="450311100"):
    source = Unit.objects.first()
    return ledger.record(kind, [Delivered(day=day, count=count, region_code=region)], source=source)


def text_of(data):
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (Count(12, 9, 0, 30, 18), "提供政策咨询12次，比上月增加3次，本年累计30次"),
        (Count(12, 16, 0, 30, 18), "提供政策咨询12次，比上月减少4次（下降25%），本年累计30次"),
        (Count(5, 5, 0, 10, 5), "提供政策咨询5次，与上月持平，本年累计10次"),
        (Count(5, 0, 4, 9, 8), "提供政策咨询5次，上月为0，比上年同期增加1次，本年累计9次"),
        (Count(5, 0, 0, 5, 0), "首次有记录：提供政策咨询5次"),
        (Count(0, 7, 0, 7, 7), "没有新增政策咨询（上月为7次）"),
        (Count(0, 0, 0, 7, 7), ""),
    ],
)
def test_what_rose_fell_stayed_began_or_did_not_happen_is_said_as_such(count, said):
    assert brief_rules.clause(brief_rules.line_of(POLICY), count, period_of("2022-06")) == said


def test_a_period_of_nothing_says_so_and_what_did_not_happen_is_named():
    service = next(part for part in brief_rules.sections() if part.key == "service")
    nothing = {line.figure: Count(0, 0) for line in service.lines}
    june = period_of("2022-06")
    assert brief_rules.paragraphs(service, nothing, june) == ["2022年6月，系统中没有本部分的登记记录。"]
    said = brief_rules.paragraphs(service, {**nothing, POLICY: Count(3, 1, 0, 4, 1)}, june)
    assert said[0] == "6月，提供政策咨询3次，比上月增加2次，本年累计4次。"
    assert said[1].startswith("6月没有登记：") and "法律援助" in said[1]


def test_what_was_never_there_before_is_said_to_be_so_once():
    service = next(part for part in brief_rules.sections() if part.key == "service")
    counts = {
        "service.legal_aid": Count(4, 0, 0, 4, 0),
        POLICY: Count(3, 1, 0, 4, 1),
        "service.employment_guidance": Count(2, 0, 0, 2, 0),
    }
    [said] = brief_rules.paragraphs(service, counts, period_of("2022-06"))
    assert said.startswith("6月，提供政策咨询3次，比上月增加2次，本年累计4次；首次有记录：")
    assert said.count("首次有记录") == 1 and said.endswith("、开展就业指导2次。")


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31), "2022年"),
        ("2022-Q2", date(2022, 4, 1), date(2022, 6, 30), "2022年第二季度"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
    ],
)
def test_months_quarters_and_years_are_periods(text, first, last, words):
    found = period_of(text)
    assert (found.first, found.last, found.words, found.name) == (first, last, words, text)


@pytest.mark.parametrize("text", ["", "2022-13", "2022-Q5", "六月", "2022-06-01", "99999"])
def test_what_is_no_period_is_refused(cast, text):
    with pytest.raises(BadInput):
        services.draft(actor=cast.actor("office"), period=text)


@pytest.mark.django_db
def test_a_brief_is_drafted_edited_and_signed_and_then_stays(cast):
    office = cast.actor("office")
    served(date(2022, 5, 9), 2)
    served(date(2022, 6, 9), 3)
    made = services.draft(actor=office, period="2022-06")
    assert "提供政策咨询3次，比上月增加1次" in "".join(made.sections[2]["paragraphs"])
    with pytest.raises(Conflict):
        services.draft(actor=office, period="2022-06")
    changed = services.edit(
        actor=office,
        pk=made.pk,
        revision=1,
        title=made.title,
        texts={"service": "本月接待 77 人。"},
        red_head=True,
    )
    assert briefs.warnings(changed) == ["77"]
    with pytest.raises(Conflict):
        services.edit(actor=office, pk=made.pk, revision=1, title=made.title, texts={})
    signed = services.sign(actor=office, pk=made.pk, revision=2)
    with pytest.raises(IllegalMove):
        services.edit(actor=office, pk=made.pk, revision=3, title="另一个题目", texts={})
    with pytest.raises(IllegalMove):
        services.drop(actor=office, pk=made.pk)
    assert "本月接待 77 人。" in text_of(bytes(signed.docx))


@pytest.mark.django_db
def test_a_preview_has_the_number_that_the_brief_would_get_and_the_month_proposed_is_over(cast):
    office = cast.actor("office")
    services.draft(actor=office, period="2022-05")
    made, data = services.made_now(actor=office, period="2022-06", red_head=True)
    assert made.number == 2
    assert "第2期" in text_of(data)
    with clock.held_at(clock.midnight(date(2022, 7, 1))):
        assert cast.client("office").get("/office/matrix/briefs/").context["period"] == "2022-06"


@pytest.mark.django_db
def test_the_database_itself_keeps_a_signed_brief_as_it_was(cast, program):
    from django.db import DatabaseError, transaction

    made = services.draft(actor=program, period="2022-06")
    services.sign(actor=program, pk=made.pk, revision=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Brief.objects.filter(pk=made.pk).update(title="改一改")
    assert Brief.objects.get(pk=made.pk).title == made.title


@pytest.mark.django_db
def test_an_entry_corrected_after_signing_stands_in_the_next_as_a_correction_and_once(cast):
    office = cast.actor("office")
    [wrong] = served(date(2022, 5, 9), 4)
    signed = services.sign(actor=office, pk=services.draft(actor=office, period="2022-05").pk, revision=1)
    ledger.reverse(wrong)
    served(date(2022, 5, 9), 3)
    june = services.draft(actor=office, period="2022-06")
    told = next(part for part in june.sections if part["key"] == "corrections")["paragraphs"]
    assert told == ["2022年5月工作简报中“政策咨询”原为4次，经核实记录更正为3次。"]
    services.sign(actor=office, pk=june.pk, revision=1)
    july = services.draft(actor=office, period="2022-07")
    assert [part["key"] for part in july.sections if part["key"] == "corrections"] == []
    assert Brief.objects.get(pk=signed.pk).counts[POLICY]["value"] == 4


@pytest.mark.django_db
def test_the_file_keeps_to_the_standard_and_its_charts_are_words_own(cast):
    office = cast.actor("office")
    for month in range(1, 7):
        served(date(2022, month, 9), month)
    made = services.draft(actor=office, period="2022-06")
    from nuanyi.matrix import brief_paper

    data = brief_paper.document(made)
    word = Document(io.BytesIO(data))
    section = word.sections[0]
    sizes = [section.page_width, section.page_height, section.top_margin, section.left_margin]
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 28]
    core = section.page_width - section.left_margin - section.right_margin
    assert round(core / 36000) == 156
    assert round((section.page_height - section.top_margin - section.bottom_margin) / 36000) == 225
    assert official.LINE * 22 <= 225 / 25.4 * 72 < (official.LINE + 1) * 22
    # 28 signs of 16 points, each a quarter point closer, in 156 mm; a 29th finds no room
    assert 28 * (16 + official.CLOSER / 20) <= 156 / 25.4 * 72 < 29 * (16 + official.CLOSER / 20)
    names = [row.cells[0].text for row in word.tables[0].rows]
    assert names.index("在册企业商户") < names.index("政策咨询") < names.index("发放宣传材料")
    heads = [p.text for p in word.paragraphs if p.text[:2] in ("一、", "二、", "三、", "四、", "五、")]
    assert len(heads) == 5
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        chart = pack.read("word/charts/chart1.xml").decode()
        fonts = pack.read("word/fontTable.xml").decode()
        assert "word/embeddings/chart1.xlsx" in pack.namelist()
    assert "政策咨询" in chart and "6月" in chart and "<c:v>6</c:v>" in chart
    assert 'w:name="方正小标宋简体"' in fonts and "w:altName" in fonts
    compared, annex = word.tables[-1], word.tables[-2]
    row = next(row for row in annex.rows if "政策咨询" in row.cells[1].text)
    assert row.cells[2].text == "6次"
    assert f"/office/matrix/records/{POLICY}/?period=2022-06&from=brief:{made.pk}" in row.cells[4].text
    assert not row.cells[4].text.startswith("＊")
    people = next(row for row in annex.rows if "从业人员" in row.cells[1].text)
    assert people.cells[4].text.startswith("＊"), "of these no list of records opens, and the annex says so"
    row = next(row for row in compared.rows if "政策咨询" in row.cells[1].text)
    assert [cell.text for cell in row.cells[2:]] == ["5", "0", "21"]


@pytest.mark.django_db
def test_a_number_of_a_brief_leads_to_its_very_records_and_back(cast):
    served(date(2022, 6, 9), 2)
    served(date(2022, 6, 10))
    served(date(2022, 7, 1), 5)
    office = cast.client("office")
    posted = office.post("/office/matrix/briefs/draft/", {"period": "2022-06", "region": ""})
    page = office.get(posted["Location"]).content.decode()
    back = posted["Location"].split("/")[-2]
    address = f"/office/matrix/records/{POLICY}/?period=2022-06&amp;from=brief:{back}"
    assert f'href="{address}">3</a>' in page
    behind = office.get(address.replace("&amp;", "&")).content.decode()
    assert "共 2 条记录，合计 3。" in behind
    assert f'<p><a href="{posted["Location"]}">返回简报</a></p>' in behind
    # what it is compared with leads to its own records
    so_far = f"/office/matrix/records/{POLICY}/?period=2022-01..2022-06&amp;from=brief:{back}"
    assert f'href="{so_far}">3</a>' in page
    assert "合计 3。" in office.get(so_far.replace("&amp;", "&")).content.decode()
    assert office.get(posted["Location"] + "brief.docx").content[:2] == b"PK"


@pytest.mark.django_db
def test_records_of_people_stay_closed_to_those_who_may_not_see_them_one_by_one(cast):
    served(date(2022, 6, 9), 7)
    page = cast.client("zhemu").get(f"/office/matrix/records/{POLICY}/?period=2022-06").content.decode()
    assert "5 件" in page and "条记录" not in page


@pytest.mark.django_db
def test_a_township_writes_briefs_of_its_own_place_and_sees_no_draft_of_another(cast):
    own = services.draft(actor=cast.actor("yanshan"), period="2022-06", region_code="450311100")
    with pytest.raises(BadInput):
        services.draft(actor=cast.actor("yanshan"), period="2022-06")
    with pytest.raises(NotFound):
        services.edit(actor=cast.actor("zhemu"), pk=own.pk, revision=1, title="别人的简报", texts={})
    address = f"/office/matrix/briefs/{own.pk}/"
    assert cast.client("zhemu").get(address).status_code == 404
    services.sign(actor=cast.actor("yanshan"), pk=own.pk, revision=1)
    assert cast.client("zhemu").get(address).status_code == 200


def test_a_refused_edit_keeps_what_was_typed(cast):
    office = cast.client("office")
    posted = office.post("/office/matrix/briefs/draft/", {"period": "2022-06", "region": ""})
    refused = office.post(
        posted["Location"], {"revision": 9, "title": "题目题目", "text-service": "我写的话"}
    )
    assert refused.status_code == 409
    assert "我写的话" in refused.content.decode()


def chart_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        names = [name for name in pack.namelist() if name.startswith("word/charts/chart")]
        return "".join(pack.read(name).decode() for name in names)


def numbers_of(table):
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["yanshan", "office"])
def test_a_brief_of_a_township_is_in_fives_everywhere_whoever_drafts_it(cast, part):
    for month, count in ((4, 8), (5, 3), (6, 7)):
        served(date(2022, month, 9), count)
    actor = cast.actor(part)
    made = services.draft(actor=actor, period="2022-Q2", region_code="450311100")
    data = services.brief_paper.document(made)
    values = re.findall(r"<c:v>(\d+)</c:v>", chart_of(data))
    assert made.counts[POLICY]["value"] == made.counts[POLICY]["so_far"] == 10
    assert "5" in values and not {"8", "3", "7"} & set(values)
    assert "提供政策咨询10次" in text_of(data) and "18" not in text_of(data).replace("2018", "")


@pytest.mark.django_db
def test_the_table_by_township_of_a_signed_district_brief_tells_nobody_of_a_few(cast):
    served(date(2022, 6, 9), 2)
    served(date(2022, 6, 9), 9, region="450311101")
    served(date(2022, 6, 9), 4, region="450311101203")
    made = services.draft(actor=cast.actor("office"), period="2022-06")
    assert made.counts[POLICY]["value"] == 15
    [table] = [
        one
        for one in Document(io.BytesIO(services.brief_paper.document(made))).tables
        if "乡镇" in one.cell(0, 0).text
    ]
    lines = numbers_of(table)
    at = lines["乡镇（街道）"].index("政策咨询")
    assert {name: line[at] for name, line in lines.items() if line[at] not in ("0", "政策咨询")} == {
        "柘木镇": "10",
        "合计": "10",
    }


@pytest.mark.django_db
def test_chart_and_tables_are_of_the_moment_at_which_the_numbers_were_asked_for(cast):
    served(date(2022, 5, 9), 20)
    served(date(2022, 6, 9), 30)
    made = services.draft(actor=cast.actor("office"), period="2022-06")
    served(date(2022, 6, 10), 70)
    data = services.brief_paper.document(made)
    assert "<c:v>30</c:v>" in chart_of(data) and "<c:v>100</c:v>" not in chart_of(data)
    assert not [
        one
        for table in Document(io.BytesIO(data)).tables
        for row in numbers_of(table).values()
        for one in row
        if one == "100"
    ]


@pytest.mark.django_db
def test_a_township_brief_owes_no_correction_that_gives_its_exact_number_away(cast):
    yanshan = cast.actor("yanshan")
    [wrong] = served(date(2022, 5, 9), 7)
    may = services.draft(actor=yanshan, period="2022-05", region_code="450311100")
    services.sign(actor=yanshan, pk=may.pk, revision=1)
    assert may.counts[POLICY]["value"] == 5
    june = services.draft(actor=yanshan, period="2022-06", region_code="450311100")
    assert june.corrections == []
    services.drop(actor=yanshan, pk=june.pk)
    ledger.reverse(wrong)
    served(date(2022, 5, 9), 13)
    june = services.draft(actor=cast.actor("office"), period="2022-06", region_code="450311100")
    told = next(part for part in june.sections if part["key"] == "corrections")["paragraphs"]
    assert told == ["2022年5月工作简报中“政策咨询”原为5次，经核实记录更正为10次。"]


@pytest.mark.django_db
def test_a_township_brief_that_kept_exact_numbers_before_is_corrected_in_fives_only(cast):
    office = cast.actor("office")
    served(date(2022, 5, 9), 7)
    may = services.draft(actor=office, period="2022-05", region_code="450311100")
    may.counts, may.state = {POLICY: {"value": 7}}, "signed"
    may.save()
    june = services.draft(actor=office, period="2022-06", region_code="450311100")
    assert june.corrections == []
    services.drop(actor=office, pk=june.pk)
    served(date(2022, 5, 10), 6)
    june = services.draft(actor=office, period="2022-06", region_code="450311100")
    assert [(one["was"], one["now"]) for one in june.corrections] == [(5, 10)]


@pytest.mark.django_db
def test_a_draft_that_was_thrown_away_leaves_no_two_briefs_of_one_number(cast):
    office = cast.actor("office")
    first = services.draft(actor=office, period="2022-01")
    second = services.draft(actor=office, period="2022-02")
    services.drop(actor=office, pk=first.pk)
    third = services.draft(actor=office, period="2022-03")
    assert (second.number, third.number) == (2, 3)


@pytest.mark.django_db
def test_a_brief_of_a_place_counts_its_tasks_also_where_its_drafter_has_no_part(cast, district):
    from nuanyi.lib import row_security
    from nuanyi.matrix.models import TaskUnit
    from nuanyi.matrix.services import tasks

    for number in (1, 2):
        tasks.save_task(
            actor=cast.actor("office"),
            told=tasks.TaskInput(
                2022,
                number,
                f"任务{number}",
                district["shichang"],
                date(2022, 12, 31),
                region_code="450311100",
            ),
        )
    TaskUnit.objects.filter(unit=district["t100"], task__number=2).delete()
    yanshan = cast.actor("yanshan")
    with row_security.reading_as(yanshan):
        made = services.draft(actor=yanshan, period="2022", region_code="450311100")
    told = next(part for part in made.sections if part["key"] == "tasks")["paragraphs"]
    assert told[0].startswith("本年重点任务2项")


@pytest.mark.django_db
def test_a_draft_of_an_earlier_version_asks_for_its_numbers_again_before_it_is_signed(cast):
    office = cast.actor("office")
    made = services.draft(actor=office, period="2022-05", region_code="450311100")
    made.counts = {POLICY: {"value": 7}}
    made.save()
    with pytest.raises(Conflict):
        services.sign(actor=office, pk=made.pk, revision=1)
    again = services.ask_again(actor=office, pk=made.pk)
    services.sign(actor=office, pk=made.pk, revision=again.revision)
