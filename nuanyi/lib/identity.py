"""Numbers that name a person or a firm in China: reading what people typed, and checking it.

The check digits are those of python-stdnum (``cn.ric``, ``cn.uscc``). For the import, which asks for them a million times,
:func:`id_check_digit` and :func:`credit_check_digit` do the same a few times faster; a test holds that they agree.

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
#: What Excel makes of a long number in a narrow column, once somebody has copied it as text.
_SHORTENED = re.compile(r"\d\.\d+[eE]\+\d+")
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


def _number(cell: object) -> str:
    """A number's text without blanks, hyphens, brackets, and the apostrophe that tells Excel that it is text."""
    return squeezed(cell).strip("'’‘`´")


def read_mobile(cell: object) -> str:
    """An 11-digit mobile number of mainland China (工信部 numbering: 1, then 3-9, then nine digits)."""
    if isinstance(cell, str) and _PLAIN_MOBILE.fullmatch(cell):
        return cell
    text = _number(cell)
    if _PLAIN_MOBILE.fullmatch(text):
        return text
    if isinstance(cell, str) and _SHORTENED.fullmatch(plain(cell)):
        whole = plain(float(plain(cell)))
        if not _PLAIN_MOBILE.fullmatch(whole) or whole.endswith("0000"):
            raise Unreadable("phone-rounded")
        return whole
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
    text = _number(cell).upper()
    if (isinstance(cell, float) and abs(cell) >= 1e15) or (
        isinstance(cell, str) and _SHORTENED.fullmatch(plain(cell))
    ):
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
    where, day, rest = _weighed(first17[:6], 0), _weighed(first17[6:14], 6), _weighed(first17[14:], 14)
    return _ID_CHECK[(where + day + rest) % 11]


@lru_cache(maxsize=50_000)
def _weighed(digits: str, first: int) -> int:
    """What some digits of an identity number count, the first at place ``first``; remembered, as days are."""
    return sum(map(mul, map(int, digits), _ID_WEIGHTS[first:]))


_BETWEEN_NUMBERS = re.compile(r"[/、,，;；|或和\s]+")


def mobiles_in(cell: object) -> list[str]:
    """Every mobile number of a cell that holds several (``19900000001/0773-3550000``), in order."""
    found: list[str] = []
    for part in _BETWEEN_NUMBERS.split(plain(cell)):
        try:
            number = read_mobile(part)
        except Unreadable:
            continue
        if number not in found:
            found.append(number)
    return found


_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_ABOUT = re.compile(r"^(?:大约|大概|约莫|约|近|共|总计|合计)+|(?:左右|上下|余|多|来|名|人|位|个|员工|在岗)+$")


_TWO_NUMBERS = re.compile(r"\d\s+\d")
_THOUSANDS = re.compile(r"\s*\d{1,3}(?:\s\d{3})+\s*")


def read_count(cell: object) -> int:
    """A whole number as people write it: ``20``, ``约20人``, ``二十``, ``１２０余人``. Raises Unreadable."""
    written = plain(cell)
    if _TWO_NUMBERS.search(written) and not _THOUSANDS.fullmatch(_ABOUT.sub("", written)):
        raise Unreadable("headcount")  # 7 and 8 in two lines of a cell are not 78
    text = _ABOUT.sub("", "".join(written.replace(",", "").split()))
    text = _ABOUT.sub("", text)
    if text.isdecimal() and len(text) < 9:
        return int(text)
    if not text or any(sign not in _DIGITS and sign not in _POWERS for sign in text):
        raise Unreadable("headcount")
    total = section = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section += (digit or 1) * _POWERS[sign]
            digit = 0
    if len(text) > 1 and not any(sign in _POWERS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))  # 一二〇, read digit by digit
    return total + section + digit


def read_credit_code(cell: object) -> str:
    """An 18-character unified social credit code (GB 32100-2015) with its MOD 31-3 check."""
    text = _number(cell).upper()
    if len(text) != 18:
        raise Unreadable("credit-length")
    swapped = text.translate(str.maketrans("OISZV", "01525"))
    if any(letter not in _CREDIT_VALUE for letter in text):
        raise Unreadable("credit-letters", swapped if credit_check_digit(swapped[:17]) == swapped[17] else "")
    if credit_check_digit(text[:17]) != text[17]:
        raise Unreadable("credit-check-digit")
    return text


def is_credit_code(cell: object) -> bool:
    """Whether a cell is a good code of a firm and cannot be read as somebody's identity number."""
    try:
        return _PLAIN_ID.fullmatch(read_credit_code(cell)) is None
    except Unreadable:
        return False


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
