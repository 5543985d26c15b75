"""Which entries are one establishment, whatever its name looks like on each list. Pure: nothing is written.

``桂速快递雁山第1营业点``, ``桂速快递（雁山）第一营业点`` and ``桂速快递雁山1号店`` are one shop: a name is taken apart into
the brand, the number of the branch and the place. The model is that of persons (Fellegi and Sunter, computed by
Splink on DuckDB in memory); here how often two shops agree by chance (``u``) comes from the list itself, how often
one shop agrees with itself (``m``) is usual, since few shops stand twice under one credit code.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from nuanyi.census.linkage.engine import (
    POSSIBLE,
    REVIEW_SHARE,
    Comparison,
    Pair,
    connect,
    in_clusters,
    settings_of,
)
from nuanyi.lib.identity import Unreadable, read_credit_code, read_mobile, squeezed

#: Words that say what sort of branch it is, or nothing; the longest first.
_SORTS = (
    "有限责任公司|股份有限公司|有限公司|分公司|公司|个体工商户|营业点|营业部|营业厅|营业所|配送站|配送点|服务站|服务点|"
    "服务部|经营部|直营店|加盟店|旗舰店|便利店|门店|分店|网点|站点|分部|驿站|工作室|店|站|点|部"
)
_SORT = re.compile(rf"({_SORTS})")
#: What offices write for the place that all share, beside its own names.
_HERE = ("本区", "本市", "本县")
_SIGNS = re.compile(r"[\s\W_]+")
_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE = re.compile(r"[零〇一二两三四五六七八九十百]+")
#: A number that says which branch: behind 第, or before the sort or 号, or at the end.
_BRANCH = re.compile(
    rf"第([零〇一二两三四五六七八九十百\d]+)|([零〇一二两三四五六七八九十百\d]+)(?=号|{_SORTS}|$)"
)
_TOWNSHIP_ENDS = re.compile(r"(回族乡|壮族乡|瑶族乡|苗族乡|侗族乡|街道|乡|镇)$")


@dataclass(frozen=True, slots=True)
class Shop:
    """One establishment as one list has it; text as typed, empty where the list is silent.

    ``place`` is the township's name; ``listed`` says which list.
    """

    listed: str
    name: str
    place: str = ""
    credit_code: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    sector: str = ""


def number_of(text: str) -> str:
    """``第三十二`` as ``32``; digits without leading zeros."""
    if text.isdecimal():
        return str(int(text))
    total = 0
    digit = 0
    for sign in text:
        if sign in ("十", "百"):
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.get(sign, 0)
    return str(total + digit)


@lru_cache(maxsize=8)
def _wider(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names that every entry could bear, the longest first."""
    return re.compile("|".join(re.escape(one) for one in sorted((*names, *_HERE), key=len, reverse=True)))


@lru_cache(maxsize=50_000)
def name_parts(name: str, places: tuple[str, ...] = (), wider: tuple[str, ...] = ()) -> tuple[str, str, str]:
    """The brand, the number of the branch and the place that a name holds, each empty where it holds none.

    ``places`` are names of townships without their endings, ``wider`` those of the district and what it lies in.
    """
    text = _wider(wider).sub("", squeezed(name).lower())
    # a township that ends in the district's own name (雁山镇 in 雁山区) stands without its ending in most names
    place = next((stem for stem in places if stem in text), "")
    if place:
        text = re.sub(rf"{re.escape(place)}(回族乡|壮族乡|瑶族乡|街道|乡|镇)?", "", text, count=1)
    text = _SIGNS.sub("", text)
    found = _BRANCH.search(text)
    number = ""
    if found:
        number = number_of(found.group(1) or found.group(2))
        text = text[: found.start()] + text[found.end() :].removeprefix("号")
    brand = _SORT.sub("", text)
    return brand or text, number, place


@lru_cache(maxsize=50_000)
def _address(text: str, wider: tuple[str, ...]) -> str:
    """An address without the district's own names, numbers written alike."""
    plain = _SIGNS.sub("", _wider(wider).sub("", squeezed(text).lower()))
    return _CHINESE.sub(lambda found: number_of(found.group()), plain)


def _levels(key: str, *levels: tuple[str, str, float]) -> Comparison:
    return Comparison(key, f"{key}_l IS NULL OR {key}_r IS NULL", levels)


