"""Which entries are one person: Fellegi and Sunter's model by Splink on DuckDB, in memory, without hand-made labels.

The labels come with the data. Pairs whose **valid ID numbers** agree show how names, phones and sites of one
person differ from roster to roster (``m``); pairs whose valid ID numbers differ show how often they agree by
chance (``u``). Plain expectation-maximisation over blocked pairs goes astray on messy rosters, because
entries of namesakes outnumber those of one person there.

Sources: Fellegi and Sunter, *A Theory for Record Linkage*, JASA 64 (1969); Linacre et al., *Splink*,
IJPDS 7 (2022). Clear values never leave memory: DuckDB runs without a folder for temporary files.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from nuanyi.census.linkage import VERSION, spark
from nuanyi.census.linkage.entries import Columns

#: Pairs from ``CERTAIN`` on are linked; from ``UNRIVALLED`` on where no other person could be meant; from
#: ``POSSIBLE`` on they are shown to people.
CERTAIN = 0.99
UNRIVALLED = 0.93
POSSIBLE = 0.05
#: From here on another pair makes a link doubtful.
RIVAL = 0.3
#: Never more than this share of the entries waits for people; the likeliest pairs come first.
REVIEW_SHARE = 0.08
#: A value that stands on more entries than this is no key: 80 riders with the phone of their shop.
CROWD = 60
#: Bits that are taken off what the rosters of two clusters say together: rosters are not quite independent.
CAUTION = 0.5
#: How firmly a name's characters say how common it is, as the shape of a gamma distribution; 1 supposes no more than
#: the mean (the exponential distribution has the greatest entropy of those with this mean).
NAME_SHAPE = 1.0
#: How many label pairs the usual values below weigh as much as.
PRIOR_WEIGHT = 20.0
LABEL_PAIRS = 500_000

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Comparison:
    """One thing that is compared: when a side is silent, and its levels from alike to different.

    A level is (key, SQL, usual ``m``). ``by_id``: learned from ID numbers alone. ``frequency``: agreement on
    a rare value says more.
    """

    key: str
    silent: str
    levels: tuple[tuple[str, str, float], ...]
    by_id: bool = False
    frequency: bool = False

    def level(self, key: str) -> int:
        """The place of a level by its key."""
        return next(at for at, level in enumerate(self.levels) if level[0] == key)


def _plain(key: str, usual: float, *, frequency: bool = False) -> Comparison:
    levels = (("same", f"{key}_l = {key}_r", usual), ("different", "ELSE", 1 - usual))
    return Comparison(key, f"{key}_l IS NULL OR {key}_r IS NULL", levels, frequency=frequency)


NAME = Comparison(
    "name",
    "name_l IS NULL OR name_r IS NULL",
    (
        (
            "hidden",
            "(hidden_l OR hidden_r) AND substr(name_l, 1, 1) = substr(name_r, 1, 1)"
            " AND length(name_l) = length(name_r)",
            0.005,
        ),
        ("same", "name_l = name_r", 0.93),
        ("swapped", "letters_l = letters_r", 0.02),
        ("sounds-alike", "sound_l = sound_r AND length(name_l) = length(name_r)", 0.025),
        (
            "one-character",
            "greatest(length(name_l), length(name_r)) >= 3 AND damerau_levenshtein(name_l, name_r) = 1",
            0.012,
        ),
        ("surname", "substr(name_l, 1, 1) = substr(name_r, 1, 1)", 0.004),
        ("different", "ELSE", 0.004),
    ),
    by_id=True,
    frequency=True,
)
PHONE = Comparison(
    "phone",
    "phone_l IS NULL OR phone_r IS NULL",
    (
        ("same", "phone_l = phone_r AND NOT crowded_l", 0.86),
        ("same-shared", "phone_l = phone_r", 0.02),
        ("one-digit", "damerau_levenshtein(phone_l, phone_r) <= 1", 0.03),
        ("different", "ELSE", 0.09),
    ),
    by_id=True,
)
ID_NUMBER = Comparison(
    "id_number",
    "id_text_l IS NULL OR id_text_r IS NULL",
    (
        ("same", "id_text_l = id_text_r", 0.94),
        ("one-digit", "damerau_levenshtein(id_text_l, id_text_r) <= 1", 0.05),
        ("different", "ELSE", 0.01),
    ),
)
ROSTER = Comparison("roster", "FALSE", (("other", "roster_l <> roster_r", 0.95), ("same", "ELSE", 0.05)))
COMPARISONS = (
    NAME,
    PHONE,
    ID_NUMBER,
    _plain("site", 0.85, frequency=True),
    replace(
        _plain("region", 0.9, frequency=True),
        # a site lies in one township: where both name a site, the township says nothing more
        silent="region_l IS NULL OR region_r IS NULL OR (site_l IS NOT NULL AND site_r IS NOT NULL)",
    ),
    _plain("sector", 0.9),
    _plain("sex", 0.98),
    ROSTER,
)
#: What two entries must share to be compared at all, and on how many entries such a value may stand (0: the
#: names' own limit, see ``_name_cap``).
KEYS: dict[str, tuple[str, int]] = {
    "key_id": ("id_text", CROWD),
    "key_phone": ("phone", CROWD),
    "key_phone_name": ("phone || sound", CROWD),
    "key_name": ("name", 0),
    "key_sound_site": ("sound || site", CROWD),
    "key_letters_site": ("letters || site", CROWD),
    "key_name_region": ("name || region", 0),
    "key_name_head": ("name || substr(phone, 1, 7)", CROWD),
    "key_name_tail": ("name || substr(phone, -4)", CROWD),
    "key_name_birth": ("name || substr(id_text, 7, 8)", CROWD),
}


@dataclass(frozen=True)
class Pair:
    """Two entries by their place in the list, how likely they are one person, and what speaks for and against.

    ``evidence`` is ``{what is compared: (level, weight in bits)}``; a positive weight speaks for one person.
    """

    left: int
    right: int
    probability: float
    evidence: Mapping[str, tuple[str, float]] = field(default_factory=dict)


@dataclass
class Scored:
    """Pairs as arrays, likeliest first: who, how likely, the level of each comparison and its weight in bits."""

    left: Array
    right: Array
    probability: Array
    levels: dict[str, Array]
    weights: dict[str, Array]

    def pair(self, at: int) -> Pair:
        """One of them, with its evidence."""
        evidence = {}
        for one in COMPARISONS:
            level = int(self.levels[one.key][at])
            if level >= 0:
                evidence[one.key] = (one.levels[level][0], round(float(self.weights[one.key][at]), 2))
        likely = round(float(self.probability[at]), 6)
        return Pair(int(self.left[at]), int(self.right[at]), likely, evidence)


@dataclass
class Linked:
    """``clusters[i]`` is the number of entry i's person; ``review`` the possible pairs, likeliest first."""

    clusters: Array
    review: list[Pair] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    scored: Scored | None = None
    #: all pairs of persons that may be one, also those that nobody is asked about: (person, person, probability)
    doubts: list[tuple[int, int, float]] = field(default_factory=list)
    linked: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def persons(self) -> int:
        """How many persons the certain zone counts."""
        return len(np.unique(self.clusters))

    def certain(self) -> Iterator[Pair]:
        """The pairs that were linked, made one by one: there may be millions."""
        if self.scored is not None:
            for at in self.linked:
                yield self.scored.pair(int(at))


