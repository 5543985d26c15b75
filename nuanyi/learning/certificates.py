"""The certificate on paper: A4 across no machine's fonts but our own, its code checked by anybody (see ``signing``)."""

from __future__ import annotations

from datetime import date

from nuanyi.lib.paper import INK, LANTERN, PAPER, SOFT, Sheet


def pdf(number: str, day: date, name: str, link: str) -> bytes:
    """One page of A4."""
    sheet = Sheet("A4")
    sheet.add_page()
    sheet.set_title(f"合格证 {number}")
    sheet.set_fill_color(*PAPER)
    sheet.rect(0, 0, sheet.wide, sheet.high, style="F")
    sheet.set_fill_color(*LANTERN)
    sheet.rect(0, 0, sheet.wide, 14, style="F")
    sheet.words(20, 40, "道路交通安全学习", 26, colour=LANTERN, wide=170, align="C")
    sheet.words(20, 58, "合 格 证", 44, colour=INK, wide=170, align="C")
    sheet.words(20, 96, name, 36, colour=INK, wide=170, align="C")
    sheet.words(
        20,
        122,
        "完成道路交通安全学习，随机十题答对八题以上，测试合格。",
        16,
        colour=INK,
        wide=170,
        align="C",
        most_lines=2,
    )
    sheet.words(20, 144, f"{day.year}年{day.month}月{day.day}日　　编号 {number}", 14, colour=SOFT, wide=170, align="C")
    sheet.code(link, 70, 168, 70)
    sheet.words(20, 244, "扫码验真：不联网也能核对，不会把姓名发给任何人", 13, colour=SOFT, wide=170, align="C")
    return bytes(sheet.output())
