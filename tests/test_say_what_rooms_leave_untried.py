"""A run says at its end what the tests of some rooms leave untried, whichever of its processes ran them."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from nuanyi.workflow import rules
from tests.covered import Covered

TRIED = "nuanyi/workflow/tests/test_let_a_clock_stand.py"


@pytest.fixture
def first():
    return Covered(["workflow", "ledger"], "")


def saw(covered, deed):
    """One process of a run: what it did in a test of the room, and its end."""
    measured = covered.measured("workflow")
    measured.start()
    deed()
    measured.stop()
    covered.pytest_sessionfinish()


def told(covered):
    lines = []
    covered.pytest_terminal_summary(SimpleNamespace(section=lines.append, write_line=lines.append))
    return lines


def test_a_landing_asks_for_rooms_that_there_are():
    makefile = Path("Makefile").read_text()
    (rooms,) = re.findall(r"^COVERED = (.+)$", makefile, re.M)
    assert all(Path("nuanyi", room, "tests").is_dir() for room in rooms.split(","))
    assert re.search(r"^test: .*\n\t.*pytest .*--covered \$\(COVERED\)$", makefile, re.M)


def test_a_landing_prints_how_far_the_tests_of_a_room_go():
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-n", "1", "--covered", "ledger,workflow", TRIED]
    done = subprocess.run(command, env=mine, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    # none of its tests ran: the ledger stands in no line, rather than with nothing
    (row,) = re.findall(r"^room +lines +branches +statements\n(\w.*%.*)\n", done.stdout, re.M)
    room, lines, branches, statements = row.split()
    assert room == "workflow" and int(statements) > 50
    assert 5 < float(lines.rstrip("%")) < 95 and 5 < float(branches.rstrip("%")) < 95


def test_what_two_processes_saw_is_one_row(first):
    second = Covered(first.rooms, str(first.folder))
    thing = SimpleNamespace(reopened=0, warned="over")
    saw(first, lambda: rules.why_not_reopen(None, None, "too late"))
    saw(second, lambda: rules.open_again(thing, None))
    assert told(second) == [], "the table is told once, by the process that was started"
    ((room, lines, _branches, statements),) = first.row_of("workflow")
    assert (room, round(lines * statements / 100)) == ("workflow", 2 + 3)


def test_a_table_that_cannot_be_made_fails_no_test(first):
    (first.folder / "workflow.torn").write_text("no measure")
    assert told(first)[-1].startswith("no table: ")
