"""What a page offers, its reader may open: each account walks its rail and the links of every page on it."""

import re

import pytest

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
