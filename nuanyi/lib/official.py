"""An official document in Word by GB/T 9704-2012: page, grid, fonts, heading levels, red head, tables, charts, page numbers.

Page (5.2): A4, head margin 37 mm, binding margin 28 mm, core 156 x 225 mm; 22 lines of 28 signs (5.2.3): lines by a grid and an exact
pitch, since not every program keeps the grid; signs by their spacing. Fonts: text 仿宋 of size 3 (16 pt), title 小标宋 of size 2
(22 pt), headings 黑体, 楷体, 仿宋 (7.3.3). Each font is named with a fallback in the font table, so that a machine
without it takes the nearest.

Charts are Word's own (DrawingML): their words are text of the document, drawn by whoever opens it with the fonts it has, so
that a server without Chinese fonts makes them whole, and the numbers behind them can be opened and checked.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from nuanyi.lib.official_numbers import numeral

SONG, FANG, HEI, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LATIN = "Times New Roman"
#: Font -> the fonts to take where it is missing, the best first (``w:altName`` takes one or several), and its family.
FALLBACKS: dict[str, tuple[str, str]] = {
    SONG: ("小标宋,华文中宋,宋体,SimSun,Noto Serif CJK SC", "roman"),
    FANG: ("仿宋,FangSong,华文仿宋,Noto Serif CJK SC", "modern"),
    HEI: ("SimHei,微软雅黑,Noto Sans CJK SC", "swiss"),
    KAI: ("楷体,KaiTi,华文楷体,Noto Serif CJK SC", "script"),
}
#: 225 mm over 22 lines, in points; twips are twentieths of a point.
LINE = 28.95
#: 156 mm over 28 signs: each of 16 points is drawn this much closer, in twentieths of a point (15.75 x 28 = 441 of 442 points).
#: Not by a grid of signs: its cell of 15.8 points is less than the sign, and LibreOffice then gives every sign two.
CLOSER = -5
BODY, TITLE, HEAD, SMALL = Pt(16), Pt(22), Pt(48), Pt(12)
RED = RGBColor(0xD7, 0x00, 0x0F)
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
CHART_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
PACKAGE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
COLOURS = ("9A2F0A", "1F5FA8", "155C34", "F2A33A", "6B625A")


@dataclass(frozen=True)
class Series:
    """One row of a chart: its name and a number for each category (None: not known)."""

    name: str
    values: Sequence[float | None]


class Paper:
    """A document being written, from its head to its end."""

    def __init__(self) -> None:
        self.word: Any = Document()
        self._charts = 0
        self._counts = [0, 0, 0, 0]
        self._page()
        self._fonts()
        self._page_numbers()
        self._font(self.word.styles["Normal"], FANG, BODY)
        self._defaults()

    def _defaults(self) -> None:
        """What the document begins with: the size of its text, and 28 signs to a line."""
        defaults = (
            self.word.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
        )
        for name in ("w:sz", "w:szCs"):
            size = defaults.find(qn(name))
            if size is None:
                size = OxmlElement(name)
                defaults.append(size)
            size.set(qn("w:val"), "32")
        closer = OxmlElement("w:spacing")
        closer.set(qn("w:val"), str(CLOSER))
        defaults.find(qn("w:sz")).addprevious(closer)

    # the page ---------------------------------------------------------------------------------

    def _page(self) -> None:
        section = self.word.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.header_distance, section.footer_distance = Mm(15), Mm(25)
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is None:
            grid = OxmlElement("w:docGrid")
            section._sectPr.append(grid)
        grid.set(qn("w:type"), "lines")
        grid.set(qn("w:linePitch"), str(round(LINE * 20)))

    def _fonts(self) -> None:
        """Name each font in the font table with what to take where it is missing."""
        part = next(
            part for part in self.word.part.package.iter_parts() if part.partname.endswith("/fontTable.xml")
        )
        lines = [
            f'<w:font w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/>'
            f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
            for name, (instead, family) in FALLBACKS.items()
        ]
        part._blob = part.blob.replace(b"</w:fonts>", "".join(lines).encode() + b"</w:fonts>")

    def _page_numbers(self) -> None:
        """``— 1 —`` in size 4, odd pages at the right, even ones at the left (7.5)."""
        settings = self.word.settings.element
        settings.append(OxmlElement("w:evenAndOddHeaders"))
        section = self.word.sections[0]
        for footer, side in (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            footer.is_linked_to_previous = False
            line = footer.paragraphs[0]
            line.alignment = side
            indent = line.paragraph_format
            indent.left_indent = indent.right_indent = Pt(14)
            for text, field in (("— ", ""), ("", "PAGE"), (" —", "")):
                run = line.add_run(text)
                self._font(run, "宋体", Pt(14))
                for kind in ("begin", "end") if field else ():
                    mark = OxmlElement("w:fldChar")
                    mark.set(qn("w:fldCharType"), kind)
                    run._r.append(mark)
                    if kind == "begin":
                        code = OxmlElement("w:instrText")
                        code.text = field
                        run._r.append(code)

    def _font(
        self, what: Any, name: str, size: Any = None, *, bold: bool = False, colour: Any = None
    ) -> None:
        font = what.font
        font.name = LATIN
        fonts = what.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), name)
        fonts.set(qn("w:ascii"), LATIN)
        fonts.set(qn("w:hAnsi"), LATIN)
        if size is not None:
            font.size = size
        if bold:
            font.bold = True
        if colour is not None:
            font.color.rgb = colour

    def _line(self, *, indent: bool = True, exact: bool = True) -> Any:
        line = self.word.add_paragraph()
        form = line.paragraph_format
        form.space_before = form.space_after = Pt(0)
        if exact:
            form.line_spacing = Pt(LINE)
        if indent:
            form.first_line_indent = Pt(32)
        return line

    # the text ---------------------------------------------------------------------------------

    def red_head(self, name: str, number: str, issuer: str, day: str) -> None:
        """The head of a periodical of an office: its name in red, number, issuer and day, a red line below."""
        head = self._line(indent=False, exact=False)
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._font(head.add_run(name), SONG, Pt(min(HEAD.pt, 430 // max(1, len(name)))), colour=RED)
        self._off_the_grid(head)
        count = self._line(indent=False)
        count.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._font(count.add_run(number), FANG, BODY)
        line = self._line(indent=False)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(156), 2)  # right
        self._font(line.add_run(f"{issuer}\t{day}"), FANG, BODY)
        border = parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="4" w:color="D7000F"/></w:pBdr>'
        )
        line._p.get_or_add_pPr().append(border)
        self._line(indent=False)

    def title(self, text: str) -> None:
        """The title, centred, in 小标宋 of size 2; a line feed where it is to break."""
        line = self._line(indent=False, exact=False)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.line_spacing = Pt(33)
        self._font(line.add_run(text), SONG, TITLE)
        self._off_the_grid(line)
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), "0")
        line._p.get_or_add_pPr().append(level)
        self.word.core_properties.title = text.replace("\n", "")

    def subtitle(self, text: str) -> None:
        """A line below the title, centred, in 楷体; an empty line follows."""
        line = self._line(indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._font(line.add_run(text), KAI, BODY)
        self._line(indent=False)

    def heading(self, level: int, text: str) -> None:
        """A heading of level 1 to 4: 一、 in 黑体, （一） in 楷体, 1. and （1） in 仿宋, counted here."""
        self._counts[level - 1] += 1
        self._counts[level:] = [0] * (4 - level)
        count = self._counts[level - 1]
        mark = (f"{numeral(count)}、", f"（{numeral(count)}）", f"{count}.", f"（{count}）")[level - 1]
        line = self._line()
        line.paragraph_format.keep_with_next = True
        self._font(line.add_run(mark + text), (HEI, KAI, FANG, FANG)[level - 1], BODY, bold=level == 3)
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level))
        line._p.get_or_add_pPr().append(outline)

    def text(self, words: str) -> None:
        """A paragraph of text."""
        line = self._line()
        line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        self._font(line.add_run(words), FANG, BODY)

    def signature(self, issuer: str, day: str) -> None:
        """Who issues it and when, at the right (7.3.5)."""
        self._line(indent=False)
        for words, right in ((issuer, 64), (day, 64)):
            line = self._line(indent=False)
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            line.paragraph_format.right_indent = Pt(right)
            self._font(line.add_run(words), FANG, BODY)

    def annex(self, title: str) -> None:
        """A new page with 附件 at its head and the annex's title."""
        self.word.add_page_break()
        mark = self._line(indent=False)
        self._font(mark.add_run("附件"), HEI, BODY)
        self._line(indent=False)
        line = self._line(indent=False, exact=False)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._font(line.add_run(title), SONG, TITLE)
        self._line(indent=False)

    def caption(self, text: str) -> None:
        """The words above a table or below a chart."""
        line = self._line(indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.keep_with_next = True
        self._font(line.add_run(text), HEI, Pt(14))

    # tables and charts --------------------------------------------------------------------------

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float]) -> None:
        """A table with a head that is repeated on each page; widths in millimetres. A cell ``(words, address)`` is a link."""
        made = self.word.add_table(rows=1, cols=len(head))
        made.style = "Table Grid"
        made.autofit = False
        repeat = OxmlElement("w:tblHeader")
        made.rows[0]._tr.get_or_add_trPr().append(repeat)
        for cell, title in zip(made.rows[0].cells, head, strict=True):
            self._cell(cell, title, HEI)
        for row in rows:
            added = made.add_row()
            stays = OxmlElement("w:cantSplit")
            added._tr.get_or_add_trPr().append(stays)
            for cell, words in zip(added.cells, row, strict=True):
                self._cell(cell, words, FANG)
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Mm(width)
        for row in made.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Mm(width)
        self._line(indent=False)

    def _cell(self, cell: Any, words: object, font: str) -> None:
        line = cell.paragraphs[0]
        form = line.paragraph_format
        form.space_before = form.space_after = Pt(2)
        form.line_spacing = Pt(16)
        self._off_the_grid(line)
        if isinstance(words, tuple):
            self._link(line, str(words[0]), str(words[1]), font)
            return
        if isinstance(words, int | float):
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        elif font == HEI:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._font(line.add_run(str(words)), font, SMALL)

    def _off_the_grid(self, line: Any) -> None:
        """Larger and smaller signs than the text's do not stand in its grid."""
        form = line._p.get_or_add_pPr()
        grid = OxmlElement("w:snapToGrid")
        grid.set(qn("w:val"), "0")
        spacing = form.find(qn("w:spacing"))
        if spacing is None:
            form.append(grid)
        else:
            spacing.addprevious(grid)

    def _link(self, line: Any, words: str, address: str, font: str) -> None:
        number = self.word.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), number)
        run = line.add_run(words)
        self._font(run, font, SMALL, colour=RGBColor(0x1F, 0x5F, 0xA8))
        run.font.underline = True
        link.append(run._r)
        line._p.append(link)

    def chart(
        self, title: str, categories: Sequence[str], series: Sequence[Series], *, height: int = 75
    ) -> None:
        """A column chart of Word's own, as wide as the text; ``height`` in millimetres."""
        self._charts += 1
        n = self._charts
        package = self.word.part.package
        book = Part(PackURI(f"/word/embeddings/chart{n}.xlsx"), XLSX, _book(categories, series), package)
        part = Part(PackURI(f"/word/charts/chart{n}.xml"), CHART_TYPE, b"", package)
        part._blob = _chart_xml(title, categories, series, part.relate_to(book, PACKAGE_RELATION)).encode()
        number = self.word.part.relate_to(part, CHART_RELATION)
        line = self._line(indent=False, exact=False)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        size = f'cx="{int(Mm(154))}" cy="{int(Mm(height))}"'
        line.add_run()._r.append(
            parse_xml(
                f'<w:drawing {nsdecls("w", "wp", "a", "r")}><wp:inline distT="0" distB="0" distL="0" distR="0">'
                f'<wp:extent {size}/><wp:docPr id="{1000 + n}" name="chart{n}" descr="{escape(title, {chr(34): "&quot;"})}"/>'
                '<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
                '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
                f' r:id="{number}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
            )
        )

    def data(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self.word.save(out)
        return out.getvalue()


def _book(categories: Sequence[str], series: Sequence[Series]) -> bytes:
    """The numbers behind a chart, as the workbook that Word opens for it."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Sheet1")
    for row, category in enumerate(categories, 1):
        sheet.write_string(row, 0, category)
    for column, one in enumerate(series, 1):
        sheet.write_string(0, column, one.name)
        for row, value in enumerate(one.values, 1):
            if value is not None:
                sheet.write_number(row, column, value)
    book.close()
    return out.getvalue()


def _chart_xml(title: str, categories: Sequence[str], series: Sequence[Series], book: str) -> str:
    last = len(categories) + 1
    points = "".join(f'<c:pt idx="{i}"><c:v>{escape(word)}</c:v></c:pt>' for i, word in enumerate(categories))
    category = (
        f'<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache><c:ptCount val="{len(categories)}"/>'
        f"{points}</c:strCache></c:strRef></c:cat>"
    )
    drawn = "".join(_series_xml(i, one, last, category) for i, one in enumerate(series))
    words = (
        '<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1050"><a:latin typeface="Times New Roman"/>'
        f'<a:ea typeface="{FANG}"/></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<c:roundedCorners val="0"/><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1200" b="0"/></a:pPr>'
        f'<a:r><a:rPr lang="zh-CN" sz="1200" b="0"><a:latin typeface="Times New Roman"/><a:ea typeface="{HEI}"/></a:rPr>'
        f'<a:t>{escape(title)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
        '<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'{drawn}<c:gapWidth val="60"/><c:axId val="111"/><c:axId val="112"/></c:barChart>'
        '<c:catAx><c:axId val="111"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{words}<c:crossAx val="112"/><c:crosses val="autoZero"/></c:catAx>'
        '<c:valAx><c:axId val="112"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D9D2C9"/></a:solidFill></a:ln>'
        '</c:spPr></c:majorGridlines><c:numFmt formatCode="0" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>{words}<c:crossAx val="111"/><c:crosses val="autoZero"/></c:valAx>'
        f'</c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/>{words}</c:legend><c:plotVisOnly val="1"/>'
        f'<c:dispBlanksAs val="gap"/></c:chart><c:externalData r:id="{book}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    )


def _series_xml(index: int, one: Series, last: int, category: str) -> str:
    column = chr(ord("B") + index)
    points = "".join(
        f'<c:pt idx="{i}"><c:v>{value}</c:v></c:pt>'
        for i, value in enumerate(one.values)
        if value is not None
    )
    return (
        f'<c:ser><c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(one.name)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
        f'<c:spPr><a:solidFill><a:srgbClr val="{COLOURS[index % len(COLOURS)]}"/></a:solidFill></c:spPr>'
        f'<c:invertIfNegative val="0"/>{category}<c:val><c:numRef><c:f>Sheet1!${column}$2:${column}${last}</c:f><c:numCache>'
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(one.values)}"/>{points}</c:numCache></c:numRef></c:val></c:ser>'
    )
