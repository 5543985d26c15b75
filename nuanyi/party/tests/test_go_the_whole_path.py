"""From asking on: what is due every half year, moving away, asking twice, papers; nobody curious learns who asked."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanyi.journal.models import Entry
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.notices.models import Notice
from nuanyi.party import application_queries, home, instructor_queries, queries, rules
from nuanyi.party.models.applications import Application, Review, StepDone
from nuanyi.party.models.instructors import Assignment
from nuanyi.party.rules import State
from nuanyi.party.services import joining, members, organisations, papers
from nuanyi.people.services import accounts
from nuanyi.places import services as places

pytestmark = pytest.mark.django_db


@pytest.fixture
def activist(cast, found, asked, walked):
    """Somebody who asked eleven months ago and became an activist two weeks later."""
    above = found()
    branch = found("快递党支部", "formal", parent=above.pk)
    with clock.held_at(clock.now() - timedelta(days=335)):
        made = asked()
    joining.hand_over(actor=cast.actor("organisation"), pk=made.pk, organisation=branch.pk)
    walked(made, "contacts", days=5)
    return made


def fetch(pk):
    return application_queries.path_of(Application.objects.prefetch_related("steps", "reviews").get(pk=pk))


def test_an_activist_is_looked_at_every_half_year_and_it_says_when_not(cast, activist):
    instructor = cast.actor("instructor")
    path = fetch(activist.pk)
    assert path.review_due == rules.months_later(activist.asked_date + timedelta(days=15), 6)
    assert path.review_overdue
    assert "半年考察" in " ".join(str(task.words) for task in home.tasks_for(instructor) if task.count)
    for _n in range(2):
        joining.review(actor=instructor, pk=activist.pk, on=clock.today(), note="考察表1号")
    path = fetch(activist.pk)
    assert path.review_due == rules.months_later(clock.today(), 6)
    assert application_queries.waiting(instructor).reviews == 0
    for on in (clock.today() + timedelta(days=1), activist.asked_date):
        with pytest.raises(BadInput):
            joining.review(actor=instructor, pk=activist.pk, on=on)


def test_whoever_is_no_activist_is_not_reviewed(cast, found, asked):
    made = asked()
    with pytest.raises(IllegalMove):
        joining.review(actor=cast.actor("instructor"), pk=made.pk, on=clock.today())


def test_who_leaves_in_the_eleventh_month_loses_no_day(cast, program, found, activist):

    found("柘木镇党委", region="450311101")
    there = accounts.make_account(
        actor=program, username="there", password="three-words-7", unit=None, must_change_password=False
    )
    accounts.give_role(actor=program, account=there, role="instructor", region_code="450311101")
    cast.accounts["there"] = there
    joining.move(actor=cast.actor("instructor"), pk=activist.pk, work_code="450311101", workplace="柘木快递")
    moved = Application.objects.get(pk=activist.pk)
    assert (moved.state, moved.instructor_id) == (State.PAUSED, there.pk)
    assert application_queries.applications_moved(cast.actor("there")) == 1
    with pytest.raises(NotFound):
        joining.pause(actor=cast.actor("instructor"), pk=activist.pk, to="open")
    page = Client().get(f"/party/mine/{joining.link_of(moved)}/").content.decode()
    assert "不用重新开始" in page
    joining.pause(actor=cast.actor("there"), pk=activist.pk, to="open")
    assert application_queries.applications_moved(cast.actor("there")) == 0
    with clock.held_at(clock.now() + timedelta(days=45)):
        made = joining.take_step(
            actor=cast.actor("there"), pk=activist.pk, code="object", on=clock.today(), paper="意见"
        )
    assert "object" in application_queries.steps_of(made), "the year began before the move"


def test_a_curious_colleague_who_types_a_phone_reads_what_everybody_reads(cast, secretary, entered, asked):
    """Neither an application nor a membership shows in the answer to somebody who knows the phone only."""
    entered(secretary(), phone="19900001111")
    asked(phone="19900002222")
    told = {"name": "别有用心", "work": "450311100", "agrees": "on"}
    pages = []
    for phone in ("19900001111", "19900002222", "19900003333"):
        browser = Client()
        answer = browser.post(
            "/party/", {**told, "key": uuid4(), "phone": phone}, headers={"Accept": "application/json"}
        )
        page = browser.get(answer.json()["link"])
        passing = r"[0-9a-f]{32}-[0-9a-f]{20}|nonce[-=]\S+|value=\"\w{64}\"|[0-9a-f]{8}-[0-9a-f-]{27}"
        body = re.sub(passing, "", page.content.decode())
        pages.append((answer.status_code, page.status_code, body))
    assert pages[0] == pages[1] == pages[2]
    # the department settles it, and by its hand the path of a member does not go on
    member = Application.objects.get(on_a_roll=True)
    joining.take_step(actor=cast.actor("organisation"), pk=member.pk, code="talk", on=clock.today())
    with pytest.raises(IllegalMove) as refused:
        joining.take_step(actor=cast.actor("organisation"), pk=member.pk, code="written", on=clock.today())
    assert refused.value.code == "on-a-roll"


def test_an_instructor_who_types_a_phone_learns_nothing_of_it(
    cast, program, found, secretary, entered, asked
):
    """A phone on a roll, one that asks elsewhere already and one that nobody knows come to the instructor alike."""
    other = accounts.make_account(
        actor=program, username="elsewhere", password="three-words-7", must_change_password=False
    )
    accounts.give_role(actor=program, account=other, role="instructor", region_code="450311101")
    found()
    entered(secretary(), phone="19900001111")
    asked(phone="19900002222", work_code="450311101")
    typed = [asked(uuid4(), phone=f"1990000{n}", name="别有用心") for n in ("1111", "2222", "3333")]
    mine, browser = cast.actor("instructor"), cast.client("instructor")
    passing = r"[0-9a-f]{8}-[0-9a-f-]{27}|\b\w{64}\b|1990000\d{4}|(?<=applications/)\d+|(?<=申请 )\d+"
    pages, lists = [], browser.get("/office/party/applications/").content.decode()
    for made in typed:
        assert made.instructor_id == mine.account_id
        assert f">{made.pk}</a>" in lists
        told = Notice.objects.filter(account=mine.account_id, once__contains=f"application-{made.pk}-")
        assert told.count() == 1
        joining.take_step(actor=mine, pk=made.pk, code="talk", on=clock.today())
        joining.take_step(actor=mine, pk=made.pk, code="written", on=clock.today(), paper="申请书")
        joining.take_step(actor=mine, pk=made.pk, code="activist", on=clock.today(), paper="备案表")
        body = browser.get(f"/office/party/applications/{made.pk}/").content.decode()
        pages.append(re.sub(passing, "", body.split("<main")[-1]))
    assert pages[0] == pages[1] == pages[2]
    assert "待处理" not in lists
    # nor does the instructor of the first learn that somebody asked again
    first = Application.objects.get(work_code="450311101")
    cast.accounts["elsewhere"] = other
    assert "同一手机" not in (
        cast.client("elsewhere").get(f"/office/party/applications/{first.pk}/").content.decode()
    )


def test_the_organisation_department_sees_what_it_has_to_settle(cast, found, secretary, entered, asked):
    found()
    entered(secretary(), phone="19900001111")
    member, first, second = asked(phone="19900001111"), asked(uuid4()), asked(uuid4())
    office = cast.client("organisation")
    assert application_queries.unclear(cast.actor("organisation")) == {member.pk, first.pk, second.pk}
    assert application_queries.unclear(cast.actor("instructor")) == set()
    assert office.get("/office/party/applications/").content.decode().count("待处理") >= 3
    page = f"/office/party/applications/{first.pk}/"
    assert f'href="/office/party/applications/{second.pk}/"' in office.get(page).content.decode()
    assert "党支部名册" in office.get(f"/office/party/applications/{member.pk}/").content.decode()
    assert office.post(page, {"deed": "end", "why": "other"}).status_code == 302
    assert application_queries.unclear(cast.actor("organisation")) == {member.pk}


def test_another_asking_of_the_phone_goes_on_when_one_is_taken_back(cast, asked):
    """A stranger who typed a phone first does not make its owner's asking vanish."""
    stranger, owner = asked(name="别有用心"), asked(uuid4())
    joining.withdraw(link=joining.link_of(stranger))
    owner.refresh_from_db()
    assert owner.state == State.OPEN
    instructor = cast.actor("instructor")
    assert joining.open_application(actor=instructor, pk=owner.pk, purpose="约谈入党意愿") == (
        "覃大海",
        "19900004321",
    )


