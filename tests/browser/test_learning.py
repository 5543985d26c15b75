"""Learning through a real browser: a pushed lesson read offline the second time; a session from its plan to the sign-in sheet."""

import re
import secrets
import threading
from http.server import ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from nuanyi.learning.tests.test_push_into_groups import Loopback
from tests.browser.conftest import PUBLIC
from tests.browser.waits import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: Whether the phone has put something of a sort away: whoever leaves sooner than any thumb would leaves before that.
HELD = "Drafts.things().then((all) => all.some(({ body }) => body.sort === '%s'))"

#: Whether a paper that is begun now can be opened without network.
PAPER_KEPT = "caches.match('/exam/kept/', {ignoreVary: true}).then((page) => Boolean(page && navigator.serviceWorker.controller))"


def test_a_lesson_opened_once_is_read_again_without_network_and_counts_on_the_phone(open_as):
    page = open_as(None, size="phone")
    page.goto("/learn/")
    page.locator("[data-lesson=crossing]").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.click("[data-lesson=crossing]")
    page.get_by_text("下车推行").first.wait_for()
    until(page, "caches.match(location.pathname, {ignoreVary: true}).then(Boolean)")
    page.context.set_offline(True)
    page.reload()
    page.get_by_text("下车推行").first.wait_for()
    page.click("text=下车推行，有人行横道走人行横道")
    page.get_by_text("对了。").first.wait_for()
    page.click("text=看完了")
    page.wait_for_url("**/learn/")
    page.context.set_offline(False)
    page.goto("/learn/")
    assert page.locator("[data-lesson=crossing].read").count() == 1
    page.get_by_text("连学 1 天，看了 1 课").wait_for()


def test_a_question_comes_again_after_days_and_progress_goes_to_another_phone_sealed(open_as, stage):
    page = open_as(None, size="phone")
    page.goto("/learn/crossing/")
    page.click("text=下车推行，有人行横道走人行横道")
    page.click("text=看完了")
    page.wait_for_url("**/learn/")
    assert page.locator("[data-repeat]:visible").count() == 0, "right today: not again today"
    page.evaluate("""() => { const cards = JSON.parse(localStorage["learn.cards"]); for (const card of Object.values(cards)) card.due = "2020-01-01";
        localStorage["learn.cards"] = JSON.stringify(cards); }""")
    page.reload()
    page.locator("[data-repeat] button", has_text="下车推行，有人行横道走人行横道").click()
    page.locator("[data-repeat]").get_by_text("对了。").wait_for()
    (card,) = page.evaluate("Object.values(JSON.parse(localStorage['learn.cards']))")
    assert card["box"] == 2

    page.click("text=换手机也带走")
    page.get_by_text("换手机", exact=True).click()
    page.click("text=生成口令")
    page.get_by_text("已存好").wait_for()
    code = page.locator("p[data-code]").inner_text()
    kept = stage.told(
        "from nuanyi.learning.models import KeptProgress; print(bytes(KeptProgress.objects.get().blob))"
    )
    assert "crossing" not in kept

    other = open_as(None, size="phone")
    other.goto("/me/")
    other.get_by_text("换手机", exact=True).click()
    other.fill("#progress-code", "2222 2222 2222 2222 2222")
    other.click("text=取回来")
    other.get_by_text("没有这个口令的记录").wait_for()
    other.fill("#progress-code", code.lower())
    other.click("text=取回来")
    until(other, "(localStorage['learn.done'] || '').includes('crossing')")
    other.goto("/learn/")
    other.locator("[data-lesson=crossing].read").wait_for()
    page.click("[data-drop]")
    page.get_by_text("生成口令").wait_for()
    assert (
        stage.told("from nuanyi.learning.models import KeptProgress; print(KeptProgress.objects.count())")
        == "0"
    )