def connect(threads: int = 2, memory: str = "") -> duckdb.DuckDBPyConnection:
    """A database in memory that can write nothing to a disk: where memory ends, the query fails."""
    settings: dict[str, Any] = {"temp_directory": "", "threads": threads}
    if memory:
        settings["memory_limit"] = memory
    made = duckdb.connect(":memory:", config=settings)
    made.execute("SET preserve_insertion_order = false")
    made.execute("SET enable_progress_bar = false")
    return made


def link(
    columns: Columns,
    *,
    also: Sequence[tuple[int, str]] = (),
    threads: int = 2,
    memory: str = "",
    master: str = "",
    begins: Callable[[str], None] = lambda _stage: None,
) -> Linked:
    """Link the columns of ``entries.prepared``. The same entries give the same answer.

    ``also``: (entry, another roster that it stands on), where an exact match has made one entry of several.
    ``begins`` is told when ``learning`` and ``comparing`` begin. Pairs are compared on Spark where ``master`` or the
    switch ``NUANYI_LINKAGE_SPARK`` names it.
    """
    count = len(columns["unique_id"])
    if count < 2:
        return Linked(np.arange(count))
    database = connect(threads, memory)
    try:
        begins("learning")
        load(database, columns)
        parameters = learn(database)
        parameters["prior"] = max(parameters["prior"], _prior_before_matching(count, also))
        begins("comparing")
        scored = _score(database, parameters, master or spark.wanted())
    finally:
        database.close()
    return _decide(scored, columns, parameters, also)


