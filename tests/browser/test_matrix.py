"""The district office's morning through a real browser: a number of the brief followed to its records and back, another
office's blank form filled, a key task from red to green, the screen on the wall, the districts of a city."""

import io
import json
from datetime import timedelta

import openpyxl
import pytest

from nuanyi.lib import clock
from nuanyi.sharing import rules
from tests.browser.waits import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def number_in(text):
    return int("".join(sign for sign in text if sign.isdigit()))


def test_a_number_of_a_signed_brief_is_followed_to_its_records_and_back(open_as):
    page = open_as("liangxin")
    page.goto("/office/matrix/briefs/")
    page.get_by_role("link", name="2022年6月", exact=False).first.click()
    page.get_by_role("heading", name="各项数据与记录").wait_for()
    brief = page.url
    # the first of its row is the number of the month; those beside it are what it is compared with
    number = page.locator("tr[data-row] a[href*='learning.sessions_by_instructors']").first
    told = number_in(number.inner_text())
    assert told > 0
    number.click()
    page.wait_for_url("**/office/matrix/records/**")
    assert f"：{told} " in page.locator("h1").inner_text()
    counts = page.locator("tr[data-row] td.num").all_inner_texts()
    assert sum(int(one) for one in counts) == told
    # each record is the very session, on a day of that month
    page.locator("tr[data-row] a").first.click()
    page.wait_for_url("**/office/learning/sessions/**")
    assert "2022-06-" in page.content() or "2022年6月" in page.content()
    page.go_back()
    page.get_by_role("link", name="返回简报").click()
    page.wait_for_url(brief)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Word").click()
    assert waiting.value.suggested_filename.endswith(".docx")


def test_another_office_s_blank_form_comes_back_filled_and_asks_once_for_what_is_missing(open_as, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["乡镇（街道）", "政策咨询（次）", "购买意外险人数（人）"])
    for name in ("雁山镇", "合计"):
        sheet.append([name])
    blank = tmp_path / "统计表.xlsx"
    book.save(blank)
    page = open_as("liangxin")
    page.goto("/office/matrix/forms/")
    page.set_input_files("#id_file", str(blank))
    page.fill("#id_period", "2022-06")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="填好下载").click()
    filled = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes())).active
    assert 0 < filled["B2"].value <= filled["B3"].value
    assert "政策咨询" in filled["B3"].comment.text
    assert filled["C2"].value is None
    page.goto("/office/matrix/forms/")
    asked = page.locator("form.card", has_text="购买意外险人数")
    assert asked.count() == 2, "of the township and of the whole"
    asked = asked.filter(has_text="全区")
    asked.locator("input[name=value]").fill("37")
    asked.get_by_role("button", name="保存").click()
    page.locator("tr[data-row]", has_text="购买意外险人数").wait_for()
    assert page.locator("form.card", has_text="购买意外险人数").count() == 1


def test_a_key_task_goes_from_red_by_supervision_and_answer_to_green(open_as):
    today = clock.today()
    office = open_as("liangxin")
    office.goto("/office/matrix/tasks/new/")
    office.fill("#id_number", "77")
    office.fill("#id_title", "直播基地走访（浏览器）")
    office.select_option("#id_lead", label="雁山区商务局")
    office.fill("#id_start_date", f"{today - timedelta(days=100)}")
    office.fill("#id_due_date", f"{today + timedelta(days=200)}")
    steps = [f"{today - timedelta(days=40)} 第一轮走访", f"{today + timedelta(days=100)} 第二轮走访"]
    office.fill("#id_steps", "\n".join(steps))
    office.get_by_role("button", name="保存").click()
    office.get_by_role("heading", name="77. 直播基地走访（浏览器）").wait_for()
    task = office.url
    assert office.locator("main .badge").first.inner_text().endswith("滞后")

    office.select_option("#id_unit", label="雁山区商务局")
    office.locator("#supervision #id_due_date").fill(f"{today + timedelta(days=10)}")
    office.fill("#id_asked", "第一轮为什么还没走完？")
    office.get_by_role("button", name="发出督办").click()
    office.locator("#supervision .badge", has_text="待答复").wait_for()

    unit = open_as("shangwu")
    unit.goto(task)
    unit.locator("#supervision textarea").fill("基地搬迁，已在昨天走完。")
    unit.get_by_role("button", name="提交答复").click()
    unit.get_by_text("基地搬迁，已在昨天走完。").wait_for()
    unit.get_by_role("button", name="已完成").first.click()
    unit.locator("form.bar .badge", has_text="已完成").wait_for()

    office.goto(task)
    office.get_by_role("button", name="认定办结").click()
    office.locator("#supervision .badge.good").wait_for()
    assert office.locator("main .badge").first.inner_text().endswith("正常推进")


