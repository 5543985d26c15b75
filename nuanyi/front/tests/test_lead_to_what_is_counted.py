"""A number on the first page leads to exactly the records that it counts."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from nuanyi.cases.services import desk, intake
from nuanyi.cases.services import settings as cases_settings
from nuanyi.cases.services.intake import Request
from nuanyi.census import jobs
from nuanyi.census.models import Establishment
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, send
from nuanyi.lib import clock, rooms
from nuanyi.lib.actor import GUEST
from nuanyi.stations.models import Amenity, Station
from nuanyi.stations.services import faults


@pytest.fixture
def busy(cast, program, put, district):
    """Something of everything that waits: for those whom it waits for, and beside it something for others."""
    cases_settings.save_rule(actor=program, kind="wage", sector="", region_code="", unit=district["shichang"])
    for n in range(3):
        told = Request(
            kind="wage", words=f"第{n}件", phone="19900007777", employer="甲站点", region_code="450311100"
        )
        case = intake.send_case(actor=GUEST, key=uuid4(), told=told, network="203.0.113.9")
        if n:
            desk.take(actor=cast.actor("clerk"), pk=case.pk)
        if n == 2:
            desk.offer(actor=cast.actor("clerk"), pk=case.pk, to=district["t100"], words="属地的事")
    for n in range(2):
        put(f"{n}站", lat=25.05 + n / 100)
    for station in Station.objects.all():
        told = {"trouble": "broken", "kind": "charging", "words": "坏了", "network": "203.0.113.7"}
        faults.tell_fault(station=station, key=uuid4(), **told)
        Amenity.objects.filter(station=station).update(expires_date=clock.today() + timedelta(days=9))
    of = send(cast.actor("office"), [HEAD, row(1), row(2, phone="123")])
    jobs.read_import.func(str(of.pk))
    return cast


@pytest.mark.parametrize("part", ["clerk", "yanshan", "office", "department", "zhemu"])
def test_a_number_of_the_first_page_leads_to_as_many_rows(busy, part):
    browser, seen = busy.client(part), []
    for task in rooms.tasks(busy.actor(part)):
        answer = browser.get(task.href, follow=True)
        assert answer.status_code == 200, task.href
        page = answer.context.get("list")
        if task.count and hasattr(page, "total"):
            assert (task.href, page.total) == (task.href, task.count)
            seen.append(task.href)
    wanted = {
        "clerk": "/office/cases/?who=me",
        "yanshan": "/office/cases/?offered=us",
        "office": "/office/census/imports/?state=waiting",
    }
    assert wanted.get(part, "") in [*seen, ""]


#: What the first page counts for each: its own work, nothing else.
OWN = {
    "office": {"census.workers", "service.legal_aid", "party.organised", "governance.volunteers"},
    "organisation": {"party.worked", "census.key_sectors_surveyed"},
    "yanshan": {"census.workers", "learning.attendances", "governance.community_problems_reported"},
    "grid": {"census.workers", "governance.community_problems_reported"},
    "clerk": {"service.legal_aid", "governance.community_problems_reported"},
    "instructor": {"learning.sessions_by_instructors", "party.visits", "governance.volunteer_hours"},
    "keeper": {"stations.visits"},
    "auditor": {"census.establishments", "stations.open"},
}
OTHERS = {
    "yanshan": {"party.organised", "census.key_sectors_surveyed"},
    "grid": {"party.organised", "learning.attendances", "governance.volunteers"},
    "clerk": {"party.organised", "learning.attendances", "census.workers"},
    "instructor": {"party.organised", "service.legal_aid"},
    "keeper": {"census.workers", "service.legal_aid", "party.visits"},
    "auditor": {"census.workers", "governance.volunteers", "party.organised", "service.legal_aid"},
}


@pytest.mark.parametrize("part", list(OWN))
def test_the_first_page_counts_what_a_person_works_on_and_nothing_else(cast, part):
    shown = {one.figure.key: one for one in cast.client(part).get("/office/").context["figures"]}
    assert OWN[part] <= set(shown)
    assert not OTHERS.get(part, set()) & set(shown)


def test_a_township_counts_itself_on_its_first_page_and_each_number_leads_to_what_it_counts(cast):
    for township, count in (("450311100", 2), ("450311101", 3)):
        for n in range(count):
            Establishment.objects.create(name=f"{township}-{n}", sector="courier", region_code=township)
    for part, count, name in (
        ("yanshan", 2, "雁山镇现在"),
        ("zhemu", 3, "柘木镇现在"),
        ("office", 5, "全区现在"),
    ):
        browser = cast.client(part)
        page = browser.get("/office/")
        assert name in page.content.decode()
        shown = {one.figure.key: one for one in page.context["figures"]}["census.establishments"]
        assert shown.value == count
        behind = browser.get(shown.href)
        assert behind.context["found"].value == count
        if part == "office":
            assert behind.context["found"].total == count
        else:  # their own list shows them as many
            assert browser.get(behind.context["found"].list).context["list"].total == count


def test_establishments_with_a_guide_are_listed_without_those_that_have_none(cast):
    for n, sector in enumerate(("courier", "courier", "")):
        Establishment.objects.create(name=f"{n}号店", sector=sector, region_code="450311100")
    browser = cast.client("yanshan")
    key = "responsibility.guided_establishments"
    shown = {one.figure.key: one for one in browser.get("/office/").context["figures"]}[key]
    assert shown.value == 2
    # a township reads its own list: it holds as many, says why, and with the narrowing off it holds them all
    behind = browser.get(browser.get(shown.href).context["found"].list)
    assert behind.context["list"].total == shown.value
    assert "有主管部门指导 ×" in behind.content.decode()
    assert browser.get("/office/census/establishments/").context["list"].total == 3


def test_what_to_begin_with_stands_above_the_figures_until_one_of_them_counts_something(cast, monkeypatch):
    waiting = rooms.Task("有一件事待办", rooms.Route("office"), 1)
    monkeypatch.setattr(rooms, "tasks", lambda _actor: [waiting])

    def order():
        answer = cast.client("yanshan").get("/office/")
        page = answer.content.decode()
        places = {page.index(words): words for words in ("有一件事待办", ">开始<", "雁山镇现在")}
        return [one.value for one in answer.context["figures"]], [places[at] for at in sorted(places)]

    values, words = order()
    assert set(values) == {0}
    assert words == ["有一件事待办", ">开始<", "雁山镇现在"]
    Establishment.objects.create(name="甲店", sector="courier", region_code="450311100")
    values, words = order()
    assert set(values) > {0}
    assert words == ["有一件事待办", "雁山镇现在", ">开始<"]


#: What somebody who has this role begins with, the first of it first.
BEGINS = {
    "administrator": ["/office/health/", "/office/people/new/"],
    "auditor": ["/office/audit/"],
    "instructor": ["/office/party/mine/"],
    "clerk": ["/office/cases/"],
    "office": ["/office/cases/", "/office/census/imports/new/"],
    "organisation": ["/office/census/imports/new/"],
}


@pytest.mark.parametrize("part", list(BEGINS))
def test_the_first_page_of_every_role_leads_on_to_its_own_work(cast, part):
    browser = cast.client(part)
    steps = [step.href for step in browser.get("/office/").context["first_steps"]]
    assert steps[: len(BEGINS[part])] == BEGINS[part]
    assert [browser.get(one).status_code for one in steps] == [200] * len(steps)
