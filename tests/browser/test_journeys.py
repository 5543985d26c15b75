"""Journeys through a real browser, as each of the people who do the work."""

import base64
import hmac
import re
import struct
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.waits import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ROSTERS = Path(__file__).parents[2] / "nuanyi/census/demo/rosters"


def wait_for_words(page, words):
    page.get_by_text(re.compile(words)).first.wait_for()


def cell_sum(page):
    page.goto("/office/matrix/")
    return page.locator("tfoot td").last.inner_text()


def test_the_office_sends_a_roster_and_sees_the_matrix_change_and_takes_it_back(open_as, tmp_path):
    page = open_as("liangxin")
    before = cell_sum(page)
    file = tmp_path / "新名单.csv"
    file.write_text(
        "姓名,手机号码,行业,乡镇\n钱多多,19811110001,快递,大埠乡\n孙小小,19811110002,外卖员,大埠乡\n赵错,123,快递,大埠乡\n",
        "gb18030",
    )
    page.goto("/office/census/imports/new/")
    page.set_input_files("#id_file", str(file))
    page.fill("#id_source", "新来源")
    page.click("main form button")
    wait_for_words(page, "导入没有问题的 2 行")
    assert "手机号是 11 位" in page.content()
    page.click("button[name=take]")
    wait_for_words(page, "撤销整次导入")
    after = cell_sum(page)
    assert after != before
    page.goto("/office/census/workers/?q=&region=450311200")
    assert "198****0001" in page.content()
    assert "钱多多" not in page.content()
    page.goto("/office/census/imports/")
    page.click("text=新名单.csv")
    with page.expect_download() as download:
        page.click("text=没有导入的行")
    assert Path(download.value.path()).stat().st_size > 1000
    page.click("summary:has-text('撤销整次导入')")
    page.click("button:has-text('确认撤销')")
    wait_for_words(page, "已撤销")
    assert cell_sum(page) == before


def test_a_roster_that_is_known_already_changes_nothing(open_as):
    page = open_as("liangxin")
    before = cell_sum(page)
    page.goto("/office/census/imports/new/")
    page.set_input_files("#id_file", str(ROSTERS / "courier_firm.xls"))
    page.fill("#id_source", "快递企业花名册")
    page.click("main summary")
    page.select_option("#id_default_sector", "courier")
    page.click("main form button")
    expect(page.locator(".figure", has_text="新增").locator("b")).to_have_text("0")
    page.click("summary:has-text('全部不导入')")
    page.click("button:has-text('确认删除文件')")
    assert cell_sum(page) == before


def test_a_column_that_nobody_could_guess_is_told_once(open_as, tmp_path):
    page = open_as("yanshan")
    file = tmp_path / "b.csv"
    file.write_text("甲,乙\n钱七七,19811110007\n")
    page.goto("/office/census/imports/new/")
    page.set_input_files("#id_file", str(file))
    page.fill("#id_source", "猜不到")
    page.click("main form button")
    wait_for_words(page, "没有认出表头")
    page.select_option("#kind", "workers")
    page.select_option("select[name=c0-0]", "name")
    page.select_option("select[name=c0-1]", "phone")
    page.click("text=重新读取")
    wait_for_words(page, "全部导入 1 行")
    page.click("summary:has-text('全部不导入')")
    page.click("button:has-text('确认删除文件')")


def test_a_clerk_of_another_unit_sees_none_of_the_personal_data(open_as):
    page = open_as("dianxiaoer")
    for address in (
        "/office/census/workers/",
        "/office/census/imports/",
        "/office/audit/",
        "/office/people/",
    ):
        assert page.goto(address).status == 403, address
    page.goto("/office/search/?q=19900932172")
    assert "199****" not in page.content()
    page.goto("/office/matrix/")
    assert page.locator("table.matrix").count() == 1


def test_one_value_is_opened_for_a_purpose_and_the_auditor_sees_who_looked(open_as):
    page = open_as("yanshan")
    page.goto("/office/census/workers/?region=450311100")
    page.locator("tr[data-row]").first.locator("a").click()
    page.locator("dd details summary").first.click()
    page.locator("dd details[open] input[name=purpose]").fill("通知领取雨衣")
    page.locator("dd details[open] button").click()
    page.locator("dd details[open] p strong").wait_for()
    audit = open_as("shenji")
    audit.goto("/office/audit/?kind=people.revealed")
    assert "通知领取雨衣" in audit.content()


def test_rows_are_picked_with_the_keyboard_and_the_change_is_undone(open_as):
    page = open_as("liangxin")
    page.goto("/office/census/establishments/?sector=livestream")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-picked]").inner_text() == "2"
    page.select_option("form select[name=follow_up] >> nth=-1", "visited")
    page.click("text=登记联系情况")
    page.locator("tbody .badge.good").nth(1).wait_for()
    page.click(".toast button")
    page.locator("tbody .badge.good").first.wait_for(state="detached")


def test_a_rule_is_tried_dry_before_it_is_made(open_as):
    page = open_as("zuzhi")
    page.goto("/office/responsibility/rules/new/")
    page.select_option("#id_role", "guide")
    page.select_option("#id_sector", "courier")
    page.select_option("#id_region_code", "450311100")
    page.select_option("#id_unit", label="雁山区交通运输局")
    page.click("text=看看会变动什么")
    wait_for_words(page, "会改由别的单位负责")
    assert "交通局" in page.content()
    page.goto("/office/responsibility/?sector=courier&region=450311100")
    assert "雁山区市场监督管理局" in page.locator(".answers").inner_text()


