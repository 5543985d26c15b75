import re
from pathlib import Path

from nuanyi.program.cli import parser

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs/administrator.md").read_text()
INSIDE = {
    "NUANYI_DB_URL",
    "NUANYI_OWNER_DB_URL",
    "NUANYI_TEST_HOME",
    "NUANYI_CONNECTS_AS_OWNER",
    "NUANYI_STATIC_ROOT",
}


def test_every_setting_stands_in_the_administrators_manual():
    names = set()
    for source in ROOT.glob("nuanyi/**/*.py"):
        if "tests" not in source.parts:
            names |= set(
                re.findall(r'env(?:bool|int|str|list)\(\s*"(NUANYI_\w+|DATABASE_URL)"', source.read_text())
            )
    assert names
    assert {name for name in names - INSIDE if name not in MANUAL} == set()


def test_every_command_stands_in_the_administrators_manual():
    [commands] = [
        action.choices for action in parser()._actions if action.choices and "serve" in action.choices
    ]
    assert {
        name for name in commands if f"`nuanyi {name}" not in MANUAL and f"nuanyi {name} " not in MANUAL
    } == set()


def test_every_event_kind_says_what_becomes_of_personal_data():
    from nuanyi.journal.rules import kinds

    assert len(kinds()) > 20
    assert {kind.personal for kind in kinds().values()} <= {"nothing", "id only"}
    assert all(str(kind.title) for kind in kinds().values())
