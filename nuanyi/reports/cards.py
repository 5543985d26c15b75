"""The month's card as a picture, to be sent into a group: 1080 x 1440 pixels, our own font, a code that leads to reporting."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nuanyi.lib.cards import WHITE, Card
from nuanyi.lib.paper import LANTERN, SOFT

WIDE, HIGH, EDGE = 1080, 1440, 80
AMBER, LINE = (242, 163, 58), (232, 224, 214)
ROWS = 5


class _MonthCard(Card):
    """A card with numbers and bars."""

    def number(self, x: int, wide: int, value: str, title: str) -> None:
        """A big number over its word, in the middle of a box."""
        self.words(x + wide // 2, 380, value, 130, LANTERN, most=wide - 20, anchor="ma")
        self.words(x + wide // 2, 550, title, 36, SOFT, most=wide - 20, anchor="ma")

    def bar(self, y: int, title: str, value: int, most: int) -> None:
        """A kind with a bar of its share and its number."""
        self.words(EDGE, y, title, 38, most=360)
        full = WIDE - 2 * EDGE - 480
        self.pen.rounded_rectangle(
            (EDGE + 380, y + 8, EDGE + 380 + max(16, full * value // most), y + 44), 10, AMBER
        )
        self.words(WIDE - EDGE, y, str(value), 38, anchor="ra")


def picture(month: date, card: dict[str, Any], link: str) -> bytes:
    """The card of a month (see ``queries.month_card``) as a PNG. The same card is drawn once: anybody may ask for it."""
    numbers = (card["told"], card["mended"], card["open"])
    return _drawn(
        month, numbers, tuple(card["kinds"][:ROWS]), link, get_language() or "", settings.NUANYI_DEMO
    )


@lru_cache(maxsize=64)
def _drawn(
    month: date,
    numbers: tuple[str, str, str],
    kinds: tuple[tuple[str, int], ...],
    link: str,
    language: str,
    demo: bool,
) -> bytes:
    made = _MonthCard(WIDE, HIGH)
    made.pen.rectangle((0, 0, WIDE, 300), LANTERN)
    made.words(EDGE, 70, date_format(month, "YEAR_MONTH_FORMAT"), 44, WHITE)
    if demo:
        made.words(WIDE - EDGE, 70, _("Made up for the demo"), 44, WHITE, anchor="ra")
    made.words(EDGE, 150, _("What came of your reports"), 76, WHITE, most=WIDE - 2 * EDGE)
    third = (WIDE - 2 * EDGE) // 3
    for n, title in enumerate((_("told"), _("mended"), _("under way"))):
        made.number(EDGE + n * third, third, numbers[n], title)
    made.pen.line((EDGE, 640, WIDE - EDGE, 640), LINE, 3)
    most = max([count for _title, count in kinds], default=1)
    for n, (title, count) in enumerate(kinds):
        made.bar(690 + n * 72, title, count, most)
    if set(numbers) == {"0"}:
        made.words(EDGE, 690, _("Nobody reported anything in this month."), 38, SOFT, most=WIDE - 2 * EDGE)
    side = 300
    if link:
        made.code(link, EDGE + side // 2, HIGH - side - 60, side)
    made.words(
        EDGE + side + 50,
        HIGH - side + 10,
        _("Report something"),
        52,
        LANTERN,
        most=WIDE - 2 * EDGE - side - 50,
    )
    if link:
        made.words(
            EDGE + side + 50,
            HIGH - side + 100,
            _("Scan, photograph, send: twenty seconds."),
            34,
            SOFT,
            most=WIDE - 2 * EDGE - side - 50,
        )
    return made.png()