# preparation ---------------------------------------------------------------------------------


def load(database: duckdb.DuckDBPyConnection, columns: Columns) -> None:
    """The entries with their keys. A key is NULL where too many share it, so that no block explodes."""
    types = {"unique_id": pa.int64(), "hidden": pa.bool_()}
    table = pa.table({key: pa.array(values, types.get(key, pa.string())) for key, values in columns.items()})
    database.register("typed", table)
    cap = _name_cap(columns["name"], budget=max(8 * table.num_rows, 1_000_000))
    parts = ", ".join(
        f"CASE WHEN ({sql}) IS NOT NULL THEN hash({sql}) END AS {key}" for key, (sql, _limit) in KEYS.items()
    )
    database.execute(
        f"""CREATE TABLE entries AS SELECT t.*, coalesce(s.crowded, FALSE) AS crowded, {parts} FROM typed t
        LEFT JOIN (SELECT phone AS number, count(DISTINCT sound) >= 4 AS crowded FROM typed GROUP BY phone) s
        ON t.phone = s.number"""
    )
    database.unregister("typed")
    for key, (_sql, limit) in KEYS.items():
        database.execute(
            f"""UPDATE entries SET {key} = NULL WHERE {key} IN (SELECT {key} FROM entries
            WHERE {key} IS NOT NULL GROUP BY {key} HAVING count(*) > {limit or cap} OR count(*) = 1)"""
        )


def _name_cap(names: Sequence[Any], budget: int) -> int:
    """How many namesakes may be compared with each other, so that all of them together stay in the budget."""
    sizes = Counter(Counter(name for name in names if name).values())
    pairs = 0
    cap = 2
    for size in sorted(sizes):
        pairs += sizes[size] * size * (size - 1) // 2
        if pairs > budget:
            break
        cap = size
    return max(cap, 2)


# learning ------------------------------------------------------------------------------------


_COLUMNS = [
    "unique_id",
    "roster",
    "name",
    "sound",
    "letters",
    "hidden",
    "phone",
    "crowded",
    "id_text",
    "valid_id",
    "site",
    "region",
    "sector",
    "sex",
]
_SIDES = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in _COLUMNS)
_SAME_ID = "l.key_id = r.key_id AND l.valid_id = r.valid_id"
#: A family or a typist's number: agreeing ID numbers say nothing where names and phones are all different.
_TWO_OF_ONE_NUMBER = (
    "coalesce(letters_l <> letters_r AND sound_l <> sound_r AND damerau_levenshtein(name_l, name_r) > 1"
    " AND damerau_levenshtein(phone_l, phone_r) > 1, FALSE)"
)
_SAME_CALL = "l.key_phone_name = r.key_phone_name AND l.name = r.name AND NOT l.crowded"


def case_of(comparison: Comparison) -> str:
    """The level of a pair as SQL: -1 where one of the two is silent, else 0 for the most alike and so on."""
    branches = [f"WHEN {comparison.silent} THEN -1"]
    for number, (_key, sql, _m) in enumerate(comparison.levels):
        branches.append(f"ELSE {number}" if sql == "ELSE" else f"WHEN {sql} THEN {number}")
    return f"CASE {' '.join(branches)} END"


def _pairs(condition: str) -> str:
    return f"SELECT {_SIDES} FROM entries l JOIN entries r ON {condition} AND l.unique_id < r.unique_id"


def counts_of(
    database: duckdb.DuckDBPyConnection, pairs: str, comparisons: Sequence[Comparison] = COMPARISONS
) -> dict[str, Array]:
    """How many pairs stand at each level of each comparison."""
    columns = ", ".join(f"{case_of(one)} AS {one.key}" for one in comparisons)
    database.execute(f"CREATE OR REPLACE TEMP TABLE labelled AS SELECT {columns} FROM ({pairs})")
    found = {}
    for one in comparisons:
        found[one.key] = np.zeros(len(one.levels))
        sql = f"SELECT {one.key}, count(*) FROM labelled WHERE {one.key} >= 0 GROUP BY 1"
        for level, number in database.execute(sql).fetchall():
            found[one.key][level] = number
    database.execute("DROP TABLE labelled")
    return found


