"""Nearly three hundred files that somebody could send to do harm: pictures, spreadsheets and templates for letters.

Some ask for a file of this machine: ``/etc/passwd``, or ``LOCAL``, which a test points at one that it wrote itself. Some name
a file outside (``OUTSIDE``), which whoever unpacks them without looking writes.
"""

import gzip
import io
import os
import struct
import warnings
import zipfile
import zlib
from functools import cache

import xlwt
from docx import Document
from PIL import Image


def image(kind, size, mode="RGB", **more):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


def png_of(width, height, raw=b""):
    """A PNG that says it is so large, whatever it holds."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    )


def pack(parts, lie=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    raw = out.getvalue()
    if lie is not None:  # the sizes that the directory tells
        at = raw.rindex(b"PK\x01\x02")
        raw = raw[: at + 24] + struct.pack("<I", lie) + raw[at + 28 :]
    return raw


BOOK = (
    '<?xml version="1.0"?>{doctype}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
    ' Target="sharedStrings.xml"/></Relationships>'
)
#: Without it nobody takes the file for a workbook, and nothing of it is read.
ROOT = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>'
)
SHEET = (
    '<?xml version="1.0"?>{doctype}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "{dimension}<sheetData>{rows}</sheetData></worksheet>"
)
WORDS = (
    '<?xml version="1.0"?>{doctype}'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{inside}</w:body></w:document>'
)
ENTITY = "<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>"
LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
LOCAL = "/etc/passwd"
CLIMBS = "../../../../tmp/out-of-here"
OUTSIDE = (CLIMBS, "..\\..\\a", "/etc/cron.d/a")


def file_of_ours():
    """A document type with an entity that is a file of this machine."""
    return f'<!DOCTYPE a [<!ENTITY a9 SYSTEM "file://{LOCAL}">]>'


NO_WORDS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"></sst>'


def xlsx(rows, *, dimension="", doctype="", shared=NO_WORDS, lie=None, **more):
    return pack(
        {
            "_rels/.rels": ROOT,
            "xl/workbook.xml": BOOK.format(doctype=doctype),
            "xl/_rels/workbook.xml.rels": RELS,
            "xl/sharedStrings.xml": shared,
            "xl/worksheets/sheet1.xml": SHEET.format(rows=rows, dimension=dimension, doctype=doctype),
            **more,
        },
        lie,
    )


def xls_far():
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write(0, 0, 1)
    sheet.write(65535, 255, 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls_dimension():
    """A small sheet that says in its DIMENSIONS record that it is as large as can be."""
    book = xlwt.Workbook()
    book.add_sheet("S").write(0, 0, 1)
    out = io.BytesIO()
    book.save(out)
    raw = out.getvalue()
    at = raw.index(b"\x00\x02\x0e\x00")
    return raw[: at + 4] + struct.pack("<IIHH", 0, 2**31, 0, 65535) + raw[at + 16 :]


def ods(body):
    text = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="S">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return pack({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": text})


def docx(text, **parts):
    mine = Document()
    mine.add_paragraph(text)
    out = io.BytesIO()
    mine.save(out)
    if not parts:
        return out.getvalue()
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as packed:
        known = {name: packed.read(name) for name in packed.namelist()}
    return pack(known | parts)


def loops(depth, body="x"):
    return "{% for a in claim %}" * depth + body + "{% endfor %}" * depth


MANY_COLUMNS = ' table:number-columns-repeated="1000000000"'
CELL = '<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number, cells):
    return f'<row r="{number}">{cells}</row>'


def hostile_pictures():
    noise = os.urandom(3000)
    jpeg, png = image("JPEG", (900, 600)), image("PNG", (900, 600))
    yield "webp of 16,383 x 3,000", image("WEBP", (16383, 3000), quality=1, method=0)
    yield "webp of 7,000 x 7,000", image("WEBP", (7000, 7000), lossless=True, method=0)
    yield "webp of 4,000 x 4,000 to see through", image("WEBP", (4000, 4000), "RGBA", lossless=True, method=0)
    for side in (4000, 9000, 14000):
        yield f"png of {side} x {side}", image("PNG", (side, side), "P")
    yield "png of 20,000 x 2,000 in two colours", image("PNG", (20000, 2000), "1")
    for width, height in ((2**31 - 1, 2**31 - 1), (65535, 65535), (2**31 - 1, 1), (1, 2**31 - 1), (0, 0)):
        yield f"png that says {width} x {height}", png_of(width, height)
    yield "png that unpacks to 100 MB", png_of(10, 10, bytes(100 << 20))
    yield "progressive jpeg of 36 million pixels", image("JPEG", (6000, 6000), progressive=True)
    yield (
        "jpeg of 65,000 x 65,000",
        jpeg[: jpeg.index(b"\xff\xc0") + 5] + b"\xfd\xe8\xfd\xe8" + jpeg[jpeg.index(b"\xff\xc0") + 9 :],
    )
    frames = [Image.new("P", (3000, 3000), n % 250) for n in range(8)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    yield "gif of 9 million pixels and many frames", out.getvalue()
    yield (
        "gif that says 65,535 x 65,535",
        b"GIF89a\xff\xff\xff\xff\xf0\x00\x00"
        + bytes(6)
        + b",\x00\x00\x00\x00\xff\xff\xff\xff\x00\x08\x01\x00\x00;",
    )
    yield "svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    yield "svg behind white space", b"\n\n<?xml version='1.0'?><svg/>"
    yield "svg in a riff", b"RIFF\x00\x00\x00\x00WEBP<svg/>"
    yield "postscript", b"%!PS-Adobe\n(/etc/passwd) run"
    yield "postscript after a jpeg's mark", b"\xff\xd8\xff%!PS-Adobe-3.0 EPSF-3.0\n"
    yield "tiff", image("TIFF", (100, 100))
    yield "bmp", image("BMP", (100, 100))
    yield "ico", image("ICO", (64, 64))
    yield "an archive with a picture's mark", b"\xff\xd8\xff" + pack({"a": "b"})
    yield "a page with a picture's mark", b"GIF89a<html><script>alert(1)</script>"
    yield "php with a picture's mark", b"\x89PNG\r\n\x1a\n<?php system($_GET[0]);"
    yield "nothing", b""
    for mark in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF89a"):
        yield f"noise after {mark!r}", mark + noise
        yield f"only {mark!r}", mark
    for kind, raw in (("jpeg", jpeg), ("png", png)):
        for part in (20, 60, 200):
            yield f"{kind} cut after {part} bytes", raw[:part]


def hostile_sheets():
    far = CELL.format(at="XFD1048576", text="x")
    wide = row(1, "".join(CELL.format(at=f"{chr(65 + n % 26)}1", text="x" * 32000) for n in range(26)))
    yield (
        "xlsx with one cell at the far end",
        xlsx(row(1, CELL.format(at="A1", text="a")) + row(1048576, far)),
    )
    yield "xlsx that says it is as large as can be", xlsx("", dimension='<dimension ref="A1:XFD1048576"/>')
    yield (
        "xlsx with a cell far to the right in 900 rows",
        xlsx("".join(row(n, CELL.format(at=f"XFD{n}", text="x")) for n in range(1, 900))),
    )
    yield "xlsx with billion laughs", xlsx(row(1, CELL.format(at="A1", text="&a9;")), doctype=LAUGHS)
    yield "xlsx with a file of ours", xlsx(row(1, CELL.format(at="A1", text="&a9;")), doctype=file_of_ours())
    yield (
        "xlsx with 100 MB of one word",
        xlsx("", shared=NO_WORDS.removesuffix("</sst>") + "<si><t>a</t></si>" * 6_000_000 + "</sst>"),
    )
    yield (
        "xlsx with a long cell 2,000 times",
        xlsx("".join(row(n, CELL.format(at=f"A{n}", text="x" * 32000)) for n in range(1, 2000))),
    )
    yield "xlsx with a broad row of long cells", xlsx(wide * 40)
    yield (
        "xlsx that lies about its size",
        xlsx("".join(row(n, CELL.format(at=f"A{n}", text="x" * 3000)) for n in range(1, 9000)), lie=10),
    )
    yield (
        "xlsx without its sheet",
        pack(
            {
                "_rels/.rels": ROOT,
                "xl/workbook.xml": BOOK.format(doctype=""),
                "xl/_rels/workbook.xml.rels": RELS,
            }
        ),
    )
    yield (
        "xlsx whose sheet lies outside",
        pack(
            {
                "_rels/.rels": ROOT,
                "xl/workbook.xml": BOOK.format(doctype=""),
                "xl/_rels/workbook.xml.rels": RELS.replace(
                    "worksheets/sheet1.xml", f"../../../../../../../..{LOCAL}"
                ),
            }
        ),
    )
    yield "xlsx with names that climb", xlsx("", **{CLIMBS: "x"})
    yield "an archive of 6,000 parts", pack({f"xl/{n}": "" for n in range(6000)} | {"xl/workbook.xml": ""})
    yield "an archive in an archive", pack({"xl/workbook.xml": pack({"a": "b" * 1000})})
    yield (
        "an archive of 90 MB",
        pack({"xl/workbook.xml": "0" * (90 << 20)}),
    )
    yield "xls with two cells as far apart as can be", xls_far()
    yield "xls that says it is as large as can be", xls_dimension()
    yield "xls cut in the middle", xls_far()[:3000]
    yield "ole without a workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)
    yield "ole of noise", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(5000)
    cell = "<table:table-cell{more}><text:p>x</text:p></table:table-cell>"
    yield (
        "ods with a cell a billion times",
        ods(f"<table:table-row>{cell.format(more=MANY_COLUMNS)}</table:table-row>"),
    )
    yield (
        "ods with a row a billion times",
        ods(
            f'<table:table-row table:number-rows-repeated="1000000000">{cell.format(more="")}</table:table-row>'
        ),
    )
    yield "ods without end", pack({"content.xml": "<a>" * 200_000})
    yield "a text of noise", os.urandom(200_000)
    yield "a text with nothing in it", b"a,b\n\0,\0\n"
    yield "a field without end", b'"' + b"x" * (3 << 20)
    yield "300,000 columns", b"," * 300_000
    yield "utf-16 cut", b"\xff\xfe" + os.urandom(99_999)
    yield "a page", b"<html><table><tr><td>1"
    yield "pdf", b"%PDF-1.7\n"
    yield "half an archive", xlsx("")[:200]


def hostile_templates():
    yield "three loops inside each other", docx(loops(3))
    yield "nine loops inside each other", docx(loops(9, "{{ a }}" * 20))
    yield "30 loops side by side", docx(loops(1) * 30)
    yield (
        "two loops over a text that they make",
        docx("{% set b = worker ~ worker %}" + "{% set b = b ~ b %}" * 40 + "{{ b }}"),
    )
    yield "a large product", docx("{{ 'x' * 999999999 }}")
    yield "a large power", docx("{{ 9 ** 99999999 }}")
    yield "a broad format", docx("{{ '%0999999999d' % 1 }}")
    yield "a broad format by name", docx("{{ '{:0>999999999}'.format(1) }}")
    yield "a centred word", docx("{{ worker|center(999999999) }}")
    yield "an indented word", docx("{{ worker|indent(999999999, true) }}")
    yield "a range", docx("{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}")
    yield "lipsum", docx("{{ lipsum(n=99999) }}")
    yield "a macro that calls itself", docx("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}")
    yield "a recursive loop", docx("{% for a in claim recursive %}{{ loop(claim) }}{% endfor %}")
    yield "the way out by classes", docx("{{ worker.__class__.__mro__[1].__subclasses__() }}")
    yield "the way out by a format", docx("{{ '{0.__class__}'.format(worker) }}")
    yield "the way out by a filter", docx("{{ worker|attr('__class__') }}")
    yield "the way out by self", docx("{{ self._TemplateReference__context }}")
    yield "an include", docx(f"{{% include '{LOCAL}' %}}")
    yield "an extends", docx("{% extends '/etc/passwd' %}")
    yield "a word that does not end", docx("{{ worker")
    yield (
        "docx with billion laughs",
        docx("x", **{"word/document.xml": WORDS.format(doctype=LAUGHS, inside=ENTITY)}),
    )
    yield (
        "docx with a file of ours",
        docx("x", **{"word/document.xml": WORDS.format(doctype=file_of_ours(), inside=ENTITY)}),
    )
    yield (
        "docx of 842 bytes to 3 GB",
        pack({"[Content_Types].xml": "", "word/document.xml": "0" * (19 << 20)}),
    )
    yield (
        "docx with 19 MB of paragraphs",
        docx(
            "x",
            **{"word/document.xml": WORDS.format(doctype="", inside="<w:p/>" * 3_000_000)},
        ),
    )
    yield (
        "docx that lies about its size",
        pack({"[Content_Types].xml": "", "word/document.xml": "0" * (60 << 20)}, lie=10),
    )
    yield "docx with names that climb", docx("x", **{CLIMBS: "x"})
    yield "docx without its body", pack({"[Content_Types].xml": ""})
    yield "half a docx", docx("x")[:900]
    yield "noise after a docx's mark", b"PK\x03\x04" + os.urandom(5000)


# more of each -----------------------------------------------------------------------------------


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PNG = b"\x89PNG\r\n\x1a\n"


def png(*chunks, width=10, height=10, depth=8, colour=2, lace=0, raw=None):
    """A PNG of these chunks between its head and its end; ten by ten where nothing else is told."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace)
    body = zlib.compress(bytes((width * 3 + 1) * height) if raw is None else raw)
    return PNG + chunk(b"IHDR", head) + b"".join(chunks) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@cache
