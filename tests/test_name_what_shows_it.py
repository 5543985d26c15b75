"""The developer's page names a test for each line of what is promised of the phone: each that is named is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/developer.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
TRIED = re.compile(r"`([\w/]+\.test\.mjs)` \"([^\"]+)\"")


def in_file(file):
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_is_there():
    named = set(NAMED.findall(PAGE))
    assert len(named) > 40
    files = {file: in_file(ROOT / file) for file, _test in named}
    assert [(file, test) for file, test in sorted(named) if test not in files[file]] == []


def test_every_script_s_test_that_is_named_is_there():
    tried = set(TRIED.findall(PAGE))
    assert len(tried) > 8
    assert [
        (file, title) for file, title in sorted(tried) if f'"{title}"' not in (ROOT / file).read_text()
    ] == []


def test_no_line_of_the_phone_stands_without_its_test():
    lines = PAGE.partition("## The rider's phone")[2].splitlines()
    rows = [
        line for line in lines if line.startswith("| ") and not line.startswith(("| what holds", "| ---"))
    ]
    assert len(rows) > 30
    assert [row for row in rows if not NAMED.search(row) and not TRIED.search(row)] == []
