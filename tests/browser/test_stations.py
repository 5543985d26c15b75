"""Stations through a real browser: the worker on the road, the keeper, the office."""

import re

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, PUBLIC
from tests.browser.waits import go, open_all_day, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LIANGFENG = {"latitude": 25.0470, "longitude": 110.3220}


@pytest.fixture
def rider(stage, browser):
    """A phone on the road, with its position shared."""
    contexts = []

    def act(position=LIANGFENG, **more):
        context = browser.new_context(
            viewport={"width": 360, "height": 740},
            locale="zh-CN",
            base_url=stage.address,
            geolocation=position,
            permissions=["geolocation"] if position else [],
            **more,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield act
    for context in contexts:
        context.close()


WEEK = """
from nuanyi.stations.models import Station
for station in Station.objects.filter(code="GY01"):
    station.hours |= {{str(day): "{hours}" for day in range(1, 8)}}
    station.save(update_fields=["hours"])
"""


@pytest.fixture
def another_open(stage):
    """A second station that is open at whatever hour the test runs."""
    stage.told(WEEK.format(hours="00:00-24:00"))
    yield
    stage.told(WEEK.format(hours="06:00-02:00"))


@pytest.mark.usefixtures("another_open")
def test_the_nearest_open_station_with_a_socket_is_found_and_found_again_on_the_way_back(open_as, rider):
    open_all_day(open_as("yizhan", size="phone"))
    page = rider()
    page.goto("/")
    # located at once: the permission stands
    best = page.locator(".best")
    best.wait_for()
    page.locator(".ticks label", has_text="手机充电").click()
    page.locator(".ticks label", has_text="现在开门").click()
    until(page, "document.querySelectorAll('.ask input:checked').length === 2")
    best.wait_for()
    assert "良丰" in best.inner_text()
    assert re.match(r"\d+ 米\n", best.inner_text()), "the answer on one line"
    assert "有插座" in best.inner_text()
    assert "lat=" not in page.url, "where somebody is does not stand in the address"
    ride = page.locator("a[data-ride]").get_attribute("href")
    assert "mode=ride" in ride

    page.locator(".stations a").nth(1).click()
    page.wait_for_url("**/stations/**")
    page.locator("[data-away]:not([hidden])").wait_for()
    page.get_by_text("换个地图 App").click()
    page.locator("[data-app=tencent]").evaluate(
        "(link) => link.addEventListener('click', (e) => e.preventDefault())"
    )
    page.locator("[data-app=tencent]").click()
    page.go_back()
    page.locator(".best").wait_for()
    assert page.locator(".ask input:checked").count() == 2
    page.reload()
    page.locator(".best").wait_for()
    assert page.locator(".ask input:checked").count() == 2
    until(page, "document.querySelector('a[data-ride]').href.includes('qq.com')")


def test_without_network_the_phone_computes_what_is_near_and_whether_it_is_open_at_this_hour(
    open_as, rider, browser
):
    keeper = open_as("yizhan", size="phone")
    keeper.goto("/keeper/LF01/")
    if keeper.locator("button[name=door][value=written]").count():
        keeper.click("button[name=door][value=written]")
        keeper.wait_for_load_state()
    page = rider()
    page.goto("/stations/LF01/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.goto("/")
    # at night no station is called the nearest: then the distances say that the place is known
    page.locator(".best, .stations .far").first.wait_for()
    page.reload()
    until(
        page,
        "Promise.all(['/', '/stations/kept/', '/stations/all.json'].map((p) => caches.match(p, {ignoreVary: true})))"
        ".then((all) => all.every(Boolean))",
    )
    page.context.set_offline(True)

    # ten past three in the coming night
    page.clock.install()
    china, day = 8 * 3600, 86_400
    midnight = (int(page.evaluate("Date.now()") / 1000) + china) // day * day + day - china
    page.clock.set_fixed_time(midnight + 3 * 3600 + 600)
    page.goto("/stations/LF01/")
    page.get_by_text("没有网络。按").wait_for()
    assert "已关门" in page.locator(".answer").inner_text()
    assert "确认开着" not in page.content()
    page.goto("/")
    page.locator("[data-told]:not([hidden])").wait_for()
    assert "存下的开放时间推算" in page.locator("[data-told]").inner_text()
    line = page.locator(".stations li", has_text="良丰")
    assert "已关门" in line.inner_text()
    expect(line).to_contain_text(re.compile(r"\d+ 米"), timeout=30_000)

    # a station that was never opened with network
    page.locator(".stations a", has_text="桂阳公路").click()
    page.get_by_role("heading", name="桂阳公路").wait_for()
    assert "mode=ride" in page.locator("a[data-ride]").get_attribute("href")
    page.context.set_offline(False)


def test_a_position_that_is_refused_leaves_places_to_choose_from(rider):
    page = rider(position=None)
    page.goto("/")
    assert page.locator(".best").count() == 0, "nothing is called the nearest while nobody knows where"
    page.click("[data-here]")
    page.get_by_text("没有定位权限").wait_for()
    assert page.locator("#place").is_visible()
    page.select_option("#place", label="柘木镇")
    until(page, "document.querySelector('.stations .name')?.textContent.includes('桂阳公路')")
    assert page.locator(".stations .far").count() == 0, "nobody stands in the middle of an area"


def test_it_works_without_any_script(stage, browser):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", base_url=stage.address)
    page = context.new_page()
    page.goto("/")
    page.locator(".ticks").first.get_by_text("微波炉", exact=True).click()
    page.click("[data-show]")
    assert "amenity=microwave" in page.url
    assert page.locator(".stations li").count() == 4
    page.locator(".stations a").first.click()
    assert "怎么去" in page.content()
    page.goto("/verify/")
    page.locator("noscript .note").wait_for()
    # no position is told: the township stands below what the note names
    page.goto("/report/")
    page.fill("#id_words", "路灯不亮，没有脚本的试验")
    page.locator("details.more summary").click()
    page.select_option("#id_township", index=1)
    page.click("form[data-report] > button:not([type=button])")
    page.wait_for_url("**/r/**")
    assert "没有脚本的试验" in page.content()
    context.close()


def test_a_map_comes_when_it_is_asked_for_and_nothing_is_asked_of_strangers(rider, stage):
    page, strange = rider(), []
    page.on(
        "request",
        lambda request: (
            strange.append(request.url) if not request.url.startswith((stage.address, "data:")) else None
        ),
    )
    # the phone takes its time to find out where it is: the map is there first
    page.add_init_script("""
        const known = new Promise((tell) => { globalThis.nowKnown = tell; });
        const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
        navigator.geolocation.getCurrentPosition = (...told) => known.then(() => ask(...told));
    """)
    page.goto("/")
    page.click("[data-map-button]")
    page.locator(".pin").first.wait_for()
    assert page.locator(".pin").first.bounding_box()["width"] >= 48
    # a round mark, and not the button that its role would make of it
    look = "e => [getComputedStyle(e).backgroundColor, e.firstChild.offsetWidth, e.firstChild.offsetHeight]"
    assert page.locator(".pin").first.evaluate(look) == ["rgba(0, 0, 0, 0)", 20, 20]
    assert not page.get_by_text("你在这里").count()
    page.evaluate("nowKnown()")
    page.get_by_text("你在这里").wait_for()
    assert strange == []


def test_a_visit_is_counted_in_two_taps_and_a_copied_code_is_not(open_as, rider):
    office = open_as("liangxin")
    office.goto("/office/stations/?q=LF01")
    office.click("tbody a")
    code = office.locator("code").last.inner_text().removeprefix(PUBLIC)
    # a phone that lives by another day: a stamp is of the day in China
    page = rider(timezone_id="Pacific/Honolulu")
    page.clock.install()
    now = page.evaluate("Date.now()") / 1000
    page.clock.set_fixed_time(now // 86_400 * 86_400 + 17.5 * 3600)
    page.goto(code)
    page.click("main form button")
    page.wait_for_selector("[data-stamps]")
    assert "签到成功" in page.content()
    days = page.evaluate("""() => [
        JSON.parse(localStorage.getItem("stamps")).at(-1)[1],
        new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10),
        new Date().toISOString().slice(0, 10),
    ]""")
    assert days[0] == days[1] != days[2]
    far = rider(position={"latitude": 25.18, "longitude": 110.345})
    far.goto(code)
    far.click("main form button")
    far.wait_for_selector(".note.bad")
    assert "你还没到这家驿站" in far.content()


def test_a_broken_socket_is_told_without_network_mended_and_told_back(open_as, rider, tmp_path):
    from nuanyi.lib.tests.test_rebuild_a_picture import picture

    keeper = open_as("yizhan", size="phone")
    photo = tmp_path / "socket.jpg"
    photo.write_bytes(picture(size=(2400, 1800), comment=b"SECRETNOTE"))
    page = rider()
    page.goto("/stations/LF01/tell/")
    page.check("[name=trouble][value=broken]")
    page.select_option("[name=kind]", "charging")
    page.fill("[name=words]", "二号插座没电")
    page.set_input_files("[name=photo]", str(photo))
    page.context.set_offline(True)
    page.click("main form > button")
    page.wait_for_selector("[data-kept]:not([hidden])")
    page.get_by_text("等有网").wait_for()
    page.context.set_offline(False)
    page.wait_for_url("**/told/**")
    link = page.url
    assert "已告诉管理员" in page.content()

    keeper.goto("/keeper/LF01/")
    card = keeper.locator(".card", has_text="二号插座没电")
    assert card.count() == 1, "sent once"
    card.locator("img").scroll_into_view_if_needed()
    expect(card.locator("img")).to_have_js_property("complete", True, timeout=30_000)
    assert card.locator("img").evaluate("image => image.naturalWidth") > 0
    assert card.locator("img").evaluate("image => image.naturalWidth") <= 1280
    card.locator("input[name=answer]").fill("换了新插座")
    card.locator("button[value=mended]").click()
    card.wait_for(state="detached")

    page.goto(link)
    assert "修好了" in page.locator("h1").inner_text()
    assert "换了新插座" in page.content()
    page.goto("/stations/LF01/")
    assert page.locator(".things li.broken").count() == 0


def test_one_tap_shuts_and_one_tap_opens(open_as, rider):
    keeper, page = open_as("yizhan", size="phone"), rider()
    open_all_day(keeper)
    keeper.click("button[name=door][value=shut]")
    keeper.wait_for_selector("button[name=door][value=open]")
    page.goto("/stations/LF01/")
    assert "已关门" in page.locator(".answer").inner_text()
    keeper.click("button[name=door][value=open]")
    keeper.wait_for_selector("button[name=door][value=shut]")
    page.reload()
    assert "开门中" in page.locator(".answer").inner_text()
    page.click("text=我在这里，开着门")
    page.wait_for_selector(".note.good")
    assert "人确认开着" in page.content()


def test_two_answers_of_a_keeper_wait_side_by_side_without_network_and_nothing_typed_is_lost(open_as, rider):
    page = rider()
    page.goto("/stations/LF01/")
    page.fill("#wish", "想要一个雨衣架，两份草稿试验")
    page.click("form[action$='/wish/'] button")
    page.wait_for_load_state("networkidle")
    keeper = open_as("yizhan", size="phone")
    keeper.goto("/keeper/LF01/")
    wish = keeper.locator("form.card", has_text="两份草稿试验")
    wish.locator("input[name=answer]").fill("下周装上")
    keeper.fill("form[data-keep=note] textarea", "雨衣架下周到")
    until(keeper, "Drafts.form(`${location.pathname}#note`).then(Boolean)")
    keeper.reload()
    until(keeper, "document.querySelector('form[data-keep=note] textarea').value === '雨衣架下周到'")
    expect(wish.locator("input[name=answer]")).to_have_value("下周装上")
    keeper.context.set_offline(True)
    wish.locator("button[value='1']").click()
    until(keeper, "Drafts.all().then((all) => all.length === 1)")
    keeper.click("form[data-keep=note] button")
    until(keeper, "Drafts.all().then((all) => all.length === 2)")
    keeper.context.set_offline(False)
    until(keeper, "Drafts.all().then((all) => !all.length)")
    go(keeper, "/keeper/LF01/")
    keeper.locator("blockquote", has_text="雨衣架下周到").wait_for()
    page.goto("/stations/LF01/")
    page.locator(".wishes li", has_text="下周装上").wait_for()


def test_a_station_is_entered_in_the_office_opened_and_found_by_a_rider(open_as, rider):
    office = open_as("yanshan")
    office.goto("/office/stations/new/")
    office.fill("#id_name", "新开的驿站")
    office.select_option("#id_tier", "village")
    office.fill("#id_place_words", "路口")
    office.fill("#id_point", "25.0440, 110.3300")
    office.select_option("#id_crs", "wgs84")
    office.fill("#id_every", "24小时")
    office.get_by_label("饮用水").check()
    office.click("main form > button")
    office.wait_for_selector("#state")
    office.select_option("#state", "open")
    office.click("form[action$='/move/'] button")
    office.wait_for_load_state()
    page = rider(position={"latitude": 25.0441, "longitude": 110.3301})
    page.goto("/")
    page.wait_for_selector(".best b")
    assert "新开的驿站" in page.locator(".best").inner_text()
    office.select_option("#state", "closed")
    office.fill("#reason", "试完了")
    office.click("form[action$='/move/'] button")
    office.wait_for_load_state()
    page.reload()
    assert "新开的驿站" not in page.content()


def test_the_poster_that_a_keeper_prints_is_read_by_a_scanner_and_leads_to_the_station(open_as, rider):
    keeper = open_as("yizhan", size="phone")
    keeper.goto("/keeper/LF01/")
    answer = keeper.request.get(keeper.locator("a[href$='poster.pdf']").get_attribute("href"))
    page = pypdfium2.PdfDocument(answer.body())[0].render(scale=2).to_pil()
    address = zxingcpp.read_barcodes(page)[0].text
    phone = rider()
    assert address.startswith(f"{PUBLIC}/s/LF01/")
    phone.goto(address.removeprefix(PUBLIC))
    assert "良丰" in phone.locator("h1").inner_text()


def test_the_first_page_is_small_and_asks_for_little(stage, browser):
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, base_url=stage.address, service_workers="block"
    )
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    sizes, blocking = {}, []
    devtools.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.on(
        "request",
        lambda request: (
            blocking.append(request.url)
            if request.resource_type in ("document", "stylesheet") or "theme" in request.url
            else None
        ),
    )
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= 30_000, sizes
    assert len(blocking) <= 2, blocking
    context.close()
