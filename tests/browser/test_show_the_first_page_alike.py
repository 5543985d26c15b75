"""The first page has a sheet of its own, without what it never shows: nothing on it looks otherwise than under the whole one."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
#: Every element and what stands before and after it, with all that the browser worked out for it; kept in the page, which
#: answers with what became otherwise since it was asked last. (Thousands of lines do not travel twice.)
LOOKS = """() => {
    const seen = [...document.body.querySelectorAll("*")].flatMap((one) =>
        [null, "::before", "::after"].map((part) => {
            const style = getComputedStyle(one, part);
            const own = [...style].filter((what) => !what.startsWith("--"));
            const name = `${one.tagName}.${one.className} ${part ?? ""}`;
            return [name, ...own.map((what) => `${what}: ${style.getPropertyValue(what)}`)];
        }));
    const before = window.seenBefore;
    window.seenBefore = seen;
    if (!before) return [`${seen.length} looked at`];
    if (before.length !== seen.length) return [`${before.length} became ${seen.length}`];
    return seen.flatMap((now, place) =>
        now.filter((line, at) => line !== before[place][at]).map((line) => `${now[0]} ${line}`));
}"""
#: The sheet that every other page loads, in place of the first page's own.
WHOLE = """async () => {
    const copy = await fetch("/help/", { headers: { "X-Kept-Copy": "1" } });
    const other = new DOMParser().parseFromString(await copy.text(), "text/html");
    const own = document.querySelector("head style");
    const whole = document.createElement("link");
    whole.rel = "stylesheet";
    whole.href = other.querySelector("link[rel=stylesheet]").getAttribute("href");
    await new Promise((loaded) => { whole.onload = loaded; own.after(whole); });
    own.remove();
    return whole.href;
}"""
PLACE = {"latitude": 25.05, "longitude": 110.32, "accuracy": 10}


def _is_alike(page):
    page.evaluate("document.activeElement?.blur()")
    assert page.locator("head style").count() == 1, "the first visit has its sheet within the page"
    assert int(page.evaluate(LOOKS)[0].split()[0]) > 300
    assert "front/phone." in page.evaluate(WHOLE)
    differ = page.evaluate(LOOKS)
    assert not differ, differ[:9]


@pytest.mark.parametrize(
    ("address", "theme", "language"),
    [
        ("/", "light", "zh-CN"),
        ("/?lat=25.05&lon=110.32&open=now&amenity=charging", "dark", "en"),
        ("/?amenity=wifi", "dark", "zh-CN"),
    ],
)
def test_the_first_page_looks_as_it_does_under_the_whole_sheet(open_as, address, theme, language):
    page = open_as(None, size="phone", theme=theme, language=language, reduced_motion="reduce")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    _is_alike(page)


def test_it_does_with_a_place_that_the_phone_told_and_the_map_open(open_as):
    page = open_as(
        None, size="narrow", reduced_motion="reduce", geolocation=PLACE, permissions=["geolocation"]
    )
    page.goto("/")
    # at night none of the demo's is open: then it says so there
    page.locator("[data-best] .best, [data-best] .note").first.wait_for()
    page.locator("[data-map-button]").click()
    page.locator(".leaflet-marker-icon, .leaflet-interactive").first.wait_for()
    page.wait_for_load_state("networkidle")
    _is_alike(page)


def test_it_does_with_all_that_it_keeps_hidden(open_as):
    page = open_as(None, size="phone", reduced_motion="reduce")
    page.goto("/")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.body.querySelectorAll('[hidden]').forEach((one) => { one.hidden = false; })")
    page.evaluate("document.documentElement.dataset.size = 'huge'")
    _is_alike(page)
