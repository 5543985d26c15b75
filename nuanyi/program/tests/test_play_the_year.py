"""The demo's year: every number of the report of 2022 is counted from records that people could have made, and hangs on them."""

import json
import re
import subprocess
from argparse import Namespace
from collections import Counter
from contextlib import nullcontext
from datetime import date, timedelta
from itertools import pairwise

import pypdfium2
import pytest
from django.db import transaction
from django.db.models import ProtectedError

from nuanyi.cases.models import Case, Register
from nuanyi.cases.rules import Kind, Outcome
from nuanyi.cases.services import intake
from nuanyi.census.models import CensusRound, Establishment, Import, Worker
from nuanyi.learning.models import Lesson, Push, Session
from nuanyi.learning.rules import PushState
from nuanyi.ledger import services as ledger
from nuanyi.ledger.models import LedgerEntry
from nuanyi.lib import calendar, clock, figures, row_security
from nuanyi.lib.actor import GUEST, system
from nuanyi.lib.figures import Window, window
from nuanyi.matrix import brief_rules, records, year
from nuanyi.matrix import queries as matrix
from nuanyi.matrix.services import briefs
from nuanyi.notices.models import Notice
from nuanyi.party.models.applications import Application
from nuanyi.party.models.life import Meeting
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.models.speaking import SpeakerWeek
from nuanyi.program import commands
from nuanyi.program.demo import build
from nuanyi.stations.models import Amenity, Station
from nuanyi.volunteers.models import Draw, Signup, Volunteer
from nuanyi.volunteers.services import campaigns, shifts

#: The report of 2022.
TOLD = {
    "establishments.courier_and_delivery": 154,
    "establishments.livestream": 10,
    "establishments.logistics": 2,
    "establishments.ecommerce": 3,
    "census.key_sectors_surveyed": 4,
    "learning.sessions_by_instructors": 17,
    "learning.lessons_pushed": 39,
    "stations.open": 5,
    "stations.tiers": 3,
    "stations.functions": 5,
    "stations.amenity_kinds": 9,
    "service.list_parts": 6,
    "service.policy_consultations": 106,
    "service.legal_aid": 6,
    "service.employment_guidance": 59,
    "service.wage_disputes_resolved": 35,
    "governance.volunteers": 21,
    "governance.leaflets": 5000,
    "governance.community_problems_reported": 17,
}
#: What the report says of Party work without a number; the records give one.
PARTY = (
    "party.visits",
    "party.meetings",
    "party.joint_activities",
    "party.brought",
    "party.matters",
)
YEAR = window("2022")
#: What a lesson may cite from which day on; every other year that stands in a text must not be later than its day.
IN_FORCE = {
    "反电信网络诈骗法": date(2022, 12, 1),
    "二十大": date(2022, 10, 16),
    "第九版": date(2022, 6, 27),
    "二十条措施": date(2022, 11, 11),
    "GB 811-2022": date(2023, 7, 1),
    "GB 17761-2024": date(2025, 9, 1),
    "延迟法定退休": date(2024, 9, 13),
}
pytestmark = [pytest.mark.django_db, pytest.mark.as_owner, pytest.mark.xdist_group("year")]


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker):
    """The whole year, played once for all tests of this file and taken back after them; what a test changes, after it."""
    with django_db_blocker.unblock(), row_security.reader(system("test")), transaction.atomic():
        yield build.build(lambda _words: None)
        transaction.set_rollback(True)


def counted(key, asked=YEAR):
    return figures.offered()[key].total(asked)


def test_the_year_yields_every_number_of_the_report_by_query(played):
    assert {key: counted(key) for key in TOLD} == TOLD
    assert 200 <= counted("learning.attendances") < 300
    # and nothing beside the year counts into them
    assert {key: played["figures"][key] for key in TOLD} == TOLD
    before = {f.key: f.value for f in matrix.all_figures(window("2021"))}
    assert all(before[key] == 0 for key in TOLD if not key.startswith("service.list"))


def test_played_twice_it_is_the_same(played):
    journal = LedgerEntry.objects.count(), Case.objects.count(), Push.objects.count(), Notice.objects.count()
    assert build.build(lambda _words: None)["figures"] == played["figures"]
    assert journal == (
        LedgerEntry.objects.count(),
        Case.objects.count(),
        Push.objects.count(),
        Notice.objects.count(),
    )


