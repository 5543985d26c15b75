"""Organisations, instructors and their visits; the two coverages that stand on them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.lib.dates import day_words
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.party import coverage, home, instructor_queries
from nuanyi.party.models.instructors import Visit
from nuanyi.party.services import instructors, organisations

pytestmark = pytest.mark.django_db


def visit(cast, one, **more):
    told = {"key": uuid4(), "kind": "visit", "on": clock.today(), "present": 2, **more}
    return instructors.record_visit(actor=cast.actor("instructor"), establishment=one.pk, **told)


@pytest.fixture
def followed(cast, shop):
    one = shop("雁山快递站", "450311100")
    instructors.assign(
        actor=cast.actor("organisation"), establishment=one.pk, account=cast.accounts["instructor"].pk
    )
    return one


def test_a_visit_moves_the_state_counts_and_is_made_once(cast, followed):
    key = uuid4()
    for _n in range(3):
        visit(cast, followed, key=key)
    assert Visit.objects.count() == 1
    assert Establishment.objects.get(pk=followed.pk).follow_up == "visited"
    assert offered()["party.visits"].total(Window()) == 1


def test_what_one_does_not_follow_is_as_if_it_were_not_there(cast, shop):
    one = shop()
    with pytest.raises(NotFound):
        visit(cast, one)
    assert cast.client("instructor").get(f"/office/party/mine/{one.pk}/").status_code == 404


@pytest.mark.parametrize("more", [{"on": date(2999, 1, 1)}, {"present": 0}, {"kind": "party"}])
def test_a_visit_that_cannot_be_is_refused(cast, followed, more):
    with pytest.raises(BadInput):
        visit(cast, followed, **more)


def test_a_new_instructor_reads_what_the_former_wrote(cast, program, followed):
    visit(cast, followed, note="要一台热水器")
    from nuanyi.people.services import accounts

    other = accounts.make_account(
        actor=program, username="newcomer", password="three-words-7", unit=None, must_change_password=False
    )
    accounts.give_role(actor=program, account=other, role="instructor", region_code="")
    cast.accounts["other"] = other
    instructors.assign(actor=cast.actor("organisation"), establishment=followed.pk, account=other.pk)
    page = cast.client("other").get(f"/office/party/mine/{followed.pk}/")
    assert "要一台热水器" in page.content.decode()
    assert cast.client("instructor").get(f"/office/party/mine/{followed.pk}/").status_code == 404


def test_both_coverages_follow_their_records(cast, found, shop, followed):
    shop("柘木快递", "450311101")
    titles = {"450311100": "雁山镇", "450311101": "柘木镇"}

    def now():
        cell = coverage.by_one("township", titles)[-1]
        return cell.total, cell.organised, cell.worked

    assert now() == (2, 0, 0)
    visit(cast, followed, on=clock.today() - timedelta(days=91))
    assert now() == (2, 0, 0), "a visit before the period does not count"
    visit(cast, followed)
    assert now() == (2, 0, 1)
    branch = found(
        "临时党支部", "temporary", task="促销季", until_date=date(2030, 1, 1), establishments=[followed.pk]
    )
    assert now() == (2, 1, 1)
    assert offered()["party.organised"].total(Window()) == 1
    assert coverage.by_one("township", titles, date(2021, 1, 1))[-1].total == 0
    organisations.end(
        actor=cast.actor("organisation"),
        pk=branch.pk,
        on=clock.today(),
        reason="任务完成",
        paper="雁组〔2026〕9号",
    )
    assert now() == (2, 0, 1)


def test_two_branches_cannot_claim_one_establishment(cast, found, shop):
    one = shop()
    found("甲支部", "formal", establishments=[one.pk])
    with pytest.raises(Conflict, match="甲支部"):
        found("乙支部", "formal", establishments=[one.pk])


def test_a_joint_branch_covers_five_at_most_also_one_by_one(cast, found, shop):
    branch = found("联合", "joint", establishments=[shop(f"店{n}").pk for n in range(5)])
    with pytest.raises(BadInput):
        organisations.cover(
            actor=cast.actor("organisation"), pk=branch.pk, establishments=[shop("店六").pk], on=clock.today()
        )


def test_what_has_organisations_below_it_is_not_ended(cast, found):
    above = found()
    found("支部", "formal", parent=above.pk)
    with pytest.raises(IllegalMove):
        organisations.end(
            actor=cast.actor("organisation"),
            pk=above.pk,
            on=clock.today(),
            reason="x",
            paper="雁组〔2026〕9号",
        )


def test_the_proposal_keeps_those_who_are_there_and_says_why(cast, program, shop, followed):
    with pytest.raises(NotAllowed):
        instructors.propose(actor=cast.actor("office"))
    shop("柘木快递", "450311101")
    found = instructors.propose(actor=cast.actor("organisation"), only_new=False)
    assert {one.establishment.name for one in found if not one.changes} == {"雁山快递站"}
    assert instructors.accept_proposal(actor=cast.actor("organisation")) == 1
    assert instructors.accept_proposal(actor=cast.actor("organisation")) == 0


def test_pages_open_for_their_roles_and_cost_the_same_for_any_number(cast, found, shop, followed):
    above = found()
    office, counts = cast.client("organisation"), []
    for size in (1, 12):
        for n in range(size):
            found(f"支部{size}-{n}", "formal", parent=above.pk, establishments=[shop(f"店{size}-{n}").pk])
        with CaptureQueriesContext(
            connection,
        ) as asked:
            for address in ("", "coverage/", "coverage/?which=worked", "instructors/", "applications/"):
                assert office.get(f"/office/party/{address}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert cast.client("instructor").get("/office/party/mine/").status_code == 200
    assert cast.client("office").get("/office/party/coverage/").status_code == 200


def test_an_organisation_is_set_up_and_ended_on_its_page(cast, found, shop):
    office = cast.client("organisation")
    told = {
        "name": "雁山区两新工委",
        "form": "committee",
        "region": "450311",
        "members": 0,
        "founded": "2021-07-01",
    }
    made = office.post("/office/party/", told)
    assert made.status_code == 302
    one = shop("良丰驿站", "450311001")
    assert (
        office.post(made["Location"], {"establishment": str(one.pk), "on": "2026-01-01"}).status_code == 302
    )
    assert "良丰驿站" in office.get(made["Location"]).content.decode()
    assert office.post(made["Location"], {"deed": "end", "on": "2026-01-02", "reason": ""}).status_code in (
        400,
        422,
    )
    assert (
        office.post(
            made["Location"], {"deed": "end", "on": "2026-01-02", "reason": "调整", "paper": "批复"}
        ).status_code
        == 302
    )
    assert office.post("/office/party/", {**told, "name": "雁山区两新工委"}).status_code in (400, 422)


def test_what_counts_is_set_from_a_day_on(cast):
    office = cast.client("organisation")
    told = {
        "from_date": "2026-06-01",
        "visit_within_days": 30,
        "activity_within_days": 60,
        "target_percent": 90,
        "target_date": "2026-12-31",
        "source": "桂组通〔2026〕1号",
    }
    assert office.post("/office/party/coverage/", told).status_code == 302
    assert coverage.definition(date(2026, 5, 1)).visit_within_days == 90
    assert coverage.definition(date(2026, 6, 1)).visit_within_days == 30
    assert cast.client("office").post("/office/party/coverage/", told).status_code == 403


def test_a_visit_is_due_by_the_days_of_the_definition_and_that_waits_at_home(cast, shop, followed):
    instructor = cast.actor("instructor")
    visit(cast, followed, on=clock.today() - timedelta(days=30), note="要一台热水器")
    other = shop("柘木快递", "450311101")
    instructors.assign(
        actor=cast.actor("organisation"), establishment=other.pk, account=cast.accounts["instructor"].pk
    )
    within = coverage.definition().visit_within_days
    first, second = instructor_queries.visit_round(instructor, notes=True)
    assert first.establishment == followed, "what is due first stands on top"
    assert first.due == clock.today() + timedelta(days=within - 30)
    assert [one.note for one in first.notes] == ["要一台热水器"]
    assert second.due == clock.today() + timedelta(days=within), "never visited: from the assignment"
    assert instructor_queries.visits_due(instructor) == 0
    with clock.held_at(clock.now() + timedelta(days=within - 29)):
        assert instructor_queries.visits_due(instructor) == 1
        assert "到期" in " ".join(str(task.words) for task in home.tasks_for(instructor) if task.count)
        desk = cast.client("instructor").get("/office/party/mine/").content.decode()
        assert desk.index("雁山快递站") < desk.index("柘木快递")
    phone = cast.client("instructor").get("/visits/").content.decode()
    assert "要一台热水器" in phone
    assert "\u2060" not in phone, "what is copied from the page holds nothing that is not seen"
    last = day_words(clock.today() - timedelta(days=30))
    assert f'<span class="nowrap">{last}</span>' in phone, "no narrow phone breaks a day"
    assert json.dumps([last, "nowrap"]) in phone, "nor where it is kept on it"


def test_three_notes_of_each_stand_on_the_phone_the_newest_first(cast, followed):
    for n in range(5):
        visit(cast, followed, on=clock.today() - timedelta(days=n), note=f"记{n}")
    [row] = instructor_queries.visit_round(cast.actor("instructor"), notes=True)
    assert [one.note for one in row.notes] == ["记0", "记1", "记2"]


def test_a_first_talk_is_written_down_on_the_phone_once(cast, asked):
    made, key, phone = asked(), uuid4(), cast.client("instructor")
    assert f"applications/{made.pk}/talk/" in phone.get("/visits/").content.decode()
    told = {"key": key, "on": clock.today().isoformat(), "note": "谈话记录1号"}
    as_program = {"Accept": "application/json"}
    address = f"/office/party/applications/{made.pk}/talk/"
    assert phone.post(address, {**told, "on": ""}, headers=as_program).status_code == 422
    for _n in range(2):
        answer = phone.post(address, told, headers=as_program)
        assert answer.status_code == 201
    assert made.steps.filter(code="talk").count() == 1
    assert made.steps.get(code="talk").paper == "谈话记录1号"
    again = phone.post(address, {**told, "key": uuid4()}, headers=as_program)
    assert again.status_code == 409
    assert cast.client("office").post(address, told).status_code == 403
