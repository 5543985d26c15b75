"""Was my accident covered by 职业伤害保障? Platform, province and day against a table with its sources. No database."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Coverage:
    """An answer. ``covered`` is None where the table does not know; ``since`` is when it began in the province."""

    covered: bool | None
    province: str
    since: date | None
    source: str


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text())


def provinces() -> list[tuple[str, str]]:
    """``(code, name)`` of the provinces in the table."""
    return [(row["code"], row["name"]) for row in _table()["province"]]


def platforms() -> list[str]:
    """Names of the platforms in the table."""
    return [row["name"] for row in _table()["platform"]]


def coverage(*, platform: str, province: str, day: date) -> Coverage:
    """Whether somebody on an order of ``platform`` in the province of a code was covered on a day.

    Before it began in the province nobody was: that is certain whatever the platform. After it, a platform of the
    table is covered; of another one, and in a province that is not in the table, it is not known.
    """
    table = _table()
    row = next((one for one in table["province"] if one["code"] == province), None)
    if row is None:
        return Coverage(None, "", None, "")
    source = table["sources"][row["source"]]
    if day < row["since"]:
        return Coverage(False, row["name"], row["since"], source)
    known = next((one for one in table["platform"] if one["name"] == platform), None)
    covered = True if known and day >= known["since"] else None
    return Coverage(covered, row["name"], row["since"], source)
