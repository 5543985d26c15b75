"""An office of another district than the demo's: its rosters and a clerk's morning, without once opening Excel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from nuanyi.program.tests.conftest import opened, run, served
from tests.browser.conftest import PATIENCE, SIZES
from tests.browser.test_set_a_district_up import first_sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
STREETS = ("北山街道", "西溪街道", "三墩镇", "转塘街道")
SHOPS = 40


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Page]:
    """The desk of the district office of 西湖区, signed in; nothing is on record yet."""
    home = opened(tmp_path_factory.mktemp("another-office"))
    told = run(home, "setup", "--district", "330106", "--json")
    [once] = [one["password"] for one in json.loads(told)["accounts"] if one["username"] == "liangxin"]
    with served(home, log=home / "serve.log", seconds=300) as (_program, port):
        context = browser.new_context(
            viewport=SIZES["desk"], locale="zh-CN", base_url=f"http://127.0.0.1:{port}"
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/accounts/login/")
        first_sign_in(page, "liangxin", ["liangxin", once])
        yield page
        context.close()


def lines() -> list[list[Any]]:
    """A roster as a street office keeps it: two rows of head, 同上, 约20人, a word for a sector that only they use."""
    rows: list[list[Any]] = [
        ["西湖区快递外卖网点摸底表"],
        ["序号", "户名", "基本情况", "", "从业人数"],
        ["", "", "行业领域", "所在乡镇", ""],
    ]
    for n in range(SHOPS):
        sector = "电动车跑腿" if n in (7, 8, 9) else ("快递", "外卖")[n % 2]
        street = "同上" if n % 5 == 4 else STREETS[n % 4]
        heads: Any = {3: "约20人", 5: "很多"}.get(n, n + 1)
        rows.append([n + 1, f"第{n + 1}网点", sector, street, heads])
    return rows


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    for line in lines():
        page.append(line)
    for cells in ("A2:A3", "B2:B3", "C2:D2", "E2:E3"):
        page.merge_cells(cells)
    book.save(path)
    return path


def drop(page: Page, selector: str, path: Path) -> None:
    """Let a file fall onto a field, as from the desktop."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **point, "data": data})


