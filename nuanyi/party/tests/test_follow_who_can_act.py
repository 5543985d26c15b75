"""Who follows what is seen and changed line by line; whoever is assigned is told; whoever goes lets go."""

from uuid import uuid4

import pytest

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.notices.models import Notice
from nuanyi.party import application_queries, coverage, instructor_queries
from nuanyi.party.home import tasks_for
from nuanyi.party.models.instructors import Assignment
from nuanyi.party.services import instructors
from nuanyi.people.models import RoleGrant
from nuanyi.people.services import accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(cast, program):
    account = accounts.make_account(
        actor=program, username="second", password="three-words-7", unit=None, must_change_password=False
    )
    accounts.give_role(
        actor=cast.actor("organisation"), account=account, role="instructor", region_code="450311101"
    )
    cast.accounts["other"] = account
    return account


@pytest.fixture
def followed(cast, shop):
    one = shop("雁山快递站", "450311100")
    instructors.assign(
        actor=cast.actor("organisation"), establishment=one.pk, account=cast.accounts["instructor"].pk
    )
    return one


def test_every_line_is_there_to_change_also_those_that_no_proposal_changes(cast, followed, other, shop):
    there = shop("柘木快递", "450311101")
    instructors.assign(actor=cast.actor("organisation"), establishment=there.pk, account=other.pk)
    office = cast.client("organisation")
    page = office.get("/office/party/instructors/").content.decode()
    assert "雁山快递站" in page
    assert "柘木快递" in page
    for query in (f"who={other.pk}", "place=450311101"):
        page = office.get(f"/office/party/instructors/?{query}").content.decode()
        assert "柘木快递" in page
        assert "雁山快递站" not in page
    told = {"establishment": str(followed.pk), "account": other.pk}
    assert office.post("/office/party/instructors/?place=450311100", told).url.endswith("?place=450311100")
    assert Assignment.objects.get(establishment=followed, until_date=None).account == other


def test_whoever_is_assigned_is_told_once_a_batch_and_of_no_name(cast, shop):
    for n in range(3):
        shop(f"店{n}", "450311100")
    instructors.accept_proposal(actor=cast.actor("organisation"))
    notice = Notice.objects.get(kind="groups-assigned")
    assert notice.account == cast.accounts["instructor"]
    assert notice.facts == {"count": 3}


def test_the_way_is_of_kilometres_also_where_ties_are_kept(cast, followed):
    _rows, compared = instructors.compare(actor=cast.actor("organisation"), only_new=False)
    assert compared.optimal_km >= 0
    assert compared.greedy_km >= compared.optimal_km


@pytest.mark.parametrize("how", ["closed", "taken"])
def test_what_an_instructor_followed_who_goes_is_proposed_anew(cast, program, followed, asked, other, how):
    made = asked()
    assert made.instructor == cast.accounts["instructor"]
    if how == "closed":
        accounts.close_account(actor=program, account=cast.accounts["instructor"])
    else:
        for grant in RoleGrant.objects.filter(account=cast.accounts["instructor"], role="instructor"):
            accounts.take_role(actor=program, grant=grant)
    assert followed.pk not in instructor_queries.followed_by()
    assert not coverage.covered().get(pk=followed.pk).worked
    [proposal] = instructors.propose(actor=cast.actor("organisation"))
    assert (proposal.establishment.pk, proposal.account) == (followed.pk, other)
    told = Notice.objects.get(kind="instructor-gone", account=cast.accounts["organisation"])
    assert told.facts["count"] == 1, "of the establishments; that somebody asked to join is said to nobody"
    # who asked to join waits for another, and the department sees it
    office = cast.actor("organisation")
    assert [row.pk for row in application_queries.without_instructor(office)] == [made.pk]
    words = [task.words for task in tasks_for(office) if task.count]
    assert any("1" in one and task_is_of_nobody(one) for one in words)
    page = cast.client("organisation").get("/office/party/applications/?state=nobody")
    assert f"/office/party/applications/{made.pk}/" in page.content.decode()


def task_is_of_nobody(words):
    return "instructor" in words or "指导员" in words


def test_an_instructor_who_waits_to_be_confirmed_follows_nobody(cast, program, followed):
    RoleGrant.asked.filter(account=cast.accounts["instructor"], role="instructor").update(confirmed_at=None)
    assert instructor_queries.followed_by() == {}


def test_a_secretary_who_goes_leads_no_branch(cast, program, secretary):
    branch = secretary("甲支部")
    accounts.close_account(actor=program, account=cast.accounts["甲支部"])
    branch.refresh_from_db()
    assert branch.secretary is None


@pytest.mark.parametrize("before", ["contacted", "unreachable", "visited"])
def test_every_visit_moves_the_state_and_says_when_it_was_last_followed(cast, followed, before):
    Establishment.objects.filter(pk=followed.pk).update(follow_up=before, followed_at=None)
    instructors.record_visit(
        actor=cast.actor("instructor"),
        key=uuid4(),
        establishment=followed.pk,
        kind="visit",
        on=clock.today(),
        present=2,
    )
    followed.refresh_from_db()
    assert followed.follow_up == "visited"
    assert followed.followed_at is not None
