"""What the tests of some rooms leave untried, as a table at the end of their ordinary run: ``pytest --covered ledger,workflow``.

Each room is measured by its own tests, while they run and not while what they stand on is made. Python 3.11 traces every
line, which makes half as much again of a test's time: a landing asks for rooms whose tests take seconds, ``make coverage``
for all of them. Modules have been read when the first test begins, so that only the bodies of functions are counted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.coverage_by_room import Row, by_room, table

if TYPE_CHECKING:
    from coverage import Coverage

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--covered", default="", metavar="ROOM,ROOM", help="rooms to measure by their own tests")


def pytest_configure(config: pytest.Config) -> None:
    rooms = [room for room in config.getoption("--covered").split(",") if room]
    if rooms:
        config.pluginmanager.register(Covered(rooms, getattr(config, "workerinput", {}).get("covered", "")))


class Covered:
    """Measures in every process, and tells in the one that was started."""

    def __init__(self, rooms: list[str], folder: str) -> None:
        self.rooms, self.begun = rooms, dict[str, "Coverage"]()
        self.kept = None if folder else tempfile.TemporaryDirectory(prefix="nuanyi-covered-")
        self.folder = Path(folder or self.kept.name)  # type: ignore[union-attr]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["covered"] = str(self.folder)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        parts = item.path.relative_to(ROOT).parts if item.path.is_relative_to(ROOT) else ()
        if parts[:1] != ("nuanyi",) or parts[1] not in self.rooms:
            return (yield)
        measured = self.measured(parts[1])
        measured.start()
        try:
            return (yield)
        finally:
            measured.stop()

    def measured(self, room: str) -> Coverage:
        """The measure of one room; this process begins it with its first test."""
        if room not in self.begun:
            self.begun[room] = self.measure_of(room, data_suffix=True)
        return self.begun[room]

    def measure_of(self, room: str, **more: Any) -> Coverage:
        from coverage import Coverage

        made = Coverage(
            data_file=self.folder / room,
            branch=True,
            source=[str(ROOT / "nuanyi" / room)],
            config_file=False,
            messages=False,
            **more,
        )
        made.set_option("run:disable_warnings", ["module-not-measured"])
        return made

    def pytest_sessionfinish(self) -> None:
        for measured in self.begun.values():
            measured.save()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.kept is None:  # the processes of a run sum up too, for nobody
            return
        terminalreporter.section("rooms by their own tests, within functions")
        try:
            rows = [row for room in self.rooms for row in self.row_of(room)]
            for line in table(sorted(rows, key=lambda row: row[2])):
                terminalreporter.write_line(line)
        except Exception as wrong:  # a table that cannot be made fails no test
            terminalreporter.write_line(f"no table: {wrong!r}")

    def row_of(self, room: str) -> list[Row]:
        """What all processes together saw of a room; nothing where none of its tests ran."""
        if not any(self.folder.glob(f"{room}.*")):
            return []
        whole, report = self.measure_of(room), self.folder / f"{room}.json"
        whole.combine([str(self.folder)], strict=True)
        whole.json_report(outfile=str(report))
        return by_room(report, within_functions=True)