def test_a_pushed_link_opens_without_network_the_second_time(open_as, stage):
    words = "from nuanyi.learning.models import Push; print(Push.objects.filter(lesson__slug='crossing').first().code)"
    code = stage.told(words)
    page = open_as(None, size="phone")
    page.goto("/learn/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.goto(f"/l/{code}/")
    page.get_by_text("下车推行").first.wait_for()
    until(page, "caches.match(location.pathname, {ignoreVary: true}).then(Boolean)")
    page.context.set_offline(True)
    page.goto("/offline/")
    page.goto(f"/l/{code}/")
    page.get_by_text("下车推行").first.wait_for()


@pytest.fixture
def robot(stage):
    """A group's robot, listening: what it was told so far."""
    Loopback.came, Loopback.answers = [], []
    server = ThreadingHTTPServer(("127.0.0.1", stage.robot_port), Loopback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Loopback.came
    server.shutdown()
    server.server_close()


#: By night nothing goes out; the journey must pass at any hour, so that the same sending is done once more at a noon to come.
AT_NOON = """
from datetime import datetime, time, timedelta
from nuanyi.learning.services import pushing
from nuanyi.lib import clock
with clock.held_at(datetime.combine(clock.today() + timedelta(days=1), time(12), clock.CHINA)):
    print(pushing.send_due())
"""


def test_a_session_from_its_invitation_to_the_sign_in_sheet_and_a_forwarded_code_is_refused(
    open_as, stage, robot
):
    # tried once more on a busy machine, it must not meet the group of the time before
    group = f"浏览器骑手群{secrets.token_hex(3)}"
    office_of_groups = open_as("liangxin")
    office_of_groups.goto("/office/learning/groups/new/")
    office_of_groups.fill("[name=name]", group)
    office_of_groups.fill("[name=address]", f"http://127.0.0.1:{stage.robot_port}/cgi-bin/webhook/send?key=k")
    office_of_groups.select_option("[name=unit]", label="雁山镇")
    office_of_groups.click("main form button")
    office_of_groups.goto("/office/learning/channels/wecom/")
    office_of_groups.locator("form", has_text=group).locator("button").click()
    # a job sends it; the page asks by itself what came of it
    office_of_groups.get_by_text("试发已发出").wait_for(timeout=60_000)
    assert "试一下" in robot.pop()["markdown"]["content"]

    teacher = open_as("zhidao")
    teacher.goto("/office/learning/sessions/new/")
    now = teacher.evaluate(
        "new Date(Date.now() + 5 * 60000).toLocaleString('sv-SE', {timeZone: 'Asia/Shanghai'}).slice(0, 16).replace(' ', 'T')"
    )
    later = teacher.evaluate(
        "new Date(Date.now() + 65 * 60000).toLocaleString('sv-SE', {timeZone: 'Asia/Shanghai'}).slice(0, 16).replace(' ', 'T')"
    )
    teacher.fill("[name=title]", "浏览器一课")
    teacher.fill("[name=place]", "雁山镇驿站")
    teacher.fill("[name=starts]", now)
    teacher.fill("[name=ends]", later)
    teacher.select_option("[name=unit]", index=1)
    teacher.click("main form button")
    teacher.get_by_text("还没配齐").wait_for()
    office = teacher.url
    teacher.locator("label", has_text=group).click()
    teacher.click("button:text-is('邀请')")
    teacher.locator("section p", has_text=group).first.wait_for()
    stage.told(AT_NOON)
    # by night what journeys before this one had pushed goes out in the same noon
    (said,) = (told for told in robot if "浏览器一课" in told["markdown"]["content"])
    link = re.search(r"http\S+?/l/\w+/", said["markdown"]["content"])[0]

    rider = open_as(None, size="phone")
    rider.goto(link.removeprefix(PUBLIC))
    rider.click("text=我要参加")
    rider.get_by_text("名额已留好").wait_for()
    until(rider, HELD % "session")
    rider.goto(rider.url.split("?")[0])
    rider.get_by_text("我来不了").wait_for()
    assert rider.get_by_text("我要参加").count() == 0

    screen = open_as("zhidao")
    screen.goto(f"{office}screen/")
    screen.locator("canvas:visible").wait_for()
    screen.context.set_offline(True)
    data = screen.locator("canvas").screenshot()
    import io

    import zxingcpp
    from PIL import Image

    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(data)))
    address = found.text
    path = re.sub(r"^https?://[^/]+", "", address)
    assert re.fullmatch(r"/in/\w{8}/[0-9a-f]+-\w{10}/", path)
    rider.goto(path)
    rider.click("text=我到了")
    rider.get_by_text("签到成功").wait_for()

    friend = open_as(None, size="phone")
    friend.wait_for_timeout(48_000)
    friend.goto(path)
    assert "转发来的码不算" in friend.content()
    assert friend.get_by_text("我到了").count() == 0

    teacher.goto(office)
    signed = teacher.locator("dl.pairs dd").nth(1).inner_text()
    assert signed == "1"