def learn(database: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """``m`` and ``u`` of every level, and how likely two entries drawn at random are one person."""
    by_id = counts_of(database, f"SELECT * FROM ({_pairs(_SAME_ID)}) WHERE NOT {_TWO_OF_ONE_NUMBER}")
    by_call = counts_of(database, _pairs(_SAME_CALL))
    by_both = counts_of(database, _pairs(f"{_SAME_CALL} AND {_SAME_ID}"))
    different = counts_of(database, _different(database))
    strangers = counts_of(database, _strangers(database))
    levels = {}
    for one in COMPARISONS:
        counted = by_id[one.key]
        if not one.by_id:
            counted = counted + by_call[one.key] - by_both[one.key]
        if one is ID_NUMBER:
            counted = by_call[one.key]
        usual = np.array([level[2] for level in one.levels])
        m = (counted + PRIOR_WEIGHT * usual / usual.sum()) / (counted.sum() + PRIOR_WEIGHT)
        chance = different[one.key] if one.by_id or one is ID_NUMBER else strangers[one.key]
        u = (chance + 0.5) / (chance.sum() + 0.5 * len(chance))
        if one is PHONE:
            u[0] = min(u[0], 1e-5)  # rarer than any sample shows: there are ten million numbers and more
        levels[one.key] = [(level[0], float(m[at]), float(u[at])) for at, level in enumerate(one.levels)]
    return {"version": VERSION, "prior": _prior(database), "levels": levels}


def _sampled(database: duckdb.DuckDBPyConnection, where: str) -> str:
    """All pairs of a sample of the entries where ``where`` holds, as the condition-less beginning of a query."""
    side = int(math.sqrt(2 * LABEL_PAIRS))
    database.execute(
        f"""CREATE OR REPLACE TEMP TABLE sampled AS SELECT * FROM entries WHERE {where}
        ORDER BY hash(unique_id), unique_id LIMIT {side}"""
    )
    return f"SELECT {_SIDES} FROM sampled l JOIN sampled r ON l.unique_id < r.unique_id"


def _different(database: duckdb.DuckDBPyConnection) -> str:
    """A sample of pairs of two persons: both have a valid ID number, and the two are far from each other.

    Where few entries have one, any two entries: one person's are rare among them.
    """
    known = _number(database, "SELECT count(DISTINCT valid_id) FROM entries")
    return f"""{_sampled(database, "valid_id IS NOT NULL" if known >= 50 else "TRUE")}
        AND (l.valid_id <> r.valid_id) IS NOT FALSE
        AND (l.name <> r.name OR l.phone <> r.phone) IS NOT FALSE
        AND NOT coalesce(damerau_levenshtein(l.id_text, r.id_text) <= 2 AND l.sound = r.sound, FALSE)"""


def _strangers(database: duckdb.DuckDBPyConnection) -> str:
    """A sample of pairs whose names sound different, from all rosters: who has no ID number works somewhere too."""
    return f"{_sampled(database, 'TRUE')} AND l.sound <> r.sound"


def _number(database: duckdb.DuckDBPyConnection, sql: str) -> float:
    return float(database.execute(sql).fetchall()[0][0] or 0)


def _prior(database: duckdb.DuckDBPyConnection) -> float:
    """How likely two entries are one person: seen among those with valid ID numbers, else from name and phone."""
    pairs = "SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) n FROM entries WHERE {} GROUP BY {})"
    same = _number(database, pairs.format("key_id IS NOT NULL AND valid_id IS NOT NULL", "valid_id"))
    count = _number(database, "SELECT count(valid_id) FROM entries")
    if same < PRIOR_WEIGHT:
        same = _number(database, pairs.format("key_phone_name IS NOT NULL AND NOT crowded", "phone, name"))
        same = max(same, 1.0) / 0.8
        count = _number(database, "SELECT count(*) FROM entries")
    return min(0.2, same / (count * (count - 1) / 2))


def _prior_before_matching(count: int, also: Sequence[tuple[int, str]]) -> float:
    """How likely two rows were one person before an exact match took the plain pairs away.

    What is left are the pairs that no exact match finds. How they agree is not what labels say of all pairs; but
    the rarer prior of pairs left and their weaker agreement come to the same as both had been before.
    """
    rows = Counter(entry for entry, _roster in also)
    number = count + rows.total()
    same = sum((n + 1) * n / 2 for n in rows.values())
    return min(0.2, same / (number * (number - 1) / 2))


def _name_frequencies(database: duckdb.DuckDBPyConnection) -> pa.Table:
    """How often a person met at random has a name: what its characters make likely, and the namesakes seen.

    The first person of a name says nothing of how common it is; each further one (another valid ID number)
    does. Without this a name that one person carries through five rosters would count as common.
    """
    rows = database.execute(
        "SELECT name, count(DISTINCT valid_id) FROM entries WHERE name IS NOT NULL GROUP BY name"
    ).fetchall()
    persons = sum(max(1, ids) for _name, ids in rows)
    surnames: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    given = Counter(name[1:] for name, _ids in rows)
    for name, ids in rows:
        number = max(1, ids)
        surnames[name[:1]] += number
        lengths[len(name)] += number
        for sign in name[1:]:
            characters[sign] += number
    written = max(1, characters.total())
    values = []
    for name, ids in rows:
        likely = surnames[name[:1]] / persons * lengths[len(name)] / persons
        for sign in name[1:]:
            likely *= characters[sign] / written
        # Given names are chosen whole: 建国 stands with more surnames than its two characters alone explain.
        likely = max(likely, surnames[name[:1]] / persons * (given[name[1:]] - 1) / len(rows))
        values.append(min(1.0, likely + max(0, ids - 1) / persons))
    return pa.table({"name": [row[0] for row in rows], "tf_name": pa.array(values, pa.float64())})


# scoring -------------------------------------------------------------------------------------


def settings_for(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Splink's settings for persons; the same for DuckDB and, for a province, Spark."""
    return settings_of(COMPARISONS, list(KEYS), parameters["levels"], prior=parameters["prior"])


def settings_of(
    comparisons: Sequence[Comparison], keys: Sequence[str], learned: Mapping[str, Any], *, prior: float
) -> dict[str, Any]:
    """Splink's settings from comparisons and, for each of their levels, (key, ``m``, ``u``)."""
    described = []
    for one in comparisons:
        levels: list[dict[str, Any]] = [
            {"sql_condition": one.silent, "label_for_charts": "silent", "is_null_level": True}
        ]
        for (key, sql, _usual), (_key, m, u) in zip(one.levels, learned[one.key], strict=True):
            level: dict[str, Any] = {
                "sql_condition": sql,
                "label_for_charts": key,
                "m_probability": m,
                "u_probability": u,
            }
            if one.frequency and key == "same":
                level["tf_adjustment_column"] = one.key
            levels.append(level)
        described.append({"output_column_name": one.key, "comparison_levels": levels})
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": prior,
        "comparisons": described,
        "blocking_rules_to_generate_predictions": [f"l.{key} = r.{key}" for key in keys],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }


def _wanted(there: Collection[str]) -> list[str]:
    """What is wanted of each pair, as SQL over the columns that Splink made."""
    parts = ["unique_id_l AS l", "unique_id_r AS r", "match_probability AS p"]
    for one in COMPARISONS:
        weights = [f"{start}_{one.key}" for start in ("mw", "mw_tf_adj") if f"{start}_{one.key}" in there]
        parts.append(f"gamma_{one.key} AS g_{one.key}")
        parts.append(f"{' + '.join(weights)} AS w_{one.key}")
    return parts


def _score(database: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], master: str = "") -> Scored:
    """Every pair that shares a key and is not plainly different; on Spark where ``master`` names it."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = settings_for(parameters)
    frequencies = _name_frequencies(database)
    if master:
        keys = ", ".join(f"CAST({key} AS VARCHAR) AS {key}" for key in KEYS)
        entries = database.execute(f"SELECT * REPLACE ({keys}) FROM entries").to_arrow_table()
        with spark.session(master) as session:
            found = spark.predicted(session, entries, frequencies, settings, _wanted, POSSIBLE)
    else:
        found = _predicted(database, frequencies, settings)
    order = np.lexsort((found["r"], found["l"], -np.asarray(found["p"], dtype=float)))
    found = {key: np.asarray(values)[order] for key, values in found.items()}
    levels = {}
    for one in COMPARISONS:
        gamma = np.asarray(found[f"g_{one.key}"], dtype=np.int64)
        levels[one.key] = np.where(gamma < 0, -1, len(one.levels) - 1 - gamma)
    return Scored(
        np.asarray(found["l"], dtype=np.int64),
        np.asarray(found["r"], dtype=np.int64),
        np.asarray(found["p"], dtype=float),
        levels,
        {one.key: np.asarray(found[f"w_{one.key}"], dtype=float) for one in COMPARISONS},
    )


def _predicted(
    database: duckdb.DuckDBPyConnection, frequencies: pa.Table, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Splink's prediction on DuckDB, in memory."""
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    api = DuckDBAPI(connection=database)
    linker = Linker(api.register("entries"), dict(settings), log_level=logging.ERROR)
    linker.table_management.register_term_frequency_lookup(api.register(frequencies), "name")
    table = linker.inference.predict(threshold_match_probability=POSSIBLE).physical_name
    there = {row[0] for row in database.execute(f"DESCRIBE {table}").fetchall()}
    return database.execute(f"SELECT {', '.join(_wanted(there))} FROM {table}").fetchnumpy()


