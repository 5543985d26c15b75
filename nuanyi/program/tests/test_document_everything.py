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


DOCS = ROOT / "docs"
ASVS = (DOCS / "asvs.md").read_text()


def lines_of_the_standard():
    """Every number in the first cell of a row; ``6.2.1 to 6.2.10`` means all between."""
    found = set()
    for line in ASVS.splitlines():
        if line.startswith("| "):
            cell = line.split("|")[1]
            for first, last in re.findall(r"(\d+\.\d+\.\d+) to (\d+\.\d+\.\d+)", cell):
                part, begin = first.rsplit(".", 1)
                found |= {f"{part}.{n}" for n in range(int(begin), int(last.rsplit(".", 1)[1]) + 1)}
            found |= set(re.findall(r"\d+\.\d+\.\d+", cell))
    return found


def test_every_line_of_asvs_level_two_is_answered_once_gone_through():
    wanted = set((Path(__file__).parent / "asvs_5_0_0_level_2.txt").read_text().split())
    assert len(wanted) == 253
    assert wanted - lines_of_the_standard() == set()
    states = {line.split("|")[2].strip() for line in ASVS.splitlines() if re.match(r"\| \d", line)}
    assert states == {"held", "open", "n/a"}


def test_every_test_that_a_document_names_exists():
    package = ROOT / "nuanyi"
    for document in DOCS.rglob("*.md"):
        for named in re.findall(r"`((?:nuanyi/)?[a-z_/]+/tests/test_\w+\.py)", document.read_text()):
            assert (package / named.removeprefix("nuanyi/")).exists(), (document.name, named)


def test_every_single_test_that_a_document_names_exists():
    named = re.findall(r"`([a-z_/]+/tests/test_\w+\.py)::(test_\w+)`", (DOCS / "attacks.md").read_text())
    assert len(named) > 40
    for file, test in named:
        assert f"def {test}(" in (ROOT / "nuanyi" / file).read_text(), (file, test)


def test_no_password_stands_on_a_command_line_of_the_manual():
    """Everybody on a machine reads the arguments of every process; what a here-document says, nobody does."""
    manual = (DOCS / "administrator.md").read_text()
    told = re.sub(
        r"<<'END'\n.*?\nEND\n", "\n", "".join(re.findall(r"```sh\n(.*?)```", manual, flags=re.S)), flags=re.S
    )
    # echo is the shell's own: no process is started for it
    words = [line for line in told.splitlines() if "PASSWORD" in line and not line.startswith("echo ")]
    assert words == []
    assert "PASSWORD-1" in manual
    assert "install -m 0600 /dev/stdin /etc/nuanyi.env" in manual
    assert '"$(grep DATABASE_URL' not in told.replace('export "$(grep DATABASE_URL', "")
