"""One person, many rosters: what the linkage promises, on rosters with a truth and on bad input."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from bench.rosters import Mess, district
from nuanyi.census.linkage import engine
from nuanyi.census.linkage.entries import Entry, entries_of, prepared
from nuanyi.lib.identity import id_check_digit

ROSTERS = Path(__file__).parent / "rosters"
FILES = (
    "delivery_platform.xlsx",
    "courier_firm.xls",
    "road_safety_class.xlsx",
    "township_rounds.csv",
    "union_cards.csv",
)


def pairs_of(labels: list[Any]) -> set[tuple[int, int]]:
    groups = defaultdict(list)
    for at, label in enumerate(labels):
        groups[label].append(at)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def measured(linked: engine.Linked, truth: list[Any]) -> tuple[float, float, float]:
    """Precision and F1 of the certain zone; the share of true pairs that it and the possible pairs hold."""
    found = pairs_of(list(linked.clusters))
    true = pairs_of(truth)
    precision = len(found & true) / max(1, len(found))
    recall = len(found & true) / len(true)
    number = list(linked.clusters)
    for pair in linked.review:
        number = [number[pair.left] if n == number[pair.right] else n for n in number]
    held = len(pairs_of(number) & true) / len(true)
    return precision, 2 * precision * recall / (precision + recall), held


def contradictions(entries: list[Entry], linked: engine.Linked) -> int:
    """Clusters with two valid ID numbers."""
    ids = defaultdict(set)
    for number, valid in zip(linked.clusters, prepared(entries)["valid_id"], strict=True):
        if valid:
            ids[int(number)].add(valid)
    return sum(len(held) > 1 for held in ids.values())


def number_with(birth: str, sequence: int) -> str:
    first = f"450311{birth}{sequence:03}"
    return first + id_check_digit(first)


@pytest.fixture(scope="module")
def visible() -> tuple[list[Entry], list[Any], engine.Linked]:
    entries = [e for file in FILES for e in entries_of((ROSTERS / file).read_bytes(), file)]
    with (ROSTERS / "truth.csv").open() as rows:
        person = {(row["file"], int(row["row"])): row["person"] for row in csv.DictReader(rows)}
    return entries, [person[e.roster, e.row] for e in entries], engine.link(prepared(entries))


def test_the_certain_zone_is_right_on_the_rosters_of_the_district(visible: Any) -> None:
    entries, truth, linked = visible
    precision, f1, held = measured(linked, truth)
    waiting = {at for pair in linked.review for at in (pair.left, pair.right)}
    assert precision >= 0.998
    assert f1 >= 0.985
    assert held >= 0.985
    assert len(waiting) <= 0.08 * len(entries)
    assert contradictions(entries, linked) == 0


def test_twice_the_mess_costs_links_but_makes_no_wrong_ones() -> None:
    entries, truth = district(1200, Mess().twice, seed=5)
    linked = engine.link(prepared(entries))
    precision, f1, _held = measured(linked, truth)
    assert precision >= 0.997
    assert f1 >= 0.94
    assert contradictions(entries, linked) == 0


@pytest.mark.parametrize(("given_names", "sites", "wanted"), [(80, 0, 0.943), (200, 20, 0.928)])
def test_namesakes_are_not_linked_where_given_names_are_chosen_whole(
    given_names: int, sites: int, wanted: float
) -> None:
    entries, truth = district(1200, Mess().twice, seed=31, sites=sites, given_names=given_names)
    linked = engine.link(prepared(entries))
    precision, f1, _held = measured(linked, truth)
    assert precision >= 0.997
    # half of what is missing is a changed phone beside a name that many have: nobody could tell
    assert f1 >= wanted
    assert contradictions(entries, linked) == 0


def test_a_township_that_the_site_names_anyway_counts_once() -> None:
    levels = {one.key: one for one in engine.COMPARISONS}
    assert "site_l IS NOT NULL AND site_r IS NOT NULL" in levels["region"].silent


def test_the_same_rosters_give_the_same_answer(visible: Any) -> None:
    entries, _truth, linked = visible
    again = engine.link(prepared(entries), threads=1)
    assert list(again.clusters) == list(linked.clusters)
    assert [(p.left, p.right) for p in again.review] == [(p.left, p.right) for p in linked.review]


def test_every_link_says_what_speaks_for_it(visible: Any) -> None:
    _entries, _truth, linked = visible
    pair = next(linked.certain())
    assert pair.probability >= engine.UNRIVALLED
    assert {"name", "phone"} <= pair.evidence.keys()
    assert sum(weight for _level, weight in pair.evidence.values()) > 0


def matched_exactly(entries: list[Entry]) -> tuple[list[Entry], list[int], list[tuple[int, str]]]:
    """As imports leave them: a row with a known ID number, or a known name and phone, makes no new record."""
    known: dict[Any, int] = {}
    records: list[Entry] = []
    came_from: list[int] = []
    also = []
    columns = prepared(entries)
    for at, entry in enumerate(entries):
        keys = [columns["valid_id"][at], (columns["name"][at], columns["phone"][at])]
        record = next((known[key] for key in keys if key and key in known), None)
        if record is None:
            record = len(records)
            records.append(entry)
            came_from.append(at)
        elif entry.roster != records[record].roster:
            also.append((record, entry.roster))
        known |= dict.fromkeys([key for key in keys if key], record)
    return records, came_from, also


def test_what_imports_have_matched_exactly_still_tells_how_many_doubles_are_left(visible: Any) -> None:
    entries, truth, _linked = visible
    records, came_from, also = matched_exactly(entries)
    people = [truth[at] for at in came_from]
    linked = engine.link(prepared(records), also=also)
    precision, _f1, held = measured(linked, people)
    number = len(set(people))
    assert precision >= 0.99
    assert number <= linked.persons <= 1.03 * number
    assert held >= 0.9
    alone = engine.link(prepared(records))
    assert linked.persons < alone.persons


def test_a_roster_pasted_twice_counts_nobody_twice() -> None:
    entries, truth = district(300, Mess(), seed=3)
    first = [e for e in entries if e.roster == "platform.xlsx"]
    persons = engine.link(prepared(first)).persons
    twice = [*first, *(Entry("again.xlsx", *_rest(e)) for e in first)]
    assert abs(engine.link(prepared(twice)).persons - persons) <= 1
    assert persons <= len(set(truth))


def _rest(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.row,
        entry.name,
        entry.phone,
        entry.id_number,
        entry.site,
        entry.sector,
        entry.region,
        entry.sex,
    )


def test_one_roster_alone_joins_its_doubles_and_nobody_else() -> None:
    entries, truth = district(400, Mess(repeated=0.1), seed=12)
    of = [at for at, entry in enumerate(entries) if entry.roster == "platform.xlsx"]
    linked = engine.link(prepared([entries[at] for at in of]))
    precision, _f1, held = measured(linked, [truth[at] for at in of])
    assert precision == 1.0
    assert held >= 0.9


def test_five_thousand_people_of_one_name_stay_five_thousand() -> None:
    entries = [Entry("a.csv", at + 2, name="韦建国", phone=f"1380{at:07}") for at in range(2500)]
    entries += [Entry("b.csv", at + 2, name="韦建国", phone=f"1390{at:07}") for at in range(2500)]
    linked = engine.link(prepared(entries))
    assert linked.persons == 5000


def test_names_alone_link_nobody() -> None:
    entries, _truth = district(200, Mess(), seed=8)
    bare = [Entry(e.roster, e.row, name=e.name) for e in entries]
    linked = engine.link(prepared(bare))
    assert linked.persons == len(bare)


def test_a_family_that_shares_an_id_number_is_not_one_person() -> None:
    entries, _truth = district(300, Mess(), seed=4)
    shared = number_with("19700101", 11)
    family = [
        Entry("a.csv", 2, name="韦大山", phone="13800000001", id_number=shared),
        Entry("b.csv", 2, name="黄小花", phone="13800000001", id_number=shared),
    ]
    linked = engine.link(prepared([*entries, *family]))
    assert linked.clusters[-1] != linked.clusters[-2]


def test_the_phone_of_a_shop_on_eighty_rows_makes_no_giant() -> None:
    entries, _truth = district(300, Mess(), seed=6)
    riders = [
        Entry("shop.csv", at + 2, name=e.name, phone="13877770000") for at, e in enumerate(entries[:80])
    ]
    linked = engine.link(prepared([*entries, *riders]))
    assert max(Counter(linked.clusters.tolist()).values()) <= 8


def test_two_valid_id_numbers_never_meet_even_over_a_third_entry() -> None:
    entries, _truth = district(300, Mess(), seed=7)
    bridge = [
        Entry("a.csv", 2, name="欧阳建国", phone="13911110000", id_number=number_with("19800101", 11)),
        Entry("b.csv", 2, name="欧阳建国", phone="13911110000", id_number=number_with("19800101", 13)),
        Entry("c.csv", 2, name="欧阳建国", phone="13911110000"),
    ]
    linked = engine.link(prepared([*entries, *bridge]))
    assert linked.clusters[-3] != linked.clusters[-2]
    assert contradictions([*entries, *bridge], linked) == 0


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_entries_are_no_fault(count: int) -> None:
    entries = [Entry("a.csv", at + 2, name="李勇", phone="13800000001") for at in range(count)]
    assert len(engine.link(prepared(entries)).clusters) == count


def test_no_memory_is_refused_instead_of_written_to_a_disk() -> None:
    import duckdb

    database = engine.connect(memory="60MB")
    with pytest.raises(duckdb.OutOfMemoryException):
        database.execute(
            "CREATE TABLE t AS SELECT hash(i) h, random() r FROM range(20000000) x(i) ORDER BY r"
        )


def test_the_command_needs_no_home_and_leaves_none(tmp_path: Path) -> None:
    out = tmp_path / "clusters.csv"
    files = [str(ROSTERS / file) for file in FILES[:2]]
    command = [sys.executable, "-m", "nuanyi.program.cli", "link", *files, "--out", str(out)]
    command += ["--review", str(tmp_path / "pairs.csv"), "--json"]
    home = tmp_path / "home"
    done = subprocess.run(
        command, capture_output=True, text=True, env={"NUANYI_HOME": str(home), "PYTHONPATH": "."}, check=True
    )
    assert '"entries": 770' in done.stdout
    assert out.read_text().startswith("file,row,cluster\ndelivery_platform.xlsx,2,1\n")
    assert (tmp_path / "pairs.csv").read_text().startswith("file,row,file,row,probability\n")
    assert not home.exists()


def test_the_command_says_which_file_it_cannot_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nuanyi.program.cli", "link", str(ROSTERS / "truth.csv")]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "c.csv")],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "."},
        check=False,
    )
    assert done.returncode == 2
    assert "truth.csv" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_list_of_names_alone_is_answered_with_what_can_be_said(tmp_path: Path) -> None:
    roster = tmp_path / "names.csv"
    roster.write_text("合成名单\n姓名\n韦建国\n韦建国\n覃小梅\n", encoding="utf-8")
    command = [sys.executable, "-m", "nuanyi.program.cli", "link", str(roster), "--json"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "c.csv")],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "."},
        check=True,
    )
    answer = json.loads(done.stdout)
    assert (answer["entries"], answer["persons"], answer["warnings"]) == (3, 3, ["names-only"])
    assert (
        tmp_path / "c.csv"
    ).read_text() == "file,row,cluster\nnames.csv,3,1\nnames.csv,4,2\nnames.csv,5,3\n"


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    roster = tmp_path / "names.csv"
    roster.write_text("姓名,手机号\n韦建国,19900000001\n", encoding="utf-8")
    command = (
        f"{sys.executable} -m nuanyi.program.cli estimate {roster} --json | true; echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env={"PYTHONPATH": "."}, check=True
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "0"


def test_a_roster_of_another_district_links_to_nobody_here() -> None:
    here, _truth = district(300, Mess(), seed=21)
    there, _others = district(300, Mess(), seed=22)
    away = [replace(e, roster=f"other-{e.roster}", region="", site=f"外区{e.site}") for e in there]
    linked = engine.link(prepared([*here, *away]))
    mine = set(linked.clusters[: len(here)].tolist())
    theirs = set(linked.clusters[len(here) :].tolist())
    assert len(mine & theirs) <= 1