def test_every_cell_of_the_matrix_sums_to_the_establishments_and_has_somebody_who_holds_it(played):
    here = matrix.matrix(Window())
    assert sum(cell.establishments for line in here.rows for cell in line.cells) == 169
    assert all(cell.hold for line in here.rows for cell in line.cells)


def test_each_number_of_the_page_leads_to_records_that_sum_to_it(played):
    report = year.report(system("test"), 2022)
    keys = {number.key for _title, said in report.parts for one in said for number in one.numbers}
    assert keys == {*TOLD, "learning.attendances", *PARTY}
    for key in keys:
        behind = records.behind(system("test"), key, YEAR)
        assert behind.total == behind.value == counted(key), key


# one record less ------------------------------------------------------------------------------------


def _shop(key):
    for shop in figures.offered()[key].listed(YEAR):
        one = Establishment.objects.get(pk=shop.href.rstrip("/").rpartition("/")[2])
        try:
            with transaction.atomic():
                one.delete()
            return
        except ProtectedError:
            continue
    raise AssertionError("no establishment stands alone")


def _round(_key):
    for model in (Establishment, Worker, Import):
        model.objects.update(round=None)
    CensusRound.objects.get().delete()


def _station(_key):
    Amenity.objects.filter(station__code="QJ01").delete()
    Station.objects.filter(code="QJ01").update(state="closed")


def _part(_key):
    from nuanyi.cases.models import ServiceItem

    for item in ServiceItem.objects.filter(part="health"):
        item.delete()


def _entry(key):
    entry = LedgerEntry.objects.filter(kind=key, reverses=None, reversal=None).order_by("pk").first()
    ledger.reverse(entry)


def _dispute(_key):
    """The worker says that it is not solved, as long as he may."""
    case = Case.objects.filter(kind=Kind.WAGE, solved_at__isnull=False).order_by("solved_at").last()
    with clock.held_at(case.solved_at + timedelta(days=2)):
        intake.judge(actor=GUEST, case=case, agrees=False)


def _volunteer(_key):
    once = Counter(Signup.objects.filter(minutes__gt=0).values_list("volunteer", flat=True))
    who = next(volunteer for volunteer, times in once.items() if times == 1)
    shifts.confirm(
        actor=system("test"), signup=Signup.objects.get(volunteer=who).pk, minutes=0, note="没有来过"
    )


def _leaflets(_key):
    drawn = Draw.objects.first()
    campaigns.count_back(actor=system("test"), pk=drawn.pk, back=drawn.back + 1)


TAKEN = {
    "census.key_sectors_surveyed": _round,
    "service.list_parts": _part,
    "service.wage_disputes_resolved": _dispute,
    "governance.volunteers": _volunteer,
    "governance.leaflets": _leaflets,
} | {
    key: _shop if key.startswith("establishments.") else _station if key.startswith("stations.") else _entry
    for key in (*TOLD, "learning.attendances")
    if key.startswith(("establishments.", "stations.", "learning."))
    or key
    in (
        "service.policy_consultations",
        "service.legal_aid",
        "service.employment_guidance",
        "governance.community_problems_reported",
    )
}


@pytest.mark.parametrize("key", sorted({*TOLD, "learning.attendances"}))
def test_a_record_less_changes_the_figure(played, key):
    before = counted(key)
    TAKEN[key](key)
    after = counted(key)
    assert after < before
    assert records.behind(system("test"), key, YEAR).total == after


# as it could have been ------------------------------------------------------------------------------


def test_each_dispute_that_was_resolved_is_a_request_with_its_outcome_its_sums_and_its_days(played):
    entries = LedgerEntry.objects.filter(kind="service.wage_disputes_resolved")
    cases = Case.objects.filter(pk__in=[int(entry.source_id) for entry in entries])
    assert {entry.source_type for entry in entries} == {"cases.case"}
    assert cases.count() == 35
    for case in cases:
        hearings = list(case.hearings.order_by("at"))
        paid = list(case.instalments.order_by("due_date"))
        assert hearings[-1].outcome == Outcome.AGREED
        assert [one.outcome for one in hearings[:-1]] == [Outcome.PUT_OFF] * (len(hearings) - 1)
        assert sum(one.cents for one in paid) == sum(line.cents for line in case.claim_lines.all()) > 0
        came = [case.made_at, hearings[0].at, case.solved_at]
        assert came == sorted(came)
        assert all(hearings[-1].at.date() <= one.paid_date <= clock.day_of(case.solved_at) for one in paid)
    sums = [sum(one.cents for one in case.instalments.all()) for case in cases]
    assert len(set(sums)) > 25
    assert Case.objects.filter(kind=Kind.WAGE, state="withdrawn").count() == 3