# deciding ------------------------------------------------------------------------------------


def _decide(
    scored: Scored,
    columns: Columns,
    parameters: dict[str, Any],
    also: Sequence[tuple[int, str]] = (),
) -> Linked:
    """Certain pairs become clusters, likeliest first; no cluster ever holds two valid ID numbers.

    A name that is another's never makes a certain link, whatever the numbers say: a family may share them.
    """
    ids = _codes(columns["valid_id"])
    count = len(ids)
    left, right, likely = scored.left, scored.right, scored.probability
    contradict = (ids[left] >= 0) & (ids[right] >= 0) & (ids[left] != ids[right])
    stranger = scored.levels["name"] >= NAME.level("surname")
    free = ~contradict & ~stranger & _supported(scored)
    certain = np.flatnonzero((likely >= CERTAIN) & free)
    firm, _refused = in_clusters(left[certain], right[certain], ids, count)
    entries = np.concatenate([np.arange(count), np.array([entry for entry, _name in also], dtype=np.int64)])
    rosters = _codes([*columns["roster"], *(name for _entry, name in also)])
    likely = _over_clusters(scored, firm, (entries, rosters), parameters)
    likely = _among_namesakes(scored, likely, firm, _codes(columns["name"]), parameters)
    scored = replace(scored, probability=likely)
    certain = np.flatnonzero(
        (likely >= UNRIVALLED) & free & ~_rivalled(scored, firm, ids, _codes(columns["site"]))
    )
    certain = certain[np.argsort(-likely[certain], kind="stable")]
    clusters, refused = in_clusters(left[certain], right[certain], ids, count)
    near = scored.levels["id_number"] == ID_NUMBER.level("one-digit")
    waits = (likely >= POSSIBLE) & (~contradict | near)
    waits[certain] = False
    waits[certain[refused]] = True
    at = np.flatnonzero(waits)
    at = at[clusters[left[at]] != clusters[right[at]]]
    doubtful = _one_a_pair(at, scored, clusters, ids)
    return Linked(
        clusters,
        [scored.pair(number) for number in _most_useful(doubtful, scored, count)],
        parameters,
        scored,
        doubts=[
            (int(clusters[left[number]]), int(clusters[right[number]]), float(likely[number]))
            for number in doubtful
        ],
        linked=certain[clusters[left[certain]] == clusters[right[certain]]],
    )


