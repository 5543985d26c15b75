"""Whoever wants to join finds the organisation at once; nobody else learns of it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.journal.models import Entry
from nuanyi.lib import clock, row_security
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound
from nuanyi.notices.models import Notice
from nuanyi.party import application_queries, queries, retention
from nuanyi.party.models.applications import Application
from nuanyi.party.services import joining, organisations

pytestmark = pytest.mark.django_db


def test_the_instructor_of_the_township_knows_at_once_and_the_notice_says_nothing_of_what(cast, found, asked):
    found()
    made = asked()
    assert made.instructor_id == cast.accounts["instructor"].pk
    notice = Notice.objects.get(account=cast.accounts["instructor"])
    assert "党" not in str(notice.facts)
    assert application_queries.talks_owed(cast.actor("instructor")) == 1


def test_the_same_key_again_gives_the_first_answer(cast, asked):
    key = uuid4()
    assert asked(key).pk == asked(key, name="别人").pk
    assert Application.objects.count() == 1


def test_name_and_phone_are_sealed_under_the_keys_of_affiliation(cast, asked):
    made = asked()
    assert "覃大海".encode() not in bytes(made.sealed_name)
    assert joining.open_application(actor=cast.actor("instructor"), pk=made.pk, purpose="约谈入党意愿") == (
        "覃大海",
        "19900004321",
    )
    assert Entry.objects.filter(kind="party.application_seen").count() == 1


@pytest.mark.parametrize(
    ("told", "door", "name"),
    [
        ({}, "residence", "雁山镇党委"),
        ({"home_code": "450311101"}, "residence", "柘木镇党委"),
        ({"home_code": "450311101", "roving": True}, "roving", "雁山镇党委"),
        ({"work_code": "450311201", "home_code": "450311201"}, "residence", "雁山区两新工委"),
        ({"workplace": "雁山快递站"}, "workplace", "快递联合党支部"),
        ({"workplace": "雁山 快递（站）"}, "workplace", "快递联合党支部"),
        ({"roving": True, "sector": "courier"}, "roving", "快递流动党支部"),
        ({"roving": True, "sector": "delivery"}, "roving", "雁山镇党委"),
    ],
)
def test_the_right_organisation_is_found_and_explained(cast, found, asked, shop, told, door, name):
    found("雁山区两新工委", region="450311")
    found()
    found("柘木镇党委", region="450311101")
    one = shop("雁山快递站", "450311100")
    found("快递联合党支部", "joint", establishments=[one.pk])
    found("快递流动党支部", "mobile", sector="courier")
    found("防汛临时党支部", "temporary", task="防汛", until_date=date(2030, 1, 1))
    made = asked(**told)
    assert (made.door, made.organisation.name) == (door, name)


def test_where_somebody_works_is_not_called_where_they_live(cast, found, asked):
    found()
    made = asked(home_code="")
    assert (made.door, made.organisation) == ("department", None)


def test_a_roving_worker_reads_every_door_that_is_open(cast, found, asked):
    found()
    found("柘木镇党委", region="450311101")
    made = asked(roving=True, home_code="450311101")
    assert made.organisation.name == "雁山镇党委"
    assert [one.organisation.name for one in queries.other_doors(made)] == ["柘木镇党委"]
    assert "柘木镇党委" in Client().get(f"/party/mine/{joining.link_of(made)}/").content.decode()
    desk = cast.client("instructor").get(f"/office/party/applications/{made.pk}/").content.decode()
    assert "柘木镇党委" in desk
    assert queries.other_doors(asked(uuid4(), phone="19900004322")) == []


def test_whoever_works_in_another_district_is_told_whom_to_ask(cast, found):
    browser = Client()
    page = browser.get("/party/")
    assert "其他区县" in page.content.decode()
    told = {"key": uuid4(), "name": "覃大海", "phone": "19900004321", "work": "elsewhere", "agrees": "on"}
    answer = browser.post("/party/", told)
    assert answer.status_code == 422
    assert "请向当地" in answer.content.decode() or "其他区县" in answer.content.decode().split("errors")[-1]
    assert not Application.objects.exists()


def test_nobody_is_refused_for_want_of_an_organisation(cast, asked):
    assert asked().door == "department"


@pytest.mark.parametrize("told", [{"agrees": False}, {"phone": "123"}, {"name": "覃"}, {"work_code": "11"}])
def test_nonsense_is_refused_and_nothing_is_kept(cast, asked, told):
    with pytest.raises(BadInput):
        asked(**told)
    assert not Application.objects.exists()


def test_the_path_goes_on_step_by_step_to_a_full_member(cast, found, asked):
    above = found()
    branch = found("快递党支部", "formal", parent=above.pk)
    first = clock.now().replace(year=2024, month=1, day=10)
    with clock.held_at(first):
        made = asked()
    joining.hand_over(actor=cast.actor("organisation"), pk=made.pk, organisation=branch.pk)
    actor, on = cast.actor("instructor"), first.date()
    while (path := application_queries.path_of(Application.objects.get(pk=made.pk))).step is not None:
        on = max(on + timedelta(days=1), path.earliest)
        if path.step.code == "meeting":
            with pytest.raises(IllegalMove):
                joining.take_step(actor=actor, pk=made.pk, code="full", on=on)
        with clock.held_at(clock.now() + timedelta(days=2000)):
            joining.take_step(actor=actor, pk=made.pk, code=path.step.code, on=on, paper="纸质")
    assert Application.objects.get(pk=made.pk).state == "member"


def test_a_late_talk_is_overdue(cast, found, asked):
    found()
    with clock.held_at(clock.now() - timedelta(days=40)):
        made = asked()
    assert application_queries.path_of(made).overdue


def test_who_moves_starts_nothing_anew(cast, found, asked):
    found()
    other = found("柘木镇党委", region="450311101")
    made = asked()
    joining.take_step(actor=cast.actor("instructor"), pk=made.pk, code="talk", on=clock.today())
    joining.hand_over(actor=cast.actor("organisation"), pk=made.pk, organisation=other.pk)
    moved = Application.objects.get(pk=made.pk)
    assert moved.organisation == other
    assert set(application_queries.steps_of(moved)) == {"applied", "talk"}


def test_an_ended_branch_hands_its_applications_up(cast, found, asked, shop):
    above = found()
    branch = found("快递党支部", "formal", parent=above.pk, establishments=[shop("站", "450311100").pk])
    made = asked(workplace="站")
    assert made.organisation == branch
    assert (
        organisations.end(
            actor=cast.actor("organisation"),
            pk=branch.pk,
            on=clock.today(),
            reason="合并",
            paper="雁组〔2026〕9号",
        )
        == 1
    )
    assert Application.objects.get(pk=made.pk).organisation == above


def test_taking_it_back_deletes_name_and_phone_and_asking_again_is_free(cast, asked):
    made = asked()
    joining.withdraw(link=joining.link_of(made))
    now = Application.objects.get(pk=made.pk)
    assert (now.sealed_name, now.sealed_phone, now.phone_digest, now.state) == (None, None, None, "ended")
    assert asked().pk != made.pk


@pytest.mark.parametrize("way", ["withdrawn", "erased"])
def test_no_word_written_about_them_outlives_the_name(cast, found, asked, way):
    found()
    made = asked()
    told = {"actor": cast.actor("instructor"), "pk": made.pk}
    joining.take_step(**told, code="talk", on=clock.today(), paper="住站里，家在柘木")
    made.reviews.create(review_date=clock.today(), note="踏实肯干")
    with row_security.reader(queries.PROGRAM):
        Application.objects.filter(pk=made.pk).update(end_paper="雁组〔2026〕9号", handed_to="柘木镇党委")
    if way == "withdrawn":
        joining.withdraw(link=joining.link_of(made))
    else:
        retention.empty_applications(queries.PROGRAM, [made])
    now = Application.objects.get(pk=made.pk)
    assert (now.workplace, now.home_code, now.end_paper, now.handed_to) == ("", "", "", "")
    assert {step.paper for step in now.steps.all()} == {""}
    assert {one.note for one in now.reviews.all()} == {""}


def test_a_probation_is_prolonged_once(cast, found, asked):
    found()
    made = asked()
    with pytest.raises(IllegalMove):
        joining.prolong(actor=cast.actor("organisation"), pk=made.pk, months=6)
    with pytest.raises(BadInput):
        joining.prolong(actor=cast.actor("organisation"), pk=made.pk, months=3)


@pytest.mark.parametrize(
    "part", ["office", "zhemu", "department", "clerk", "auditor", "administrator", "grid", "keeper"]
)
def test_nobody_else_sees_that_somebody_asked(cast, found, asked, part):
    found()
    made = asked()
    assert not Application.objects.visible_to(cast.actor(part)).exists()
    with pytest.raises(NotAllowed):
        joining.open_application(actor=cast.actor(part), pk=made.pk, purpose="约谈入党意愿")
    browser = cast.client(part)
    assert browser.get(f"/office/party/applications/{made.pk}/").status_code == 403
    assert b"4321" not in browser.get("/office/").content


def test_an_instructor_of_another_place_sees_it_as_if_there_were_none(cast, program, found, asked):
    from nuanyi.people.services import accounts

    other = accounts.make_account(
        actor=program,
        username="other-instructor",
        password="three-words-7",
        unit=None,
        must_change_password=False,
    )
    accounts.give_role(actor=program, account=other, role="instructor", region_code="450311101")
    found()
    made = asked()
    cast.accounts["other"] = other
    assert made.instructor_id != other.pk
    with pytest.raises(NotFound):
        joining.take_step(actor=cast.actor("other"), pk=made.pk, code="talk", on=clock.today())
    there = cast.client("other").get(f"/office/party/applications/{made.pk}/")
    none = cast.client("other").get("/office/party/applications/999999/")
    assert (there.status_code, none.status_code) == (404, 404)


def test_from_the_phone_to_the_page_of_ones_own(cast, found):
    found()
    browser = Client()
    page = browser.get("/party/")
    key = page.context["form"]["key"].value()
    told = {
        "key": key,
        "name": "覃大海",
        "phone": "19900004321",
        "work": "450311100",
        "home": "450311100",
        "agrees": "on",
    }
    answer = browser.post("/party/", told, headers={"Accept": "application/json"})
    assert answer.status_code == 201
    link = answer.json()["link"]
    assert "雁山镇党委" in browser.get(link).content.decode()
    assert browser.post(f"{link}withdraw/").status_code == 302
    assert browser.post("/party/", {**told, "key": uuid4(), "phone": "1"}).status_code == 422
    assert browser.get(f"{link[:-3]}00/").status_code == 404
