"""三进入, standing lecture teams and the speakers of the weeks.

Counted once, named only by consent, in public only by wish.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from nuanyi.journal.models import Entry
from nuanyi.learning.models import Lesson, PlanDay, Push, TeamMember
from nuanyi.learning.rules import PushState, State
from nuanyi.learning.services import sessions
from nuanyi.lib import clock, row_security
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.party.models.speaking import Brought, LectureTeam, Speaker, SpeakerWeek, TeamSeat
from nuanyi.party.services import brought, instructors, life, papers, speaking
from nuanyi.people import keeping
from nuanyi.people.models import RoleGrant
from nuanyi.people.services import accounts, persons
from nuanyi.places import services as places

pytestmark = pytest.mark.django_db
NAME = "金山岭"


def note(actor, key=None, **more):
    told = {
        "strand": "documents",
        "title": "支部工作手册",
        "amount": 30,
        "measure": "册",
        "on": clock.today(),
        "region_code": "450311100",
        "place": "快递园区",
        **more,
    }
    return brought.note_brought(actor=actor, key=key or uuid4(), told=brought.BroughtInput(**told))


def test_what_is_brought_counts_once_and_an_instructor_brings_to_whom_they_follow(cast, shop):
    office, follower = cast.actor("organisation"), cast.actor("instructor")
    mine, other = shop("雁山快递", "450311100"), shop("柘木快递")
    instructors.assign(actor=office, establishment=mine.pk, account=cast.accounts["instructor"].pk)
    key = uuid4()
    assert note(office, key).pk == note(office, key).pk
    note(follower, strand="services", establishment=mine.pk)
    with pytest.raises(NotFound):
        note(follower, establishment=other.pk)
    with pytest.raises(NotAllowed):
        note(cast.actor("clerk"))
    assert offered()["party.brought"].total(Window()) == 2
    assert Brought.objects.visible_to(follower).count() == 1
    assert Brought.objects.visible_to(office).count() == 2
    page = cast.client("organisation").get("/office/party/brought/?strand=services").content.decode()
    page = page.partition("<tbody")[2]
    assert "雁山快递" in page
    assert "快递园区" not in page


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"strand": "money"}, "strand"),
        ({"title": " "}, "title"),
        ({"amount": 0}, "amount"),
        ({"on": date(2099, 1, 1)}, "on"),
        ({"region_code": "450305"}, "region"),
        ({"place": " "}, "place"),
        ({"measure": ""}, "measure"),
    ],
)
def test_what_cannot_have_been_brought_is_refused_at_its_field(cast, told, field):
    with pytest.raises(BadInput) as refused:
        note(cast.actor("organisation"), **told)
    assert field in refused.value.fields
    assert not Brought.objects.exists()


@pytest.fixture
def team(cast):
    made = speaking.set_team_up(
        actor=cast.actor("organisation"),
        name="雁山宣讲队",
        region_code="450311100",
        instructor=cast.accounts["instructor"].pk,
    )

    def seat(part, name):
        return speaking.take_into_team(
            actor=cast.actor("instructor"), key=uuid4(), team=made.pk, part=part, name=name, agreed="同意书"
        )

    made.seat = seat
    return made


@pytest.fixture
def lecture(cast, district):
    starts = clock.now() + timedelta(days=2)
    return sessions.save_session(
        actor=cast.actor("instructor"),
        told=sessions.SessionInput(
            "lecture", "劳动法一课", "雁山镇", starts, starts + timedelta(hours=1), district["t100"]
        ),
    )


def test_a_standing_team_speaks_at_a_session_once_it_is_whole(cast, team, lecture):
    actor = cast.actor("instructor")
    team.seat("member", NAME)
    with pytest.raises(IllegalMove) as refused:
        speaking.send_team(actor=actor, pk=team.pk, session=lecture.pk)
    # a refusal that named the missing part would tell the part of the one who sits there, without a trace
    assert str(refused.value) == "宣讲队还没配齐。"
    team.seat("worker", "莫代表")
    for _turn in range(2):  # sent twice, the team stands there once
        speaking.send_team(actor=actor, pk=team.pk, session=lecture.pk)
    assert sorted(row.part for row in TeamMember.objects.all()) == ["instructor", "member", "worker"]
    # each time two names were opened, and counted
    assert [entry.detail["values"] for entry in Entry.objects.filter(kind="party.team_seen")] == [2, 2]
    # those who plan the session open names, noted; who of them is a Party member they do not read
    browser, address = cast.client("instructor"), f"/office/learning/sessions/{lecture.pk}/"
    assert NAME not in browser.get(address).content.decode()
    assert not Entry.objects.filter(kind="learning.team_seen").exists()
    page = browser.post(address).content.decode()
    assert Entry.objects.get(kind="learning.team_seen").detail["values"] == 3
    assert NAME in page
    assert "党员" not in page.split("<main")[1].split(NAME)[0].rsplit("<section", 1)[1]


def test_who_sits_in_a_team_as_what_is_seen_by_the_department_and_its_instructor_alone(cast, program, team):
    team.seat("member", NAME)
    page = f"/office/party/teams/{team.pk}/"
    for part in ("organisation", "instructor"):
        assert NAME not in cast.client(part).get(page).content.decode()
        assert NAME in cast.client(part).post(page, {"deed": "names"}).content.decode()
    other = accounts.make_account(
        actor=program, username="zhidao9", password="three-words-7", unit=None, must_change_password=False
    )
    accounts.give_role(actor=program, account=other, role="instructor", region_code="450311101")
    cast.accounts["other"] = other
    assert cast.client("other").get(page).status_code == 404
    assert "雁山宣讲队" not in cast.client("other").get("/office/party/teams/").content.decode()
    for part in ("office", "yanshan", "clerk", "auditor"):
        assert cast.client(part).get(page).status_code == 403
    speaking.end_team(actor=cast.actor("organisation"), pk=team.pk)
    assert cast.client("instructor").get(page).status_code == 404
    assert LectureTeam.objects.get().until_date == clock.today()


def test_who_sits_in_a_team_as_a_party_member_stands_in_no_row_and_no_entry_in_clear(cast, team, lecture):
    team.seat("member", NAME)
    team.seat("worker", "莫代表")
    for role, name in (("member", NAME), ("worker", "莫代表")):
        sessions.add_member(actor=cast.actor("instructor"), pk=lecture.pk, role=role, name=name)
    for table in ("party_teamseat", "learning_teammember", "journal_entry"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row_to_json(r)::text FROM {table} r")
            rows = [row for (row,) in cursor.fetchall() if table != "journal_entry" or '"learning.' in row]
        assert rows, table
        assert [row for row in rows if '"member"' in row or '"worker"' in row or "党员" in row] == []
    # nor does the length of what is sealed tell one part from another
    for model in (TeamSeat, TeamMember):
        assert len({len(bytes(row.sealed_part)) for row in model.objects.all()}) == 1
        assert sorted(row.part for row in model.objects.all()) == ["member", "worker"]
    # the page of the team shows a part with its name only, once they are opened
    page = cast.client("instructor").get(f"/office/party/teams/{team.pk}/").content.decode()
    assert "党员 · <b>" not in page
    opened = cast.client("instructor").post(f"/office/party/teams/{team.pk}/", {"deed": "names"})
    assert f"党员 · <b>{NAME}" in opened.content.decode()


@pytest.fixture
def department(cast):
    """In a city: the organisation department of one district, which sees no other's."""
    RoleGrant.objects.filter(account=cast.accounts["organisation"]).update(region_code="450311")
    actor = cast.actor("organisation")
    with row_security.reading_as(actor):
        yield actor


