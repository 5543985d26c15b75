"""Party work in a browser: from a tap to an activist, a member between two branches, coverage before and
after, a day without network.
"""

import re

import pytest

from nuanyi.lib import clock
from tests.browser.waits import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: A third secretary, of a branch that has nothing to do with the member.
A_THIRD = """
from nuanyi.lib.actor import system
from nuanyi.party.models.organisations import Organisation
from nuanyi.people.services import accounts
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account
from nuanyi.lib import row_security
with row_security.reading_as(system("test")):
    third = accounts.make_account(actor=system("test"), username="shuji3", password="nuanyi-demo-2022", unit=None,
                                must_change_password=False)
    accounts.give_role(actor=actor_for(Account.objects.get(username="zuzhi")), account=third, role="branch", region_code="")
    Organisation.objects.filter(name="大埠乡新业态联合党支部（示例）").update(secretary=third)
print("made")
"""
#: The steps of an application by a clock that a test sets: so many days after it was asked.
STEPS_LATER = """
from datetime import timedelta
from nuanyi.lib import clock, row_security
from nuanyi.party.models.applications import Application
from nuanyi.party.services import joining
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account
actor = actor_for(Account.objects.get(username="zhidao"))
with row_security.reading_as(actor):
    found = Application.objects.order_by("-pk").first()
    with clock.held_at(clock.now() + timedelta(days=20)):
        joining.take_step(actor=actor, pk=found.pk, code="written", on=clock.today(), paper="入党申请书")
        joining.take_step(actor=actor, pk=found.pk, code="activist", on=clock.today(), paper="推荐票")
print(found.pk)
"""
#: Three of one township and sector who stand in no unit, of whom it is known that they belong.
THREE_OF_ONE_SHOP = """
from nuanyi.census.models import Worker
from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.people.services import persons
actor = system("test")
with row_security.reading_as(actor):
    rows = Worker.objects.filter(sector="delivery", region_code__startswith="450311001").select_related("person")
    for row in rows.order_by("pk")[:3]:
        Worker.objects.filter(pk=row.pk).update(establishment=None)
        persons.give_consent(actor=actor, person=row.person, purpose="political", evidence="同意书")
        persons.seal_into(row.person, political="中共党员").save()
    print(len(rows.order_by("pk")[:3]))
"""
FOLLOW_UP = """
from nuanyi.census.models import Establishment
from nuanyi.lib import row_security
from nuanyi.lib.actor import system
with row_security.reading_as(system("test")):
    print(Establishment.objects.get(name={name!r}, pk={pk!r}).follow_up)
"""
MADE_NEW = """
from nuanyi.census.models import Establishment
from nuanyi.lib import row_security
from nuanyi.lib.actor import system
from nuanyi.people.models import Account
with row_security.reading_as(system("test")):
    rows = Establishment.objects.filter(assignments__account__username="zhidao", assignments__until_date=None)
    for row in rows.order_by("pk")[:2]:
        row.follow_up = "new"
        row.visits.all().delete()
        row.save()
        print(row.pk, row.name, sep="|")
"""


def test_from_two_taps_to_an_activist(open_as, stage):
    rider = open_as(None, size="phone")
    rider.goto("/party/")
    rider.fill("#id_name", "试验骑手")
    rider.fill("#id_phone", "19900006611")
    rider.select_option("#id_work", "450311100")
    rider.check("#id_agrees")
    rider.click("main form button:not([type=button])")
    rider.wait_for_url("**/party/mine/**")
    link = rider.url.split("?")[0]
    assert "派人谈话" in rider.locator("main").inner_text()

    instructor = open_as("zhidao", size="phone")
    instructor.goto("/office/party/applications/")
    assert "19900006611" not in instructor.content()
    newest = max(
        int(re.search(r"/applications/(\d+)/", one.get_attribute("href")).group(1))
        for one in instructor.locator("a[href*='/party/applications/']").all()
        if re.search(r"/applications/\d+/", one.get_attribute("href") or "")
    )
    page = f"/office/party/applications/{newest}/"
    instructor.goto(page)
    instructor.fill("[name=purpose]", "上门谈话")
    instructor.click("button[value=reveal]")
    instructor.get_by_text("19900006611").wait_for()
    # the next step is the talk; nothing else can be chosen
    instructor.goto(page)
    form = instructor.locator("form", has=instructor.locator("input[name=code]"))
    assert form.locator("input[name=code]").get_attribute("value") == "talk"
    form.locator("input[name=on]").fill(clock.today().isoformat())
    form.locator("input[name=paper]").fill("谈话记录")
    with instructor.expect_navigation():
        form.locator("button").first.click()
    rider.goto(link)
    assert "入党积极分子" not in rider.locator("main ol").inner_text(), "it is the next step, not yet done"
    stage.told(STEPS_LATER)
    rider.goto(link)
    assert "确定为入党积极分子" in rider.locator("main ol").inner_text()
    curious = open_as("yanshan")
    assert curious.goto(page).status == 403


