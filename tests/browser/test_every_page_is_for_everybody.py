"""axe finds nothing (WCAG 2.2 AA), on a phone and a desk, light and dark; nothing is wider than the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
OFFICE = (
    "/office/",
    "/office/matrix/",
    "/office/census/establishments/",
    "/office/census/workers/",
    "/office/census/imports/",
    "/office/census/imports/new/",
    "/office/census/rounds/",
    "/office/census/rounds/new/",
    "/office/census/exports/",
    "/office/responsibility/",
    "/office/responsibility/rules/",
    "/office/responsibility/rules/new/",
    "/office/places/",
    "/office/people/",
    "/office/people/new/",
    "/office/people/roles/",
    "/office/notices/",
    "/office/search/?q=雁山",
    "/accounts/2fa/",
    "/office/stations/",
    "/office/stations/doubles/",
    "/office/stations/lists/new/",
    "/office/friendly/",
    "/office/friendly/tips/",
    "/office/friendly/new/",
    "/office/stations/new/",
    "/office/stations/faults/",
    "/office/stations/visits/",
    "/office/stations/lists/new/",
    "/keeper/",
    "/keeper/LF01/",
    "/office/cases/overview/",
    "/office/cases/items/",
    "/office/cases/items/new/",
    "/office/learning/",
    "/office/learning/new/",
    "/office/learning/1/",
    "/office/learning/plan/",
    "/office/learning/bank/",
    "/office/learning/groups/",
    "/office/learning/groups/new/",
    "/office/learning/pushes/",
    "/office/learning/sessions/",
    "/office/learning/sessions/new/",
    "/office/learning/sessions/18/",
    "/office/learning/sessions/18/screen/",
    "/office/cases/rules/",
    "/office/cases/clocks/",
    "/office/cases/letters/",
    "/office/cases/lists/",
    "/office/cases/lists/need/",
    "/office/cases/lists/offer/",
    "/office/cases/registers/",
    "/office/cases/served/",
    "/office/learning/channels/",
    "/office/learning/channels/wechat/",
    "/office/learning/channels/webpush/",
    "/office/learning/reach/",
    "/office/reports/",
    "/office/reports/19/",
    "/office/reports/kinds/",
    "/office/reports/rules/",
    "/office/reports/grids/",
    "/office/reports/keys/",
    "/office/volunteers/",
    "/office/volunteers/shifts/",
    "/office/volunteers/shifts/1/",
    "/office/volunteers/campaigns/",
    "/office/volunteers/campaigns/1/",
    "/office/volunteers/rewards/",
    "/office/volunteers/redeem/",
    "/office/matrix/grids/",
    "/office/matrix/grids/450311101901-01/",
    "/grid/",
    "/grid/19/",
    "/office/matrix/cube/",
    "/office/matrix/charts/",
    "/office/matrix/screen/",
    "/office/matrix/screen/links/",
    "/office/matrix/briefs/",
    "/office/matrix/tasks/",
    "/office/matrix/forms/",
    "/office/matrix/practice/",
    "/office/matrix/regulations/",
    "/office/matrix/years/2022/",
    "/office/matrix/records/party.meetings/?period=2022",
    "/office/sharing/",
)
OPEN = (
    "/",
    "/?lat=25.05&lon=110.32&open=now&amenity=charging",
    "/?amenity=wifi",
    "/stations/LF01/",
    "/stations/LF01/tell/",
    "/s/LF01/",
    "/help/",
    "/help/list/",
    "/help/ask/?kind=wage",
    "/help/mine/",
    "/help/phone/",
    "/help/injury/",
    "/exam/",
    "/verify/",
    "/learn/",
    "/learn/cpr/",
    "/report/",
    "/reports/",
    "/reports/2022-5/",
    "/grid/kept/",
    "/keeper/kept/",
    "/friendly/",
    "/friendly/tell/",
    "/visits/kept/",
    "/volunteer/",
    "/daily/",
    "/sessions/",
    "/in/kept/",
    "/exam/kept/",
    "/me/",
    "/who/",
    "/privacy/",
    "/door/",
    "/offline/",
    "/open/",
    "/accounts/login/",
    "/nowhere/",
)
#: All rules are tried; told in full is only what they find, not every element that is as it should be.
TOLD = {"resultTypes": ["violations"]}
RULES = TOLD | {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
#: What a theme changes: a page that was asked everything in its light colours is asked only this in its dark ones.
COLOURS = TOLD | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def _broken(page, rules):
    """Each rule that a page breaks, with every element that breaks it."""
    found = Axe().run(page, options=rules).response["violations"]
    return [(one["id"], [node["html"][:140] for node in one["nodes"]]) for one in found]


def _faults(page, address, rules=RULES):
    answer = page.goto(address)
    page.wait_for_timeout(100)
    faults = [(address, rule, elements[:3]) for rule, elements in _broken(page, rules)]
    # a page of excuses is for everybody too, and not what was asked for
    if (answer.status == 200) == (address == "/nowhere/"):
        faults.append((address, "answers", answer.status))
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        faults.append(
            (address, "wider than the screen", page.evaluate("document.documentElement.scrollWidth"))
        )
    return faults


@pytest.mark.parametrize(
    ("size", "theme"), [("phone", "light"), ("desk", "dark"), ("desk", "light"), ("phone", "dark")]
)
def test_axe_finds_nothing_on_any_page_that_needs_no_account(open_as, size, theme):
    guest = open_as(None, size=size, theme=theme)
    rules = COLOURS if theme == "dark" else RULES
    assert [fault for address in OPEN for fault in _faults(guest, address, rules)] == []


#: Words that can be read in light colours and not in dark ones, a link that only its colour shows, a field without a name.
FAULTY = """<!doctype html><html lang="zh-Hans"><title>页</title><style>
  body { background: #fff; color: #111 } a { color: #00f; text-decoration: none }
  @media (prefers-color-scheme: dark) { .pale { background: #222; color: #444 } }
</style><main><h1>页</h1><p class="pale">看不清的话</p><p class="pale">也看不清的话</p><p>见 <a href="/">这里</a> 再说</p><input name="nameless"></main>"""


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_axe_finds_what_is_wrong_in_dark_colours_only_and_what_is_wrong_in_both(open_as, size):
    """The control of both: all rules, and those alone that a theme's colours are asked by."""
    light, dark = open_as(None, size=size, theme="light"), open_as(None, size=size, theme="dark")
    for page in (light, dark):
        page.set_content(FAULTY)
    of_light, of_dark = dict(_broken(light, RULES)), dict(_broken(dark, RULES))
    assert set(of_light) == {"label", "link-in-text-block"}
    pale = ['<p class="pale">看不清的话</p>', '<p class="pale">也看不清的话</p>']
    assert of_dark == of_light | {"color-contrast": pale}
    del of_dark["label"]
    assert dict(_broken(dark, COLOURS)) == of_dark


#: Both sizes and both themes, once each: the office has four times as many pages, and colours do not depend on the size.
@pytest.mark.parametrize(("size", "theme"), [("phone", "light"), ("desk", "dark")])
def test_axe_finds_nothing_on_any_page_of_the_office(open_as, size, theme):
    page = open_as("liangxin", size=size, theme=theme)
    faults = [fault for address in OFFICE for fault in _faults(page, address)]
    page.goto("/office/census/workers/")
    one = page.locator("tbody a").first.get_attribute("href")
    page.goto("/office/census/establishments/")
    two = page.locator("tbody a").first.get_attribute("href")
    page.goto("/office/census/imports/")
    three = page.locator("tbody a").first.get_attribute("href")
    page.goto("/office/stations/")
    four = page.locator("tbody a").first.get_attribute("href")
    for address in (one, two, three, four, f"{four}edit/"):
        faults += _faults(page, address)
    clerk = open_as("dianxiaoer", size=size, theme=theme)
    clerk.goto("/office/cases/?state=all")
    five = clerk.locator("tr[data-row] a").last.get_attribute("href")
    for address in ("/office/cases/", "/office/cases/call/", five):
        faults += _faults(clerk, address)
    auditor = open_as("shenji", size=size, theme=theme)
    faults += _faults(auditor, "/office/audit/")
    assert faults == []


#: Fields for a file that show the browser's own button.
OWN_FILE_BUTTONS = """[...document.querySelectorAll("input[type=file]")]
    .filter((field) => field.getBoundingClientRect().width > 20).map((field) => field.name)"""


def test_no_page_scrolls_sideways_or_speaks_the_browsers_language_on_the_narrowest_phone(open_as):
    page = open_as(None, size="narrow")
    wide, foreign = [], []
    for address in OPEN:
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append((address, page.evaluate("document.documentElement.scrollWidth")))
        # its words would be the browser's, in whatever language that speaks
        foreign += [(address, name) for name in page.evaluate(OWN_FILE_BUTTONS)]
    assert not wide
    assert not foreign


def test_targets_of_the_workers_phone_are_large_enough_for_gloves(open_as):
    page = open_as(None, size="phone")
    for address in (
        "/",
        "/?lat=25.05&lon=110.32",
        "/stations/LF01/",
        "/stations/LF01/tell/",
        "/s/LF01/",
        "/help/",
        "/help/ask/",
        "/learn/",
        "/learn/cpr/",
        "/sessions/",
        "/help/mine/",
        "/report/",
        "/volunteer/",
        "/daily/",
        "/who/",
        "/door/",
        "/friendly/",
        "/friendly/tell/",
    ):
        page.goto(address)
        small = page.evaluate(
            "[...document.querySelectorAll('.phone button, .phone select, .phone input:not([type=hidden]):not([type=checkbox]):not([type=radio]),"
            " .phone .lines a, .bottom a, .ticks label span, .stations a')]"
            ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"
        )
        assert small == [], address


def test_the_keepers_targets_are_large_enough(open_as):
    page = open_as("yizhan", size="phone")
    page.goto("/keeper/LF01/")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    small = page.evaluate(
        "[...document.querySelectorAll('.phone button, .phone select, .phone input:not([type=hidden]), .phone summary, .bottom a')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []


#: What a phone's text setting of 200 % does: every text twice as large, nothing else.
TWICE = """(() => {
  const all = [...document.querySelectorAll("body *")].map((e) => [e, parseFloat(getComputedStyle(e).fontSize), parseFloat(getComputedStyle(e).lineHeight)]);
  all.forEach(([e, size, line]) => { e.style.fontSize = `${size * 2}px`; if (line) e.style.lineHeight = `${line * 2}px`; });
})()"""


@pytest.mark.parametrize("address", ["/", "/stations/LF01/", "/stations/LF01/tell/"])
def test_a_workers_page_is_whole_at_twice_the_text(open_as, address):
    page = open_as(None, size="phone")
    page.goto(address)
    page.evaluate(TWICE)
    too_wide = page.evaluate(
        "[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map((e) => e.outerHTML.slice(0, 160))"
    )
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"), too_wide


def test_long_english_words_stay_on_the_screen_at_twice_the_root_size_and_no_place_of_the_bar_is_broken(
    open_as,
):
    page = open_as(None, size="phone", language="en")
    wide = []
    for address in ("/", "/help/", "/me/", "/friendly/", "/stations/LF01/"):
        page.goto(address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            wide.append(address)
        tall = page.evaluate(
            "[...document.querySelectorAll('.bottom a')].filter((one) => {"
            "  const words = document.createRange(); words.selectNodeContents(one.lastChild);"
            "  return words.getClientRects().length > 1; }).map((one) => one.textContent)"
        )
        assert tall == [], "a word of the bar on two lines"
    assert wide == []


RATIO = """(() => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (c) => { paint.clearRect(0, 0, 1, 1); paint.fillStyle = c; paint.fillRect(0, 0, 1, 1); return [...paint.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => {
    const l = [r, g, b].map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
  const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const bad = [];
  for (const e of document.querySelectorAll("main *")) {
    if (!e.offsetParent || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 7) bad.push([e.outerHTML.slice(0, 80), ratio.toFixed(2)]);
  }
  return bad;
})()"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_of_workers_and_keepers_are_readable_in_sunlight(open_as, theme):
    page = open_as(None, size="phone", theme=theme)
    for address in (
        "/",
        "/?lat=25.05&lon=110.32&open=now",
        "/stations/LF01/",
        "/stations/LF01/tell/",
        "/s/LF01/",
        "/help/",
        "/help/list/",
        "/help/ask/",
        "/help/mine/",
    ):
        page.goto(address)
        assert page.evaluate(RATIO) == [], address
    keeper = open_as("yizhan", size="phone", theme=theme)
    keeper.goto("/keeper/LF01/")
    assert keeper.evaluate(RATIO) == []
