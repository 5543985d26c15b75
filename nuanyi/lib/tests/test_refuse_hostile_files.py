"""Nearly three hundred hostile files: each refused, or made harmless, for no more than three honest lists cost and a
hundred megabytes.

At a landing every third is tried, as ``NUANYI_HOSTILE_SEED`` chooses, and each that asks for a file of ours or names one outside;
with ``NUANYI_HOSTILE=all`` (``make hostile``) each.
"""

import io
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
from lxml import etree

from nuanyi.lib import documents, pictures, sheets
from nuanyi.lib.errors import Refusal
from nuanyi.lib.tests import hostile_files
from nuanyi.lib.tests.hostile_files import (
    BOOK,
    CELL,
    docx,
    hostile_pictures,
    hostile_sheets,
    hostile_templates,
    image,
    more_hostile_pictures,
    more_hostile_sheets,
    more_hostile_templates,
    row,
    scans_without_end,
    segment,
    xlsx,
)

#: How many honest lists of a hundred thousand lines a hostile file may cost in the same run (two and a half seconds where
#: such a list costs 0.85), so that a slow machine is not taken for a costly file.
HONEST_LISTS, MEGABYTES = 3, 100
HONEST_LIST = ("姓名,电话,住址\n" + "王小明,13800000000,雁山镇雁山村\n" * 100_000).encode()
#: What a letter may well hold: an entity that nobody opens, a part that nobody unpacks, a word that is put into itself.
HARMLESS = {
    "docx with a file of ours",
    "docx with names that climb",
    "the way worker.format_map(claim)",
}
FACTS = {"claim": [{"days": "一"} for _n in range(40)], "worker": "甲"}


#: What stands in the file of ours that they ask for, and in the other one.
CANARY = "a-word-that-stands-in-no-file-but-ours"
OF_OURS = (CANARY, "root:")
#: Those that ask for a file of ours or name one outside are tried at every landing.
REACH_OUT = re.compile(
    "file of ours|lies outside|climb|is a link|at the root|strokes of another kind|an include|an extends|'/etc"
)


def _take_picture(raw):
    return pictures.rebuild(raw)


def _take_sheet(raw):
    count = 0
    for sheet in sheets.read(raw, most_signs=8 << 20):
        count += sum(1 for _row in sheet.rows)
    return count


def _take_template(raw):
    documents.fields_of(raw)
    return documents.filled(raw, FACTS)


def _sheet_shows(raw):
    """All that whoever sent a workbook sees of it."""
    shown = []
    with suppress(Refusal):
        for sheet in sheets.read(raw, most_signs=8 << 20):
            shown.append(sheet.name)
            shown += [str(cell) for row in sheet.rows for cell in row]
    return "\n".join(shown)


def _template_shows(raw):
    try:
        fields, made = documents.fields_of(raw), documents.filled(raw, FACTS)
    except documents.BadTemplate as refused:
        return str(refused)
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        parts = [packed.read(part).decode("utf-8", "replace") for part in packed.namelist()]
    return "\n".join([*fields, *parts])


SHOWS = {"pictures": lambda _raw: "", "spreadsheets": _sheet_shows, "templates": _template_shows}


def _written_outside():
    """What stands where the names outside lead, seen from wherever somebody may unpack them."""
    from_here = [Path.cwd(), Path(sheets.__file__).parent, Path(tempfile.gettempdir()), Path("/")]
    names = [name.replace("\\", "/") for name in hostile_files.OUTSIDE]
    places = {(folder / name).resolve() for folder in from_here for name in (*names, *hostile_files.OUTSIDE)}
    return {place for place in places if place.exists()}


class Watch:
    """The most memory (bytes) that any descendant of this process ever held while we looked, beyond what it began with."""

    def __init__(self):
        self.own = self._own()
        self.most, self.ends = 0, False
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.ends = True
        self.thread.join()
        self.most = max(self.most, self._own() - self.own)

    @staticmethod
    def _own():
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    def _look(self):
        while not self.ends:
            seen = {}
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit():
                    try:
                        line = (entry / "stat").read_text().rpartition(")")[2].split()
                        seen[int(entry.name)] = (
                            int(line[1]),
                            int(line[21]) * 4096,
                            (entry / "cmdline").read_bytes(),
                        )
                    except (OSError, ValueError, IndexError):
                        continue
            for number, (_parent, held, words) in seen.items():
                # another process of the suite has children too, one of them made to hold much
                if b"_child.py" in words and os.getpid() in _above(number, seen):
                    self.most = max(self.most, held)
            time.sleep(0.01)


def _above(number, seen):
    """The processes above one, by their numbers."""
    above = []
    while number in seen and len(above) < 50:
        number = seen[number][0]
        above.append(number)
    return above


