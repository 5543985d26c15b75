import io
import zipfile

import msoffcrypto.format.ooxml
import pytest
import xlwt

from conftest import workbook
from nuanyi.lib import sheets


def rows_of(data: bytes) -> list[list[object]]:
    return [row for sheet in sheets.read(data) for row in sheet.rows]


def code_of(data: bytes) -> str:
    with pytest.raises(sheets.BadSheet) as refused:
        rows_of(data)
    return refused.value.code


def test_every_kind_of_text_is_read():
    text = "姓名,手机\n李英,19900256763\n"
    for raw in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        text.encode("gb18030"),
        text.replace(",", "\t").encode(),
        text.encode("utf-16"),
    ):
        assert rows_of(raw) == [["姓名", "手机"], ["李英", "19900256763"]]


def test_what_separates_cells_is_what_the_rows_have_alike_however_many_commas_an_address_has():
    address = "雁中路1号,一楼,东侧,靠门"
    rows = [["户名", "地址"], *([f"第{n}店", address[: 9 + n % 9]] for n in range(40))]
    assert rows_of("\n".join("\t".join(row) for row in rows).encode()) == rows
    # systems write a tab behind long numbers, so that Excel leaves them whole
    rows = [["姓名", "手机", "身份证"], *([f"周{n}", f"199{n:08d}\t", f"45031{n:013d}\t"] for n in range(40))]
    assert rows_of("\n".join(",".join(row) for row in rows).encode()) == rows
    rows = [["户名", "人数"], ["甲;乙店", "1,5"], ["丙店", "2,5"]]
    assert rows_of('户名;人数\n"甲;乙店";1,5\n丙店;2,5\n'.encode()) == rows


def test_xlsx_and_xls_are_read_by_content_whatever_their_name():
    assert rows_of(workbook([["姓名", "手机"], ["李英", 19900256763]]))[1] == ["李英", 19900256763.0]
    book, out = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("a").write(0, 0, "姓名")
    book.save(out)
    assert rows_of(out.getvalue()) == [["姓名"]]


def test_row_numbers_count_from_the_top_of_the_sheet_even_where_it_begins_empty():
    assert rows_of(workbook([[], [], ["姓名"]]))[2] == ["姓名"]


def test_several_sheets_come_in_order_even_where_one_is_left_halfway():
    import openpyxl

    book, out = openpyxl.Workbook(), io.BytesIO()
    for name in ("一", "二"):
        page = book.create_sheet(name)
        for n in range(50):
            page.append([name, n])
    book.save(out)
    seen = []
    for sheet in sheets.read(out.getvalue()):
        seen.append((sheet.name, next(iter(sheet.rows))[0]))
    assert seen == [("一", "一"), ("二", "二")]


def test_a_formula_gives_its_stored_value_and_never_runs():
    assert rows_of(workbook([["姓名", "a"], ['=HYPERLINK("http://x","y")', "b"]]))[1] == ["", "b"]


def test_hostile_files_are_refused_with_a_reason():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("xl/workbook.xml", b"0" * (500 << 20))
    assert code_of(bomb.getvalue()) == "sheet-too-large-unpacked"
    assert code_of(b"%PDF-1.7 not a sheet") == "sheet-not-a-sheet"
    assert code_of(b"PK\x03\x04 broken") == "sheet-not-a-sheet"
    assert code_of(b"") == "sheet-empty"
    assert code_of(b"x" * (sheets.MAX_FILE_BYTES + 1)) == "sheet-too-large"
    assert code_of(b"\x89PNG\0\0\0") == "sheet-not-a-sheet"
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as pack:
        pack.writestr("word/document.xml", "x")
    assert code_of(other.getvalue()) == "sheet-not-a-sheet"


def test_a_locked_workbook_is_refused_with_what_to_do():
    locked = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(workbook([["姓名"]]))).encrypt("secret", locked)
    assert code_of(locked.getvalue()) == "sheet-password"


def test_too_many_columns_and_rows_are_refused():
    assert code_of(("," * 300 + "\n").encode()) == "sheet-too-many-columns"
    assert code_of(b"a,b\n" * (sheets.MAX_ROWS + 5000)) == "sheet-too-many-rows"


def test_what_is_written_never_becomes_a_formula_and_numbers_survive():
    out = io.BytesIO()
    writer = sheets.Writer(out)
    page = writer.sheet("a", ["t"])
    for cell in ("=1+1", "+86 199", "-5", -5, "19900256763", 19900256763):
        page.row([cell])
    writer.close()
    import openpyxl

    sheet = openpyxl.load_workbook(out).active
    cells = [sheet.cell(n, 1) for n in range(2, 8)]
    assert [cell.value for cell in cells] == ["=1+1", "+86 199", "-5", -5, "19900256763", 19900256763]
    assert all(cell.data_type != "f" for cell in cells)
    assert cells[0].quotePrefix


