"""A certificate with a code that proves it: one page of A4, or a picture for the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nuanyi.lib.cards import Card
from nuanyi.lib.paper import INK, LANTERN, PAPER, SOFT, Sheet

WIDE, HIGH, EDGE = 1080, 1528, 90


@dataclass(frozen=True)
class Certificate:
    """What stands on it; ``link`` is in the code, ``note`` says what the code proves; without a link there is neither.

    ``small`` stands above ``heading``; ``issuer`` signs it.
    """

    heading: str
    small: str
    name: str
    sentence: str
    number: str
    day: date
    link: str
    note: str
    issuer: str = ""

    @property
    def line(self) -> str:
        """Day and number."""
        return f"{self.day.year}年{self.day.month}月{self.day.day}日　　编号 {self.number}"


def pdf(told: Certificate) -> bytes:
    """One page of A4."""
    sheet = Sheet("A4")
    sheet.add_page()
    sheet.set_title(f"{told.heading} {told.number}")
    sheet.set_fill_color(*PAPER)
    sheet.rect(0, 0, sheet.wide, sheet.high, style="F")
    sheet.set_fill_color(*LANTERN)
    sheet.rect(0, 0, sheet.wide, 14, style="F")
    sheet.words(20, 36, told.small, 22, colour=LANTERN, wide=170, align="C")
    sheet.words(20, 54, told.heading, 36, colour=INK, wide=170, align="C")
    sheet.words(20, 88, told.name, 36, colour=INK, wide=170, align="C")
    sheet.words(20, 116, told.sentence, 16, colour=INK, wide=170, align="C", most_lines=3)
    sheet.words(20, 140, told.issuer, 14, colour=INK, wide=170, align="C")
    sheet.words(20, 150, told.line, 14, colour=SOFT, wide=170, align="C")
    if told.link:
        sheet.code(told.link, 70, 168, 70)
        sheet.words(20, 244, told.note, 13, colour=SOFT, wide=170, align="C")
    return bytes(sheet.output())


def png(told: Certificate) -> bytes:
    """The same as a picture of 1080 x 1528 pixels (the shape of A4)."""
    card = Card(WIDE, HIGH)
    middle, most = WIDE // 2, WIDE - 2 * EDGE
    card.pen.rectangle((0, 0, WIDE, 72), LANTERN)
    card.words(middle, 170, told.small, 40, LANTERN, most=most, anchor="ma")
    card.words(middle, 250, told.heading, 84, INK, most=most, anchor="ma")
    card.words(middle, 430, told.name, 80, INK, most=most, anchor="ma")
    card.words(middle, 590, told.sentence, 38, INK, most=most, anchor="ma", lines=3)
    card.words(middle, 740, told.issuer, 38, INK, most=most, anchor="ma")
    card.words(middle, 800, told.line, 34, SOFT, most=most, anchor="ma")
    if told.link:
        card.code(told.link, middle, 880, 460)
        card.words(middle, 1400, told.note, 32, SOFT, most=most, anchor="ma")
    return card.png()
