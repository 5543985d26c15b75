"""Key tasks: lights with their reason, who sees which, supervision, Excel out and in, the year's report."""

import html
import io
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document

from conftest import workbook
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock
from nuanyi.lib.actor import system
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.matrix import closing_paper, jobs, task_board
from nuanyi.matrix.models import KeyTask, Supervision
from nuanyi.matrix.services import mornings, task_sheets, tasks
from nuanyi.matrix.services.tasks import StepInput, TaskInput
from nuanyi.matrix.task_rules import Light, Standing, Step, judge
from nuanyi.matrix.waiting import waiting_for
from nuanyi.notices.models import Call
from nuanyi.stations.models import Fault, Station
from nuanyi.units.models import Unit

FIRST, LAST = date(2022, 1, 1), date(2022, 12, 31)
JULY = date(2022, 7, 1)


@pytest.mark.parametrize(
    ("standing", "light"),
    [
        (Standing(FIRST, LAST, target=100, value=50), Light.GREEN),
        (Standing(FIRST, LAST, target=100, value=40), Light.AMBER),
        (Standing(FIRST, LAST, target=100, value=10), Light.RED),
        (Standing(FIRST, LAST, target=100, value=100), Light.DONE),
        (Standing(FIRST, date(2022, 6, 1), target=100, value=99), Light.RED),
        (Standing(FIRST, LAST), Light.GREY),
        (Standing(FIRST, LAST, steps=[Step("摸排", date(2022, 8, 1))]), Light.GREEN),
        (Standing(FIRST, LAST, steps=[Step("摸排", date(2022, 6, 20))]), Light.AMBER),
        (Standing(FIRST, LAST, steps=[Step("摸排", date(2022, 5, 1))]), Light.RED),
        (Standing(FIRST, LAST, target=100, value=100, unanswered=1), Light.RED),
        (Standing(FIRST, LAST, state="done"), Light.DONE),
        (Standing(FIRST, LAST, target=24, value=6, less_is_better=True), Light.GREEN),
        (Standing(FIRST, LAST, target=24, value=30, less_is_better=True), Light.AMBER),
        (Standing(FIRST, LAST, target=24, value=72, less_is_better=True), Light.RED),
        (Standing(FIRST, LAST, target=0, value=0, less_is_better=True), Light.GREEN),
        (Standing(FIRST, date(2022, 6, 1), target=24, value=24, less_is_better=True), Light.DONE),
        (Standing(FIRST, date(2022, 6, 1), target=24, value=25, less_is_better=True), Light.RED),
    ],
)
def test_the_light_follows_figure_steps_and_day_and_says_why(standing, light):
    verdict = judge(standing, JULY)
    assert verdict.light == light
    assert str(verdict.reason)


def told(district, number=1, **more):
    told = {
        "year": 2022,
        "number": number,
        "title": f"任务{number}",
        "lead": district["shichang"],
        "due_date": LAST,
        "figure": "service.policy_consultations",
        "target": 100,
        **more,
    }
    return TaskInput(**told)


@pytest.mark.django_db
def test_where_less_is_better_a_task_is_not_reached_by_being_slow(cast, district):
    slow = told(district, figure="stations.mending_hours", target=24)
    made = tasks.save_task(actor=cast.actor("office"), told=slow)
    with clock.held_at(clock.midnight(JULY)):
        nothing = task_board.one(cast.actor("office"), made.pk)
        assert (nothing.verdict.light, nothing.percent) == (Light.GREY, 0), "nothing was mended"
        station = Station.objects.create(name="驿站", lat_wgs84=25.0, lon_wgs84=110.0, secret=b"1")
        asked = clock.now() - timedelta(days=20)
        times = {"made_at": asked, "due_at": asked, "ended_at": asked + timedelta(hours=96)}
        Fault.objects.create(station=station, key=uuid4(), state="mended", body_digest=b"1", **times)
        row = task_board.one(cast.actor("office"), made.pk)
    assert (row.value, row.percent, row.verdict.light) == (96, 25, Light.RED)