#: The smallest type of what a selector finds on the wall, in pixels.
SMALLEST = """selector => Math.min(...[...document.querySelectorAll('.big-screen :is(' + selector + ')')]
    .map(one => parseFloat(getComputedStyle(one).fontSize)))"""


def test_the_big_screen_fits_a_wall_names_nobody_and_keeps_itself_up_to_date(open_as):
    page = open_as("liangxin")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.clock.install()
    page.goto("/office/matrix/screen/")
    until(page, "document.querySelectorAll('.big-screen canvas, .big-screen svg').length >= 3")
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size[0] <= 1920
    assert size[1] <= 1080
    numbers = page.locator("[data-number]").all_inner_texts()
    assert 6 <= len(numbers) <= 8
    assert all(text == "—" or number_in(text) == 0 or number_in(text) >= 5 for text in numbers)
    for width, height in ((3840, 2160), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(SMALLEST, ".screen-numbers b") >= 0.04 * height, "the numbers, from five metres"
        assert page.evaluate(SMALLEST, "h1, h2, h2 *, p, p *, b, small, span, .chart") >= 0.015 * height
        assert page.evaluate("document.documentElement.scrollHeight") <= height
    assert "19900" not in page.content()
    # after a minute it asks again by itself: what the server says then stands there without a reload
    told = page.evaluate(
        "fetch(document.querySelector('[data-screen]').dataset.screen).then(answer => answer.json())"
    )
    told["numbers"]["stations.open"], told["as_of"] = 4321, "2031-01-01 08:00"
    page.route("**/office/matrix/screen/numbers.json", lambda route: route.fulfill(json=told))
    page.clock.fast_forward(61_000)
    until(page, "document.querySelector('[data-as-of]').textContent === '2031-01-01 08:00'")
    assert page.locator("[data-number='stations.open']").inner_text() == "4,321"


def test_a_city_takes_in_what_two_districts_signed_and_reads_both_in_one_table(open_as, tmp_path):
    page = open_as("liangxin")
    page.goto("/office/sharing/")
    for number, (code, name) in enumerate((("450302", "秀峰区"), ("450303", "叠彩区")), 1):
        private = bytes([number]) * 32
        document = {
            "format": rules.FORMAT,
            "district": {"code": code, "name": name},
            "month": "2022-06",
            "revision": 1,
            "made_at": "2022-07-05T09:00:00+08:00",
            "workers": 1000 * number,
            "counts": {"service.policy_consultations": 20 * number},
        }
        file = tmp_path / f"{code}.json"
        whole = rules.sign(document, private)
        file.write_text(json.dumps({**whole, "workers": 1}, ensure_ascii=False))
        page.fill("#code", code)
        page.fill("#name", name)
        page.fill("#public_key", rules.public_key(private))
        page.fill("#from_date", "2022-01-01")
        page.locator("form[action$='/senders/'] button").click()
        page.wait_for_url("**/office/sharing/?**")
        # one that was changed on the way is refused, with the reason
        page.set_input_files("#file", str(file))
        page.locator("form[action$='/receive/'] button").click()
        page.get_by_text("签名不符").first.wait_for()
        file.write_text(json.dumps(whole, ensure_ascii=False))
        page.goto("/office/sharing/")
        page.set_input_files("#file", str(file))
        page.locator("form[action$='/receive/'] button").click()
        page.wait_for_url("**/office/sharing/?**")
    page.goto("/office/sharing/?period=2022-06")
    lines = page.locator("tr[data-row]", has=page.locator("th[scope=row]"))
    assert {"秀峰区", "叠彩区"} <= {line.split()[0] for line in lines.all_inner_texts()}
    sums = page.locator("tfoot tr").last.inner_text()
    assert "3,000" in sums
    assert "60" in sums