FAMILIES = {
    "pictures": ((hostile_pictures, more_hostile_pictures), _take_picture, 110),
    "spreadsheets": ((hostile_sheets, more_hostile_sheets), _take_sheet, 85),
    "templates": ((hostile_templates, more_hostile_templates), _take_template, 90),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_file_is_refused_quickly_and_costs_little(family, tmp_path, monkeypatch):
    """Refused, or made harmless (a picture of so many pixels, the letters of an entity that nobody opened): no file of ours
    comes out, and none is written outside."""
    (tmp_path / "ours").write_text(CANARY)
    monkeypatch.setattr(hostile_files, "LOCAL", str(tmp_path / "ours"))
    before = _written_outside()
    makers, take, at_least = FAMILIES[family]
    pictures.rebuild(image("JPEG", (8, 8)))  # the gate stands
    chance = random.Random(f"{family} {os.environ.get('NUANYI_HOSTILE_SEED', '')}")
    every = os.environ.get("NUANYI_HOSTILE") == "all"
    wrong, count, tried = [], 0, 0
    honest = _measured(_take_sheet, HONEST_LIST, _children_time)[1]
    for name, raw in chain.from_iterable(make() for make in makers):
        count += 1
        if chance.random() > 1 / 3 and not every and not REACH_OUT.search(name):
            continue
        tried += 1
        # the pictures' children are the gate's: their time is seen on the wall only, where others work too
        clock = _wall if family == "pictures" else _children_time
        with Watch() as watch:
            made, seconds = _measured(take, raw, clock)
        if seconds > HONEST_LISTS * honest:  # or was the machine slow just then?
            honest = _measured(_take_sheet, HONEST_LIST, _children_time)[1]
            seconds = _measured(take, raw, clock)[1]
        if seconds > HONEST_LISTS * honest:
            wrong.append(f"{name}: {seconds:.1f} s, an honest list {honest:.1f} s")
        if watch.most > MEGABYTES << 20:
            wrong.append(f"{name}: {watch.most >> 20} MB")
        if family == "templates" and made is not None and name not in HARMLESS:
            wrong.append(f"{name}: was filled")
        if REACH_OUT.search(name) and any(word in SHOWS[family](raw) for word in OF_OURS):
            wrong.append(f"{name}: a file of ours came out")
    assert wrong == []
    assert _written_outside() == before
    assert count >= at_least
    assert tried > count / 5


def test_the_file_of_ours_would_come_out_of_a_careless_parser_and_would_be_seen(tmp_path, monkeypatch):
    """Two controls: what is asked for is there to be had, and what came out would be found."""
    (tmp_path / "ours").write_text(CANARY)
    monkeypatch.setattr(hostile_files, "LOCAL", str(tmp_path / "ours"))
    asking = xlsx(row(1, CELL.format(at="A1", text="&a9;")), doctype=hostile_files.file_of_ours())
    with zipfile.ZipFile(io.BytesIO(asking)) as packed:
        careless = etree.XMLParser(load_dtd=True, resolve_entities=True)
        told = etree.fromstring(packed.read("xl/worksheets/sheet1.xml"), careless)
    assert CANARY in "".join(told.itertext())
    assert CANARY in _sheet_shows(xlsx(row(1, CELL.format(at="A1", text=CANARY))))
    assert CANARY in _template_shows(docx(CANARY))


def test_a_picture_of_a_thousand_passes_or_of_marks_alone_is_refused_before_it_is_read():
    for raw in (scans_without_end(1000, (60, 40)), b"\xff\xd8" + b"\xff\xd0" * 5000):
        with pytest.raises(pictures.BadPicture) as refused:
            pictures.rebuild(raw)
        assert refused.value.code == "picture-too-many-pixels"
    assert pictures.rebuild(scans_without_end(20, (60, 40))).width == 60


@pytest.mark.parametrize("hidden", [b"\xff\x00\xff", b"\xff\x05\xff", b"\xff\xd9\xff"])
def test_passes_are_counted_as_the_library_finds_them(hidden):
    """What only looks like a part of a certain length hides no pass, nor does what looks like the end within a part."""
    endless = scans_without_end(1000, (60, 40))
    if hidden[1] == 0xD9:
        endless = endless[:2] + segment(0xFE, hidden) + endless[2:]
    elif hidden[1] == 0:
        endless = endless[:2] + hidden + endless[3:]
    else:
        at = endless.index(b"\xff\xda", endless.index(b"\xff\xda") + 2)
        endless = endless[:at] + hidden + b"\xff" + endless[at:]
    with pytest.raises(pictures.BadPicture) as refused:
        pictures.rebuild(endless)
    assert refused.value.code == "picture-too-many-pixels"


def test_a_sheet_that_stands_there_a_thousand_times_is_a_thousand_sheets():
    book = BOOK.format(doctype="")
    more = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId1"/>' for n in range(2, 1001))
    rows = "".join(row(n, CELL.format(at=f"A{n}", text="a")) for n in range(1, 401))
    raw = xlsx(rows, **{"xl/workbook.xml": book.replace("</sheets>", f"{more}</sheets>")})
    with pytest.raises(sheets.BadSheet) as refused:
        _take_sheet(raw)
    # by its rows, or by what a child may compute where a busy machine takes longer for them
    assert refused.value.code in {"sheet-too-many-rows", "sheet-too-large-unpacked"}


def test_the_measure_sees_what_costs_much():
    """A control: a child that holds 150 MB and computes for three seconds is seen."""
    burn = (
        "import time\nheld = bytearray(150 << 20)\nheld[::4096] = b'x' * len(held[::4096])\n"
        "while time.process_time() < 2.5: pass"
    )
    started = _children_time()
    with Watch() as watch:
        subprocess.run([sys.executable, "-c", burn, "a_child.py"], check=True)
    assert watch.most > MEGABYTES << 20
    assert _children_time() - started > 2


def _measured(take, raw, clock):
    """What came out of a file (None where it was refused), and the seconds that it cost."""
    started = time.process_time() + clock()
    try:
        made = take(raw)
    except (Refusal, documents.BadTemplate):
        made = None
    return made, time.process_time() + clock() - started


def _wall():
    return time.perf_counter() / 2


def _children_time():
    """Seconds that children of ours computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
