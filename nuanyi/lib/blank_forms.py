"""Writing into a workbook that another office sent, in a child with little memory and time (``blank_forms_child``)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from nuanyi.lib import children, sheets
from nuanyi.lib.sheets import BadSheet

MAX_BYTES, MAX_FILLED = 4 << 20, 16 << 20
MEGABYTES, SECONDS, WAIT_SECONDS = 160, 6.0, 20.0


@dataclass(frozen=True)
class Filled:
    """A cell to be written: sheet from 0, row and column from 1. ``missing``: it stays empty and is marked."""

    sheet: int
    row: int
    column: int
    value: str | int | float
    remark: str
    missing: bool = False


def require_xlsx(data: bytes) -> None:
    """Return for a workbook that can be written into; others can be read, and not sent back as they came. Raises BadSheet."""
    if len(data) > MAX_BYTES:
        raise BadSheet("too-large")
    try:
        sheets.kind_of(data)
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            known = "xl/workbook.xml" in pack.namelist()
    except zipfile.BadZipFile:
        known = False
    except BadSheet as wrong:
        if wrong.code != "sheet-not-a-sheet":
            raise
        known = False
    if not known:
        raise BadSheet("not-xlsx")


def write(data: bytes, cells: Sequence[Filled]) -> bytes:
    """The workbook (xlsx) with the cells written, their remarks as comments. Raises BadSheet, TooMuch."""
    require_xlsx(data)
    question = {
        "cells": [[one.sheet, one.row, one.column, one.value, one.remark, one.missing] for one in cells]
    }
    try:
        told, file = children.ask_about(
            "blank_forms_child.py",
            MEGABYTES,
            SECONDS,
            question=question,
            file=data,
            at_most=MAX_FILLED,
            seconds=WAIT_SECONDS,
        )
    except children.Unanswered as exc:
        raise BadSheet("not-a-sheet") from exc
    if told.get("file") is not True or not file.startswith(b"PK\x03\x04"):
        raise BadSheet("not-a-sheet")
    return file
