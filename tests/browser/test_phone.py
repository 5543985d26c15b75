"""The worker's phone with the network taken away and given back: nothing lost, nothing stale."""

import json
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from faults import drafts
from tests.browser.waits import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PLACE = {"latitude": 25.1812873, "longitude": 110.37124405, "accuracy": 12}
SEND_HELP = "form[data-keep] > button:not([type=button])"


def phone(open_as, *, located=True):
    """A guest's phone whose pages are kept."""
    page = open_as(None, size="phone")
    if located:
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation(PLACE)
    page.goto("/help/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    until(page, "caches.match('/help/ask/').then(Boolean)")
    return page


def ask_offline(page, words):
    page.context.set_offline(True)
    page.goto("/help/ask/?kind=wage")
    assert page.locator("[name=kind][value=wage]").is_checked()
    assert not page.locator("[name=kind]").first.is_visible(), "what was chosen is not asked again"
    page.fill("[name=words]", words)
    page.click(SEND_HELP)
    page.get_by_text("等有网").first.wait_for()


def test_a_request_written_offline_and_sent_from_another_page_keeps_its_link_and_code_until_put_away(open_as):
    page = phone(open_as)
    ask_offline(page, "三月的工钱没发，离线试验")
    page.goto("/learn/")
    page.get_by_text("还有 1 件没发出").wait_for()
    page.goto("/me/")
    expect(page.locator("[data-mine] li")).to_contain_text("三月的工钱没发")
    expect(page.locator("[data-mine] li")).to_contain_text("还没发出")
    page.goto("/")  # the page that fetches the scripts for it only where something was kept
    page.get_by_text("还有 1 件没发出").wait_for()
    page.context.set_offline(False)
    told = page.locator("[data-answers] .note.good")
    told.wait_for()
    assert "已送达：没发我工钱" in told.inner_text(), "no blank after a full-width sign"
    code = told.locator(".answer").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", code)

    page.goto("/report/")
    page.locator("[data-answers] .answer", has_text=code).wait_for()
    page.get_by_role("link", name="看办理进度").click()
    page.wait_for_url("**/c/**")
    assert "离线试验" in page.content()
    link = page.url

    page.goto("/help/")
    page.get_by_role("button", name="知道了，收起").click()
    page.locator("[data-answers] .note.good").wait_for(state="detached")
    page.goto("/me/")
    page.locator("[data-mine] a", has_text=code).click()
    page.wait_for_url("**/c/**")
    assert page.url == link

    other = open_as(None, size="phone")
    other.goto("/help/mine/")
    other.fill("#code", code)
    other.click("main form button")
    other.wait_for_url("**/c/**")
    assert "离线试验" in other.content()


#: Bytes of everything that the page waits for, as sent (compressed, without headers).
WEIGHT = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((one) => !one.name.startsWith("data:") && !one.name.endsWith("/stations/all.json"))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


def test_a_first_visit_is_light_and_brings_nothing_that_only_a_second_one_needs(open_as):
    page = open_as(None, size="phone")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    sources = page.evaluate("[...document.scripts].map((one) => one.src)")
    assert not [source for source in sources if "keep" in source or "drafts" in source]
    assert page.evaluate(WEIGHT) <= 30_000


def test_a_reply_that_was_dropped_is_asked_for_again_and_nothing_comes_twice(open_as, stage):
    page = phone(open_as)
    dropped = []

    def drop_the_answer(route):
        if route.request.method == "POST" and len(dropped) < 2:
            dropped.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.goto("/help/ask/")
    page.route("**/help/ask/**", drop_the_answer)
    page.check("[name=kind][value=wage]")
    page.fill("[name=words]", "回复丢了的试验")
    page.click(SEND_HELP)
    page.wait_for_url("**/c/**", timeout=60_000)
    assert dropped == [201, 201]
    page.goto("/me/")
    page.locator("[data-mine] li").first.wait_for()
    assert page.locator("[data-mine] li").count() == 1
    counted = stage.told(
        "from nuanyi.cases.models import Case; from django.db.models import Count;"
        "print(Case.objects.values('key').annotate(n=Count('pk')).filter(n__gt=1).count())"
    )
    assert counted == "0"


def test_drafts_of_every_kind_survive_dropped_replies_a_killed_tab_and_a_restart(browser, stage):
    """The short form of ``python -m faults drafts``."""

    def restart():
        stage.stop()
        stage.start()

    def keys_of(table):
        return json.loads(
            stage.told(
                "import json; from django.db import connection as c; cursor = c.cursor();"
                f"cursor.execute('SELECT key::text FROM {table}');"
                "print(json.dumps([key for (key,) in cursor.fetchall()]))"
            )
        )

    found = drafts.send(
        browser, stage.address, many=20, drops=0.2, kills=2, restart=restart, keys_of=keys_of, seconds=300
    )
    assert drafts.safe(found), found
    assert found["restarted"]


def test_what_is_written_survives_a_reload_leaving_and_a_refusal_with_its_photo(open_as, tmp_path):
    page = phone(open_as, located=False)
    Image.effect_noise((900, 700), 90).convert("RGB").save(tmp_path / "hole.jpg", "JPEG")
    page.goto("/report/")
    page.set_input_files("#photo", str(tmp_path / "hole.jpg"))
    canvas = page.locator("[data-blur] canvas")
    canvas.wait_for()
    page.fill("#id_words", "井盖没了")
    canvas.scroll_into_view_if_needed()
    before = canvas.evaluate("(c) => c.toDataURL()")
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + 100, box["y"] + 60)
    blurred = canvas.evaluate("(c) => c.toDataURL()")
    assert blurred != before
    page.get_by_role("button", name="撤销").click()
    assert canvas.evaluate("(c) => c.toDataURL()") == before
    page.mouse.click(box["x"] + 100, box["y"] + 60)
    page.wait_for_timeout(800)

    page.reload()
    page.locator("[data-blur] canvas").wait_for()
    assert page.input_value("#id_words") == "井盖没了"
    page.goto("/help/")
    page.go_back()
    page.locator("[data-blur] canvas").wait_for()

    # no place is known: refused, at a field that can be filled, and everything still stands there
    page.click("form[data-report] > button:not([type=button])")
    page.locator(".errors").wait_for()
    assert page.url.endswith("/report/")
    assert page.input_value("#id_words") == "井盖没了"
    assert page.locator("[data-blur] canvas").count() == 1
    assert page.locator(".field.bad").count() == 1
    assert page.locator(".field.bad #id_township").is_visible()
    page.select_option("#id_township", index=1)
    page.click("form[data-report] > button:not([type=button])")
    page.wait_for_url("**/r/**")
    assert page.locator("img.photo").count() == 1
    page.goto("/report/")
    page.wait_for_timeout(500)
    assert page.input_value("#id_words") == ""


