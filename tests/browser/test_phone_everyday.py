"""A rider's everyday on the narrowest phone: a station, a compound, a lesson, a request; the network goes and comes back."""

import json
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.waits import open_all_day, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PLACE = {"latitude": 25.0470, "longitude": 110.3220, "accuracy": 12}
#: A sheet of the phone that takes pictures, and tells a test what it was given.
SHEET = """navigator.canShare = () => true;
navigator.share = async (what) => { globalThis.handedOn = [what.url, (what.files || []).map((file) => file.type)]; };"""
ON_ONE_LINE = "(part) => new Set([...part.getClientRects()].map((line) => Math.round(line.bottom))).size"


def narrow(open_as, page="/"):
    """A guest's phone of 320 pixels whose pages are kept."""
    found = open_as(None, size="narrow")
    found.context.grant_permissions(["geolocation"])
    found.context.set_geolocation(PLACE)
    found.add_init_script(SHEET)
    found.goto(page)
    found.evaluate("navigator.serviceWorker.ready.then(() => true)")
    found.reload()
    until(found, f"caches.match('{page}', {{ignoreVary: true}}).then(Boolean)")
    return found


def fits(page):
    """Nothing is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_station_answers_in_whole_lines_is_called_judged_kept_and_handed_on(open_as):
    open_all_day(open_as("yizhan", size="phone"))
    page = narrow(open_as)
    best = page.locator(".best")
    expect(best).to_contain_text("良丰")
    for part in ("b", ".nowrap", ".open"):
        assert best.locator(part).first.evaluate(ON_ONE_LINE) == 1, part
    # how many would be left stands at each choice
    expect(page.locator(".ticks label", has_text="手机充电").locator("small")).to_have_text(re.compile(r"\d"))
    assert fits(page)

    best.click()
    page.wait_for_url("**/stations/LF01/")
    assert page.locator("a[href^='tel:']").count() == 1
    assert "每天" in page.locator("table.hours tr").first.inner_text(), "seven equal days are one line"
    door = page.locator("img.photo").first
    door.scroll_into_view_if_needed()
    expect(door).to_have_js_property("complete", True)
    assert door.evaluate("(image) => image.naturalWidth") > 300
    assert fits(page)
    page.get_by_role("button", name="分享").click()
    until(page, "globalThis.handedOn?.[1].length === 1")
    address, kinds = page.evaluate("handedOn")
    assert address.endswith("/stations/LF01/")
    assert kinds == ["image/png"]
    page.locator("form[action$='/rate/'] button").last.click()
    page.locator(".note.good").wait_for()
    assert "满分 5 分" in page.content()
    page.get_by_role("button", name="收藏").click()
    page.get_by_role("button", name="已收藏").wait_for()

    # found again without network, and it can be ridden to
    page.context.set_offline(True)
    page.goto("/me/")
    page.locator("[data-things=station] a", has_text="良丰").click()
    page.get_by_role("heading", name="良丰").wait_for()
    assert "mode=ride" in page.locator("a[data-ride]").first.get_attribute("href")


def test_how_to_get_into_a_compound_is_read_and_put_right_without_network(open_as):
    page = narrow(open_as, "/friendly/")
    until(page, "caches.match('/friendly/all.json', {ignoreVary: true}).then(Boolean)")
    until(page, "caches.match('/friendly/tell/', {ignoreVary: true}).then(Boolean)")
    page.context.set_offline(True)
    page.goto("/friendly/")
    place = page.locator("details.friendly", has_text="桂花苑")
    title = place.locator("summary")
    lines = "(title) => parseFloat(getComputedStyle(title).lineHeight) / parseFloat(getComputedStyle(title).fontSize)"
    assert title.evaluate(lines) >= 1.3, "two lines of a title do not overlap"
    title.click()
    expect(place).to_contain_text("走东门，报楼号就行")
    assert "mode=ride" in place.locator("a[data-ride]").get_attribute("href")
    assert fits(page)
    place.locator("a[href$='/tell/']").click()
    words = page.locator("[name=gate_words]")
    expect(words).to_have_value(re.compile("走东门"))
    words.fill("东门在修，改走西门，窄屏试验")
    page.click("form[data-tip] > button:not([type=button])")
    page.get_by_text("等有网").first.wait_for()
    page.goto("/")
    page.get_by_text("还有 1 件没发出").wait_for()
    page.context.set_offline(False)
    page.locator("[data-answers] a").first.click()
    page.wait_for_url("**/tip/**")
    expect(page.locator("main")).to_contain_text("桂花苑")


def test_lessons_saved_at_one_tap_are_read_on_the_road_and_right_and_wrong_are_told_apart(open_as):
    page = narrow(open_as, "/learn/")
    first = page.locator("main a.card").first
    assert first.bounding_box()["y"] < page.viewport_size["height"] / 2, "today's lesson stands first"
    save = page.locator("[data-save-all]")
    save.click()
    until(
        page,
        "(b => b.disabled && b.innerText.trim() === b.dataset.saved)(document.querySelector('[data-save-all]'))",
        90,
    )
    never_opened = page.locator("[data-lesson]").last.get_attribute("href")
    page.context.set_offline(True)
    page.goto("/learn/")
    page.locator("[data-shelf] summary").last.click()
    page.locator(".thumb").last.scroll_into_view_if_needed()
    until(page, "[...document.querySelectorAll('.thumb')].at(-1).naturalWidth > 0", 30)
    page.goto(never_opened)
    right = json.loads(page.locator("[data-questions]").get_attribute("data-questions"))[0]
    options = page.locator("[data-n='0'] [data-option]")
    wrong = next(n for n in range(options.count()) if n != right)
    options.nth(wrong).click()
    expect(options.nth(right)).to_have_class(re.compile(r"\bright\b"))
    expect(options.nth(wrong)).to_have_class(re.compile(r"\bwrong\b"))
    sign = "(option) => getComputedStyle(option, '::before').content + getComputedStyle(option, '::after').content"
    assert options.nth(right).evaluate(sign) != options.nth(wrong).evaluate(sign), "not by colour alone"
    assert fits(page)
    page.context.set_offline(False)

    page.goto("/exam/")
    page.get_by_role("button", name="开始答题").click()
    bar = page.locator(".exam-bar")
    expect(bar).to_contain_text(re.compile(r"\d\d:\d\d"))
    page.locator("fieldset.question input").first.check()
    expect(bar).to_contain_text("已答 1 题，共 10 题")
    assert fits(page)


def test_a_request_shows_the_numbers_that_save_lives_first_and_a_photo_can_be_left_out_again(
    open_as, tmp_path
):
    page = narrow(open_as, "/help/")
    calls = [link.get_attribute("href") for link in page.locator("main a[href^='tel:']").all()]
    assert calls[:3] == ["tel:110", "tel:120", "tel:122"]
    page.get_by_role("link", name="没发我工钱").click()
    page.wait_for_url("**/help/ask/**")
    assert not page.locator("[name=kind]").first.is_visible(), "the kind that was chosen is not asked again"
    for n, colour in enumerate(("red", "green")):
        Image.new("RGB", (900, 700), colour).save(tmp_path / f"{n}.jpg", "JPEG")
        page.set_input_files("input[data-photos]", str(tmp_path / f"{n}.jpg"))
        expect(page.locator(".thumbs img")).to_have_count(n + 1)
    page.locator(".thumbs button").first.click()
    expect(page.locator(".thumbs img")).to_have_count(1)
    # a long page goes on under a thumb that lies on a picture
    assert page.locator(".thumbs img").evaluate("(picture) => getComputedStyle(picture).touchAction") in (
        "auto",
        "manipulation",
        "pan-y",
    )
    page.fill("[name=words]", "四月工钱，窄屏试验")
    assert fits(page)
    page.click("form[data-keep] > button:not([type=button])")
    page.wait_for_url("**/c/**")
    code = page.locator(".note .answer").inner_text()
    page.get_by_text("收到了。").wait_for()
    assert page.locator(".note .answer").evaluate("(e) => e.scrollWidth <= e.clientWidth"), (
        "the code is whole"
    )

    page.goto("/help/mine/")
    page.fill("#code", code[:9])
    page.click("main form button")
    page.locator(".errors, .note.bad").first.wait_for()
    assert page.input_value("#code") == code[:9], "a wrong code keeps what was typed"
    page.fill("#code", code.replace("-", " ").lower())
    page.click("main form button")
    page.wait_for_url("**/c/**")