def test_the_department_of_a_district_keeps_the_teams_of_its_district_alone(cast, program, department):
    instructor = cast.accounts["instructor"].pk

    def set_up(name, region, actor=department):
        return speaking.set_team_up(actor=actor, name=name, region_code=region, instructor=instructor)

    places.put_region(actor=program, code="450302", name="秀峰区", level="district")
    places.put_region(actor=program, code="450302001", name="秀峰街道", level="township", parent="450302")
    own = set_up("雁山宣讲队", "450311100")
    seat = speaking.take_into_team(
        actor=department, key=uuid4(), team=own.pk, part="member", name=NAME, agreed="同意书"
    )
    assert speaking.team_names(actor=department, pk=own.pk) == {seat.pk: ("党员", NAME)}
    with pytest.raises(NotAllowed):
        set_up("秀峰宣讲队", "450302001")
    with row_security.reader(program):
        theirs = set_up("秀峰宣讲队", "450302001", program)
    assert list(LectureTeam.objects.all()) == [own]
    with pytest.raises(NotFound):
        speaking.end_team(actor=department, pk=theirs.pk)
    # a name that another district's team has is refused, not run into
    with pytest.raises(BadInput) as refused:
        set_up("秀峰宣讲队", "450311100")
    assert "name" in refused.value.fields
    speaking.end_team(actor=department, pk=own.pk)


