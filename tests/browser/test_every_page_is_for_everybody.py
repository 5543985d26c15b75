"""axe finds nothing (WCAG 2.2 AA), on a phone and a desk, light and dark; nothing is wider than the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
OFFICE = (
    "/office/", "/office/matrix/", "/office/census/establishments/", "/office/census/workers/", "/office/census/imports/",
    "/office/census/imports/new/", "/office/census/rounds/", "/office/census/rounds/new/", "/office/census/exports/",
    "/office/responsibility/", "/office/responsibility/rules/", "/office/responsibility/rules/new/", "/office/places/",
    "/office/people/", "/office/people/new/", "/office/people/duties/", "/office/notices/", "/office/search/?q=雁山", "/accounts/2fa/",
)  # fmt: skip
OPEN = ("/", "/who/", "/privacy/", "/door/", "/offline/", "/accounts/login/", "/nowhere/")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def _faults(page, address):
    page.goto(address)
    page.wait_for_timeout(150)
    found = Axe().run(page, options=RULES)
    faults = [(address, v["id"], [n["html"][:140] for n in v["nodes"]][:3]) for v in found.response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        faults.append((address, "wider than the screen", page.evaluate("document.documentElement.scrollWidth")))
    return faults


@pytest.mark.parametrize(
    ("size", "theme"), [("phone", "light"), ("desk", "dark"), ("desk", "light"), ("phone", "dark")]
)
def test_axe_finds_nothing_on_any_page(open_as, size, theme):
    page = open_as("liangxin", size=size, theme=theme)
    faults = [fault for address in OFFICE for fault in _faults(page, address)]
    page.goto("/office/census/workers/")
    one = page.locator("tbody a").first.get_attribute("href")
    page.goto("/office/census/establishments/")
    two = page.locator("tbody a").first.get_attribute("href")
    page.goto("/office/census/imports/")
    three = page.locator("tbody a").first.get_attribute("href")
    for address in (one, two, three):
        faults += _faults(page, address)
    guest = open_as(None, size=size, theme=theme)
    faults += [fault for address in OPEN for fault in _faults(guest, address)]
    auditor = open_as("shenji", size=size, theme=theme)
    faults += _faults(auditor, "/office/audit/")
    assert faults == []


def test_targets_of_the_workers_phone_are_large_enough_for_gloves(open_as):
    page = open_as(None, size="phone")
    for address in ("/", "/who/", "/door/"):
        page.goto(address)
        small = page.evaluate(
            "[...document.querySelectorAll('.phone button, .phone select, .phone input:not([type=hidden]), .phone .lines a, .bottom a')]"
            ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"
        )
        assert small == [], address