def copy(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def rows_of(page: Page) -> str:
    """What the list says of how many rows fit."""
    return page.locator("#list [role=status]").first.inner_text()


def take(page: Page, words: str) -> None:
    """Wait until the file was read so, and take it in."""
    page.get_by_role("button", name=words).click()
    page.locator("summary", has_text="撤销整次导入").wait_for()


def mended() -> list[list[Any]]:
    """The lines of the roster without its head, with a number where it says only 很多."""
    rows = lines()[3:]
    rows[5][4] = 8
    return rows


def paste(page: Page, rows: list[list[Any]]) -> None:
    """Paste lines from the clipboard and take them all in."""
    head = ["序号", "户名", "行业领域", "所在乡镇", "从业人数"]
    copy(page, "\n".join("\t".join(map(str, line)) for line in [head, *rows]))
    page.goto("/office/census/imports/new/")
    page.locator("#id_pasted").click()
    page.keyboard.press("Control+v")
    page.fill("#id_source", "西湖网点摸底")
    page.click("main form button")
    take(page, f"全部导入 {SHOPS} 行")


def test_a_roster_falls_onto_the_page_is_mended_there_taken_back_and_pasted_again(
    office: Page, tmp_path: Path
):
    office.goto("/office/census/imports/new/")
    drop(office, "#id_file", workbook(tmp_path / "西湖网点.xlsx"))
    office.fill("#id_source", "西湖网点摸底")
    office.click("main form button")
    bad = office.get_by_role("button", name=f"导入没有问题的 {SHOPS - 4} 行")
    bad.wait_for()
    assert office.locator("table.mapping tbody tr").count() == 10
    office.select_option("select[name='sector-电动车跑腿']", label="外卖")
    office.fill("input[name^='cell-']", "8")
    office.locator("#findings form > button").click()
    take(office, f"全部导入 {SHOPS} 行")
    office.get_by_role("link", name=f"查看这次导入新增的 {SHOPS} 条").click()
    expect(office.locator("#list [role=status]").first).to_have_text(f"{SHOPS} 行")
    office.go_back()
    office.locator("summary", has_text="撤销整次导入").click()
    office.get_by_role("button", name="确认撤销").click()
    office.get_by_text("已撤销").first.wait_for()
    office.goto("/office/census/establishments/")
    assert office.locator("tr[data-row]").count() == 0
    # the same rows from the clipboard, with a line break in a cell; what was said of a word is remembered
    rows = mended()
    rows[0][1] = '"第1\n网点"'
    paste(office, rows)


@pytest.fixture
def on_record(office: Page) -> Page:
    """The desk with all shops on record, also where no test before left them there."""
    office.goto("/office/census/establishments/")
    if office.locator("tr[data-row]").count() == 0:
        rows = mended()
        for line in rows[7:10]:  # nobody said yet what their word means
            line[2] = "外卖"
        paste(office, rows)
    return office


def test_a_morning_from_the_first_page_to_the_last_undo(on_record: Page):
    office = on_record
    office.goto("/office/")
    task = office.get_by_role("link", name=re.compile(f"{SHOPS} 户"))
    task.first.click()
    assert rows_of(office) == f"{SHOPS} 行"
    # a filter says how many, and leads to so many
    office.locator("details.filter summary", has_text="行业领域").click()
    choice = office.locator("details.filter[open] a", has_text="外卖")
    told = re.sub(r"\D", "", choice.locator(".quiet").inner_text())
    choice.click()
    expect(office.locator("#list [role=status]").first).to_have_text(f"{told} 行")
    # many at once, and taken back
    office.check("[data-does=all]")
    assert office.locator("[data-picked]").inner_text() == told
    office.select_option("#list form select[name=follow_up]", "visited")
    office.get_by_role("button", name="登记联系情况").click()
    expect(office.locator("#list [role=status]").first).to_have_text("0 行")
    office.locator(".toast button").click()
    expect(office.locator("#list [role=status]").first).to_have_text(f"{told} 行")
    # a cell where it stands
    cell = office.locator("td[data-edits=headcount]").first
    before = cell.inner_text()
    cell.dblclick()
    office.locator("input.cell").fill("三十")
    office.keyboard.press("Enter")
    expect(office.locator("td[data-edits=headcount]").first).to_have_text("30")
    office.locator(".toast button").click()
    expect(office.locator("td[data-edits=headcount]").first).to_have_text(before)
    # a column from the clipboard
    copy(office, "51\r\n52\r\n53\r\n")
    office.locator("td[data-edits=headcount]").first.dblclick()
    office.locator("input.cell").wait_for()
    office.keyboard.press("Control+v")
    expect(office.locator("td[data-edits=headcount]").nth(2)).to_have_text("53")
    assert [office.locator("td[data-edits=headcount]").nth(n).inner_text() for n in (0, 1)] == ["51", "52"]
    # one record beside the list
    name = office.locator("tr[data-row] a").first.inner_text()
    office.locator("tr[data-row]").first.locator("td").last.click()
    office.locator("#side h1", has_text=name).wait_for()
    office.locator("[data-does=side-close]").click()
    assert office.locator("#side").is_hidden()
    # the view is kept under a name, and found again
    office.locator("details.filter summary", has_text="视图").click()
    office.fill("#view-title", "早上先看外卖")
    with office.expect_navigation():
        office.locator(".pop form button", has_text="保存").last.click()
    office.goto("/office/census/establishments/")
    office.locator("details.filter summary", has_text="视图").click()
    office.get_by_role("link", name="早上先看外卖").click()
    expect(office.locator("#list [role=status]").first).to_have_text(f"{told} 行")
    # what is done to a record in the panel is done to the record; the list is not replaced by nothing
    name = office.locator("tr[data-row] a").first.inner_text()
    office.locator("tr[data-row]").first.locator("td").last.click()
    office.select_option("#side select[name=follow_up]", "contacted")
    office.locator("#side form.bulk button").click()
    expect(office.locator("main > h1")).to_have_text(name)
    assert "/establishments/" in office.url
    # a note from inside the panel stands on the record, and the list counts it
    office.goto("/office/census/establishments/")
    row = office.locator("tr[data-row]", has_text=name)
    row.locator("td").last.click()
    office.fill("#side #note-words", "店主愿意设爱心角")
    office.get_by_role("button", name="保存备注").click()
    expect(office.locator("#remarks li").first).to_contain_text("店主愿意设爱心角")
    office.goto("/office/census/establishments/")
    expect(office.locator("tr[data-row]", has_text=name)).to_contain_text("1 条备注")
    # on paper stands the list, and nothing that is there to be clicked
    office.emulate_media(media="print")
    shown = {part: office.locator(part).is_visible() for part in ("nav.rail", ".top", ".bulk", "#list table")}
    office.emulate_media(media="screen")
    assert [part for part, is_shown in shown.items() if is_shown] == ["#list table"]