def _codes(values: Sequence[Any]) -> Array:
    """A number for each value, -1 for none."""
    codes: dict[Any, int] = {}
    return np.array([codes.setdefault(v, len(codes)) if v else -1 for v in values], dtype=np.int64)


def _supported(scored: Scored) -> Array:
    """Which pairs agree on more than a name: a name alone, however rare, never makes a certain link."""
    found = np.zeros(len(scored.left), dtype=bool)
    for key, most in (
        ("phone", "one-digit"),
        ("id_number", "one-digit"),
        ("site", "same"),
        ("region", "same"),
    ):
        level = scored.levels[key]
        one = next(one for one in COMPARISONS if one.key == key)
        found |= (level >= 0) & (level <= one.level(most))
    return found


def _over_clusters(
    scored: Scored, firm: Array, stands: tuple[Array, Array], parameters: Mapping[str, Any]
) -> Array:
    """How likely two entries are one person, seen with all entries that are certainly theirs.

    One person stands once on a roster, as a rule. So two clusters that never meet on a roster and together fill
    many are likelier one person, split by a changed phone, than the two entries compared say; two that meet on
    a roster are likelier two persons. ``stands``: entries, and a roster that each of them stands on.
    """
    entries, rosters = stands
    there = np.zeros((int(firm.max()) + 1, int(rosters.max()) + 1), dtype=bool)
    there[firm[entries], rosters] = True
    size = np.bincount(firm[entries], minlength=len(there))
    share = np.clip(there.mean(axis=0), 1e-4, 0.95)
    again = parameters["levels"]["roster"][ROSTER.level("same")][1]
    one = firm[scored.left]
    other = firm[scored.right]
    apart = np.flatnonzero((one != other) & (scored.probability < CERTAIN))
    one = one[apart]
    other = other[apart]
    bits = np.full(len(apart), np.log2(1 - np.prod(1 - share)) - CAUTION)
    for roster in range(there.shape[1]):
        number = there[one, roster].astype(int) + there[other, roster]
        weight = -np.log2(1 - share[roster]) + np.log2(
            [1.0, 1 - again, again * (1 - share[roster]) / share[roster]]
        )
        bits += weight[number]
    # a changed phone: the entries of each side agree among themselves
    changed = min(0.49, parameters["levels"]["phone"][PHONE.level("different")][1])
    old = (1 - math.sqrt(1 - 2 * changed)) / 2
    sides = (size[one], size[other])
    split = old ** sides[1] * (1 - old) ** sides[0] + old ** sides[0] * (1 - old) ** sides[1]
    alone = np.prod([old**side + (1 - old) ** side for side in sides], axis=0)
    differs = scored.levels["phone"][apart] == PHONE.level("different")
    bits += np.where(differs, np.log2(split / alone) - math.log2(changed), 0.0)
    before = np.clip(scored.probability[apart], 1e-9, 1 - 1e-9)
    bits += np.log2(before / (1 - before)) - scored.weights["roster"][apart]
    found = scored.probability.copy()
    found[apart] = 1 / (1 + 2.0 ** -np.clip(bits, -60, 60))
    return found


