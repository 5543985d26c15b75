"""A wage dispute through a real browser: from a message at night to the last instalment, with two units and a curious one."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.waits import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def ask(page, words):
    page.goto("/help/")
    page.click("text=没发我工钱")
    page.fill("[name=words]", words)
    page.locator("details.more summary", has_text="填了办得更快").click()
    page.select_option("[name=region]", label="柘木镇")
    page.fill("[name=employer]", "浏览器站点")
    page.set_input_files(
        "[name=voice]", {"name": "v.webm", "mimeType": "audio/webm", "buffer": b"\x1aE\xdf\xa3" + bytes(900)}
    )


def test_a_wage_dispute_from_a_night_without_network_to_the_last_instalment(open_as):
    page = open_as(None, size="phone")
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    page.goto("/help/ask/?item=1&at=station")
    assert page.locator("form[data-keep]").get_attribute("action") == "/help/ask/?item=1&at=station"
    ask(page, "站长扣了我三天的钱，有截图")
    assert page.locator("[name=kind]:checked").input_value() == "wage"
    page.click("main form[data-keep] > button")
    page.get_by_text("等有网").wait_for()
    page.context.set_offline(False)
    page.wait_for_url("**/c/**")
    page.get_by_text("收到了。").wait_for()
    link = page.url.split("?")[0]
    code = page.locator(".note .answer").inner_text()
    assert re.fullmatch(r"([A-Z2-9]{4}-){3}[A-Z2-9]{4}", code)

    clerk = open_as("dianxiaoer")
    clerk.goto("/office/cases/?q=浏览器站点")
    assert clerk.locator("tr[data-row]").count() == 1, "sent once"
    clerk.click("tr[data-row] a")
    case = clerk.url
    assert "有截图" in clerk.content()
    assert clerk.locator("audio").count() == 1
    clerk.click("text=接收")
    clerk.get_by_label("写给小哥，或留作内部备注").fill("先核对一下，内部记一笔")
    clerk.click("button[name=inside]")
    clerk.locator("#words").wait_for()
    clerk.get_by_label("写给小哥，或留作内部备注").fill("已联系站点，明天调解")
    clerk.click("text=发给小哥")
    page.goto(link)
    assert "已联系站点，明天调解" in page.content()
    assert "内部记一笔" not in page.content()

    curious = open_as("shangwu")
    assert curious.goto(case).status == 404
    assert "浏览器站点" not in curious.goto("/office/cases/?state=all").text()
    assert open_as("liangxin").goto(case).status == 404

    clerk.goto(case)
    clerk.select_option("#to", label="雁山镇人民政府")
    clerk.fill("#why", "站点在你们那里")
    clerk.click("text=转交 >> nth=-1")
    clerk.get_by_text("转交给 雁山镇人民政府").wait_for()
    other = open_as("yanshan")
    other.goto(case)
    assert "有截图" in other.content()
    other.fill("#refuse", "不在我们镇")
    other.click("text=不接收")
    other.wait_for_url("**/office/cases/")
    clerk.goto(case)
    assert "没有接收：不在我们镇" in clerk.content()

    clerk.click("text=约调解时间")
    clerk.fill("#at", "2035-05-01T09:30")
    clerk.fill("#where", "柘木镇司法所")
    clerk.fill("#participants", "站点负责人")
    clerk.locator("form[action$='/appoint/'] button").click()
    clerk.get_by_text("柘木镇司法所").first.wait_for()
    page.goto(link)
    assert "柘木镇司法所" in page.content()
    assert "站点负责人" not in page.content()
    clerk.fill("form[action$='/heard/'] input[name=words]", "站点同意补三百")
    clerk.locator("form[action$='/heard/'] button").click()
    clerk.get_by_text("站点同意补三百").first.wait_for()
    assert clerk.get_by_role("button", name="调解协议书").is_disabled()
    page.goto(link)
    page.click("text=可以让单位知道我的姓名")
    page.get_by_role("button", name="可以告诉单位").click()
    page.get_by_text("可以让单位知道我的姓名").wait_for(state="detached")
    clerk.goto(case)
    with clerk.expect_download() as letter:
        clerk.get_by_role("button", name="调解协议书").click()
    assert letter.value.suggested_filename.startswith("调解协议书")
    clerk.click("text=约定一期")
    clerk.fill("#due", "2026-01-01")
    clerk.fill("#isum", "300")
    clerk.locator("form[action$='/instalment/'] button").click()
    clerk.get_by_text("未付").wait_for()
    clerk.fill("#solved", "想先结掉")
    clerk.click("text=办好了 >> nth=-1")
    clerk.get_by_text("还有一期款没有付").first.wait_for()
    clerk.goto(case)
    clerk.click("text=已到账")
    clerk.get_by_text("已付").first.wait_for()
    clerk.fill("#solved", "三百块已经到账")
    clerk.locator("form[action$='/solve/'] button").click()
    clerk.get_by_text("单位说办好了").first.wait_for()

    page.goto("/help/mine/")
    page.fill("#code", code.lower())
    page.click("main form button")
    page.wait_for_url("**/c/**")
    assert "三百块已经到账" in page.content()
    page.click("button[name=stars][value='5']")
    page.get_by_text("已结").first.wait_for()
    page.click("text=删除我写的话和电话")
    page.get_by_role("button", name="确认删除").click()
    page.get_by_text("只留下一个计数").wait_for()


def test_somebody_on_the_telephone_is_written_down_and_gets_a_code(open_as):
    clerk = open_as("dianxiaoer")
    clerk.goto("/office/cases/call/")
    clerk.get_by_label("政策咨询").check()
    clerk.fill("[name=words]", "社保断了怎么补")
    clerk.click("main form > button")
    code = clerk.locator(".note.good .big").inner_text()
    page = open_as(None, size="phone")
    page.goto("/help/mine/")
    page.fill("#code", code)
    page.click("main form button")
    page.wait_for_url("**/c/**")
    assert "社保断了怎么补" in page.content()


def test_the_first_row_of_a_list_stands_high_and_the_bar_for_picked_rows_comes_with_the_first_pick(open_as):
    page = open_as("liangxin")
    for address in ("/office/stations/", "/office/census/establishments/", "/office/reports/"):
        page.goto(address)
        row, bar = page.locator("#list tbody tr").first, page.locator(".list .bulk")
        top = row.bounding_box()["y"]
        # of 900, with the line that says it is a demo district
        assert top < 340, (address, top)
        assert bar.is_hidden()
        row.locator("td.pick input").check()
        assert bar.is_visible()
        assert row.bounding_box()["y"] == top, "no row moves under the pointer"
        row.locator("td.pick input").uncheck()
        assert bar.is_hidden()


def test_the_head_of_a_list_and_what_is_done_with_picked_rows_stay_in_sight_while_rows_are_scrolled(open_as):
    page = open_as("liangxin")
    page.goto("/office/census/workers/?size=200")
    head, rows = page.locator("#list thead th").nth(1), page.locator("#list tbody tr")
    top = head.bounding_box()["y"]
    rows.first.locator("td.pick input").check()
    rows.nth(5).hover()
    page.mouse.wheel(0, 4000)
    expect(rows.first).not_to_be_in_viewport()
    assert head.bounding_box()["y"] == top
    bar = page.locator(".list .bulk").bounding_box()
    assert bar["y"] + bar["height"] <= page.viewport_size["height"]


def test_a_column_that_cannot_be_pasted_says_why(open_as):
    page = open_as("liangxin")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/office/census/establishments/")
    page.evaluate("text => navigator.clipboard.writeText(text)", "很多\r\n52")
    cells = page.locator("td[data-edits=headcount]")
    before = cells.first.inner_text()
    for _turn in range(2):  # what shows the first refusal is there for the second
        cells.first.dblclick()
        page.locator("input.cell").wait_for()
        page.keyboard.press("Control+v")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(cells.first).to_have_text(before)


def test_a_first_page_fills_a_wide_screen(open_as):
    page = open_as("liangxin")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/office/")
    for part in (".tasks", ".cards"):
        box = page.locator(part).first.bounding_box()
        assert 1920 - box["x"] - box["width"] < 60, (part, box)


def test_a_face_on_a_photo_of_the_office_is_stroked_over_before_it_is_sent(open_as, tmp_path):
    """A board of black and white squares: where somebody stroked over it, nothing of the squares is left."""
    board = Image.new("RGB", (800, 600))
    board.putdata(
        [(255, 255, 255) if (n % 800 // 8 + n // 800 // 8) % 2 else (0, 0, 0) for n in range(480_000)]
    )
    board.save(tmp_path / "board.jpg", quality=95)
    page = open_as("liangxin")
    page.goto("/office/census/establishments/")
    page.locator("tr[data-row] a").first.click()
    before = {one.get_attribute("src") for one in page.locator("#remarks img").all()}
    page.set_input_files("#record-photo", str(tmp_path / "board.jpg"))
    canvas = page.locator(".blur canvas")
    undo = page.locator(".blur").get_by_role("button", name="撤销")
    expect(undo).to_be_disabled()
    canvas.click()
    expect(undo).to_be_enabled()
    undo.click()
    expect(undo).to_be_disabled()
    canvas.click()
    # what is stroked over at an edge is as little to be read as what stands in the middle
    canvas.click(position={"x": 4, "y": canvas.bounding_box()["height"] / 4})
    page.get_by_role("button", name="保存照片").click()
    expect(page.locator(".blur canvas")).to_have_count(0)
    [shown] = {one.get_attribute("src") for one in page.locator("#remarks img").all()} - before
    sent = Image.open(io.BytesIO(page.request.get(shown).body())).convert("L")
    width, height = sent.size

    def spread(left, top):
        low, high = sent.crop((left, top, left + 16, top + 16)).getextrema()
        return high - low

    assert spread(width // 2 + 4, height // 2 + 4) < 60
    assert spread(2, height // 4 - 8) < 60
    assert spread(20, 20) > 180


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_what_is_above_a_list_takes_two_lines_at_most_and_how_many_there_are_stands_beside_what_is_done_with_them(
    open_as, width
):
    page = open_as("liangxin")
    page.set_viewport_size({"width": width, "height": 800})
    for address in ("/office/census/establishments/", "/office/reports/", "/office/responsibility/units/"):
        page.goto(address)
        bar, total = page.locator(".list-bar").bounding_box(), page.locator("#list-total").bounding_box()
        tools = page.locator(".list-bar .tools").bounding_box()
        assert bar["height"] < 90, (address, bar)
        middle = total["y"] + total["height"] / 2
        assert tools["y"] < middle < tools["y"] + tools["height"], (address, total, tools)
        assert tools["x"] + tools["width"] <= width


def test_a_long_list_shows_its_rows_first_and_its_counts_come_into_what_is_open(open_as):
    page = open_as("shenji")
    page.goto("/office/audit/")
    total = page.locator("#list-total")
    # the page asks by itself; an opened filter stays open and hears its numbers
    page.locator("#list-filters summary").first.click()
    until(page, "!document.querySelector('#list-total').hasAttribute('hx-get')")
    assert "超过" not in total.inner_text()
    assert int(total.get_attribute("data-total")) > 2000
    assert page.locator("#list-filters details[open]").count() == 1
    assert page.locator("tr[data-row]").count() == 50
    assert "counts=1" not in page.url