def test_an_entry_at_the_door_waits_on_the_phone_without_network_and_is_sent_once(open_as, stage):
    page = open_as("wangge", size="phone")
    page.goto("/door/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "caches.match('/door/', {ignoreVary: true}).then(Boolean)")
    until(page, "navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.reload()
    assert page.locator("#doorstep").count() == 1
    # a number that lacks a digit does not leave the form while its owner still stands there
    page.fill("#name", "门边少一位")
    page.fill("#phone", "1982222000")
    page.select_option("#sector", "delivery")
    page.select_option("#region", "450311101")
    page.click("#doorstep button")
    assert page.locator("#phone").evaluate("(field) => field.validationMessage")
    assert page.locator("#waiting li").count() == 0
    for n in range(3):
        page.fill("#name", "门边" + "甲乙丙"[n])
        page.fill("#phone", f"1982222000{n}")
        page.select_option("#sector", "delivery")
        page.select_option("#region", "450311101")
        page.click("#doorstep button")
        page.locator("#waiting li").nth(n).wait_for()
    kept = page.evaluate(
        "(async () => { const db = await new Promise(r => { const a = indexedDB.open('nuanyi'); a.onsuccess = () => r(a.result); });"
        " return new Promise(r => { const q = db.transaction('drafts').objectStore('drafts').getAll();"
        " q.onsuccess = () => r(q.result.map(d => Array.from(new Uint8Array(d.sealed)).map(c => String.fromCharCode(c)).join('')).join('')); }); })()"
    )
    assert "198222" not in kept
    stage.stop()
    page.context.set_offline(False)
    page.reload()
    page.locator("#waiting li").nth(2).wait_for()
    stage.start()
    expect(page.locator("#waiting li")).to_have_count(0, timeout=120_000)
    page.goto("/office/census/workers/?follow_up=visited&region=450311101")
    assert page.locator("tr[data-row]").count() == 3


def test_what_an_account_may_open_from_the_door_is_not_offered_once_it_signed_out_on_another_page(open_as):
    page = open_as("zhidao", size="phone")
    page.goto("/door/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "caches.match('/door/', {ignoreVary: true}).then(Boolean)")
    page.reload()
    way = page.locator("a[data-opens][href='/office/']")
    way.wait_for()
    until(page, "Drafts.paper('opens').then(Boolean)")
    page.context.set_offline(True)
    page.reload()
    way.wait_for()

    page.context.set_offline(False)
    page.evaluate("Drafts.put('at-the-door', 'waiting', {name: '甲'})")
    page.goto("/accounts/logout/")
    page.click("main form button")  # what the office has not got yet would be lost: asked, and not meant
    page.wait_for_timeout(500)
    assert "logout" in page.url
    assert page.evaluate("Drafts.accountWaiting()") == 1
    page.once("dialog", lambda asked: asked.accept())
    page.click("main form button")
    page.wait_for_url(lambda address: "logout" not in address)
    page.wait_for_load_state()
    page.context.set_offline(True)
    page.goto("/door/")
    page.locator("#doorstep").wait_for()
    page.wait_for_timeout(500)
    assert page.locator("[data-opens]:visible").count() == 0
    page.context.set_offline(False)


def test_a_first_visitor_learns_whom_to_ask_in_two_taps(open_as):
    page = open_as(None, size="phone")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/help/")
    page.click("text=我这一带归谁管")
    page.select_option("#sector", "delivery")
    page.select_option("#region", "450311101")
    page.click("text=看看谁负责")
    page.wait_for_url("**region=450311101")
    assert page.locator(".answer").inner_text() == "柘木镇人民政府"
    assert all("localhost" in address for address in seen)


def test_the_language_is_switched_and_kept(open_as):
    page = open_as(None)
    page.goto("/who/?region=450311101")
    page.click("text=English")
    assert page.locator("h1").inner_text() == "Whom to ask"
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "en"


def one_time_code(secret):
    """The code of this half minute (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def confirm_it_is_me(page):
    page.fill("#id_password", "nuanyi-demo-2022")
    page.press("#id_password", "Enter")


def test_a_second_factor_is_a_code_a_passkey_or_a_recovery_code(open_as):
    page = open_as("shenji")
    page.goto("/accounts/2fa/totp/activate/")
    confirm_it_is_me(page)
    page.fill("input[name=code]", one_time_code(page.locator("#authenticator_secret").input_value()))
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/recovery-codes/")
    with page.expect_download() as download:
        page.click("text=下载")
    code = Path(download.value.path()).read_text().split()[0]
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    page.goto("/accounts/2fa/webauthn/add/")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/accounts/2fa/")

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.fill("#id_login", "shenji")
    confirm_it_is_me(page)
    page.wait_for_url("**/2fa/authenticate/**")
    assert page.request.get("/office/", max_redirects=0).status == 302, "the password alone opens nothing"
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/office/")

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.fill("#id_login", "shenji")
    confirm_it_is_me(page)
    page.fill("input[name=code]", code)
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/office/")
    page.goto("/accounts/2fa/totp/deactivate/")
    if "reauthenticate" in page.url:
        confirm_it_is_me(page)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/accounts/2fa/")
    page.goto("/accounts/2fa/webauthn/")
    page.locator("[href*=remove]").first.click()
    page.click("main form button[type=submit]")
    page.wait_for_url("**/webauthn/")