def _among_namesakes(
    scored: Scored, likely: Array, firm: Array, names: Array, parameters: Mapping[str, Any]
) -> Array:
    """How likely two entries of one name are one person, seen with all the clusters that have this name.

    How common a name is was guessed from its characters before anybody was linked. Now its clusters can be
    counted: a name that only these two have is rarer than its characters say, one that many have is more common.
    The guess and the clusters besides these two are put together as a gamma prior (``NAME_SHAPE``) and Poisson
    counts; the two themselves say nothing of how many others there are.
    """
    persons = int(firm.max()) + 1
    known = np.flatnonzero(names >= 0)
    held = np.unique(np.stack([firm[known], names[known]]), axis=1)
    clusters = np.bincount(held[1], minlength=int(names.max(initial=0)) + 1)
    at = np.flatnonzero(
        (scored.levels["name"] == NAME.level("same"))
        & (firm[scored.left] != firm[scored.right])
        & (scored.probability < CERTAIN)
    )
    m = parameters["levels"]["name"][NAME.level("same")][1]
    guessed = m / 2.0 ** scored.weights["name"][at]
    others = np.maximum(0, clusters[names[scored.left[at]]] - 2)
    counted = (NAME_SHAPE + others) / (NAME_SHAPE / guessed + persons)
    before = np.clip(likely[at], 1e-9, 1 - 1e-9)
    bits = np.log2(before / (1 - before)) + np.log2(guessed / counted)
    found = likely.copy()
    found[at] = 1 / (1 + 2.0 ** -np.clip(bits, -60, 60))
    return found


