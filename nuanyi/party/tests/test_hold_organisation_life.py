"""三会一课: a branch plans, signs in and holds with minutes; what is due by rule and was not held is said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.journal.models import Entry
from nuanyi.learning import queries as learning
from nuanyi.learning import rules as learning_rules
from nuanyi.learning.models import Session
from nuanyi.learning.services import sessions
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.party import home, life_queries, life_rules
from nuanyi.party.life_rules import MeetingKind, Span
from nuanyi.party.models.life import Meeting
from nuanyi.party.services import life, organisations

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=clock.CHINA)
MINUTES = "会议学习了条例，讨论了下月的主题党日。"


@pytest.mark.parametrize(
    ("months", "day", "first", "last"),
    [
        (1, date(2024, 2, 10), date(2024, 2, 1), date(2024, 2, 29)),
        (3, date(2026, 11, 20), date(2026, 10, 1), date(2026, 12, 31)),
        (12, date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_month_a_quarter_and_a_year_are_those_of_the_calendar(months, day, first, last):
    assert life_rules.span_of(day, months) == Span(first, last)


def test_overdue_is_who_left_out_the_last_whole_month_and_held_none_since():
    today, long_ago = date(2026, 11, 20), date(2020, 1, 1)

    def owed(*held, since=long_ago):
        return life_rules.owed(1, held, since=since, today=today)

    never = owed()
    assert (never.overdue, never.missed, never.last, never.due) == (True, 12, None, date(2026, 11, 30))
    assert not owed(date(2026, 10, 31)).overdue
    assert owed(date(2026, 9, 30)).overdue
    made_good = owed(date(2026, 9, 30), date(2026, 11, 1))
    assert (made_good.overdue, made_good.done) == (False, True)
    assert made_good.missed == 11
    # set up in the middle of the last month: that month was not whole
    assert owed(since=date(2026, 10, 2)).overdue is False
    assert owed(since=date(2026, 10, 1)).overdue is True
    # what is dated after today was not held
    assert owed(date(2026, 11, 21)).done is False


@pytest.fixture
def branch(secretary):
    return secretary()


@pytest.fixture
def planned(cast, branch):
    def make(kind="assembly", starts=NOW - timedelta(hours=1), key=None, **more):
        told = life.MeetingInput(
            kind, "学习讨论", "党群服务中心", starts, starts + timedelta(hours=1), **more
        )
        return life.plan_meeting(actor=cast.actor("甲支部"), key=key or uuid4(), branch=branch.pk, told=told)

    with clock.held_at(NOW):
        yield make


@pytest.mark.django_db
def test_phones_sign_in_and_the_meeting_is_held_once_with_sealed_minutes(cast, branch, planned):
    made = planned()
    session = Session.objects.get(pk=made.session)
    for _phone in range(3):
        token = learning_rules.token_of(bytes(session.secret), learning_rules.counter_at(clock.now()))
        sessions.sign_in(session=session, phone=uuid4(), token=token, network="192.0.2.1")
    page = f"/office/party/life/{made.pk}/"
    office = cast.client("甲支部")
    assert office.post(page, {"deed": "hold", "minutes": "短"}).status_code == 422
    assert office.post(page, {"deed": "hold", "minutes": MINUTES}).status_code == 302
    made.refresh_from_db()
    assert (made.held_date, made.present) == (NOW.date(), 3)
    assert MINUTES.encode() not in bytes(made.sealed_minutes)
    assert MINUTES not in office.get(page).content.decode()
    before = Entry.objects.count()
    assert MINUTES in office.post(page, {"deed": "read"}).content.decode()
    assert Entry.objects.count() > before
    assert Session.objects.get(pk=made.session).held_at is not None
    assert offered()["party.meetings"].total(Window()) == 1
    for deed in (life.call_off, lambda **more: life.hold_meeting(heads=5, minutes=MINUTES, **more)):
        with pytest.raises(IllegalMove):
            deed(actor=cast.actor("甲支部"), pk=made.pk)


@pytest.mark.django_db
def test_a_meeting_of_a_branch_stands_in_no_public_list_and_a_themed_day_only_if_it_is_wanted(cast, planned):
    soon = NOW + timedelta(days=2)
    shut = planned(starts=soon, announced=True)  # an assembly is never announced, whatever was ticked
    quiet = planned("themed", starts=soon)
    wide = planned("themed", starts=soon, announced=True)
    listed = {one.pk for one in learning.coming()} | {one.pk for one in learning.for_calendar()}
    assert wide.session in listed
    assert not {shut.session, quiet.session} & listed
    calendar = Client().get("/feeds/sessions.ics").content.decode()
    assert calendar.count("BEGIN:VEVENT") == 1
    # in the office those who plan for the unit see it in the list of sessions, others do not
    code = Session.objects.get(pk=shut.session).code
    pages = {
        part: cast.client(part).get("/office/learning/sessions/").content.decode()
        for part in ("clerk", "甲支部")
    }
    assert f"/sessions/{code}/" not in pages["clerk"]
    assert f"/office/learning/sessions/{shut.session}/" in pages["甲支部"]


@pytest.mark.django_db
def test_what_is_due_follows_the_rule_the_size_and_what_was_held(cast, branch, planned):
    with clock.held_at(NOW):
        [mine] = life_queries.lives(cast.actor("甲支部"))
        due = {duty.kind: duty.owed for duty in mine.duties}
        # five full members and no groups: neither a committee nor groups
        assert set(due) == {MeetingKind.ASSEMBLY, MeetingKind.LESSON, MeetingKind.THEMED}
        assert mine.overdue == 3
        [task] = [one for one in home.tasks_for(cast.actor("甲支部")) if "life" in one.href]
        listed = cast.client("甲支部").get(task.href).content.decode()
        assert task.count == listed.count("data-row") == listed.count("data-counted") == 3
        made = planned("assembly", starts=NOW - timedelta(days=60))
        life.hold_meeting(actor=cast.actor("甲支部"), pk=made.pk, heads=5, minutes=MINUTES)
        [mine] = life_queries.lives(cast.actor("甲支部"))
        assert mine.overdue == 2
        organisations.change(
            actor=cast.actor("organisation"),
            pk=branch.pk,
            members=7,
            secretary=cast.accounts["甲支部"].pk,
            groups=2,
        )
        [mine] = life_queries.lives(cast.actor("甲支部"))
        assert {duty.kind for duty in mine.duties} == set(MeetingKind)
        # the themed day is due each quarter from a day on: nothing else changes
        told = life.LifeRuleInput("themed", 3, date(2026, 1, 1), 0, "区委组织部通知")
        life.set_life_rule(actor=cast.actor("organisation"), told=told)
        assert life_queries.rules_now()[MeetingKind.THEMED].months == 3
        assert life_queries.rules_now()[MeetingKind.COMMITTEE].months == 1
        with pytest.raises(NotAllowed):
            life.set_life_rule(actor=cast.actor("甲支部"), told=told)
        with pytest.raises(BadInput):
            life.set_life_rule(
                actor=cast.actor("organisation"), told=life.LifeRuleInput("themed", 2, NOW.date(), 0, "x")
            )


@pytest.mark.django_db
def test_nothing_is_due_of_a_temporary_branch(cast, secretary):
    made = secretary("临时支部", form="temporary", task="行业集中管理", until_date=date(2027, 12, 31))
    assert made.form == "temporary"
    with clock.held_at(NOW):
        [mine] = life_queries.lives(cast.actor("临时支部"))
    assert mine.duties == ()


@pytest.mark.django_db
def test_another_secretary_and_everybody_else_find_no_meeting(cast, secretary, planned):
    made = planned()
    secretary("乙支部", "450311101")
    curious = cast.actor("乙支部")
    with pytest.raises(NotFound):
        life.read_minutes(actor=curious, pk=made.pk)
    assert cast.client("乙支部").get(f"/office/party/life/{made.pk}/").status_code == 404
    assert not life_queries.meetings_for(curious)
    for part in ("office", "instructor", "clerk", "auditor"):
        assert cast.client(part).get("/office/party/life/").status_code == 403
    assert Meeting.objects.visible_to(cast.actor("organisation")).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"topic": " "}, "topic"),
        ({"starts_at": datetime(2001, 1, 1, tzinfo=clock.CHINA)}, "starts"),
        ({"ends_at": NOW - timedelta(days=1)}, "ends_at"),
        ({"place": ""}, "place"),
    ],
)
def test_nonsense_is_refused_at_its_field_and_nothing_is_planned(cast, branch, told, field):
    good = {"kind": "assembly", "topic": "学习", "place": "甲", "starts_at": NOW, "ends_at": NOW}
    good["ends_at"] = NOW + timedelta(hours=1)
    with clock.held_at(NOW), pytest.raises(BadInput) as refused:
        life.plan_meeting(
            actor=cast.actor("甲支部"), key=uuid4(), branch=branch.pk, told=life.MeetingInput(**good | told)
        )
    assert field in refused.value.fields
    assert not Meeting.objects.exists()
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_the_same_key_plans_one_and_the_page_keeps_what_was_typed(cast, branch, planned):
    key = uuid4()
    assert planned(key=key) == planned(key=key)
    assert Session.objects.count() == 1
    with clock.held_at(NOW):
        page = cast.client("甲支部").post(
            "/office/party/life/",
            {"deed": "plan", "key": uuid4(), "branch": branch.pk, "kind": "lesson", "topic": "第一课"},
        )
    assert page.status_code == 422
    assert "第一课" in page.content.decode()
