"""Each roster of the room, and each nasty one, by the pages: sent, mended, taken in, taken back, taken in again."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conftest import workbook
from nuanyi.census.models import Establishment, Finding, Import, Worker
from nuanyi.census.services import imports
from nuanyi.census.tests.test_take_a_roster_in import ROSTERS
from nuanyi.lib.ids import new_id

HEAD = ["姓名", "手机号", "行业", "乡镇"]
ROWS = [[f"周小{sign}", f"1990000{n:04d}", "快递", "雁山镇"] for n, sign in enumerate("明芳丽强伟静")]
#: A phone that no roster has, written over a bad cell.
ANEW = {"phone": "19999990001", "headcount": "5", "name": "周新名", "credit_code": "", "id_number": ""}


def text(rows, between=","):
    return "\n".join(between.join(map(str, row)) for row in rows)


def merged():
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    page.append(["某平台骑手花名册（2022年6月）"])
    page.append(["序号", "姓名", "联系方式", "", "行业", "乡镇"])
    page.append(["", "", "手机号", "微信", "", ""])
    for n, (name, phone, sector, region) in enumerate([*ROWS, ["韦错", "12", "快递", "雁山镇"]]):
        page.append([n + 1, name, phone, "", sector if n == 0 else "同上", region])
    page.append(["合计", len(ROWS) + 1, "", "", "", ""])
    for cells in ("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "F2:F3"):
        page.merge_cells(cells)
    page["AZ900"] = " "
    book.save(out)
    return out.getvalue()


def two_sheets():
    book, out = openpyxl.Workbook(), io.BytesIO()
    for number, rows in enumerate((ROWS[:3], ROWS[3:])):
        page = book.active if number == 0 else book.create_sheet("二")
        page.append([title if number == 0 else f" {title} " for title in HEAD])
        for row in rows:
            page.append(row)
    book.create_sheet("说明").append(["填表说明：请勿改动表头"])
    book.save(out)
    return out.getvalue()


def page_of_a_system():
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [HEAD, *ROWS])
    return f"<html><table border=1>{cells}</table></html>".encode("gb18030")


NASTY = {
    "merged.xlsx": merged,
    "two_sheets.xlsx": two_sheets,
    "web_page.xls": page_of_a_system,
    "gb18030.csv": lambda: text([HEAD, *ROWS]).encode("gb18030"),
    "bom_semicolons.csv": lambda: ("\ufeff" + text([HEAD, *ROWS], ";")).encode(),
    "utf16_tabs.txt": lambda: text([HEAD, *ROWS], "\t").encode("utf-16"),
    "as_people_write.xlsx": lambda: workbook(
        [
            ["雁山骑手"],
            [],
            ["行业", "姓 名", "联系电话", "所在乡镇（街道）"],
            ["快递", "周小明", "'199 0000 0001", "雁山镇雁山村"],
            ["〃", "韦丽（组长）", "１９９００００００２", "同上"],
            ["〃", "覃芳", "19900000003/19900000004", "同上"],
            ["〃", "陆错", "1990000", "同上"],
        ]
    ),
    "shops.xlsx": lambda: workbook(
        [
            ["户名", "行业领域", "所在乡镇", "从业人数"],
            ["甲店", "快递", "雁山镇", "约20人"],
            ["乙店", "外卖", "柘木镇", "二十"],
            ["丙店", "外卖", "柘木镇", "很多"],
        ]
    ),
}
FILES = [*sorted(path.name for path in ROSTERS.iterdir()), *NASTY]


def send(browser, name, data):
    told = {"client_key": new_id(), "as_of_date": "2022-06-30", "source": name.partition(".")[0]}
    answer = browser.post("/office/census/imports/new/", told | {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    of = Import.objects.get(pk=answer["Location"].strip("/").split("/")[-1])
    return read(of)


def read(of):
    imports.read_import(of.pk)
    of.refresh_from_db()
    return of


def take(browser, of):
    if of.counts.get("changed"):
        browser.post(f"/office/census/imports/{of.pk}/choose/", {"choice": "merge", "preview": of.preview})
    told = {"take": "1", "preview": of.preview}
    assert browser.post(f"/office/census/imports/{of.pk}/decide/", told).status_code == 302
    imports.write_import(of.pk)
    of.refresh_from_db()
    assert of.state == "done"
    return Worker.objects.count() + Establishment.objects.count()


def mend(browser, of):
    """One bad cell written anew, each unknown word given its meaning; fewer rows are bad then."""
    told, before = {"preview": of.preview}, of.counts["bad"]
    bad = Finding.objects.filter(source_import=of, is_note=False).order_by("pk")
    for finding in bad:
        if finding.field in ("sector", "region"):
            meant = "courier" if finding.field == "sector" else "450311100"
            told[f"{finding.field}-{finding.value_mask}"] = meant
    single = bad.filter(field__in=[field for field, value in ANEW.items() if value]).first()
    if single is not None:
        told[f"cell-{single.pk}"] = ANEW[single.field]
    elif len(told) == 1:
        told = {f"group-{bad[0].field}:{bad[0].reason}": "leave"}
    browser.post(f"/office/census/imports/{of.pk}/mend/", told)
    read(of)
    left = list(Finding.objects.filter(source_import=of, is_note=False).values_list("row", "field", "reason"))
    assert of.counts["bad"] < before, (told, left)


@pytest.mark.parametrize("name", FILES)
def test_a_roster_goes_all_the_way_and_back_and_again(cast, name):
    data = NASTY[name]() if name in NASTY else (ROSTERS / name).read_bytes()
    browser = cast.client("office")
    of = send(browser, name, data)
    assert of.state == "review", (of.state, of.refusal)
    page = browser.get(f"/office/census/imports/{of.pk}/").content.decode()
    sample = page.partition('class="mapping"')[2].partition("</table>")[0].partition("<tbody")[2]
    assert 0 < sample.count("<tr") <= 10
    if of.counts.get("bad"):
        mend(browser, of)
    first = take(browser, of)
    assert first > 0
    assert browser.post(f"/office/census/imports/{of.pk}/undo/").status_code == 302
    assert Worker.objects.count() + Establishment.objects.count() == 0
    again = send(browser, name, data)
    if again.counts.get("bad"):
        mend(browser, again)
    assert take(browser, again) == first