def test_somebody_of_another_district_is_sent_to_the_organisation_there(cast, asked):
    with pytest.raises(BadInput) as refused:
        asked(work_code="450305001")
    assert "其他区县" in str(refused.value.fields["work"])
    assert not Application.objects.exists()


@pytest.mark.parametrize(("days", "code"), [(-20, "too-early"), (1, "in-the-future")])
def test_a_step_is_not_dated_before_the_one_before_it_nor_after_today(cast, asked, days, code):
    with clock.held_at(clock.now() - timedelta(days=10)):
        made = asked()
    with pytest.raises(IllegalMove) as refused:
        joining.take_step(
            actor=cast.actor("instructor"), pk=made.pk, code="talk", on=clock.today() + timedelta(days=days)
        )
    assert refused.value.code == code


def test_a_branch_that_ends_hands_open_applications_to_the_one_above(cast, found, asked, shop):
    above = found()
    branch = found("联合", "joint", establishments=[shop("雁山快递站", "450311100").pk], parent=above.pk)
    made = asked(workplace="雁山快递站")
    assert made.organisation == branch
    moved = organisations.end(
        actor=cast.actor("organisation"),
        pk=branch.pk,
        on=clock.today(),
        reason="调整",
        paper="雁组〔2026〕9号",
    )
    made.refresh_from_db()
    assert (moved, made.organisation) == (1, above)


