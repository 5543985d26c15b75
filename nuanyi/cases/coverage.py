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
    """An answer. ``covered`` is None where the table does not know.

    ``since`` is when it began there, ``joined`` when the platform took part where that was later. ``unseen``: the text
    of the source was not seen by whoever made the table, only what others publish of it.
    """

    covered: bool | None
    province: str
    since: date | None
    source: str
    joined: date | None = None
    unseen: bool = False


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text())


def provinces() -> list[tuple[str, str]]:
    """``(code, name)`` of the provinces in the table."""
    return [(row["code"], row["name"]) for row in _table()["province"]]


def platforms() -> list[tuple[str, str]]:
    """Name of each platform in the table, and the name as riders know it now."""
    return [
        (row["name"], f"{row['also']}（{row['name']}）" if "also" in row else row["name"])
        for row in _table()["platform"]
    ]


def coverage(*, platform: str, province: str, day: date) -> Coverage:
    """Whether somebody on an order of ``platform`` in the province of a code was covered on a day.

    Before it began in the province nobody was: that is certain whatever the platform; so it is before the platform
    took part. After both, a platform of the table is covered; of another one, and in a province that is not in the
    table, it is not known.
    """
    table = _table()
    row = next((one for one in table["province"] if one["code"] == province), None)
    if row is None:
        return Coverage(None, "", None, "")
    named = row["source"]
    known = next((one for one in table["platform"] if one["name"] == platform), None)
    covered: bool | None = True if known else None
    joined = None
    if day < row["since"]:
        covered = False
    elif known and day < known["since"]:
        covered = False
        joined = known["since"]
        named = "wider"
    unseen = bool(table["unseen"].get(named))
    return Coverage(covered, row["name"], row["since"], table["sources"][named], joined, unseen)