ROSTER = Comparison("roster", "FALSE", (("other", "listed_l <> listed_r", 0.95), ("same", "ELSE", 0.05)))
COMPARISONS = (
    Comparison(
        "shop_name",
        "brand_l IS NULL OR brand_r IS NULL",
        (
            (
                "same",
                "brand_l = brand_r AND number_l = number_r AND (region_l = region_r) IS NOT FALSE",
                0.84,
            ),
            (
                "part",
                "number_l = number_r AND (region_l = region_r) IS NOT FALSE"
                " AND (contains(brand_l, brand_r) OR contains(brand_r, brand_l)"
                " OR (least(length(brand_l), length(brand_r)) >= 3"
                " AND damerau_levenshtein(brand_l, brand_r) = 1))",
                0.07,
            ),
            ("without-number", "brand_l = brand_r AND number_l IS NULL AND number_r IS NULL", 0.04),
            ("brand", "brand_l = brand_r AND (number_l = number_r) IS NOT FALSE", 0.02),
            ("other-number", "brand_l = brand_r", 0.01),
            ("different", "ELSE", 0.02),
        ),
    ),
    Comparison(
        "region",
        # where the whole name is the same, the place in it has spoken already
        "region_l IS NULL OR region_r IS NULL OR (brand_l = brand_r AND number_l = number_r)",
        (("same", "region_l = region_r", 0.97), ("different", "ELSE", 0.03)),
    ),
    _levels(
        "phone",
        ("same", "phone_l = phone_r", 0.75),
        ("one-digit", "damerau_levenshtein(phone_l, phone_r) <= 1", 0.03),
        ("different", "ELSE", 0.22),
    ),
    _levels("contact", ("same", "contact_l = contact_r", 0.75), ("different", "ELSE", 0.25)),
    _levels(
        "address",
        ("same", "address_l = address_r", 0.7),
        ("part", "contains(address_l, address_r) OR contains(address_r, address_l)", 0.15),
        ("different", "ELSE", 0.15),
    ),
    _levels("sector", ("same", "sector_l = sector_r", 0.93), ("different", "ELSE", 0.07)),
    ROSTER,
)
#: What two shops must share to be compared at all. A value on more than ``CROWD`` of them is no key.
KEYS = {
    "key_number_region": "number || region",
    "key_brand_number": "brand || number",
    "key_brand_region": "CASE WHEN number IS NULL THEN brand || region END",
    "key_phone": "phone",
    "key_contact": "contact || region",
    "key_address": "address",
}
CROWD = 200
#: Pairs from here on are linked: a whole name on two lists, also where the phone has changed.
SURE = 0.97
SAMPLE = 700

Array = np.ndarray[Any, Any]


@dataclass
class LinkedShops:
    """``clusters[i]`` is the number of shop i; ``certain`` the pairs that were linked, ``review`` those that wait."""

    clusters: Array
    certain: list[Pair] = field(default_factory=list)
    review: list[Pair] = field(default_factory=list)

    @property
    def shops(self) -> int:
        """How many establishments the certain links count."""
        return len(np.unique(self.clusters))


def _columns(shops: Sequence[Shop], wider: tuple[str, ...]) -> dict[str, list[Any]]:
    stems = {_TOWNSHIP_ENDS.sub("", squeezed(shop.place)) for shop in shops}
    places = tuple(sorted((stem for stem in stems if len(stem) >= 2), key=len, reverse=True))
    columns: dict[str, list[Any]] = {
        key: [] for key in ("unique_id", "listed", "brand", "number", "region", "phone", "contact")
    } | {"address": [], "sector": [], "code": []}
    for at, shop in enumerate(shops):
        brand, number, place = name_parts(shop.name, places, wider)
        row = (
            at,
            shop.listed,
            brand,
            number,
            _TOWNSHIP_ENDS.sub("", squeezed(shop.place)) or place,
            _read(read_mobile, shop.phone),
            squeezed(shop.contact),
            _address(shop.address, wider),
            shop.sector,
            _read(read_credit_code, shop.credit_code),
        )
        for key, value in zip(columns, row, strict=True):
            columns[key].append(None if value == "" else value)
    return columns


def _read(reader: Any, text: str) -> str:
    try:
        return str(reader(text)) if text else ""
    except Unreadable:
        return squeezed(text)


def link_shops(shops: Sequence[Shop], *, wider: tuple[str, ...] = ()) -> LinkedShops:
    """Link shops. The same shops give the same answer; no cluster holds two credit codes.

    ``wider``: the names of the district and of what it lies in, which tell no shop from another.
    """
    if len(shops) < 2:
        return LinkedShops(np.arange(len(shops)))
    columns = _columns(shops, wider)
    database = connect()
    try:
        types = {"unique_id": pa.int64()}
        table = pa.table({k: pa.array(v, types.get(k, pa.string())) for k, v in columns.items()})
        database.register("typed", table)
        keys = ", ".join(f"{sql} AS {key}" for key, sql in KEYS.items())
        capped = ", ".join(
            f"CASE WHEN count({key}) OVER (PARTITION BY {key}) <= {CROWD} THEN {key} END AS {key}"
            for key in KEYS
        )
        database.execute(
            f"CREATE TABLE entries AS SELECT * EXCLUDE ({', '.join(KEYS)}), {capped} "
            f"FROM (SELECT *, {keys} FROM typed)"
        )
        lists = max(1, len(set(columns["listed"])) - 1)
        left, right, likely, levels, weights = _scored(database, len(shops), lists)
    finally:
        database.close()
    return _decided(columns, left, right, likely, levels, weights)


