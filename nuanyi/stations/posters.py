"""Print-ready PDFs: a station's poster (A4, A3) and a page of codes for a batch.

All lengths in millimetres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from nuanyi.lib.paper import LANTERN, PAPER, SOFT, Sheet
from nuanyi.stations.models import Station


def hours_lines(station: Station) -> list[tuple[str, str]]:
    """Days with the same hours on one line: ``周一至周五 08:30-12:00 14:00-20:00``."""
    names = [gettext(day) for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")]
    lines: list[tuple[int, int, str]] = []
    for number, text in station.week_words:
        if lines and lines[-1][2] == text:
            lines[-1] = (lines[-1][0], number, text)
        else:
            lines.append((number, number, text))
    told = [
        (
            names[a - 1]
            if a == b
            else gettext("%(first)s to %(last)s") % {"first": names[a - 1], "last": names[b - 1]},
            text or gettext("shut all day"),
        )
        for a, b, text in lines
    ]
    if station.hours.get("holiday") is not None:
        told.append((gettext("Statutory holidays"), station.hours["holiday"] or gettext("shut all day")))
    return told


@dataclass(frozen=True)
class Poster:
    """What stands on a poster; ``address`` is what its code opens, ``typed`` what somebody whose phone reads no code types."""

    name: str
    tier: str
    place: str
    hours: Sequence[tuple[str, str]]
    functions: Sequence[str]
    amenities: Sequence[str]
    address: str
    how_to_find: str
    call: str
    head: str
    scan: str
    typed: str
    offers: str
    made_up: str


def poster(told: Poster, size: str = "A4") -> bytes:
    """One poster as PDF. Raises KeyError for an unknown paper."""
    sheet = Sheet(size)
    sheet.add_page()
    sheet.set_title(told.name)
    sheet.set_fill_color(*PAPER)
    sheet.rect(0, 0, sheet.wide, sheet.high, style="F")
    sheet.set_fill_color(*LANTERN)
    sheet.rect(0, 0, sheet.wide, 74 * sheet.scale, style="F")
    sheet.words(15, 14, told.head, 20, colour=(251, 237, 228))
    sheet.words(15, 27, told.name, 44, colour=PAPER, most_lines=2)
    sheet.words(15, 62, told.place, 14, colour=(251, 237, 228))
    sheet.code(told.address, 15, 84, 92)
    sheet.words(15, 178, told.scan, 17, colour=LANTERN, wide=92, align="C")
    sheet.words(15, 187, told.typed, 11, colour=SOFT, wide=92, align="C", most_lines=1)
    y = 86.0
    for days, hours in told.hours:
        sheet.words(116, y, days, 14, colour=SOFT, wide=80)
        y = (
            sheet.words(116, y + 7, hours.replace(" ", "\n"), 21, wide=82, most_lines=hours.count(" ") + 1)
            + 4
        )
        if y > 170:
            break
    y = 196.0
    sheet.set_draw_color(*LANTERN)
    sheet.set_line_width(0.6 * sheet.scale)
    sheet.line(15 * sheet.scale, y * sheet.scale, 195 * sheet.scale, y * sheet.scale)
    y = sheet.words(15, y + 6, "  ·  ".join(told.functions), 18, colour=LANTERN, most_lines=2) + 3
    y = sheet.words(15, y, told.offers, 13, colour=SOFT) + 1
    y = sheet.words(15, y, "   ".join(told.amenities), 17, most_lines=3) + 4
    if told.how_to_find:
        y = sheet.words(15, y, told.how_to_find, 14, colour=SOFT, most_lines=3) + 2
    sheet.words(15, 280, "   ".join(filter(None, [told.call, told.made_up])), 12, colour=SOFT)
    return bytes(sheet.output())


def codes(told: Sequence[tuple[str, str, str]], title: str) -> bytes:
    """A4 pages of codes to cut out, three by four: ``(name, code, address)``."""
    sheet = Sheet("A4")
    sheet.set_title(title)
    for place, (name, code, address) in enumerate(told):
        if place % 12 == 0:
            sheet.add_page()
        column, row = place % 3, place % 12 // 3
        x, y = 12 + column * 64.0, 12 + row * 70.0
        sheet.set_draw_color(200, 190, 180)
        sheet.set_line_width(0.2)
        sheet.rect(x, y, 58, 66)
        sheet.code(address, x + 6, y + 3, 46)
        sheet.words(x + 2, y + 50, name, 11, wide=54, align="C", most_lines=1)
        sheet.words(x + 2, y + 57, code, 10, wide=54, align="C", colour=SOFT)
    if not told:
        sheet.add_page()
    return bytes(sheet.output())