def test_ods_and_a_book_that_another_program_saved_are_read(tmp_path):
    import shutil
    import subprocess

    office = shutil.which("soffice")
    assert office, "make test installs LibreOffice"
    (tmp_path / "名单.xlsx").write_bytes(workbook([["姓名", "手机"], ["李英", "19900256763"]]))
    for kind in ("ods", "xls"):
        home = f"-env:UserInstallation=file://{tmp_path}/profile"
        subprocess.run(
            [
                office,
                home,
                "--headless",
                "--convert-to",
                kind,
                "--outdir",
                str(tmp_path),
                str(tmp_path / "名单.xlsx"),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        # WPS saves the same bytes under the name .et: what counts is the content
        assert rows_of((tmp_path / f"名单.{kind}").read_bytes())[1] == ["李英", "19900256763"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"[]\n",
        b"{}\n",
        b"[1]\n",
        b'["rows", 1]\n',
        b'["rows", [1]]\n',
        b'["rows", [[[]]]]\n',
        b'["rows", [[{"t": "never"}]]]\n',
        b'["rows", [[{"s": 1e300}]]]\n',
        b'["sheet"]\n',
        b'["sheet", "cut',
        b"\x80\x05cposix\nsystem\n.",
        b"[" * 100_000 + b"\n",
        b'["refused", 5]\n',
    ],
)
def test_a_child_that_lies_is_believed_in_nothing(line):
    with pytest.raises(sheets.BadSheet):
        list(sheets._messages(io.BufferedReader(io.BytesIO(line))))


PAGE = """<html><head><meta charset="{0}"></head><body><table border=1>
<tr><th rowspan=2>姓名</th><th colspan=2>联系方式</th></tr><tr><th>手机号</th><th>微信</th></tr>
<tr><td>李&nbsp;英<td>19900256763<td>a<br>b</tr><tr style="display:none"><td>韦丽</td><td>1</td></tr></table></body></html>"""
SPREADSHEET = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="花名册"><Table>
<Row><Cell><Data ss:Type="String">姓名</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">手机</Data></Cell></Row>
<Row ss:Index="4" ss:Hidden="1"><Cell><Data ss:Type="String">李英</Data></Cell>
<Cell ss:Formula="=1"/><Cell><Data ss:Type="Number">19900256763</Data></Cell></Row></Table></Worksheet></Workbook>"""


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_a_web_page_saved_as_xls_is_read_with_its_merged_heads(codec):
    [(rows, about)] = [
        (list(sheet.rows), sheet.about) for sheet in sheets.read(PAGE.format(codec).encode(codec))
    ]
    assert rows[:3] == [["姓名", "联系方式", ""], ["", "手机号", "微信"], ["李 英", "19900256763", "a b"]]
    assert about.merged == ((1, 0, 2, 0), (1, 1, 1, 2))
    assert about.hidden_rows == {4}


def test_a_page_without_a_table_and_an_xml_of_another_kind_are_no_spreadsheets():
    assert code_of(b"<!doctype html><p>404</p>") == "sheet-not-a-sheet"
    assert code_of(b"<?xml version='1.0'?><feed/>") == "sheet-not-a-sheet"
    bomb = SPREADSHEET.replace("<?mso", '<!DOCTYPE a [<!ENTITY b "c">]><?mso')
    assert code_of(bomb.encode()) == "sheet-not-a-sheet"


def test_an_xml_spreadsheet_is_read_with_its_gaps_and_what_is_hidden():
    [(rows, about)] = [(list(sheet.rows), sheet.about) for sheet in sheets.read(SPREADSHEET.encode())]
    assert rows == [["姓名", "", "手机"], [], [], ["李英", "", 19900256763.0]]
    assert (about.hidden_rows, about.unsaved) == ({4}, {(4, 1)})


def test_an_old_workbook_with_a_password_is_refused_as_locked():
    book, out = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("a").write(0, 0, "姓名")
    book.save(out)
    raw = out.getvalue()
    behind = raw.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    assert code_of(raw[:behind] + b"\x2f\x00" + raw[behind + 2 :]) == "sheet-password"


def test_a_cell_that_went_astray_is_no_million_rows():
    import openpyxl

    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    for row in (["姓名", "手机"], ["李英", "19900256763"]):
        page.append(row)
    page["B1048576"] = " "
    page["XFD1"] = "x"
    book.save(out)
    assert rows_of(out.getvalue()) == [["姓名", "手机"], ["李英", "19900256763"]]


def test_a_workbook_tells_what_is_hidden_merged_and_saved_without_a_value():
    import openpyxl

    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    for row in (["姓名", "联系方式", ""], ["", "手机", "微信"], ["李英", "=B9", "a"], ["韦丽", "1", "b"]):
        page.append(row)
    page.merge_cells("A1:A2")
    page.row_dimensions[4].hidden = True
    book.create_sheet("字典").append(["快递"])
    book["字典"].sheet_state = "hidden"
    book.save(out)
    told = {sheet.name: sheet.about for sheet in sheets.read(out.getvalue())}
    assert told["Sheet"].merged == ((1, 0, 2, 0),)
    assert (told["Sheet"].hidden_rows, told["Sheet"].unsaved) == ({4}, {(3, 1)})
    assert (told["Sheet"].hidden, told["字典"].hidden) == (False, True)