def test_units_work_on_working_days_and_riders_write_when_they_wait(played):
    cases = Case.objects.filter(made_at__year=2022)
    assert cases.count() == 40 + 19 + 6 + 38
    for case in cases:
        if case.solved_at:
            assert calendar.is_working_day(clock.day_of(case.solved_at)), case.ref
        assert 9 <= case.made_at.astimezone(clock.CHINA).hour <= 23
    by_month = figures.offered()["service.policy_consultations"].count(YEAR, ("month",))
    assert len(by_month) == 10
    assert max(by_month.values()) < 25
    # the registers of a unit's counter came in when their quarter was over
    for register in Register.objects.all():
        assert all(line.day.month in range(1, 13) and line.day.year == 2022 for line in register.rows.all())
    assert Register.objects.count() == 4


def test_every_week_a_lesson_went_out_with_somebody_who_spoke(played):
    pushes = list(Push.objects.filter(lesson__isnull=False, day__year=2022).order_by("day"))
    assert len(pushes) == 39
    assert all(push.state == PushState.SENT for push in pushes)
    # kinds, and nobody by name: names come from the speakers of the weeks, who agreed
    said = {push.speaker for push in pushes}
    assert {"党员模范", "抗疫先锋", "行业标杆"} <= said and not any("示例" in words for words in said)
    gaps = {(b.day - a.day).days for a, b in pairwise(pushes)}
    assert gaps <= set(range(2, 13))
    assert all(push.opens > 0 and calendar.is_working_day(push.day) for push in pushes)
    kinds = {push.lesson.category for push in pushes}
    assert kinds == {"road", "fraud", "labour", "health", "policy", "skills", "theory"}
    assert sum("疫" in push.lesson.title + push.lesson.body for push in pushes) >= 3


def test_a_lesson_cites_only_what_was_law_on_the_day_it_was_told(played):
    days = dict(Push.objects.filter(lesson__isnull=False).values_list("lesson", "day"))
    for lesson in Lesson.objects.all():
        day = days.get(lesson.pk) or clock.day_of(lesson.published_at)
        text = "\n".join(
            [lesson.title, lesson.lead, lesson.body, *lesson.sources, *(q["q"] for q in lesson.questions)]
        )
        for words, since in IN_FORCE.items():
            assert words not in text or since <= day, (lesson.slug, words)
        if lesson.pk in days:
            years = {int(found) for found in re.findall(r"(?:19|20)\d\d(?=年|〕|-)", text)}
            assert all(one <= day.year for one in years), lesson.slug


def test_instructors_held_sessions_and_the_traffic_police_its_classes(played):
    held = Session.objects.filter(held_at__isnull=False)
    assert held.filter(by_instructor=True).count() == 17
    assert held.filter(kind="road", by_instructor=False).count() == 4
    assert held.filter(kind="road").count() > 4
    # meetings of a branch are counted by heads, without names
    taught = held.filter(head_count=None)
    there = [session.attendances.count() for session in taught]
    assert min(there) >= 5
    assert len(set(there)) > 4
    assert all(calendar.is_working_day(clock.day_of(session.starts_at)) for session in taught)
    assert min(held.exclude(head_count=None).values_list("head_count", flat=True)) >= 3