def test_an_instructor_with_two_hundred_groups_opens_the_list_in_as_many_questions(cast, shop):
    browser, counts = cast.client("instructor"), []
    for size in (1, 199):
        rows = [shop(f"店{size}-{n}", "450311100") for n in range(size)]
        Assignment.objects.bulk_create(
            Assignment(account=cast.accounts["instructor"], establishment=row, from_date=date(2026, 1, 1))
            for row in rows
        )
        with CaptureQueriesContext(connection) as asked_of:
            page = browser.get("/office/party/mine/")
        counts.append(len(asked_of))
    assert counts[0] == counts[1]
    assert page.content.decode().count("/office/party/mine/0") >= 200


def test_a_list_that_is_cut_keeps_those_who_wait_longest(cast, asked, monkeypatch):
    """The oldest is the most pressing, and the home counts it."""
    monkeypatch.setattr(queries, "FOLLOWED_AT_MOST", 2)
    with clock.held_at(clock.now() - timedelta(days=50)):
        oldest = asked(phone="19900004000")
    for number in range(1, 4):
        asked(phone=f"1990000400{number}")
    page = cast.client("instructor").get("/office/party/applications/").content.decode()
    assert f"/office/party/applications/{oldest.pk}/" in page
    assert page.count("<tr data-row") == 2
    assert "最急的 2 件，共 4 件" in page
    instructor = cast.actor("instructor")
    assert instructor_queries.talks(instructor)[0].application.pk == oldest.pk
    assert (len(instructor_queries.talks(instructor)), application_queries.talks_owed(instructor)) == (2, 4)