@pytest.mark.django_db
def test_a_task_counts_its_figure_and_a_task_without_target_goes_by_its_steps(cast, district):
    office = cast.actor("office")
    ledger.record(
        "service.policy_consultations",
        [Delivered(day=date(2022, 3, 1), count=60)],
        source=Unit.objects.first(),
    )
    made = tasks.save_task(actor=office, told=told(district))
    bare = tasks.save_task(actor=office, told=told(district, 2, figure="", target=None))
    with clock.held_at(clock.midnight(JULY)):
        first, second = task_board.tasks_of(office, 2022)
    assert (first.task, first.value, first.verdict.light) == (made, 60, Light.GREEN)
    assert (second.task, second.verdict.light) == (bare, Light.GREY)


@pytest.mark.django_db
def test_line_and_place_see_theirs_and_no_other(cast, district):
    office = cast.actor("office")
    line = told(district, 1, lead=district["zuzhi"], sector="courier", region_code="450311100")
    own = tasks.save_task(actor=office, told=line)
    other = tasks.save_task(actor=office, told=told(district, 2, lead=district["t101"]))

    def seen(part):
        return {row.task.pk for row in task_board.tasks_of(cast.actor(part), 2022)}

    assert seen("department") == {own.pk}  # guides couriers by line
    assert seen("yanshan") == {own.pk}  # holds its own place
    assert seen("zhemu") == {other.pk}
    assert seen("auditor") == {own.pk, other.pk}
    assert cast.client("yanshan").get(f"/office/matrix/tasks/{other.pk}/").status_code == 404
    assert cast.client("yanshan").get(f"/office/matrix/tasks/units/{district['t101'].pk}/").status_code == 404
    page = cast.client("yanshan").get(f"/office/matrix/tasks/units/{district['t100'].pk}/?year=2022")
    assert "任务1" in page.content.decode()
    to_the_lead = f"/office/matrix/tasks/units/{district['zuzhi'].pk}/"
    for part, links in (("yanshan", False), ("office", True)):
        listed = cast.client(part).get("/office/matrix/tasks/?year=2022").content.decode()
        assert "任务1" in listed and (to_the_lead in listed) == links, part


@pytest.mark.django_db
def test_supervision_is_told_answered_sent_back_and_accepted(cast, district):
    office, zhemu = cast.actor("office"), cast.actor("zhemu")
    task = tasks.save_task(actor=office, told=told(district, lead=district["t101"]))
    due = clock.today() + timedelta(days=3)
    unit = district["t101"].pk
    with pytest.raises(BadInput):
        tasks.supervise(actor=office, pk=task.pk, unit=district["t100"].pk, words="请说明进度", due_date=due)
    made = tasks.supervise(actor=office, pk=task.pk, unit=unit, words="请说明进度", due_date=due)
    assert Call.objects.filter(unit_id=unit, kind="task-supervised").count() == 1
    with pytest.raises(NotFound):
        tasks.answer(actor=cast.actor("yanshan"), pk=task.pk, supervision=made.pk, words="不是我的")
    tasks.answer(actor=zhemu, pk=task.pk, supervision=made.pk, words="本月底完成")
    tasks.decide(actor=office, pk=task.pk, supervision=made.pk, accept=False, words="请附数据", due_date=due)
    with pytest.raises(IllegalMove):
        tasks.decide(actor=office, pk=task.pk, supervision=made.pk, accept=True)
    tasks.answer(actor=zhemu, pk=task.pk, supervision=made.pk, words="已完成八成")
    tasks.decide(actor=office, pk=task.pk, supervision=made.pk, accept=True)
    assert Supervision.objects.get().accepted_at is not None


@pytest.mark.django_db
def test_what_is_due_or_late_is_told_once(cast, district, program):
    today = clock.today()
    steps = [
        StepInput("将到的节点", today + timedelta(days=2)),
        StepInput("过了的节点", today - timedelta(days=2)),
        StepInput("还早的节点", today + timedelta(days=60)),
    ]
    tasks.save_task(
        actor=program,
        told=told(
            district, year=today.year, start_date=today, due_date=today + timedelta(days=90), steps=steps
        ),
    )
    assert tasks.remind(actor=program) == 2
    first = set(Call.objects.values_list("once", flat=True))
    tasks.remind(actor=program)
    assert set(Call.objects.values_list("once", flat=True)) == first


