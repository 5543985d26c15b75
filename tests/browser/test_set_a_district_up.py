"""An empty home, a real browser, a district in a few minutes, by the pages alone."""

from __future__ import annotations

import io
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
import xlsxwriter
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE, SIZES
from tests.browser.shots import keep
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("district")]


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
        deadline = time.monotonic() + 300
        while "is served on" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.3)
        found = re.search(r"http://\S+/setup/\?key=\S+", log.read_text())
        assert found, log.read_text()[-2000:]
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30):
                    break
            except OSError:
                time.sleep(0.3)
        yield f"http://127.0.0.1:{port}", found.group()
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(120)


@pytest.mark.parametrize(("district", "size"), [("雁山", "desk"), ("330106", "phone")])
def test_a_clerk_sets_a_district_up_and_a_rider_is_helped(
    empty: tuple[str, str], browser: Browser, district: str, size: str
) -> None:
    address, link = empty
    office = browser.new_context(viewport=SIZES[size], locale="zh-CN", base_url=address)
    office.set_default_timeout(PATIENCE)
    page = office.new_page()

    def narrow() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"] + 1, page.url

    def picture(name: str) -> None:
        look = {"desk": "desktop"}.get(size, size)
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            keep(page, f"{look}-setup-{name}-{theme}")

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
        picture(step)
        page.click("main form button:has-text('保存')")
    page.wait_for_url("**/setup/accounts/")
    narrow()
    page.click("main form button:has-text('建立')")
    words = [line.inner_text() for line in page.query_selector_all(".slips dd")]
    narrow()
    page.click("text=已打印")
    page.wait_for_url("**/setup/overview/")
    narrow()
    picture("open")
    page.click("main form button:has-text('开通')")
    page.wait_for_url("**/accounts/login/**")
    assert "已经开通" in page.inner_text("main")
    first_sign_in(page, "liangxin", words)
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
    if size == "desk":
        serve_a_rider(page, rider, words)
    office.close()
    rider.context.close()


