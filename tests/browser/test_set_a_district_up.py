"""An empty home, a real browser, a district in a few minutes, by the pages alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import SIZES, free_port

pytestmark = pytest.mark.browser


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A program that serves an empty home: its address and the one-time address."""
    for part in (tmp_path, *list(tmp_path.parents)[:3]):
        part.chmod(part.stat().st_mode | 0o011)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUANYI_", "DATABASE_", "DJANGO_"))}
    port = free_port()
    log = tmp_path / "serve.log"
    with log.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, "-m", "nuanyi.program.cli", "serve", "--port", str(port)],
            env=kept | {"NUANYI_HOME": str(tmp_path / "home"), "NUANYI_WORKERS": "1"},
            stdout=out,
            stderr=out,
        )
    try:
        deadline = time.monotonic() + 120
        while "is served on" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.3)
        found = re.search(r"http://\S+/setup/\?key=\S+", log.read_text())
        assert found, log.read_text()[-2000:]
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                    break
            except OSError:
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}", found.group()
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(40)


@pytest.mark.parametrize(("district", "size"), [("雁山", "desk"), ("330106", "phone")])
def test_a_clerk_sets_a_district_up_and_a_rider_is_helped(
    empty: tuple[str, str], browser: Browser, district: str, size: str
) -> None:
    address, link = empty
    begun = time.monotonic()
    office = browser.new_context(viewport=SIZES[size], locale="zh-CN", base_url=address)
    office.set_default_timeout(20_000)
    page = office.new_page()

    def narrow() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"] + 1, page.url

    page.goto("/")
    assert "还没有设置好" in page.inner_text("h1")
    page.goto(link)
    page.click("main button")
    page.fill("#q", district)
    page.press("#q", "Enter")
    page.wait_for_url("**q=*")
    page.check("main input[type=radio] >> nth=0")
    page.click("text=就是这里")
    for step in ("units", "responsibility", "services"):
        page.wait_for_url(f"**/setup/{step}/")
        narrow()
        page.click("main form button:has-text('保存')")
    page.wait_for_url("**/setup/accounts/")
    narrow()
    page.click("main form button:has-text('建立')")
    words = [line.inner_text() for line in page.query_selector_all(".slips dd")]
    narrow()
    page.click("text=已打印")
    page.wait_for_url("**/setup/overview/")
    narrow()
    page.click("main form button:has-text('开通')")
    page.wait_for_url("**/accounts/login/**")
    assert time.monotonic() - begun < 600
    page.fill("#id_login", "liangxin")
    page.fill("#id_password", words[words.index("liangxin") + 1])
    page.press("#id_password", "Enter")
    # a pattern would also take the sign-in page that leads on to it
    page.wait_for_url(f"{address}/accounts/password/change/")
    fields = page.query_selector_all("main input[type=password]")
    for field, text in zip(
        fields,
        [words[words.index("liangxin") + 1], "lantern-in-the-rain-7", "lantern-in-the-rain-7"],
        strict=True,
    ):
        field.fill(text)
    with page.expect_navigation():
        fields[-1].press("Enter")
    page.goto("/office/setup/")
    assert page.url == f"{address}/office/setup/", page.inner_text("main")
    narrow()
    if size == "phone":
        assert not page.is_visible("nav.rail"), "the rail of the office leaves no room on a phone"
    # a rider asks for what has no unit that could answer yet
    rider = browser.new_context(viewport=SIZES["phone"], locale="zh-CN", base_url=address).new_page()
    rider.goto("/help/ask/?kind=legal_aid")
    rider.fill("[name=words]", "需要请律师，先来问问。")
    rider.click("main form button:not([type=button]) >> visible=true")
    rider.wait_for_url("**/c/**")
    page.goto("/office/cases/?state=all")
    assert page.locator("a[href^='/office/cases/']:has-text('-')").count() >= 1
    office.close()
    rider.context.close()