def test_photos_stroked_over_without_network_are_asked_for_their_place_at_once_and_sent_after_the_tab_was_killed(
    open_as, tmp_path
):
    page = phone(open_as, located=False)
    for name in ("hole.jpg", "lamp.jpg"):
        Image.effect_noise((900, 700), 90).convert("RGB").save(tmp_path / name, "JPEG")
    page.context.set_offline(True)
    page.goto("/report/")
    page.set_input_files("#photo", [str(tmp_path / "hole.jpg"), str(tmp_path / "lamp.jpg")])
    canvas = page.locator("[data-blur] canvas")
    canvas.nth(1).wait_for()
    canvas.first.scroll_into_view_if_needed()
    before = canvas.first.evaluate("(c) => c.toDataURL()")
    box = canvas.first.bounding_box()
    page.mouse.click(box["x"] + 100, box["y"] + 60)
    assert canvas.first.evaluate("(c) => c.toDataURL()") != before
    page.fill("#id_words", "桥头路灯和井盖，没有网络")
    # an office that could not tell whose it is would refuse it when nobody remembers where it was
    page.click("form[data-report] > button:not([type=button])")
    expect(page.locator(".errors")).to_contain_text("没有定位")
    assert page.locator(".field.bad #id_township").is_visible()
    page.select_option("#id_township", index=1)
    until(
        page,
        "Drafts.form('/report/').then((one) => one?.fields.some(([name, value]) => name === 'township' && value))",
    )
    context = page.context
    page.close()
    page = context.new_page()
    page.goto("/report/")
    page.locator("[data-blur] canvas").nth(1).wait_for()
    assert page.input_value("#id_words") == "桥头路灯和井盖，没有网络"
    assert page.input_value("#id_township") != ""
    page.click("form[data-report] > button:not([type=button])")
    page.get_by_text("等有网").first.wait_for()
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/me/")
    page.locator("[data-answers] .note.good a").click()
    page.wait_for_url("**/r/**")
    assert page.locator("img.photo").count() == 2


@pytest.fixture
def without_outlines(stage):
    """A district that was set up today: no township has its outline yet."""
    file = stage.home / "outlines.json"
    begin = "import json; from pathlib import Path; from nuanyi.places.models import Region; "
    stage.told(
        begin + "rows = Region.objects.filter(level='township').exclude(geometry_wgs84=None);"
        f"Path({str(file)!r}).write_text(json.dumps(dict(rows.values_list('code', 'geometry_wgs84'))));"
        "rows.update(geometry_wgs84=None)"
    )
    yield
    stage.told(
        begin + f"shapes = json.loads(Path({str(file)!r}).read_text());"
        "[Region.objects.filter(code=code).update(geometry_wgs84=shape) for code, shape in shapes.items()]"
    )


def test_where_no_outlines_are_a_place_told_in_words_without_network_waits_and_is_sent(
    open_as, without_outlines
):
    page = phone(open_as, located=False)
    page.goto("/report/")  # as it is now, kept by the service worker
    page.context.set_offline(True)
    page.goto("/report/")
    page.fill("#id_words", "无图地区的路灯不亮")
    page.click("form[data-report] > button:not([type=button])")
    expect(page.locator(".errors")).to_contain_text("写清楚在哪里")
    assert page.locator(".field.bad #id_where").is_visible()
    assert page.locator(".field.bad").count() == 1
    page.fill("#id_where", "良丰路菜市场东门")
    page.click("form[data-report] > button:not([type=button])")
    page.get_by_text("等有网").first.wait_for()
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/me/")
    page.locator("[data-answers] .note.good a").click()
    page.wait_for_url("**/r/**")
    expect(page.locator("main")).to_contain_text("良丰路菜市场东门")