def _scored(
    database: Any, count: int, lists: int
) -> tuple[Array, Array, Array, dict[str, Array], dict[str, Array]]:
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    chances = _chances(database)
    learned = {
        one.key: [(key, usual, u) for (key, _sql, usual), u in zip(one.levels, chances[one.key], strict=True)]
        for one in COMPARISONS
    }
    settings = settings_of(COMPARISONS, list(KEYS), learned, prior=min(0.2, lists / count))
    api = DuckDBAPI(connection=database)
    linker = Linker(api.register("entries"), settings, log_level=logging.ERROR)
    table = linker.inference.predict(threshold_match_probability=POSSIBLE).physical_name
    parts = ["unique_id_l AS l", "unique_id_r AS r", "match_probability AS p"]
    for one in COMPARISONS:
        parts += [f"gamma_{one.key} AS g_{one.key}", f"mw_{one.key} AS w_{one.key}"]
    found = database.execute(f"SELECT {', '.join(parts)} FROM {table} ORDER BY p DESC, l, r").fetchnumpy()
    levels = {}
    for one in COMPARISONS:
        gamma = np.asarray(found[f"g_{one.key}"], dtype=np.int64)
        levels[one.key] = np.where(gamma < 0, -1, len(one.levels) - 1 - gamma)
    return (
        np.asarray(found["l"], dtype=np.int64),
        np.asarray(found["r"], dtype=np.int64),
        np.asarray(found["p"], dtype=float),
        levels,
        {one.key: np.asarray(found[f"w_{one.key}"], dtype=float) for one in COMPARISONS},
    )


def _chances(database: Any) -> dict[str, list[float]]:
    """How often two shops stand at each level by chance: seen within one list, where hardly any stands twice."""
    sides = ", ".join(
        f"l.{name} AS {name}_l, r.{name} AS {name}_r"
        for name in ("listed", "brand", "number", "region", "phone", "contact", "address", "sector")
    )
    pairs = f"""WITH s AS (SELECT * FROM entries ORDER BY hash(unique_id), unique_id LIMIT {SAMPLE})
        SELECT {sides} FROM s l JOIN s r ON l.unique_id < r.unique_id
        WHERE l.listed = r.listed"""
    found = {}
    for one in COMPARISONS:
        if one is ROSTER:
            found[one.key] = [0.6, 0.4]
            continue
        branches = [f"WHEN {one.silent} THEN -1"]
        branches += [
            f"ELSE {at}" if sql == "ELSE" else f"WHEN {sql} THEN {at}"
            for at, (_k, sql, _m) in enumerate(one.levels)
        ]
        sql = f"SELECT CASE {' '.join(branches)} END AS level, count(*) FROM ({pairs}) GROUP BY 1"
        counted = np.zeros(len(one.levels))
        for level, number in database.execute(sql).fetchall():
            if level >= 0:
                counted[level] = number
        found[one.key] = ((counted + 0.5) / (counted.sum() + 0.5 * len(counted))).tolist()
    return found


def _decided(
    columns: dict[str, list[Any]],
    left: Array,
    right: Array,
    likely: Array,
    levels: dict[str, Array],
    weights: dict[str, Array],
) -> LinkedShops:
    """Certain pairs become clusters, likeliest first. Another brand or another number is never certain."""
    number: dict[str, int] = {}
    codes = np.array(
        [number.setdefault(c, len(number)) if c else -1 for c in columns["code"]], dtype=np.int64
    )
    apart = (codes[left] >= 0) & (codes[right] >= 0) & (codes[left] != codes[right])
    named = (levels["shop_name"] >= 0) & (levels["shop_name"] <= 3)
    # a chain has many shops of one name: without a number, phone, contact or address must agree
    told = levels["shop_name"] == 0
    for key in ("phone", "contact", "address"):
        told |= levels[key] == 0
    certain = np.flatnonzero((likely >= SURE) & ~apart & named & told)
    clusters, _refused = in_clusters(left[certain], right[certain], codes, len(codes))
    linked = certain[clusters[left[certain]] == clusters[right[certain]]]
    waits = np.flatnonzero((likely >= POSSIBLE) & ~apart & (clusters[left] != clusters[right]))
    code_of = {int(clusters[at]): int(codes[at]) for at in np.flatnonzero(codes >= 0)}
    review: list[int] = []
    asked: set[tuple[int, int]] = set()
    waiting: set[int] = set()
    for at in (int(one) for one in waits):
        a, b = sorted((int(clusters[left[at]]), int(clusters[right[at]])))
        if (a, b) in asked or (a in code_of and b in code_of and code_of[a] != code_of[b]):
            continue
        if len(waiting | {int(left[at]), int(right[at])}) > max(2, int(REVIEW_SHARE * len(codes))):
            break
        asked.add((a, b))
        waiting.update((int(left[at]), int(right[at])))
        review.append(at)

    def pair(at: int) -> Pair:
        evidence = {
            one.key: (one.levels[int(levels[one.key][at])][0], round(float(weights[one.key][at]), 2))
            for one in COMPARISONS
            if levels[one.key][at] >= 0
        }
        return Pair(int(left[at]), int(right[at]), round(float(likely[at]), 6), evidence)

    return LinkedShops(clusters, [pair(int(at)) for at in linked], [pair(at) for at in review])