@pytest.mark.django_db
def test_the_end_of_a_task_is_told_to_every_part_a_question_before_its_day_and_an_answer_to_who_asked(
    cast, district, program
):
    office, today = cast.actor("office"), clock.today()
    soon = today + timedelta(days=3)
    task = tasks.save_task(
        actor=office,
        told=told(
            district,
            year=today.year,
            lead=district["t101"],
            cooperating=[district["t100"]],
            start_date=today - timedelta(days=9),
            due_date=soon,
        ),
    )
    made = tasks.supervise(
        actor=office, pk=task.pk, unit=district["t101"].pk, words="请说明进度", due_date=soon
    )
    tasks.remind(actor=program)
    due = set(Call.objects.filter(kind="task-due").values_list("unit_id", flat=True))
    assert {district["t100"].pk, district["t101"].pk} <= due
    assert Call.objects.filter(kind="task-answer-due").values_list("unit_id", flat=True).get() == made.unit_id
    tasks.answer(actor=cast.actor("zhemu"), pk=task.pk, supervision=made.pk, words="本月底完成")
    heard = Call.objects.get(kind="task-answered")
    assert heard.account_id == office.account_id and heard.facts["who"] == district["t101"].name


@pytest.mark.django_db
def test_the_morning_says_what_is_behind_and_leads_to_exactly_that(cast, district):
    office, this = cast.actor("office"), clock.today()
    late = this - timedelta(days=2)
    for number, due in ((1, late), (2, this + timedelta(days=200))):
        tasks.save_task(
            actor=office,
            told=told(
                district,
                number,
                year=this.year,
                lead=district["t101"],
                start_date=this - timedelta(days=9),
                due_date=due,
            ),
        )
    assert jobs.count_for_the_morning.func() == 2
    waits = [one for one in waiting_for(office) if "light" in one.route.query]
    assert [one.count for one in waits] == [1]
    page = cast.client("office").get(waits[0].route.address).content.decode()
    assert "任务1" in page and "任务2" not in page
    kept = {one.number: (one.light, one.value, one.judged_date) for one in KeyTask.objects.all()}
    assert kept[1][0] == "red" and kept[1][2] == this
    # what was closed meanwhile is behind no more
    tasks.end_task(actor=office, pk=KeyTask.objects.get(number=1).pk, state="done", words="已完成")
    assert [one.count for one in waiting_for(office) if "light" in one.route.query] == [0]


@pytest.mark.django_db
def test_last_years_question_still_stands_on_the_units_page_and_its_answer_leads_the_office_to_it(
    cast, district
):
    office, zhemu, today = cast.actor("office"), cast.actor("zhemu"), clock.today()
    old = tasks.save_task(actor=office, told=told(district, lead=district["t101"]))
    tasks.save_task(
        actor=office,
        told=told(
            district,
            2,
            year=today.year,
            lead=district["t101"],
            start_date=today,
            due_date=today + timedelta(days=9),
        ),
    )
    unit = district["t101"].pk
    made = tasks.supervise(actor=office, pk=old.pk, unit=unit, words="去年的请说明", due_date=today)
    mine = next(one for one in waiting_for(zhemu) if one.count)
    page = cast.client("zhemu").get(mine.route.address).content.decode()
    assert "去年的请说明" in page
    tasks.answer(actor=zhemu, pk=old.pk, supervision=made.pk, words="本月底完成")
    asked = next(one for one in waiting_for(office) if "answered" in one.route.query)
    listed = cast.client("office").get(asked.route.address).content.decode()
    assert "任务1" in listed and "任务2" not in listed


@pytest.mark.django_db
def test_the_list_goes_out_as_excel_and_comes_back_unchanged(cast, district):
    office = cast.actor("office")
    steps = [StepInput("完成摸排", date(2022, 6, 30)), StepInput("建成台账", date(2022, 9, 30))]
    line = told(
        district,
        1,
        cooperating=[district["gonghui"]],
        sector="delivery",
        region_code="450311100",
        words="一户不漏，（含网点）",
    )
    line.steps = steps
    made = tasks.save_task(actor=office, told=line)
    tasks.finish_step(actor=office, pk=made.pk, step=made.milestones.first().pk)
    tasks.save_task(actor=office, told=told(district, 2, figure="", target=None))
    out = task_sheets.workbook(office, 2022)
    before = _rows()
    assert task_sheets.take_in(actor=office, rows=task_sheets.rows_of(out), year=2022) == (0, 2)
    assert _rows() == before
    KeyTask.objects.all().delete()
    assert task_sheets.take_in(actor=office, rows=task_sheets.rows_of(out), year=2022) == (2, 0)
    assert _rows() == before