@pytest.fixture
def many_paths(district):
    """Applications at all points of the path, with days drawn by a seed, some of them at the end of a month: forty."""
    luck, made = Random(11), []
    for _number in range(40):
        one = Application.objects.create(key=uuid4(), work_code="450311100", door=rules.Door.DEPARTMENT)
        on = date(2022, 1, 31) + timedelta(days=luck.randrange(1500))
        for step in rules.STEPS[: luck.randrange(0, len(rules.STEPS) + 1)]:
            if luck.random() < 0.1:
                continue
            StepDone.objects.create(application=one, code=step.code, done_date=on, paper="纸质")
            on = on + timedelta(days=luck.choice((0, 1, 29, 31, 200, 365)))
            if step.code == "contacts" and luck.random() < 0.5:
                Review.objects.create(application=one, review_date=on)
        Application.objects.filter(pk=one.pk).update(
            prolonged_months=luck.choice((0, 0, 6)), state=luck.choice(("open", "open", "open", "paused"))
        )
        made.append(one.pk)
    return made


def test_the_database_counts_and_orders_what_waits_as_the_rules_say(cast, many_paths):
    """The first page asks for numbers: nobody's path is worked out for them one by one."""
    actor, seen = cast.actor("organisation"), []
    rows = Application.objects.filter(pk__in=many_paths).prefetch_related("steps", "reviews")
    paths = [application_queries.path_of(row) for row in rows]
    for years in range(5):
        with clock.held_at(datetime(2022 + years, 8, 31, 12, tzinfo=clock.CHINA)):
            going = [path for path in paths if path.application.state == State.OPEN]
            ordered = sorted(paths, key=lambda path: (path.first_due, path.application.pk))
            assert [one.application.pk for one in application_queries.paths_for(actor)] == [
                one.application.pk for one in ordered
            ]
            late = [
                one
                for one in going
                if one.due and one.due < clock.today() and one.step and one.step.code != "talk"
            ]
            expected = application_queries.Waiting(
                sum(one.review_overdue for one in going), len(late), sum(one.year_over for one in going)
            )
            assert application_queries.waiting(actor) == expected
            seen.append(expected)
            for state, count in (
                ("review", expected.reviews),
                ("late", expected.steps),
                ("year", expected.years),
            ):
                assert application_queries.applications_for(actor, state).count() == count
    assert all(any(counts) for counts in zip(*((n.reviews, n.steps, n.years) for n in seen), strict=True))
    assert application_queries.talks_owed(actor) == sum(
        one.step is not None and one.step.code in ("applied", "talk") for one in going
    )


def test_the_first_page_of_the_department_reads_no_application_to_count_them(
    cast, many_paths, monkeypatch, django_assert_num_queries
):
    actor, looked_at = cast.actor("organisation"), []
    real = application_queries.path_of
    monkeypatch.setattr(application_queries, "path_of", lambda row: looked_at.append(row) or real(row))
    with django_assert_num_queries(1):
        application_queries.waiting(actor)
    list(home.tasks_for(actor))
    assert looked_at == []
    monkeypatch.setattr(queries, "FOLLOWED_AT_MOST", 3)
    page = cast.client("organisation").get("/office/party/applications/")
    assert len(looked_at) == 3 == len(page.context["paths"]), "of forty only those that are shown"