def _rivalled(scored: Scored, firm: Array, ids: Array, sites: Array) -> Array:
    """Which pairs below ``CERTAIN`` have a rival: one side may as well be somebody else.

    Somebody else is a cluster of ``CERTAIN`` links that is not likely the other side's person itself. Two
    clusters that work at different sites are doubtful too, though the two entries compared do not say so.
    """
    lefts = firm[scored.left]
    rights = firm[scored.right]
    split = (lefts != rights) & (scored.probability >= RIVAL)
    # only who stands in such a pair matters: a small part of a million entries
    matters = np.zeros(int(firm.max()) + 1, dtype=bool)
    matters[lefts[split]] = True
    matters[rights[split]] = True
    sites_of: dict[int, set[int]] = {}
    for entry in np.flatnonzero((sites >= 0) & matters[firm]):
        sites_of.setdefault(int(firm[entry]), set()).add(int(sites[entry]))
    id_of = {int(firm[entry]): int(ids[entry]) for entry in np.flatnonzero((ids >= 0) & matters[firm])}
    near: dict[int, set[int]] = {}
    for a, b in zip(lefts[split].tolist(), rights[split].tolist(), strict=True):
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    found = np.zeros(len(scored.probability), dtype=bool)
    for at in np.flatnonzero(split & (scored.probability >= UNRIVALLED) & (scored.probability < CERTAIN)):
        a, b = int(firm[scored.left[at]]), int(firm[scored.right[at]])
        if a in sites_of and b in sites_of and not sites_of[a] & sites_of[b]:
            found[at] = True
        for one, other in ((a, b), (b, a)):
            for rival in near.get(one, set()) - {other}:
                apart = rival in id_of and other in id_of and id_of[rival] != id_of[other]
                if apart or rival not in near.get(other, set()):
                    found[at] = True
    return found


def in_clusters(left: Array, right: Array, ids: Array, count: int) -> tuple[Array, Array]:
    """Connected components; those that would hold two ID numbers are joined link by link, likeliest first.

    Returns the cluster of each entry, numbered by first appearance, and the places of the links refused.
    """
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    whole = connected_components(graph, directed=False)[1].astype(np.int64)
    with_id = np.flatnonzero(ids >= 0)
    seen = np.unique(np.stack([whole[with_id], ids[with_id]]), axis=1)[0]
    torn = np.isin(whole, seen[1:][seen[1:] == seen[:-1]])
    refused: list[int] = []
    if torn.any():
        parent = {int(at): int(at) for at in np.flatnonzero(torn)}
        id_of = {at: int(ids[at]) for at in parent if ids[at] >= 0}

        def root(at: int) -> int:
            while parent[at] != at:
                parent[at] = parent[parent[at]]
                at = parent[at]
            return at

        for place in np.flatnonzero(torn[left]):
            a = root(int(left[place]))
            b = root(int(right[place]))
            if a == b:
                continue
            if a in id_of and b in id_of and id_of[a] != id_of[b]:
                refused.append(int(place))
                continue
            parent[b] = a
            if b in id_of:
                id_of[a] = id_of[b]
        for at in parent:
            whole[at] = count + root(at)
    _values, first, number = np.unique(whole, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[number], np.array(refused, dtype=np.int64)


def _one_a_pair(at: Array, scored: Scored, clusters: Array, ids: Array) -> list[int]:
    """The likeliest pair of entries for each two persons, likeliest first."""
    id_of = {int(clusters[entry]): int(ids[entry]) for entry in np.flatnonzero(ids >= 0)}
    near = ID_NUMBER.level("one-digit")
    chosen: list[int] = []
    asked: set[tuple[int, int]] = set()
    for number in (int(one) for one in at[np.argsort(-scored.probability[at], kind="stable")]):
        a, b = sorted((int(clusters[scored.left[number]]), int(clusters[scored.right[number]])))
        apart = a in id_of and b in id_of and id_of[a] != id_of[b]
        if (a, b) in asked or (apart and scored.levels["id_number"][number] != near):
            continue
        asked.add((a, b))
        chosen.append(number)
    return chosen


def _most_useful(chosen: list[int], scored: Scored, count: int) -> list[int]:
    """The first of them, until the share of entries that may wait is reached."""
    limit = max(2, int(REVIEW_SHARE * count))
    waiting: set[int] = set()
    for place, number in enumerate(chosen):
        waiting.update((int(scored.left[number]), int(scored.right[number])))
        if len(waiting) > limit:
            return chosen[:place]
    return chosen