def _rows():
    found = []
    for task in KeyTask.objects.prefetch_related("milestones", "parts"):
        steps = [(one.title, one.due_date, one.done_date) for one in task.milestones.all()]
        parts = sorted((one.unit_id, one.part) for one in task.parts.all())
        fields = (
            "year",
            "number",
            "title",
            "words",
            "lead_id",
            "sector",
            "region_code",
            "figure",
            "target",
            "start_date",
            "due_date",
        )
        found.append(([getattr(task, name) for name in fields], steps, parts))
    return found


@pytest.mark.django_db
def test_a_list_with_a_bad_row_is_named_and_nothing_is_taken(cast, district):
    rows = [
        ["2022年重点任务清单"],
        ["序号", "重点任务", "牵头单位", "完成时限"],
        [1, "好的任务", "市场监管局", "2022年12月31日"],
        [2, "坏的任务", "没有的局", "2022-12-31"],
        [3, "没有时限", "总工会", ""],
    ]
    with pytest.raises(BadInput) as refused:
        task_sheets.take_in(actor=cast.actor("office"), rows=task_sheets.rows_of(workbook(rows)), year=2022)
    sent = SimpleUploadedFile("清单.xlsx", workbook(rows))
    page = cast.client("office").post("/office/matrix/tasks/sheet/", {"file": sent, "year": "2022"})
    assert page.status_code == 422 and "第 4 行" in page.content.decode()
    assert "第 4 行" in str(refused.value.fields["file"]) and "第 5 行" in str(refused.value.fields["file"])
    assert KeyTask.objects.count() == 0


@pytest.mark.django_db
def test_the_pages_take_a_task_from_its_entry_to_the_years_report(cast, district):
    office = cast.client("office")
    form = {
        "year": "2022",
        "number": "1",
        "title": "摸清底数",
        "lead": district["t100"].pk,
        "due_date": "2022-12-31",
        "steps": "2022-06-30 完成摸排",
    }
    refused = office.post("/office/matrix/tasks/new/", {**form, "target": "5"})
    assert refused.status_code == 422 and "摸清底数" in refused.content.decode()
    address = office.post("/office/matrix/tasks/new/", form)["Location"]
    assert (
        cast.client("yanshan").post(address, {"does": "report", "words": "摸排了三个社区"}).status_code == 302
    )
    assert office.post(address, {"does": "done", "words": "全部完成"}).status_code == 302
    page = office.get("/office/matrix/tasks/?year=2022").content.decode()
    assert "摸清底数" in page and "已完成" in page
    report = Document(io.BytesIO(office.get("/office/matrix/tasks/closing/2022/").content))
    assert "第1项：摸清底数" in "\n".join(p.text for p in report.paragraphs)
    assert closing_paper.document(2022, task_board.tasks_of(cast.actor("office"), 2022))[:2] == b"PK"


@pytest.mark.django_db
def test_the_closing_report_says_whose_tasks_they_are_what_was_reported_and_what_was_asked(cast, district):
    office, department = cast.actor("office"), cast.actor("department")
    made = tasks.save_task(actor=office, told=told(district))
    tasks.save_task(actor=office, told=told(district, 2, lead=district["gonghui"]))
    tasks.report(actor=department, pk=made.pk, words="走访了三十户商户")
    due = clock.today() + timedelta(days=5)
    asked = tasks.supervise(
        actor=office, pk=made.pk, unit=district["shichang"].pk, words="请说明进度", due_date=due
    )
    tasks.answer(actor=department, pk=made.pk, supervision=asked.pk, words="十月底前完成")

    def text(part):
        data = cast.client(part).get("/office/matrix/tasks/closing/2022/").content
        return "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs)

    whole, own = text("office"), text("department")
    assert "2022年共列重点任务2项" in whole
    assert "共列重点任务" not in own and "市场监管局承担的重点任务共1项" in own
    for paper in (whole, own):
        assert "走访了三十户商户" in paper
        assert "请说明进度。答复：十月底前完成。未办结。" in paper


def served(count, day=date(2022, 3, 1), sector=""):
    delivered = [Delivered(day=day, count=count, sector=sector)]
    ledger.record("service.policy_consultations", delivered, source=Unit.objects.first())


