"""Routes are named and reversed: an address written out breaks in silence where its route moves, and rooms meet by it."""

import re
from pathlib import Path

import pytest

ROOMS = Path(__file__).parents[1] / "nuanyi"
ADDRESS = re.compile(
    r"""["'`]/(?:office|help|report|learn|door|me|who|stations|party|volunteer|accounts|in|told|keeper|grid|sessions|exam"""
    r"""|daily|verify|c|v|r|s|tip|reports)/"""
)
#: Built from scripts that are looked at themselves.
BUILT = "stations/static/stations/first.js"
#: How many addresses each room still writes out. The numbers only fall: whoever names a route lowers the one of its room.
LEFT = {
    "cases": 1,
    "front": 5,
    "learning": 6,
    "lib": 1,
    "program": 2,
    "reports": 4,
    "stations": 7,
}


def written_out(room: Path) -> list[str]:
    """Addresses in the room's code, pages and scripts; where routes are named, and what is made up, left out."""
    found = []
    for file in sorted(room.rglob("*")):
        apart = {"tests", "migrations", "demo", "vendor"} & set(file.parts) or str(file).endswith(BUILT)
        if apart or file.suffix not in {".py", ".html", ".js"} or file.name.endswith(("urls.py", "demo.py")):
            continue
        found += [f"{file}: {address}" for address in ADDRESS.findall(file.read_text(encoding="utf-8"))]
    return found


@pytest.mark.parametrize("room", [*sorted(path.parent.name for path in ROOMS.glob("*/room.py")), "lib"])
def test_no_room_writes_more_addresses_out_than_it_did(room):
    found = written_out(ROOMS / room)
    assert len(found) <= LEFT.get(room, 0), found


def test_an_address_that_is_written_out_is_seen(tmp_path):
    (tmp_path / "page.html").write_text('<a href="/office/toy/">…</a><a href="{% url \'toy:page\' %}">…</a>')
    assert len(written_out(tmp_path)) == 1
