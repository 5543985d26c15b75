"""Numbers that name a person or a firm in China: reading what people typed, and checking it.

``read_*`` take whatever stands in a cell (text with full-width digits, blanks, hyphens, ``+86``, a
float that Excel made of a number) and return the plain form. They raise ``Unreadable`` with a reason
code and, where one is plain to see, a suggestion.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from operator import mul

from nuanyi.lib import clock

_SQUEEZE = re.compile(r"[\s\-‐-―·.．_()（）\u200b\ufeff]+")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(3**i % 31 for i in range(17))
_CREDIT_VALUE = {letter: value for value, letter in enumerate(_CREDIT_ALPHABET)}
_PLAIN_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PLAIN_ID = re.compile(r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
_NAME = re.compile(r"[㐀-鿿\U00020000-\U0003ffff·]{2,30}")


class Unreadable(ValueError):
    """A cell that is not what its column promises; ``reason`` is a stable code, ``hint`` a likely right value."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def plain(cell: object) -> str:
    """A cell's text: floats that are whole numbers lose their ``.0``; full-width signs become ASCII; edges trimmed."""
    if isinstance(cell, str):
        return (cell if cell.isascii() else cell.translate(_FULL_WIDTH)).strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    return str(cell).strip()


def squeezed(cell: object) -> str:
    """A cell's text without blanks, hyphens and brackets, as numbers are compared."""
    text = plain(cell)
    return text if text.isalnum() and text.isascii() else _SQUEEZE.sub("", text)


def read_mobile(cell: object) -> str:
    """An 11-digit mobile number of mainland China (工信部 numbering: 1, then 3-9, then nine digits)."""
    if isinstance(cell, str) and _PLAIN_MOBILE.fullmatch(cell):
        return cell
    text = squeezed(cell)
    if _PLAIN_MOBILE.fullmatch(text):
        return text
    text = text.removeprefix("+86").removeprefix("0086")
    if len(text) == 13 and text.startswith("86"):
        text = text[2:]
    if _PLAIN_MOBILE.fullmatch(text):
        return text
    if not text.isdigit():
        raise Unreadable("phone-letters", "".join(sign for sign in text if sign.isdigit()))
    raise Unreadable("phone-length" if len(text) != 11 else "phone-prefix")


def read_id_number(cell: object) -> str:
    """An 18-character citizen identity number (GB 11643-1999): region, birth date, sequence, ISO 7064 MOD 11-2 check."""
    text = squeezed(cell).upper()
    if isinstance(cell, float) and abs(cell) >= 1e15:
        raise Unreadable("id-rounded")  # Excel keeps 15 digits: the last three are lost, no guess is safe
    if len(text) == 15 and text.isdigit():
        raise Unreadable("id-old", f"{text[:6]}19{text[6:]}" + id_check_digit(f"{text[:6]}19{text[6:]}"))
    if len(text) != 18:
        raise Unreadable("id-length")
    if not _PLAIN_ID.fullmatch(text):
        if not text[:17].isdigit() or text[17] not in "0123456789X":
            raise Unreadable("id-letters")
        raise Unreadable("id-birth-date")
    if not _was_born(text[6:14]):
        raise Unreadable("id-birth-date")
    if id_check_digit(text[:17]) != text[17]:
        raise Unreadable("id-check-digit")
    return text


@lru_cache(maxsize=50_000)
def _was_born(digits: str) -> bool:
    """Whether ``YYYYMMDD`` is a day that was; remembered, because a roster names few days again and again."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) <= clock.today()
    except ValueError:
        return False


def id_check_digit(first17: str) -> str:
    """The last character that GB 11643 gives to the first seventeen digits."""
    return _ID_CHECK[sum(map(mul, map(int, first17), _ID_WEIGHTS)) % 11]


def read_credit_code(cell: object) -> str:
    """An 18-character unified social credit code (GB 32100-2015) with its MOD 31-3 check."""
    text = squeezed(cell).upper()
    if len(text) != 18:
        raise Unreadable("credit-length")
    swapped = text.translate(str.maketrans("OISZV", "01525"))
    if any(letter not in _CREDIT_VALUE for letter in text):
        raise Unreadable("credit-letters", swapped if credit_check_digit(swapped[:17]) == swapped[17] else "")
    if credit_check_digit(text[:17]) != text[17]:
        raise Unreadable("credit-check-digit")
    return text


def credit_check_digit(first17: str) -> str:
    """The last character that GB 32100 gives to the first seventeen; empty where a letter is not of its alphabet."""
    try:
        total = sum(_CREDIT_VALUE[letter] * w for letter, w in zip(first17, _CREDIT_WEIGHTS, strict=True))
    except KeyError:
        return ""
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def read_person_name(cell: object) -> str:
    """A personal name without the blanks that lists use for alignment (``李 勇`` is ``李勇``)."""
    if isinstance(cell, str) and _NAME.fullmatch(cell):
        return cell
    text = plain(cell)
    if _NAME.fullmatch(text):
        return text
    if any("\u4e00" <= sign <= "\u9fff" for sign in text):
        text = "".join(text.split())
    text = text.replace("•", "·").replace("・", "·").replace(".", "·")
    if not text or len(text) > 60:
        raise Unreadable("name-missing" if not text else "name-long")
    if any(sign.isdigit() or sign in "<>=@#$%^*{}[]|\\/" or not sign.isprintable() for sign in text):
        raise Unreadable("name-signs", "".join(sign for sign in text if sign.isalpha() or sign == "·"))
    return text