def zeros(megabytes):
    return zlib.compress(bytes(megabytes << 20), 9)


def segment(mark, data):
    return b"\xff" + bytes([mark]) + struct.pack(">H", len(data) + 2) + data


def jpeg_with(*segments, size=(60, 40)):
    raw = image("JPEG", size)
    return raw[:2] + b"".join(segments) + raw[2:]


def exif(*entries, following=0, more=b""):
    """An EXIF segment whose first directory holds these entries (tag, kind, count, value)."""
    told = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    ifd = struct.pack("<H", len(entries)) + told + struct.pack("<I", following)
    return segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + ifd + more)


def xmp(text):
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + text.encode())


def scans_without_end(times, size=(3000, 3000)):
    """A progressive picture whose last scan comes again and again."""
    raw = image("JPEG", size, progressive=True)
    last = raw[raw.rindex(b"\xff\xda") : -2]
    return raw[:-2] + last * times + raw[-2:]


def sof(raw, mark=None, height=None, width=None, parts=None, bits=None):
    """A JPEG whose frame header says something else."""
    at = raw.index(b"\xff\xc0")
    new = bytearray(raw)
    if mark is not None:
        new[at + 1] = mark
    if bits is not None:
        new[at + 4] = bits
    if height is not None:
        new[at + 5 : at + 7] = struct.pack(">H", height)
    if width is not None:
        new[at + 7 : at + 9] = struct.pack(">H", width)
    if parts is not None:
        new[at + 9] = parts
    return bytes(new)