def test_what_holds_for_the_whole_city_no_department_of_a_district_changes(cast, program, department):
    told = speaking.SpeakerInput(name=NAME, kind="model", agreed="同意书")
    with row_security.reader(program):
        there = speaking.add_speaker(actor=program, key=uuid4(), told=told)
    for deed in (
        lambda: speaking.add_speaker(actor=department, key=uuid4(), told=told),
        lambda: speaking.give_week(actor=department, pk=there.pk, week=clock.today()),
        lambda: speaking.change_naming(actor=department, pk=there.pk, named=True),
        lambda: speaking.withdraw_speaker(actor=department, pk=there.pk),
        lambda: papers.save_template(actor=department, name="talk", docx=None),
        lambda: life.set_life_rule(
            actor=department, told=life.LifeRuleInput("lesson", 3, clock.today(), 0, "条例")
        ),
    ):
        with pytest.raises(NotAllowed):
            deed()


@pytest.fixture
def planned_week(db):
    """A lesson before each shift of this week."""
    lesson = Lesson.objects.create(
        slug="a", category="road", title="甲", lead="乙", body="丙", state=State.PUBLISHED
    )
    monday = clock.monday(clock.today())
    for n in range(7):
        PlanDay.objects.create(day=monday + timedelta(days=n), lesson=lesson)
    return monday


def add(cast, **more):
    told = {"name": NAME, "kind": "model", "agreed": "同意书", **more}
    return speaking.add_speaker(
        actor=cast.actor("organisation"), key=uuid4(), told=speaking.SpeakerInput(**told)
    )


def said_in_public():
    return Client().get("/party/shown/").content.decode() + Client().get("/learn/").content.decode()


def test_a_speaker_is_named_in_public_only_by_their_wish_and_taking_it_back_deletes_it(cast, planned_week):
    office = cast.actor("organisation")
    speaker = add(cast)
    speaking.give_week(actor=office, pk=speaker.pk, week=planned_week + timedelta(days=3))
    assert set(PlanDay.objects.values_list("speaker", flat=True)) == {"党员模范"}
    assert NAME not in said_in_public()
    speaking.change_naming(actor=office, pk=speaker.pk, named=True)
    assert said_in_public().count(f"党员模范 {NAME}") == 2
    speaking.change_naming(actor=office, pk=speaker.pk, named=False)
    assert NAME not in said_in_public()
    speaking.change_naming(actor=office, pk=speaker.pk, named=True)
    speaking.withdraw_speaker(actor=office, pk=speaker.pk)
    assert NAME not in said_in_public()
    speaker.refresh_from_db()
    assert speaker.sealed_name is None
    assert not SpeakerWeek.objects.exists()
    assert set(PlanDay.objects.values_list("speaker", flat=True)) == {""}
    assert not Push.objects.filter(speaker__contains=NAME).exists()
    with pytest.raises(NotFound):
        speaking.give_week(actor=office, pk=speaker.pk, week=planned_week)


@pytest.fixture
def named_and_sent(cast, planned_week):
    """A speaker who is named by their own wish, in the plan of the week and in a push that was sent."""
    office = cast.actor("organisation")
    speaker = add(cast, named=True)
    speaking.give_week(actor=office, pk=speaker.pk, week=planned_week)
    Push.objects.create(
        channel="wecom",
        lesson=Lesson.objects.get(),
        day=planned_week,
        speaker=PlanDay.objects.get(day=planned_week).speaker,
        code="abc",
        due_at=clock.now(),
        sent_at=clock.now(),
        state=PushState.SENT,
    )
    assert NAME in names_kept()
    return speaker


