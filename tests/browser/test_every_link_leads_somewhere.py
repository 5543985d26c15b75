"""What a page offers, its reader may open: each account walks its rail and the links of every page on it."""

import re

import pytest
from lxml.html import fromstring

from tests.browser.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ACCOUNTS = (
    "liangxin",
    "zuzhi",
    "yanshan",
    "shangwu",
    "zhidao",
    "wangge",
    "dianxiaoer",
    "yizhan",
    "shenji",
    "guanli",
)
HREF = re.compile(r'href="(/[^"#]*)')
OF_A_KIND = 3


def _links(html: str) -> list[str]:
    return [
        address.replace("&amp;", "&") for address in HREF.findall(html) if not address.startswith("/static/")
    ]


def _kind(address: str) -> str:
    """Addresses that differ by a number, a key or a filter's value are of one kind."""
    return re.sub(r"=[^&]*", "=", re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d[\d-]*", "#", address))


def _sign_in(request, username: str) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', request.get("/accounts/login/").text())[1]
    form = {"csrfmiddlewaretoken": token, "login": username, "password": PASSWORD}
    answer = request.post("/accounts/login/", form=form)
    assert answer.url.endswith("/office/"), username


@pytest.mark.parametrize("username", ACCOUNTS)
def test_no_page_offers_what_its_reader_may_not_open(stage, browser, username):
    context = browser.new_context(base_url=stage.address, locale="zh-CN")
    request = context.request
    _sign_in(request, username)
    home = request.get("/office/").text()
    rail = _links(re.search(r'<nav class="rail".*?</nav>', home, re.S)[0])
    seen: dict[str, int] = {}
    refused = []
    for page in rail:
        answer = request.get(page)
        assert answer.status == 200, page
        if page == "/office/notices/":
            continue  # a notice is history: what it speaks of may have gone to another unit since
        main = re.search(r"<main.*</main>", answer.text(), re.S)[0]
        for link in dict.fromkeys(_links(main)):
            seen[_kind(link)] = seen.get(_kind(link), 0) + 1
            if seen[_kind(link)] <= OF_A_KIND and request.get(link).status != 200:
                refused.append((page, link))
    context.close()
    assert refused == []


def _listed(html: str, part: str) -> int | None:
    """How many records a page lists: as its list says, or counted by what it marks as counted; within a ``part`` of the
    page where the number leads there. None for a page that marks nothing.
    """
    page = fromstring(html)
    totals = page.xpath("//@data-total")
    if totals:
        return int(totals[0])
    within = page.xpath("//*[@id=$part]", part=part) if part else [page]
    assert within, f"no part {part!r}"
    marks = within[0].xpath(".//@data-counted")
    return sum(map(int, marks)) if marks else None


@pytest.mark.parametrize("username", ACCOUNTS)
def test_every_number_of_the_first_page_leads_to_exactly_what_it_counts(stage, browser, username):
    context = browser.new_context(base_url=stage.address, locale="zh-CN")
    request = context.request
    _sign_in(request, username)
    home = fromstring(request.get("/office/").text())
    wrong = []
    for link in home.xpath("//main//a[@data-count]"):
        said, words = int(link.get("data-count")), link.text_content().strip()
        address, _sign, part = link.get("href").partition("#")
        listed = _listed(request.get(address).text(), part)
        # some lines bear no number: that the chain was not verified, by when something is to be done
        if listed != said and re.search(rf"(?<!\d){said}(?!\d)", words.replace(",", "")):
            wrong.append((words, link.get("href"), said, listed))
    for link in home.xpath("//main//a[@data-value]"):
        said, address = int(link.get("data-value")), link.get("href")
        behind = fromstring(request.get(address).text())
        if behind.xpath("//h1/@data-value") != [str(said)]:
            wrong.append((address, said, behind.xpath("//h1")[0].text_content()))
        for onward in behind.xpath("//main//a[@data-count]"):
            listed = _listed(request.get(onward.get("href")).text(), "")
            if listed != said:
                wrong.append((address, onward.get("href"), said, listed))
    context.close()
    assert not wrong, wrong
