from datetime import timedelta

import pytest

from nuanyi.cases import queries
from nuanyi.cases.services import lists
from nuanyi.cases.services.lists import ListLineInput
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed
from nuanyi.lib.figures import Window


@pytest.fixture
def lines(cast, district):
    office, today = cast.actor("office"), clock.today()
    unit = district["gonghui"]
    need = lists.add_need(
        actor=office,
        told=ListLineInput(
            part="legal_aid",
            title="讨薪咨询",
            region_code="450311100",
            amount=12,
            unit=unit,
            sector="delivery",
        ),
    )
    pledge = lists.add_pledge(
        actor=office,
        told=ListLineInput(
            part="legal_aid",
            title="律师值班",
            region_code="450311",
            amount=8,
            unit=unit,
            measure="小时",
            first=today,
            last=today + timedelta(days=30),
            times="每周二下午",
        ),
    )
    return need, pledge


def test_an_offer_meets_a_need_of_its_part_and_place_and_never_more_than_is_left(cast, lines):
    need, pledge = lines
    office, day = cast.actor("office"), clock.today() + timedelta(days=2)
    assert lists.matches(lists.open_needs(), lists.open_pledges()) == {need.pk: [pledge]}
    lists.plan(actor=office, need=need.pk, pledge=pledge.pk, amount=6, day=day)
    with pytest.raises(BadInput):
        lists.plan(actor=office, need=need.pk, pledge=pledge.pk, amount=3, day=day)
    with pytest.raises(BadInput):
        lists.plan(actor=office, need=need.pk, pledge=pledge.pk, amount=1, day=day + timedelta(days=60))
    lists.plan(actor=office, need=need.pk, pledge=pledge.pk, amount=2, day=day)
    assert lists.open_pledges() == []
    assert lists.open_needs()[0].left == 4


def test_a_dropped_project_gives_its_hours_back_and_a_done_one_goes_to_the_ledger(cast, lines):
    need, pledge = lines
    office, day = cast.actor("office"), clock.today()
    first = lists.plan(actor=office, need=need.pk, pledge=pledge.pk, amount=8, day=day)
    lists.finish(actor=office, pk=first.pk, state="dropped", words="律师病了")
    second = lists.plan(actor=office, need=need.pk, pledge=pledge.pk, amount=8, day=day)
    with pytest.raises(BadInput):
        lists.finish(actor=office, pk=second.pk, state="done", reached=0)
    lists.finish(actor=office, pk=second.pk, state="done", reached=9)
    assert ledger.sums(("service.project_reach",), Window())[()] == 9
    with pytest.raises(IllegalMove):
        lists.finish(actor=office, pk=second.pk, state="done", reached=9)


def test_a_unit_enters_its_own_lines_only(cast, district):
    clerk = cast.actor("clerk")
    told = ListLineInput(
        part="health", title="体检", region_code="", amount=10, unit=district["gonghui"], last=clock.today()
    )
    with pytest.raises(NotAllowed):
        lists.add_pledge(actor=clerk, told=told)
    told.unit = district["shichang"]
    assert lists.add_pledge(actor=clerk, told=told).pk


def test_needs_that_come_up_in_cases_show_from_five_on(sent):
    for _n in range(4):
        sent()
    assert queries.told_needs() == []
    sent()
    assert queries.told_needs() == [("rights", "450311100", 5)]


def test_the_page_is_worked_through_from_a_line_to_a_project_that_is_done(cast, lines):
    need, pledge = lines
    office = cast.client("office")
    page = office.get("/office/cases/lists/").content.decode()
    assert "律师值班" in page
    day = clock.today().isoformat()
    told = {"need": need.pk, "pledge": pledge.pk, "amount": "5", "day": day}
    assert office.post("/office/cases/lists/plan/", told).status_code == 302
    project = need.projects.get()
    answer = office.post(f"/office/cases/lists/{project.pk}/finish/", {"state": "done", "reached": "7"})
    assert answer.status_code == 302
    assert office.get("/office/cases/lists/").content.decode().count("律师值班") >= 2