def test_party_work_went_on_all_year_and_is_counted_from_its_records(played):
    assert all(counted(key) > 0 for key in PARTY)
    assert not any(counted(key, window("2021")) for key in PARTY)
    # the joint branches were founded in April: since then they met in each month, and something was brought in each of the ten
    met = figures.offered()["party.meetings"].count(YEAR, ("month",))
    assert set(met) == {(f"2022-{month:02}-01",) for month in range(4, 13)}
    assert len(figures.offered()["party.brought"].count(YEAR, ("month",))) == 10
    assert len(figures.offered()["party.visits"].count(YEAR, ("month",))) == 10
    held = Meeting.objects.filter(held_date__year=2022)
    assert set(held.values_list("kind", flat=True)) == {"themed", "assembly", "lesson"}
    assert Organisation.objects.filter(form="mobile", founded_date__year=2022).count() == 1
    # each week of the plan somebody was to speak, as the report says
    weeks = SpeakerWeek.objects.filter(week_date__range=(date(2022, 3, 14), date(2022, 12, 26)))
    assert weeks.count() == 42
    said = dict(weeks.values_list("week_date", "speaker__kind"))
    kinds = {"党员模范": "model", "抗疫先锋": "pioneer", "行业标杆": "benchmark"}
    for push in Push.objects.filter(lesson__isnull=False, day__year=2022):
        assert said.get(clock.monday(push.day), kinds[push.speaker]) == kinds[push.speaker]
    # whoever asked in May was an activist before the year was over; another moved on with the papers
    asked = Application.objects.filter(asked_date__year=2022)
    steps = {
        one.end_reason: set(one.steps.filter(done_date__year=2022).values_list("code", flat=True))
        for one in asked
    }
    assert steps == {
        "": {"applied", "talk", "written", "activist", "contacts"},
        "handed_out": {"applied", "talk", "written"},
    }


def test_those_who_took_part_are_fewer_than_those_who_joined(played):
    assert Signup.objects.filter(minutes__gt=0).values("volunteer").distinct().count() == 21
    assert Volunteer.objects.count() == 24
    weekdays = {clock.day_of(one.shift.starts_at).weekday() for one in Signup.objects.filter(minutes__gt=0)}
    assert weekdays == {5}


def test_what_the_year_told_people_was_read_and_only_today_s_is_new(played):
    new = Notice.objects.filter(seen_at=None)
    assert not new.filter(queued_at__year__lte=2023).exists()
    assert Notice.objects.exclude(seen_at=None).exists()


def test_the_command_prints_every_number_of_the_report_and_what_was_named_is_what_is_counted(
    played, monkeypatch, capsys
):
    monkeypatch.setattr(commands, "ready", nullcontext)
    assert commands.figures(Namespace(period="2022", region="", json=True)) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {key: printed[key] for key in TOLD} == TOLD
    offered = figures.offered()
    tiers = offered["stations.tiers"].count(YEAR, ("tier",))
    assert set(tiers) == {("district",), ("township",), ("village",)}
    assert sum(tiers.values()) == TOLD["stations.open"]
    named = "newspapers_books charging first_aid rain_gear sofa tv fan microwave kettle"
    assert set(offered["stations.amenity_kinds"].count(YEAR, ("amenity",))) == {
        (kind,) for kind in named.split()
    }


def test_the_brief_of_june_opens_in_another_office_program_and_reads_as_the_records_say(played, tmp_path):
    june = "2022-06"
    made, data = briefs.made_now(actor=system("test"), period=june)
    (tmp_path / "june.docx").write_bytes(data)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        tmp_path,
        tmp_path / "june.docx",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    with pypdfium2.PdfDocument(tmp_path / "june.pdf") as pages:
        text = re.sub(r"\s+", "", "".join(page.get_textpage().get_text_range() for page in pages))
        assert 4 <= len(pages) <= 20
    assert "□" not in text and "\ufffd" not in text, "every sign has a shape"
    for words in (
        "2022年6月",
        "数据口径与来源",
        "重点任务推进情况",
        "表1本期主要数据",
        "表2各乡镇（街道）情况",
    ):
        assert words in text, words
    # in the sentences and in the annex stands what was counted when it was signed
    annex = text[text.index("数据口径与来源") :]
    for key, said in (
        ("census.establishments", "企业商户{}户"),
        ("service.policy_consultations", "政策咨询{}次"),
        ("service.wage_disputes_resolved", "化解用工薪资纠纷{}件"),
        ("governance.leaflets", "发放宣传材料{}份"),
    ):
        number, unit = made.counts[key]["value"], brief_rules.line_of(key).unit
        assert 0 < number <= counted(key, window(june)), f"{key}: what was entered later can only add to June"
        assert said.format(number) in text, (key, number)
        assert f"{number}{unit}" in annex, (key, number)