def first_sign_in(page: Page, name: str, slips: list[str]) -> None:
    """From the slip in one's hand to the day's work, by a password of one's own."""
    base = page.url.split("/accounts/")[0]
    once = slips[slips.index(name) + 1]
    page.fill("#id_login", name)
    page.fill("#id_password", once)
    page.press("#id_password", "Enter")
    # a pattern would also take the sign-in page that leads on to it
    page.wait_for_url(f"{base}/accounts/password/change/")
    own = "lantern-in-the-rain-7"
    fields = page.query_selector_all("main input[type=password]")
    for field, text in zip(fields, [once, own, own], strict=True):
        field.fill(text)
    fields[-1].press("Enter")
    factor = f"{base}/accounts/2fa/?first=1"
    page.wait_for_url(lambda url: url in (f"{base}/office/", factor))
    if page.url != factor:
        return  # nobody who reaches everything, or an installation that has switched it off
    # whoever reaches everything sets a second factor up, once
    keep(page, "first-second-factor-light")
    page.click("main a[href$='/totp/activate/']")
    secret = page.input_value("#authenticator_secret")
    if time.time() % 30 > 15:  # a code is good for half a minute, and this machine may be slow
        time.sleep(30 - time.time() % 30)
    page.fill("#id_code", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.press("#id_code", "Enter")
    page.wait_for_url(f"{base}/accounts/2fa/recovery-codes/")
    page.click("main a:has-text('到办公页面')")
    page.wait_for_url(f"{base}/office/")


def roster() -> bytes:
    """What a depot sends: a title, a head, 24 riders, one of them with half a number, a line of totals."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("骑手")
    sheet.write_row(0, 0, ["柘木外卖站骑手名单"])
    sheet.write_row(1, 0, ["序号", "姓名", "手机号码", "性别", "所在乡镇", "站点", "备注"])
    towns = ["雁山镇", "柘木镇", "良丰街道", "大埠乡"]
    for place, family in enumerate("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗梁宋郑谢"):
        phone = "1397730" if place == 9 else f"1397{7300000 + place * 137}"
        row = [place + 1, f"{family}志强", phone, "男", towns[place % 4], "柘木外卖站", ""]
        sheet.write_row(2 + place, 0, row)
    sheet.write_row(26, 0, ["合计", "", "", "", "", 24])
    book.close()
    return out.getvalue()


def serve_a_rider(page: Page, rider: Page, slips: list[str]) -> None:
    """The first day: a roster in, a station opened, a rider's wages to their end, and the month counts all of it."""
    base = page.url.split("/office/")[0]
    page.goto("/office/")
    page.click("main >> text=上传花名册")
    file = {"name": "骑手.xlsx", "mimeType": "application/octet-stream", "buffer": roster()}
    page.set_input_files("main input[type=file]", file)
    page.fill("main input[name=source]", "柘木外卖站")
    page.click("main button:has-text('读取')")
    page.wait_for_selector("button:has-text('导入没有问题的 23 行')", timeout=60_000)
    keep(page, "desktop-first-roster-light")
    page.click("button:has-text('导入没有问题的 23 行')")
    page.wait_for_selector("text=登记 23 条，23 人", timeout=60_000)
    # without stations nobody is told to take a filter away
    rider.goto("/")
    assert "这里还没有驿站" in rider.inner_text("main")
    keep(rider, "phone-no-station-yet-light")
    page.goto("/office/stations/")
    page.click("main >> text=录入驿站 >> nth=0")
    for name, text in {
        "name": "柘木镇骑手驿站",
        "place_words": "柘木街12号，镇政府东侧",
        "point": "25.1402, 110.3551",
        "every": "00:00-24:00",
    }.items():
        page.fill(f"main [name={name}]", text)
    page.select_option("main [name=unit]", label="柘木镇")
    page.check("main [value=charging]")
    page.click("main button:has-text('保存')")
    page.click("main button:has-text('启用')")
    page.wait_for_selector("text=开门中")
    assert "柘木镇" in page.inner_text("main dl")
    keep(page, "desktop-first-station-light")
    rider.goto("/")
    rider.wait_for_selector("main >> text=柘木镇骑手驿站")
    # asked on the phone, answered at the desk of the unit that the service list names, ended on the phone
    rider.goto("/help/")
    rider.click("main a:has-text('没发我工钱')")
    rider.fill("main [name=words]", "柘木外卖站十月的工钱一直没发。")
    rider.fill("main [name=employer]", "柘木外卖站")
    rider.click("main form button:has-text('发送')")
    rider.wait_for_url("**/c/**")
    keep(rider, "phone-first-request-light")
    mine = rider.url.partition("?")[0]
    assert page.context.browser is not None
    desk = page.context.browser.new_context(viewport=SIZES["desk"], locale="zh-CN", base_url=base)
    clerk = desk.new_page()
    clerk.goto("/accounts/login/")
    first_sign_in(clerk, "renshe", slips)
    clerk.click("main a:has-text('等待受理')")
    clerk.click("main tbody a >> nth=0")
    clerk.click("main button:has-text('接收')")
    clerk.locator("form:has(button:has-text('办好了')) textarea").fill("公司已经补发，当天到账。")
    clerk.click("main button:has-text('办好了')")
    clerk.wait_for_selector("text=单位说办好了")
    keep(clerk, "desktop-first-case-light")
    desk.close()
    rider.goto(mine)
    assert "公司已经补发" in rider.inner_text("main")
    keep(rider, "phone-first-answer-light")
    rider.click("main .stars button >> nth=4")
    rider.wait_for_selector("h1:has-text('已结')")
    # the month's figures
    page.goto("/office/matrix/")
    page.fill("#period", page.get_attribute("#periods option >> nth=0", "value") or "")
    page.click("main button:has-text('查看')")
    page.wait_for_url("**period=20*")
    figures = {
        row.locator("td").nth(0).inner_text(): row.locator("td").nth(1).inner_text().split()[0]
        for row in page.locator("tr[data-row]").all()
    }
    assert figures["在册从业人员"] == "23"
    assert figures["在用驿站"] == "1"
    assert figures["解决劳资纠纷"] == "1"
    keep(page, "desktop-first-month-light")


def test_a_city_is_set_up_by_its_pages_and_each_district_sees_its_own(
    empty: tuple[str, str], browser: Browser
) -> None:
    address, link = empty

    def somebody(size: str = "desk") -> Page:
        context = browser.new_context(viewport=SIZES[size], locale="zh-CN", base_url=address)
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    page = somebody()
    page.goto(link)
    page.click("main button")
    page.fill("#q", "桂林")
    page.press("#q", "Enter")
    page.wait_for_url("**q=*")
    page.check("main input[type=radio] >> nth=0")  # the city itself, before its districts
    page.click("text=就是这里")
    for step in ("units", "responsibility", "services"):
        page.wait_for_url(f"**/setup/{step}/")
        page.click("main form button:has-text('保存')")
    page.wait_for_url("**/setup/accounts/")
    page.click("main form button:has-text('建立')", timeout=240_000)  # some ninety passwords are hashed
    words = [line.inner_text() for line in page.query_selector_all(".slips dd")]
    page.click("text=已打印")
    page.wait_for_url("**/setup/overview/")
    assert "148 个乡镇街道" in page.inner_text("main")
    page.click("main form button:has-text('开通')")
    page.wait_for_url("**/accounts/login/**")

    first_sign_in(page, "liangxin-450311", words)
    keep(page, "desktop-city-district-light")
    page.click("main >> text=上传花名册")
    file = {"name": "骑手.xlsx", "mimeType": "application/octet-stream", "buffer": roster()}
    page.set_input_files("main input[type=file]", file)
    page.fill("main input[name=source]", "柘木外卖站")
    page.click("main button:has-text('读取')")
    page.click("button:has-text('导入没有问题的 23 行')", timeout=90_000)
    page.wait_for_selector("text=登记 23 条，23 人", timeout=90_000)
    page.goto("/office/matrix/")
    assert "在册 0 户、23 人" in page.inner_text("main")
    assert "柘木镇" in page.inner_text("main thead")
    assert "朝阳乡" not in page.inner_text("main thead")

    neighbour = somebody()
    neighbour.goto("/accounts/login/")
    first_sign_in(neighbour, "liangxin-450305", words)
    neighbour.goto("/office/census/workers/")
    assert "登记 0 条" in neighbour.inner_text("main")
    neighbour.goto("/office/matrix/")
    assert "柘木镇" not in neighbour.inner_text("main")

    city = somebody()
    city.goto("/accounts/login/")
    first_sign_in(city, "liangxin", words)
    assert "全市现在" in city.inner_text("main")
    city.goto("/office/census/workers/")
    assert "登记 23 条，23 人" in city.inner_text("main")

    # a rider of one district is answered by that district's own office
    rider = somebody("phone")
    rider.goto("/help/ask/?kind=other")
    rider.fill("main [name=words]", "电动车上牌去哪里办？")
    rider.select_option("main [name=region]", label="七星区 朝阳乡")
    rider.click("main form button:has-text('发送')")
    rider.wait_for_url("**/c/**")
    for desk, rows in ((neighbour, 1), (page, 0)):
        desk.goto("/office/cases/?state=all")
        assert desk.locator("main tbody tr").count() == rows
    for one in (page, neighbour, city, rider):
        one.context.close()
