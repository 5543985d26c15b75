"""A certificate of hours on A4; its code leads to a page that says whether the numbers are ours."""

from __future__ import annotations

from nuanyi.lib import clock
from nuanyi.lib.paper import INK, LANTERN, PAPER, SOFT, Sheet
from nuanyi.people.models import keys


def mark_of(number: str, minutes: int, day: str) -> str:
    """The keyed proof of a certificate's numbers."""
    return keys().digest("volunteer-certificate", f"{number}|{minutes}|{day}").hex()[:16]


def path_of(number: str, minutes: int) -> str:
    """The address that proves a certificate made today."""
    day = f"{clock.today():%Y-%m-%d}"
    return f"volunteer/check/{number}-{minutes}-{day}-{mark_of(number, minutes, day)}/"


def pdf(number: str, name: str, team: str, minutes: int, shifts: int, link: str) -> bytes:
    """One page."""
    day = clock.today()
    sheet = Sheet("A4")
    sheet.add_page()
    sheet.set_title(f"志愿服务时长证明 {number}")
    sheet.set_fill_color(*PAPER)
    sheet.rect(0, 0, sheet.wide, sheet.high, style="F")
    sheet.set_fill_color(*LANTERN)
    sheet.rect(0, 0, sheet.wide, 14, style="F")
    sheet.words(20, 44, "志愿服务时长证明", 32, colour=LANTERN, wide=170, align="C")
    sheet.words(20, 84, name, 36, colour=INK, wide=170, align="C")
    hours = f"{minutes / 60:.1f}".rstrip("0").rstrip(".")
    words = f"在{team}参加志愿服务 {shifts} 次，经他人确认的服务时长共 {hours} 小时。"
    sheet.words(20, 112, words, 16, colour=INK, wide=170, align="C", most_lines=3)
    sheet.words(20, 144, f"{day.year}年{day.month}月{day.day}日　　编号 {number}", 14, colour=SOFT, wide=170, align="C")
    sheet.code(link, 70, 168, 70)
    sheet.words(20, 244, "扫码核对编号与时长，页面不显示姓名", 13, colour=SOFT, wide=170, align="C")
    return bytes(sheet.output())
