"""Chinese numerals and the numbers that a text names. No library."""

from __future__ import annotations

import re

_NUMERALS = "〇一二三四五六七八九"
#: What a reader would call a figure.
_FIGURES = re.compile(r"\d[\d,]*(?:\.\d+)?")


def numeral(number: int) -> str:
    """1 as 一, 12 as 十二, up to 99."""
    tens, ones = divmod(number, 10)
    left = "" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens]}十"
    return left + (_NUMERALS[ones] if ones or not tens else "")


def numbers_in(text: str) -> set[str]:
    """The numbers that a text names, without separators."""
    return {found.replace(",", "") for found in _FIGURES.findall(text)}