def test_a_member_reports_to_a_second_branch_and_a_curious_third_learns_nothing(open_as, stage):
    stage.told(A_THIRD)
    home, there, third = open_as("shuji"), open_as("shuji2"), open_as("shuji3")
    home.goto("/office/party/members/")
    waiting = home.locator("main tr", has_text="未报到").first
    page = waiting.locator("a").first.get_attribute("href")
    home.goto(page)
    home.select_option("#id_place", "450311101")
    home.select_option("#id_branch", index=0)
    home.click("main form button:has-text('生成')")
    code = home.locator("main .note.good b").inner_text().strip()
    assert len(code) >= 10

    def report(page_of, spelled):
        page_of.goto("/office/party/members/")
        form = page_of.locator("form", has=page_of.locator("input[name=code]"))
        form.locator("input[name=code]").fill(spelled)
        with page_of.expect_navigation():
            form.locator("button").first.click()

    assert third.goto(page).status == 404
    report(third, "QQQQQQQQQQ")
    refused = third.locator("main .errors").inner_text()
    assert there.goto(page).status == 404
    report(there, code)
    there.wait_for_url("**/office/party/members/*/")
    report(third, code)
    assert third.locator("main .errors").inner_text() == refused, (
        "a code that was used says what one says that never was"
    )
    assert third.goto(page).status == 404
    assert home.goto(page).status == there.goto(page).status == 200


def organised(page) -> int:
    page.goto("/office/party/coverage/")
    cells = page.locator("main table").first.locator("tbody tr").last.locator("td")
    return int(cells.nth(1).inner_text().split("·")[0].strip())


def test_a_new_temporary_branch_shows_in_the_coverage_at_once(open_as, stage):
    page = open_as("zuzhi")
    before = organised(page)
    page.goto("/office/party/")
    page.fill("#id_name", "试验临时党支部")
    page.select_option("#id_form", "temporary")
    page.select_option("#id_region", "450311100")
    page.select_option("#id_parent", label="雁山镇党委（示例）")
    page.select_option("#id_secretary", index=1)
    page.fill("#id_members", "3")
    page.fill("#id_approval", "试验批复1号")
    page.fill("#id_task", "双十一保畅通")
    page.fill("#id_until", "2027-12-31")
    page.locator("form", has=page.locator("#id_until")).locator("button").last.click()
    page.wait_for_url(re.compile(r"/office/party/\d+/$"))
    assert "不发展党员" in page.content() or "临时党支部" in page.content()
    page.locator("input[name=establishment]").first.check()
    page.fill("#on", clock.today().isoformat())
    with page.expect_navigation():
        page.locator("form", has=page.locator("#on")).locator("button").last.click()
    assert organised(page) == before + 1
    # where a branch is possible is worked out from what some said of themselves with their consent
    assert stage.told(THREE_OF_ONE_SHOP).splitlines()[-1] == "3"
    page.goto("/office/party/possible/")
    assert page.locator("main tbody tr").count() >= 1
    assert "人" in page.locator("main .lead").inner_text()


def test_an_instructors_day_without_network_is_sent_later_and_the_states_move_on(open_as, stage):
    pairs = [line.split("|") for line in stage.told(MADE_NEW).splitlines() if "|" in line]
    assert len(pairs) == 2
    phone = open_as("zhidao", size="phone")
    phone.goto("/visits/")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    until(phone, "caches.match('/visits/kept/', { ignoreVary: true }).then(Boolean)")
    phone.locator("[data-list] button").first.wait_for()
    until(phone, "navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    phone.goto("/visits/")
    written = zip(("visit", "talk"), ("门口缺雨棚", "三人谈了社保"), pairs, strict=True)
    for already, (kind, note, (_pk, name)) in enumerate(written):
        phone.locator("[data-list] button", has_text=name).first.click()
        phone.select_option("#id_kind", kind)
        phone.fill("#id_present", "3")
        phone.fill("#id_note", note)
        phone.click("form[data-visit] button")
        phone.locator("[data-list] button", has_text="等有网").nth(already).wait_for()
        phone.locator("form[data-visit]").wait_for(state="hidden")
    assert phone.locator("[data-list] button", has_text="等有网").count() == 2
    for pk, name in pairs:
        assert stage.told(FOLLOW_UP.format(name=name, pk=pk)).splitlines()[-1] == "new"
    phone.context.set_offline(False)
    until(phone, "!document.querySelector('[data-list]').innerText.includes('等有网')", 60)
    for pk, name in pairs:
        assert stage.told(FOLLOW_UP.format(name=name, pk=pk)).splitlines()[-1] == "visited"
    desk = open_as("zhidao")
    desk.goto(f"/office/party/mine/{pairs[0][0]}/")
    assert desk.locator("main").inner_text().count("门口缺雨棚") == 1