def webp(*chunks):
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff_that_loops():
    return b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 256, 3, 1, 1, 8)


PAGE = b"<html><script>alert(1)</script></html>"


def more_hostile_pictures():
    jpeg, small = image("JPEG", (60, 40)), image("PNG", (60, 40))
    yield "png with a text of 60 MB", png(chunk(b"zTXt", b"a\0\0" + zeros(60)))
    yield "png with a text of 60 MB in many languages", png(chunk(b"iTXt", b"a\0\1\0\0\0" + zeros(60)))
    yield "png with a colour profile of 60 MB", png(chunk(b"iCCP", b"a\0\0" + zeros(60)))
    yield "png with 20,000 texts", png(*[chunk(b"tEXt", b"a\0b")] * 20_000)
    yield "png with php in a text", png(chunk(b"tEXt", b"a\0<?php system($_GET[0]);"))
    yield "png whose EXIF leads to itself", png(chunk(b"eXIf", tiff_that_loops()))
    yield "png whose EXIF counts four thousand million", png(chunk(b"eXIf", b"II*\0\x08\0\0\0\xff\xff"))
    yield "png with a wrong check sum", small[:-5] + b"\0\0\0\0\0"
    yield "png without pixels", PNG + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b"")
    yield "png that ends before it begins", PNG + chunk(b"IEND", b"") + small[8:]
    yield "png of no known colour", png(colour=5)
    yield "png of three bits", png(depth=3)
    yield "png of a palette without one", png(colour=3)
    yield "png laced, of 9,000 x 9,000 from nothing", png(width=9000, height=9000, lace=1, raw=b"")
    yield "png of 16 bits, 8,000 x 8,000 from nothing", png(width=8000, height=8000, depth=16, raw=b"")
    yield "png with a filter that there is not", png(raw=b"\xff" * 310)
    yield "png of 20,000 empty parts", png(*[chunk(b"IDAT", b"")] * 20_000)
    yield "png with a part of two thousand million bytes", PNG + b"\x7f\xff\xff\xffIDAT" + b"x" * 100
    yield "png of a million moving pictures", png(chunk(b"acTL", struct.pack(">II", 1 << 20, 0)))
    yield "png with a page behind it", small + PAGE
    yield "png in a png", PNG + small
    yield "jpeg whose EXIF leads to itself", jpeg_with(exif((0x8769, 4, 1, 8), following=8))
    yield "jpeg whose EXIF counts four thousand million", jpeg_with(exif((0x010E, 2, 2**32 - 1, 8)))
    yield "jpeg with an EXIF of no known kind", jpeg_with(exif((0x0112, 255, 1, 1)))
    yield "jpeg turned the 65,535th way", jpeg_with(exif((0x0112, 3, 1, 65535)))
    yield (
        "jpeg with a small picture that lies outside",
        jpeg_with(exif((0x0201, 4, 1, 2**31), (0x0202, 4, 1, 9))),
    )
    yield "jpeg with an EXIF of two bytes", jpeg_with(segment(0xE1, b"Exif"))
    yield "jpeg with 1,000 EXIFs", jpeg_with(*[exif((0x0112, 3, 1, 6))] * 1000)
    yield "jpeg with php in its EXIF", jpeg_with(exif((0x010E, 2, 26, 26), more=b"<?php system($_GET[0]);\0"))
    yield (
        "jpeg with a profile of 255 parts, of which one is there",
        jpeg_with(segment(0xE2, b"ICC_PROFILE\0\x01\xff" + bytes(900))),
    )
    yield "jpeg with a profile of no part", jpeg_with(segment(0xE2, b"ICC_PROFILE\0\0\0"))
    yield "jpeg with billion laughs in its XMP", jpeg_with(xmp(LAUGHS + "<x:xmpmeta>&a9;</x:xmpmeta>"))
    yield (
        "jpeg with a file of ours in its XMP",
        jpeg_with(xmp(file_of_ours() + "<x:xmpmeta>&a9;</x:xmpmeta>")),
    )
    yield "jpeg of many pictures that lead to itself", jpeg_with(segment(0xE2, b"MPF\0" + tiff_that_loops()))
    yield "jpeg with 300 comments of 65,533 bytes", jpeg_with(*[segment(0xFE, b"x" * 65533)] * 300)
    yield "jpeg of a thousand scans", scans_without_end(1000)
    yield "jpeg of 255 colours", sof(jpeg, parts=255)
    yield "jpeg of no height", sof(jpeg, height=0)
    yield "jpeg of 65,535 lines", sof(jpeg, height=65535)
    yield "jpeg without loss", sof(jpeg, mark=0xC3)
    yield "jpeg of arithmetic", sof(jpeg, mark=0xC9)
    yield "jpeg of twelve bits", sof(jpeg, bits=12)
    yield "jpeg without tables", jpeg.replace(b"\xff\xdb", b"\xff\xfe").replace(b"\xff\xc4", b"\xff\xfe")
    yield "jpeg of marks alone", b"\xff\xd8" + b"\xff\xd0" * 500_000
    yield "jpeg that is a page too", jpeg + PAGE
    yield "jpeg that is an archive too", jpeg + pack({CLIMBS: "x"})
    yield "jpeg that is a pdf too", b"%PDF-1.4\n" + jpeg
    yield "gif that is a script too", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"
    yield "gif of no size", b"GIF89a\0\0\0\0\x80\0\0" + bytes(6) + b",\0\0\0\0\0\0\0\0\0\x02\0;"
    yield "gif of words without end", b"GIF89a\x0a\0\x0a\0\x80\0\0" + bytes(6) + b"!\xfe" + b"\xffx" * 300_000
    out = io.BytesIO()
    frames = [Image.new("P", (8, 8), n % 250) for n in range(3000)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    yield "gif of 3,000 frames", out.getvalue()
    wide = b"\x02\0\0\0" + b"\xff\xff\xff" * 2
    yield "webp that says 16 million x 16 million", webp((b"VP8X", wide), (b"VP8 ", b"x"))
    yield "webp that moves and has no picture", webp((b"VP8X", wide), (b"ANIM", bytes(6)))
    yield (
        "webp with an EXIF that leads to itself",
        webp((b"VP8X", b"\x08" + bytes(9)), (b"EXIF", tiff_that_loops())),
    )
    yield "webp with a part of four thousand million bytes", b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff"
    yield "webp without loss, of noise", webp((b"VP8L", b"/" + os.urandom(4000)))
    yield "svg that was packed", gzip.compress(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    yield "svg with billion laughs", (LAUGHS + "<svg>&a9;</svg>").encode()
    yield "svg with a file of ours", (file_of_ours() + "<svg><text>&a9;</text></svg>").encode()
    yield "svg that asks another server", b"<svg><image href='http://127.0.0.1:5432/'/></svg>"
    yield "tiff whose directory leads to itself", tiff_that_loops() + struct.pack("<I", 8)
    yield "tiff of eight bytes a number", b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + bytes(40)
    yield (
        "bmp that says two thousand million",
        b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 2**31 - 1, 2**31 - 1, 1, 24, 1),
    )
    yield "psd", b"8BPS\0\x01" + bytes(6) + b"\0\x03" + b"\0\0\x75\x30" * 2 + b"\0\x08\0\x03"
    yield "heic", b"\0\0\0\x18ftypheic" + bytes(200)
    yield "avif", b"\0\0\0\x1cftypavif" + bytes(200)
    yield "jpeg 2000", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(200)
    yield "jpeg xl", b"\xff\x0a" + bytes(200)
    yield "wmf", b"\xd7\xcd\xc6\x9a" + bytes(200)
    yield "film", b"\0\0\0\x20ftypisom" + bytes(200)
    yield "a program", b"\x7fELF\x02\x01\x01" + bytes(200)
    yield "a font", b"\0\x01\0\0\0\x20" + b"\xff" * 500


def archive(*parts, comment=b""):
    """An archive of entries, of which one name may come twice and each may say of itself what it likes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a name that is there already: that is what is tried
        for entry, data in parts:
            packed.writestr(entry, data)
        packed.comment = comment
    return out.getvalue()


def link_to(name, target):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry, target


def nested(depth):
    raw = b"0" * (1 << 20)
    for level in range(depth):
        raw = pack({f"{level}{n}.zip": raw for n in range(8)})
    return raw


def overlapping(times):
    """Many entries in the directory that are one and the same in the file."""
    raw = pack({"xl/workbook.xml": "0" * (8 << 20)})
    at = raw.rindex(b"PK\x01\x02")
    entry, end = raw[at : raw.rindex(b"PK\x05\x06")], raw[raw.rindex(b"PK\x05\x06") :]
    end = end[:8] + struct.pack("<HHI", times, times, len(entry) * times) + end[16:]
    return raw[:at] + entry * times + end


def locked(raw):
    """The same archive, that says of every entry that it needs a password."""
    new = bytearray(raw)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = new.find(mark)
        while at >= 0:
            new[at + flags] |= 1
            at = new.find(mark, at + 4)
    return bytes(new)


def ole_that_loops():
    """An OLE file whose table of sectors leads every sector to itself."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    head[24:34] = struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head[44:48], head[48:52], head[76:80] = struct.pack("<I", 1), bytes(4), bytes(4)
    return bytes(head) + b"".join(struct.pack("<I", n % 128) for n in range(128 * 4))


def more_hostile_sheets():
    cell = CELL.format(at="A1", text="a")
    book = BOOK.format(doctype="")
    many = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId1"/>' for n in range(2, 6000))
    yield (
        "xlsx of 6,000 sheets that are one",
        xlsx(row(1, cell) * 400, **{"xl/workbook.xml": book.replace("</sheets>", f"{many}</sheets>")}),
    )
    yield "xlsx with a word beyond its list", xlsx(row(1, '<c r="A1" t="s"><v>99999999</v></c>'))
    yield "xlsx with a word before its list", xlsx(row(1, '<c r="A1" t="s"><v>-1</v></c>'))
    yield "xlsx with a cell at no place", xlsx(row(1, CELL.format(at="ZZZZZZZZ99999999999", text="x")))
    yield "xlsx with a cell before the first", xlsx(row(-5, CELL.format(at="A-5", text="x")))
    yield "xlsx with rows that go back", xlsx(row(1048576, cell) + row(1, cell))
    yield (
        "xlsx with numbers without end",
        xlsx(row(1, '<c r="A1"><v>1e99999999</v></c><c r="B1"><v>nan</v></c>')),
    )
    yield "xlsx with a number of a million digits", xlsx(row(1, f'<c r="A1"><v>{"9" * 1_000_000}</v></c>'))
    yield "xlsx with a day of no year", xlsx(row(1, '<c r="A1" t="d"><v>99999-99-99T99:99</v></c>'))
    yield (
        "xlsx with a formula that calls a program",
        xlsx(row(1, "<c r=\"A1\"><f>cmd|' /C calc'!A0</f><v>1</v></c>")),
    )
    yield (
        "xlsx with 30,000 merged cells",
        xlsx(
            row(1, cell)
            + "</sheetData><mergeCells>"
            + '<mergeCell ref="A1:XFD1048576"/>' * 30_000
            + "</mergeCells><sheetData>"
        ),
    )
    yield (
        "xlsx with styles of 80 MB",
        xlsx(row(1, cell), **{"xl/styles.xml": "<styleSheet>" + " " * (80 << 20)}),
    )
    yield "xlsx with 200,000 marks inside each other", xlsx("<a>" * 200_000)
    yield "xlsx with 100,000 attributes", xlsx("<row " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>")
    yield "xlsx with an attribute of 30 MB", xlsx(f'<row r="{"1" * (30 << 20)}"/>')
    square = f'<!DOCTYPE a [<!ENTITY a9 "{"x" * 50_000}">]>'
    yield (
        "xlsx that grows by the square",
        xlsx(row(1, CELL.format(at="A1", text="&a9;" * 50_000)), doctype=square),
    )
    outside = '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:5432/">%b;]>'
    yield "xlsx that asks another server", xlsx(row(1, cell), doctype=outside)
    yield (
        "xlsx with its rules elsewhere",
        xlsx(row(1, cell), doctype='<!DOCTYPE a SYSTEM "file:///dev/zero">'),
    )
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    )
    yield "xlsx that includes a file of ours", xlsx(row(1, include))
    yield (
        "xlsx in another alphabet with laughs",
        xlsx(row(1, cell), **{"xl/workbook.xml": (LAUGHS + book).encode("utf-16")}),
    )
    yield "xlsx with a programme", xlsx(row(1, cell), **{"xl/vbaProject.bin": os.urandom(5000)})
    yield (
        "xlsx with a broken picture",
        xlsx(row(1, cell), **{"xl/media/image1.jpeg": b"\xff\xd8\xff" + os.urandom(900)}),
    )
    yield "xlsx of one name twice", archive(("xl/workbook.xml", book), ("xl/workbook.xml", LAUGHS + book))
    yield "xlsx that needs a password", locked(xlsx(row(1, cell)))
    yield "xlsx whose book is a link", archive(link_to("xl/workbook.xml", LOCAL))
    yield "xlsx at the root", archive(("/xl/workbook.xml", book), ("/etc/cron.d/a", "x"))
    yield "xlsx with strokes of another kind", archive(("xl\\workbook.xml", book), ("..\\..\\a", "x"))
    yield "an archive of archives, six deep", nested(6)
    yield "an archive whose 5,000 entries are one", overlapping(5000)
    yield "an archive behind a comment", archive(("a", "b"), comment=xlsx(row(1, cell))[:60_000])
    yield "an archive that says it is of 2^64 bytes", xlsx(row(1, cell)).replace(b"PK\x05\x06", b"PK\x06\x06")
    yield "xlsb", pack({"xl/workbook.bin": os.urandom(3000), "xl/worksheets/sheet1.bin": os.urandom(3000)})
    yield "ole whose sectors lead to themselves", ole_that_loops()
    raw = xls_far()
    yield "xls with records of no length", raw[:2048] + bytes(len(raw) - 2048)
    yield "xls of noise behind its head", raw[:1024] + os.urandom(20_000)
    cells = "<table:table-cell><text:p>{text}</text:p></table:table-cell>"
    body = ods(f"<table:table-row>{cells.format(text='&a9;')}</table:table-row>")
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        text = packed.read("content.xml").decode()
    for what, doctype in (
        ("billion laughs", LAUGHS),
        ("a file of ours", file_of_ours()),
        ("another server", outside),
    ):
        yield f"ods with {what}", pack({"content.xml": text.replace("?>", f"?>{doctype}", 1)})
    blanks = '<text:s text:c="1000000000"/>'
    yield "ods of 90 MB", pack({"content.xml": text + " " * (90 << 20)})
    yield (
        "ods with blanks a thousand million times",
        ods(f"<table:table-row>{cells.format(text=blanks)}</table:table-row>"),
    )
    yield "ods with a row minus one times", ods('<table:table-row table:number-rows-repeated="-1"/>')
    yield "ods of 3,000 tables inside each other", ods("<table:table>" * 3000)
    yield (
        "excel's old XML with a file of ours",
        (file_of_ours() + "<Workbook><Worksheet>&a9;</Worksheet></Workbook>").encode(),
    )
    yield "a line of 8 MB", b"x" * (8 << 20)
    yield "nine million empty lines", b"\n" * 9_000_000
    yield "nothing but zeros", bytes(5 << 20)
    yield "quotes alone", b'"' * 3_000_000
    yield "a formula in a list", "姓名,电话\n=cmd|' /C calc'!A0,1\n".encode()
    yield "signs that turn the text round", ("姓名,电话\n" + "\u202e\u2066\u200b" * 90_000 + ",1\n").encode()
    yield "letters under two thousand marks", ("姓名\na" + "\u0301" * 900_000 + "\n").encode()
    yield "utf-7", b"+ADw-script+AD4-alert(1),a\n" * 10
    yield "a packed text of 80 MB", gzip.compress(b"a,b\n" * (20 << 20))
    yield "rar", b"Rar!\x1a\x07\x01\0" + os.urandom(3000)
    yield "7z", b"7z\xbc\xaf\x27\x1c" + os.urandom(3000)
    yield "a database", b"SQLite format 3\0" + bytes(3000)
    yield "dbase", b"\x03\x7a\x01\x01" + struct.pack("<IHH", 2**31, 65535, 65535) + bytes(500)
    yield "a picture", image("PNG", (60, 40))


def more_hostile_templates():
    for way in (
        "cycler.__init__.__globals__",
        "joiner.__init__.__globals__['os'].popen('id').read()",
        "namespace.__init__.__globals__",
        "''['__class__']",
        "(1,)|map(attribute='__class__')|list",
        "dict.__base__.__subclasses__()",
        "lipsum.__globals__",
        "worker.__init__",
        "claim.append('x')",
        "claim.__reversed__",
        "worker.format_map(claim)",
        "(worker ~ '{0.__class__}').format(1)",
        "''.join(['a'] * 99999999)",
        "[0] * 999999999",
        "worker.ljust(999999999)",
        "worker.replace('', 'x' * 99999) * 99999",
        "worker|replace('', 'x' * 999999)|replace('x', 'x' * 999999)",
        "worker|wordwrap(1, wrapstring='x' * 99999999)",
        "claim|batch(999999999, 'x')|list",
        "2 ** 2 ** 2 ** 2 ** 2 ** 2",
        "1 << 99999999999",
        "worker|tojson|pprint|xmlattr",
        "range(999999999)|list",
        "range(999999999)|sum",
        "config.items()",
        "request.application",
        "self.__init__",
        "loop.cycle('x')",
        "caller()",
    ):
        yield f"the way {way}", docx("{{ " + way + " }}")
    for tag in (
        "{% import 'os' as a %}",
        "{% from '/etc/passwd' import a %}",
        "{% block a %}{{ super() }}{% endblock %}",
        "{% set worker.name = 1 %}",
        "{% do claim.append(1) %}",
        "{% debug %}",
        "{% macro a(b) %}{{ a(b ~ b) }}{% endmacro %}{{ a('x') }}",
        "{% for a in claim %}{% set b = claim * 999999 %}{{ b }}{% endfor %}",
        "{% if " + "(" * 3000 + "1" + ")" * 3000 + " %}x{% endif %}",
        "{{ " + "-" * 5000 + "1 }}",
        "{{ worker" + ".a" * 5000 + " }}",
        "{{ worker" + "|upper" * 20_000 + " }}",
        "{% raw %}" * 5000,
        "{{ '" + "x" * 500_000 + "' * 500000 }}",
    ):
        yield f"the tag {tag[:40]}", docx(tag)

    def document(inside, doctype=""):
        return docx("x", **{"word/document.xml": WORDS.format(inside=inside, doctype=doctype)})

    yield "docx with 300,000 marks inside each other", document("<w:p>" * 300_000)
    yield (
        "docx with 100,000 attributes",
        document("<w:p " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"),
    )
    square = f'<!DOCTYPE a [<!ENTITY a9 "{"x" * 50_000}">]>'
    yield (
        "docx that grows by the square",
        document(f"<w:p><w:r><w:t>{'&a9;' * 50_000}</w:t></w:r></w:p>", square),
    )
    outside = '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:5432/">%b;]>'
    yield "docx that asks another server", document("<w:p/><w:q>", outside)
    yield (
        "docx in another alphabet with laughs",
        docx(
            "x", **{"word/document.xml": (LAUGHS + WORDS.format(inside="&a9;", doctype="")).encode("utf-16")}
        ),
    )
    yield "docx with styles of 60 MB", docx("x", **{"word/styles.xml": "<a>" + " " * (60 << 20)})
    yield "docx of 6,000 parts", docx("x", **{f"word/{n}.xml": "" for n in range(6000)})
    yield "docx with a body that is an archive", docx("x", **{"word/document.xml": nested(3)})
    yield "docx that needs a password", locked(docx("x"))
    yield (
        "docx whose body is a link",
        archive(("[Content_Types].xml", ""), link_to("word/document.xml", LOCAL)),
    )
    yield "docx whose 5,000 entries are one", overlapping(5000)
    yield "docx of types alone", pack({"[Content_Types].xml": LAUGHS + "<Types>&a9;</Types>"})
    yield "docx that is a page", pack({"[Content_Types].xml": PAGE, "word/document.xml": PAGE})
    yield "an xlsx for a docx", xlsx(row(1, CELL.format(at="A1", text="{{ worker }}")))
    yield "an ods for a docx", ods("")
    yield "rtf", rb"{\rtf1{\object\objdata 0105}" + b"{" * 5000
    yield "doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)
    yield "a page for a docx", PAGE
    yield "a pdf for a docx", b"%PDF-1.7\n{{ worker }}"
    yield "nothing for a docx", b""