def names_kept():
    """Whatever is kept in clear of speakers."""
    kept = [PlanDay.objects.values_list("speaker", flat=True), Push.objects.values_list("speaker", flat=True)]
    return "".join(
        word for words in (*kept, SpeakerWeek.objects.values_list("said", flat=True)) for word in words
    )


def test_when_its_time_is_over_the_name_is_kept_nowhere_in_clear(program, named_and_sent):
    with clock.held_at(clock.now() + timedelta(days=380)):
        keeping.forget_what_is_over(actor=program)
        assert NAME not in names_kept()


def test_whoever_took_consent_back_stays_forgotten_after_a_restore(cast, program, named_and_sent):
    before = Speaker.objects.get().sealed_name
    said = SpeakerWeek.objects.get().said
    speaking.withdraw_speaker(actor=cast.actor("organisation"), pk=named_and_sent.pk)
    # the backup of the night before is put back
    Speaker.objects.update(sealed_name=before, named=True, withdrawn_date=None)
    monday = clock.monday(clock.today())
    for week in (monday, monday - timedelta(days=7)):
        SpeakerWeek.objects.create(speaker=named_and_sent, week_date=week, said=said)
    PlanDay.objects.update(speaker=said)
    Push.objects.update(speaker=said)
    assert persons.replay_erasures(actor=program) == 1
    assert Speaker.objects.get().sealed_name is None
    assert NAME not in names_kept()
    assert not SpeakerWeek.objects.filter(week_date=monday).exists(), "the week is free for another"


def test_a_speaker_set_by_hand_for_one_day_stays_when_the_week_is_given_and_taken_back(cast, planned_week):
    office = cast.actor("organisation")
    PlanDay.objects.filter(day=planned_week + timedelta(days=2)).update(speaker="街道法律顾问")
    speaker = add(cast)
    for step in (
        lambda: speaking.give_week(actor=office, pk=speaker.pk, week=planned_week),
        lambda: speaking.change_naming(actor=office, pk=speaker.pk, named=True),
        lambda: speaking.withdraw_speaker(actor=office, pk=speaker.pk),
    ):
        step()
        said = list(PlanDay.objects.order_by("day").values_list("speaker", flat=True))
        assert said.pop(2) == "街道法律顾问"
        assert len(set(said)) == 1, "and nobody but that day keeps something else"
    assert set(said) == {""}


def test_a_day_that_names_a_speaker_by_hand_names_them_no_more_once_they_take_consent_back(
    cast, planned_week
):
    office = cast.actor("organisation")
    speaker = add(cast)
    speaking.give_week(actor=office, pk=speaker.pk, week=planned_week)
    PlanDay.objects.filter(day=planned_week).update(speaker=f"{NAME}师傅")
    speaking.withdraw_speaker(actor=office, pk=speaker.pk)
    assert NAME not in names_kept()


def test_a_week_has_one_speaker_and_one_that_is_over_none_anew(cast, planned_week):
    office = cast.actor("organisation")
    first, second = add(cast), add(cast, name="周先锋", kind="pioneer")
    speaking.give_week(actor=office, pk=first.pk, week=planned_week)
    with pytest.raises(Conflict):
        speaking.give_week(actor=office, pk=second.pk, week=planned_week + timedelta(days=6))
    with pytest.raises(BadInput):
        speaking.give_week(actor=office, pk=second.pk, week=planned_week - timedelta(days=1))
    for wrong in ({"agreed": " "}, {"kind": "star"}, {"name": "金"}):
        with pytest.raises(BadInput):
            add(cast, **wrong)
    assert Speaker.objects.count() == 2


def test_the_page_of_speakers_opens_for_the_department_alone_and_shows_names_when_they_are_opened(cast):
    add(cast)
    page = "/office/party/speakers/"
    office = cast.client("organisation")
    assert NAME not in office.get(page).content.decode()
    assert NAME in office.post(page, {"deed": "names"}).content.decode()
    told = {"deed": "add", "key": uuid4(), "name": "莫某", "kind": "benchmark", "agreed": "同意书"}
    assert office.post(page, told).status_code == 302
    for part in ("office", "instructor", "yanshan", "clerk"):
        assert cast.client(part).get(page).status_code == 403
