"""The first page has a sheet of its own, without what it never shows: nothing on it looks otherwise than under the whole one."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
#: Every element and what stands before and after it, with all that the browser worked out for it.
LOOKS = """() => [...document.body.querySelectorAll("*")].flatMap((one) =>
    [null, "::before", "::after"].map((part) => {
        const style = getComputedStyle(one, part);
        const name = `${one.tagName}.${one.className} ${part ?? ""}`;
        const own = [...style].filter((what) => !what.startsWith("--"));
        return [name, ...own.map((what) => `${what}: ${style.getPropertyValue(what)}`)];
    }))"""
#: The sheet that every other page loads, in place of the first page's own.
WHOLE = """async () => {
    const other = new DOMParser().parseFromString(await (await fetch("/help/")).text(), "text/html");
    const own = document.querySelector("link[href*='stations/first']");
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
    own = page.evaluate(LOOKS)
    assert "front/phone." in page.evaluate(WHOLE)
    whole = page.evaluate(LOOKS)
    assert [one[0] for one in own] == [one[0] for one in whole]
    differ = [
        (one[0], *sorted(set(one) ^ set(other)))
        for one, other in zip(own, whole, strict=True)
        if one != other
    ]
    assert not differ, differ[:5]


@pytest.mark.parametrize(
    "address", ["/", "/?lat=25.05&lon=110.32&open=now&amenity=charging", "/?amenity=wifi"]
)
@pytest.mark.parametrize(("theme", "language"), [("light", "zh-CN"), ("dark", "en")])
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