@pytest.mark.django_db
def test_a_task_of_a_sector_counts_that_sector_within_its_own_days(cast, district):
    office = cast.actor("office")
    served(9, sector="courier")
    served(40, sector="delivery")
    served(3, day=date(2022, 11, 1), sector="courier")
    due = date(2022, 9, 30)
    made = tasks.save_task(actor=office, told=told(district, sector="courier", target=20, due_date=due))
    assert task_board.one(office, made.pk).value == 9
    browser = cast.client("office")
    address = task_board.one(office, made.pk).records
    assert f'href="{address}"' in browser.get(f"/office/matrix/tasks/{made.pk}/").content.decode()
    page = browser.get(address).content.decode()
    assert "共 1 条记录，合计 9。" in page and "快递" in page
    assert browser.get(address.replace(made.figure, "stations.open")).status_code == 404


@pytest.mark.django_db
def test_who_may_not_see_all_people_sees_a_task_in_fives_in_the_page_the_file_and_the_report(cast, district):
    served(8)
    made = tasks.save_task(actor=cast.actor("office"), told=told(district, due_date=date(2022, 12, 31)))
    department, browser = cast.actor("department"), cast.client("department")
    row = task_board.one(department, made.pk)
    assert row.value == 5 and "5" in str(row.verdict.reason) and "8" not in str(row.verdict.reason)
    assert "：5 " in browser.get(row.records).content.decode()
    cells = [cell for _s, line in sheet_lines(task_sheets.workbook(department, 2022)) for cell in line]
    assert 5 in cells and 8 not in cells
    report = Document(io.BytesIO(closing_paper.document(2022, [row])))
    assert [line.cells[4].text for line in report.tables[-1].rows][1:] == ["5"]


@pytest.mark.django_db
def test_a_target_that_is_reached_is_reached_for_all_and_no_task_of_others_opens_records(cast, district):
    served(13)
    made = tasks.save_task(actor=cast.actor("office"), told=told(district, target=12))
    row = task_board.one(cast.actor("department"), made.pk)
    assert (row.value, row.verdict.light) == (12, Light.DONE)
    assert cast.client("zhemu").get(row.records).status_code == 404


def sheet_lines(data):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    return [(sheet.title, line) for sheet in book for line in sheet.iter_rows(values_only=True)]


@pytest.mark.django_db
def test_a_list_changes_of_a_task_only_what_it_has_a_column_for(cast, district):
    office = cast.actor("office")
    line = told(district, cooperating=[district["gonghui"]], sector="delivery", region_code="450311100")
    line.words, line.start_date = "一户不漏", date(2022, 3, 1)
    line.steps = [StepInput("完成摸排", date(2022, 6, 30))]
    made = tasks.save_task(actor=office, told=line)
    tasks.finish_step(actor=office, pk=made.pk, step=made.milestones.first().pk)
    before = _rows()
    rows = [["序号", "重点任务", "牵头单位", "完成时限"], [1, "任务1", "市场监管局", "2022-11-30"]]
    assert task_sheets.take_in(actor=office, rows=task_sheets.rows_of(workbook(rows)), year=2022) == (0, 1)
    KeyTask.objects.update(due_date=made.due_date)
    assert _rows() == before
    rows = [
        ["序号", "重点任务", "牵头单位", "完成时限", "具体要求"],
        [1, "任务1", "市场监管局", "2022-12-31", ""],
    ]
    task_sheets.take_in(actor=office, rows=task_sheets.rows_of(workbook(rows)), year=2022)
    assert KeyTask.objects.get().words == "" and KeyTask.objects.get().target == 100


@pytest.mark.django_db
def test_a_list_without_numbers_replaces_no_task_of_another_title(cast, district):
    office = cast.actor("office")
    for number in (1, 2):
        tasks.save_task(actor=office, told=told(district, number))
    head = ["重点任务", "牵头单位", "完成时限"]
    rows = [
        head,
        ["新开驿站", "总工会", "2022-10-31"],
        ["任务2", "总工会", "2022-10-31"],
        ["夜校", "总工会", "2022-10-31"],
    ]
    assert task_sheets.take_in(actor=office, rows=task_sheets.rows_of(workbook(rows)), year=2022) == (2, 1)
    titles = dict(KeyTask.objects.values_list("number", "title"))
    assert titles == {1: "任务1", 2: "任务2", 3: "新开驿站", 4: "夜校"}
    assert task_sheets.take_in(actor=office, rows=task_sheets.rows_of(workbook(rows)), year=2022) == (0, 3)


