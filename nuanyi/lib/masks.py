"""What is shown instead of a personal value."""

from __future__ import annotations


def mask_name(name: str) -> str:
    """``王小明`` becomes ``王**``: the family name and nothing that tells the length apart."""
    return f"{name[:1]}**" if name else ""


def mask_phone(phone: str) -> str:
    """``19900000312`` becomes ``199****0312``."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "*" * len(phone)


def mask_id_number(number: str) -> str:
    """An identity number keeps its first four and last two characters."""
    return f"{number[:4]}************{number[-2:]}" if len(number) >= 8 else "*" * len(number)


def mask_cell(text: str) -> str:
    """Any cell of a roster: the first and the last sign, so that a clerk can find it in the file."""
    if len(text) <= 2:
        return "*" * len(text)
    keep = 3 if len(text) >= 11 else 1
    return f"{text[:keep]}{'*' * (len(text) - 2 * keep)}{text[-keep:]}"