def test_a_paper_whose_time_is_over_or_that_is_not_on_this_phone_is_said_to_be(open_as):
    rider = open_as(None, size="phone")
    rider.goto("/exam/")
    until(rider, PAPER_KEPT)
    rider.click("text=开始答题")
    rider.locator("fieldset.question").first.wait_for()
    until(rider, "Drafts.form('exam.paper').then(Boolean)")
    paper = rider.url
    rider.evaluate(
        "Drafts.form('exam.paper').then((one) =>"
        " Drafts.keepForm('exam.paper', { ...one, until: Date.now() / 1e3 - 1 }))"
    )
    rider.context.set_offline(True)
    rider.goto(paper)
    rider.get_by_text("二十分钟到了").wait_for()
    assert rider.evaluate("Drafts.form('exam.paper')") is None
    rider.goto(paper[:-37] + "00000000-0000-4000-8000-000000000000/")
    rider.get_by_text("这部手机上也没有这份试卷").wait_for()
    assert not rider.locator("form[data-keep=answers]").is_visible()
    # with network the server knows the paper
    rider.goto(paper)
    rider.context.set_offline(False)
    rider.locator("fieldset.question").first.wait_for()


def test_a_certificate_is_earned_on_a_phone_and_checked_by_a_stranger_without_network(open_as):
    rider = open_as(None, size="phone")
    rider.goto("/exam/")
    rider.click("text=开始答题")
    rider.locator("fieldset.question").first.wait_for()
    until(rider, PAPER_KEPT)
    stranger = open_as(None, size="phone")
    stranger.goto("/verify/")
    stranger.evaluate("navigator.serviceWorker.ready.then(() => true)")
    stranger.reload()
    right = _answers()
    for box in rider.locator("fieldset.question").all():
        words = box.locator("legend").inner_text().split(". ", 1)[1]
        box.locator(f"label.option:has-text('{right[words]}') input").check()
    # eight pass: the first is answered wrong
    rider.locator("fieldset.question").first.locator("input:not(:checked)").first.check()
    # a tab that the phone killed comes back as it was
    until(rider, "Drafts.form(`${location.pathname}#answers`).then((one) => one?.fields.length > 10)")
    rider.reload()
    until(rider, "document.querySelectorAll('fieldset.question input:checked').length === 10")
    # the network goes, and the tab with it: the questions stand there all the same, and so does every tick
    asked = rider.locator("fieldset.question").all_inner_texts()
    rider.context.set_offline(True)
    paper, context = rider.url, rider.context

    def opened_anew(page):
        page.close()
        page = context.new_page()
        page.goto(paper)
        return page

    rider = opened_anew(rider)
    until(rider, "document.querySelectorAll('fieldset.question input:checked').length === 10")
    assert rider.locator("fieldset.question").all_inner_texts() == asked
    expect(rider.locator(".exam-bar")).to_contain_text("10")
    kept = rider.evaluate("Drafts.form('exam.paper')")
    assert {name for question in kept["questions"] for name in question} == {"words", "name", "options"}
    # it goes on there: what is ticked now is there after another killed tab, and may be ticked anew
    first = rider.locator("fieldset.question").first
    wrong = first.locator("input:checked").get_attribute("value")
    first.locator("input:not(:checked)").first.check()
    ticked = first.locator("input:checked").get_attribute("value")
    assert ticked != wrong
    name = first.locator("input").first.get_attribute("name")
    until(
        rider,
        "Drafts.form(`${location.pathname}#answers`).then((one) =>"
        f" one.fields.some(([name, value]) => name === '{name}' && value === '{ticked}'))",
    )
    rider = opened_anew(rider)
    until(rider, "document.querySelectorAll('fieldset.question input:checked').length === 10")
    first = rider.locator("fieldset.question").first
    assert first.locator("input:checked").get_attribute("value") == ticked
    first.locator(f"input[value='{wrong}']").check()
    # handing in waits for network as every form does; handed in is handed in, and the questions are off the phone
    rider.click("text=交卷")
    rider.get_by_text("等有网").first.wait_for()
    until(rider, "Drafts.form('exam.paper').then((one) => !one)")
    rider = opened_anew(rider)
    rider.get_by_text("已交卷").wait_for()
    assert not rider.locator("text=交卷").and_(rider.locator("button")).is_visible()
    context.set_offline(False)
    rider.get_by_text("通过了").wait_for()
    until(rider, HELD % "certificate")
    for _look in ("handed in", "looked at again"):
        # the district does not know what was ticked: this phone does, after a reload too
        until(rider, "document.querySelectorAll('[data-marked] [data-own]:not([hidden])').length === 10")
        wrong = rider.locator("[data-marked][open]")
        assert wrong.count() == 1, "what went wrong is open, the rest folded"
        assert "错的" in wrong.locator("summary").inner_text()
        assert "你的答案" in wrong.locator(".marked .wrong").inner_text()
        assert "正确答案" in wrong.locator(".marked .right").inner_text()
        rider.reload()
    rider.goto("/exam/")
    rider.locator("[data-things=certificate] a").click()
    rider.fill("#id_name", "周师傅")
    # written without network it waits, and is there when there is one
    rider.context.set_offline(True)
    rider.click("text=生成合格证")
    rider.get_by_text("等有网").first.wait_for()
    rider.context.set_offline(False)
    with rider.expect_download() as pdf:
        rider.get_by_text("我的合格证").click()
    import pypdfium2
    import zxingcpp

    page = pypdfium2.PdfDocument(pdf.value.path())[0]
    (code,) = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    text = code.text.partition("#")[2]
    stranger.context.set_offline(True)
    stranger.goto(f"/verify/#{text}")
    stranger.locator(".note.good", has_text="真实有效：周师傅").wait_for()
    stranger.fill("#text", text[:-3] + ("AAA" if text[-3:] != "AAA" else "BBB"))
    stranger.locator(".note.bad", has_text="不是真的").wait_for()
    stranger.context.set_offline(False)
    number = rider.locator(".note[data-thing=certificate]").get_attribute("data-name")
    stranger.fill("#text", number)
    stranger.get_by_text("这是编号").wait_for()
    stranger.fill("#number", number)
    stranger.click("text=查编号")
    stranger.locator(".note.good", has_text=number).wait_for()

    # found again where somebody would look for it
    rider.goto("/exam/")
    rider.locator("[data-things=certificate] a", has_text=number).wait_for()
    assert rider.locator("[data-things=certificate] a").count() == 1
    rider.locator("[data-things=certificate] a").click()
    rider.wait_for_url("**/exam/*-*/")


def _answers():
    """The right words of every question, from the texts of the demo."""
    from nuanyi.learning.demo import written

    return {q["q"]: q["options"][q["right"]] for one in written() for q in one.told.questions}