def text_of(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as pack:
        return re.sub(r"<[^>]+>", "", pack.read("word/document.xml").decode())


def test_a_paper_is_a_word_file_with_what_is_known_and_that_is_noted(cast, activist):
    names = {paper.name for paper in papers.papers_for(fetch(activist.pk))}
    assert names == {"talk", "activist", "half_year", "handed_on"}
    answer = cast.client("instructor").get(f"/office/party/applications/{activist.pk}/papers/half_year/")
    assert answer.status_code == 200
    words = text_of(answer.content)
    assert "覃大海" in words
    assert "快递党支部" in words
    assert "{{" not in words
    assert Entry.objects.filter(kind="party.paper_written").count() == 1
    assert (
        cast.client("office").get(f"/office/party/applications/{activist.pk}/papers/talk/").status_code == 403
    )
    assert (
        cast.client("instructor").get(f"/office/party/applications/{activist.pk}/papers/nothing/").status_code
        == 404
    )


@pytest.mark.parametrize("paper", papers.PAPERS, ids=lambda paper: paper.name)
def test_every_paper_can_be_filled(cast, activist, paper):
    name, data = papers.write_paper(actor=cast.actor("instructor"), pk=activist.pk, name=paper.name)
    assert name.startswith(paper.title)
    assert paper.title in text_of(data)


def test_a_probation_is_prolonged_once_on_its_page(cast, activist):
    with clock.held_at(clock.now() + timedelta(days=60)):
        for code in (
            "object",
            "sponsors",
            "review",
            "training",
            "precheck",
            "meeting",
            "talk_above",
            "approved",
            "oath",
        ):
            joining.take_step(
                actor=cast.actor("instructor"), pk=activist.pk, code=code, on=clock.today(), paper="纸质"
            )
        office = cast.client("organisation")
        page = f"/office/party/applications/{activist.pk}/"
        assert office.post(page, {"deed": "prolong", "months": "3"}).status_code == 422
        assert office.post(page, {"deed": "prolong", "months": "6"}).status_code == 302
        assert "延长预备期" not in office.get(page).content.decode()
        with pytest.raises(IllegalMove):
            joining.prolong(actor=cast.actor("organisation"), pk=activist.pk, months=6)
        assert fetch(activist.pk).earliest == rules.months_later(clock.today(), 18)


def test_a_members_own_link_opens_no_application_and_the_other_way_round(cast, secretary, entered, asked):
    member, made = entered(secretary()), asked()
    assert Client().get(f"/party/mine/{members.link_of(member)}/").status_code == 404
    assert Client().get(f"/party/member/{joining.link_of(made)}/").status_code == 404


def test_every_step_but_the_talk_names_its_paper(cast, found, asked):
    made = asked()
    joining.take_step(actor=cast.actor("instructor"), pk=made.pk, code="talk", on=clock.today())
    with pytest.raises(BadInput) as refused:
        joining.take_step(actor=cast.actor("instructor"), pk=made.pk, code="written", on=clock.today())
    assert "paper" in refused.value.fields
    page = cast.client("instructor").post(
        f"/office/party/applications/{made.pk}/",
        {"deed": "step", "code": "written", "on": clock.today().isoformat(), "paper": " "},
    )
    assert page.status_code == 422
    assert "required" in page.content.decode()


def test_the_path_says_of_every_step_from_when_and_until_when(cast, activist):
    rows = {row.step.code: row for row in fetch(activist.pk).rows}
    days = {code: row.on for code, row in rows.items()}
    assert rows["talk"].due == rules.months_later(days["applied"], 1)
    assert rows["object"].earliest == rules.months_later(days["activist"], 12)
    assert (rows["approved"].due, rows["full_meeting"].earliest) == (None, None), "the branch has not met"
    page = cast.client("instructor").get(f"/office/party/applications/{activist.pk}/").content.decode()
    day = rows["object"].earliest
    assert f"{day.year}年{day.month}月{day.day}日" in page or day.isoformat() in page


def test_the_committee_of_the_township_approves_and_that_of_a_village_does_not(cast, program, found):
    places.put_region(actor=program, code="450311100201", name="莫村", level="village", parent="450311100")
    above = found()
    village = found("莫村党委", region="450311100201", parent=above.pk)
    below = found("莫村支部", "formal", region="450311100201", parent=village.pk)
    assert application_queries.approving_committee(below) == above
    alone = found("孤支部", "formal")
    alone.parent = None  # as one stands that was set up before there was a committee
    alone.save()
    assert not application_queries.standing_of(alone).committee


def test_an_application_ends_for_a_reason_and_by_a_paper(cast, activist):
    office, page = cast.client("organisation"), f"/office/party/applications/{activist.pk}/"
    assert office.post(page, {"deed": "end", "why": "refused"}).status_code == 422
    assert office.post(page, {"deed": "end", "why": "cancelled", "end_paper": "决议"}).status_code == 409
    assert (
        office.post(page, {"deed": "end", "why": "refused", "end_paper": "支委会决议2号"}).status_code == 302
    )
    activist.refresh_from_db()
    assert (activist.state, activist.end_reason) == (State.ENDED, "refused")
    assert "支委会决议2号" in office.get(page).content.decode()
    with pytest.raises(IllegalMove):
        joining.end(actor=cast.actor("organisation"), pk=activist.pk, told=joining.EndInput("other"))


def test_a_probation_is_cancelled_and_nobody_on_probation_is_simply_not_accepted(cast, activist, walked):
    with clock.held_at(clock.now() + timedelta(days=300)):
        walked(activist, "approved")
        for why, code in (("refused", "other-ending"), ("cancelled", "")):
            told = joining.EndInput(why, "支部大会决议")
            if code:
                with pytest.raises(IllegalMove) as refused:
                    joining.end(actor=cast.actor("instructor"), pk=activist.pk, told=told)
                assert refused.value.code == code
            else:
                made = joining.end(actor=cast.actor("instructor"), pk=activist.pk, told=told)
    assert made.end_reason == "cancelled"


def test_who_leaves_the_district_takes_the_steps_and_reviews_along(cast, activist):
    instructor = cast.actor("instructor")
    joining.review(actor=instructor, pk=activist.pk, on=clock.today(), note="考察表1号")
    with pytest.raises(BadInput) as refused:
        joining.end(actor=instructor, pk=activist.pk, told=joining.EndInput("handed_out", "转接函3号"))
    assert "to" in refused.value.fields
    joining.end(
        actor=instructor, pk=activist.pk, told=joining.EndInput("handed_out", "转接函3号", "七星区委组织部")
    )
    _name, data = papers.write_paper(actor=instructor, pk=activist.pk, name="handed_on")
    words = text_of(data)
    assert "七星区委组织部" in words
    assert "考察表1号" in words
    assert "第1次考察" in words
    assert "纸质" in words, "the papers of the steps"


def tasks_of(actor):
    return " ".join(str(task.words) for task in home.tasks_for(actor) if task.count)


def test_a_year_of_training_that_is_over_waits_at_home_and_is_said_a_week_before(cast, activist):
    instructor = cast.actor("instructor")
    joining.review(actor=instructor, pk=activist.pk, on=clock.today())
    over = fetch(activist.pk).earliest
    assert "满一年" not in tasks_of(instructor)
    at = clock.now() + (over - clock.today())
    with clock.held_at(at - timedelta(days=8)):
        assert joining.tell_of_days(queries.PROGRAM) == 0
    with clock.held_at(at - timedelta(days=7)):
        for _n in range(2):
            joining.tell_of_days(queries.PROGRAM)
    notice = Notice.objects.get(kind="day-near")
    assert notice.account_id == instructor.account_id
    assert notice.facts == {}, "it says nothing of whom or what"
    with clock.held_at(at):
        assert "满一年" in tasks_of(instructor)


def test_an_approval_that_was_not_given_within_three_months_waits_at_home(cast, activist, walked):
    instructor = cast.actor("instructor")
    with clock.held_at(clock.now() + timedelta(days=200)):
        walked(activist, "talk_above")
        last = fetch(activist.pk).due
    with clock.held_at(clock.now() + (last - clock.today())):
        assert application_queries.waiting(instructor).steps == 0, "on the last day there is still time"
    with clock.held_at(clock.now() + (last - clock.today()) + timedelta(days=1)):
        assert application_queries.waiting(instructor).steps == 1
        assert "逾期" in tasks_of(instructor)


def test_where_nobody_follows_an_application_the_department_is_told_of_its_days(cast, activist):
    Application.objects.filter(pk=activist.pk).update(instructor=None)
    joining.review(actor=cast.actor("organisation"), pk=activist.pk, on=clock.today())
    over = fetch(activist.pk).earliest
    with clock.held_at(clock.now() + (over - clock.today())):
        assert joining.tell_of_days(queries.PROGRAM) >= 1
    told = Notice.objects.filter(kind="day-near").values_list("account", flat=True)
    assert list(told) == [cast.accounts["organisation"].pk]