@pytest.mark.django_db
def test_titles_of_steps_and_names_of_units_come_back_whole_with_marks_in_them(cast, district):
    Unit.objects.filter(pk=district["gonghui"].pk).update(
        name="总工会（工、青、妇）", short_name="工、青、妇"
    )
    union = Unit.objects.get(pk=district["gonghui"].pk)
    line = told(district, cooperating=[union, district["zuzhi"]])
    line.steps = [StepInput("摸排；建账", date(2022, 6, 30)), StepInput("验收", date(2022, 9, 30))]
    office = cast.actor("office")
    tasks.save_task(actor=office, told=line)
    before = _rows()
    task_sheets.take_in(actor=office, rows=task_sheets.rows_of(task_sheets.workbook(office, 2022)), year=2022)
    assert _rows() == before


@pytest.mark.django_db
def test_the_page_shows_what_a_list_would_change_before_anything_is_changed(cast, district):
    line = told(district)
    line.steps = [StepInput("完成摸排", date(2022, 6, 30))]
    tasks.save_task(actor=cast.actor("office"), told=line)
    rows = [
        ["序号", "重点任务", "牵头单位", "完成时限", "目标值", "考核指标", "时间节点"],
        [1, "任务1", "市场监管局", date(2022, 12, 31), 50, "service.policy_consultations", ""],
        [None, "夜校", "总工会", date(2022, 10, 31), None, "", "2022-09-01 开班"],
    ]
    office, before = cast.client("office"), _rows()
    sent = SimpleUploadedFile("清单.xlsx", workbook(rows))
    page = office.post("/office/matrix/tasks/sheet/", {"file": sent, "year": "2022"}).content.decode()
    assert _rows() == before
    assert "目标值、时间节点" in page and "完成摸排" in page and "夜校" in page
    kept = html.unescape(re.search(r'name="rows"\s+value="([^"]*)"', page)[1])
    done = office.post("/office/matrix/tasks/sheet/", {"rows": kept, "year": "2022", "sure": "1"})
    assert done.status_code == 200
    assert list(KeyTask.objects.values_list("number", "target")) == [(1, 50), (2, None)]
    for bad in ("", "[1]", "{}", "[[[[]]]]"):
        refused = office.post("/office/matrix/tasks/sheet/", {"rows": bad, "year": "2022", "sure": "1"})
        assert refused.status_code == 422


@pytest.mark.django_db
def test_what_was_refused_stands_again_in_the_form_it_was_typed_in(cast, district):
    made = tasks.save_task(actor=cast.actor("office"), told=told(district))
    typed = {
        "does": "supervise",
        "unit": district["shichang"].pk,
        "due_date": "2020-01-01",
        "words": "请说明滞后原因",
    }
    answer = cast.client("office").post(f"/office/matrix/tasks/{made.pk}/", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert re.search(r'id="id_asked"[^>]*>请说明滞后原因</textarea>', page)
    assert page.count("请说明滞后原因") == 1
    assert re.search(r'id="id_due_date"[^>]*value="2020-01-01"', page)
    assert re.search(rf'value="{district["shichang"].pk}"\s+selected', page)


@pytest.mark.django_db
def test_the_first_page_asks_as_much_however_many_key_tasks_and_figures_there_are(cast, district):
    office, this = cast.actor("office"), clock.today()
    browser = cast.client("office")

    def asked(numbers):
        for number in numbers:
            tasks.save_task(
                actor=office,
                told=told(
                    district,
                    number,
                    year=this.year,
                    figure=["service.legal_aid", "learning.attendances", "stations.visits"][number % 3],
                    start_date=this - timedelta(days=9 + number),
                    due_date=this - timedelta(days=1),
                ),
            )
        mornings.judge_tasks(actor=system("morning"))
        browser.get("/office/")
        with CaptureQueriesContext(connection) as seen:
            page = browser.get("/office/").content.decode()
        assert f"{KeyTask.objects.count()} 项重点任务滞后" in page
        return len(seen)

    few = asked(range(1, 3))
    assert asked(range(3, 15)) == few