def test_a_search_and_a_thank_you_are_not_kept_under_the_bare_address(open_as):
    page = phone(open_as)
    page.goto("/learn/")
    page.goto("/learn/?q=没有这样的课")
    page.wait_for_timeout(300)
    page.context.set_offline(True)
    page.goto("/learn/")
    assert "没有这样的课" not in page.content()
    page.goto("/sessions/")
    page.get_by_role("heading", name="现在没有网络").wait_for()
    assert page.get_by_role("link", name="上门登记").count() == 0, "only what the reader may open"
    page.context.set_offline(False)
    page.locator("[data-retry]").wait_for(state="detached")
    assert page.url.endswith("/sessions/")


def test_after_a_week_what_was_sent_cannot_be_read_on_the_phone_and_what_waits_and_the_ways_back_can(open_as):
    page = phone(open_as)
    page.evaluate(
        """async () => {
            await Drafts.put("waits", "waiting", {action: "/help/ask/", title: "没发出", fields: [], files: []});
            await Drafts.put("sent", "waiting", {action: "/help/ask/", title: "发出了", fields: [], files: []});
            await Drafts.answered("sent", {link: "/c/x/", title: "发出了", code: "AAAA", words: "三月工钱"});
            await Drafts.keepForm("/report/", {page: "/report/", fields: [["words", "井盖"]], files: []});
            await Drafts.keepThing("station", "LF01", {title: "良丰", link: "/stations/LF01/"});
            await Drafts.put("office", "waiting", {name: "上门登记的人"});
            await Drafts.keepPaper("grid", {list: "名单"});
        }"""
    )
    kept = """async () => ({
        drafts: (await Drafts.all()).map((draft) => draft.id).sort(),
        answer: (await Drafts.answers()).map(({body}) => [body.code, body.words || ""]),
        form: Boolean(await Drafts.form("/report/")),
        thing: Boolean(await Drafts.thing("station", "LF01")),
        paper: Boolean(await Drafts.paper("grid")),
    })"""
    whole = {"drafts": ["office", "waits"], "answer": [["AAAA", "三月工钱"]], "form": True, "thing": True}
    page.context.set_offline(True)
    page.goto("/help/")
    assert page.evaluate(kept) == whole | {"paper": True}
    now = page.evaluate("Date.now()") / 1000
    page.clock.install()
    later = whole | {"answer": [["AAAA", ""]], "form": False, "paper": False}
    for days in (8, 16):
        page.clock.set_fixed_time(now + days * 86_400)
        page.goto("/help/")
        assert page.evaluate(kept) == later
    page.get_by_text("天前写的").wait_for()
    page.goto("/me/")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="清空").click()
    until(page, "async () => !(await Drafts.answers()).length && !(await Drafts.things()).length")


def test_what_is_mine_is_found_on_another_phone_by_a_code_and_cleared_in_one_tap(open_as):
    page = phone(open_as)
    page.goto("/stations/LF01/")
    page.get_by_role("button", name="收藏").click()
    page.get_by_role("button", name="已收藏").wait_for()
    page.goto("/help/ask/?kind=other")
    page.fill("[name=words]", "换手机的试验，不该被带走的话")
    page.click(SEND_HELP)
    page.wait_for_url("**/c/**")
    link = page.url.partition("?")[0]
    page.goto("/me/")
    page.get_by_text("换手机", exact=True).click()
    page.get_by_role("button", name="生成口令").click()
    page.get_by_text("已存好").wait_for()
    code = page.locator("[data-progress] [data-code]").inner_text()
    page.get_by_role("button", name="特大").click()
    page.get_by_role("button", name="换成浅色或深色").click()
    page.goto("/help/")
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "large text scrolls no page sideways"
    )

    other = open_as(None, size="phone")
    other.goto("/me/")
    other.get_by_text("换手机", exact=True).click()
    other.fill("#progress-code", code.lower())
    other.get_by_role("button", name="取回来").click()
    other.locator("[data-things=station] a", has_text="良丰").wait_for()
    assert "不该被带走的话" not in other.content()
    other.locator("[data-mine] a").click()
    other.wait_for_url(link)

    other.goto("/me/")
    other.locator("[data-mine] li").wait_for()
    other.once("dialog", lambda dialog: dialog.accept())
    other.get_by_role("button", name="清空").click()
    other.locator("[data-mine] li").wait_for(state="detached")
    until(other, "!localStorage.getItem('learn.code')")
    left = other.evaluate("Object.keys(localStorage).filter((name) => !['theme', 'text'].includes(name))")
    assert left == [], "nothing of the worker's own stays"
    other.reload()
    other.get_by_text("还没发过").wait_for()
    assert other.locator("[data-things]:not([hidden])").count() == 0
