"""Mutation testing of what guards people: small changes are made to a module, and a test must fail for each.

``make mutants`` runs all targets; ``python scripts/mutants.py lib/seal`` one of them. The tests run in a process of its own
for each mutant, forked from one that has them collected; the mutant replaces the code of the module's functions, so
that whoever imported them by name runs it too. Writes ``build/mutants.json`` and prints the survivors; exit 1 where fewer
than 90 % are killed.
"""

from __future__ import annotations

import ast
import copy
import gc
import importlib
import json
import os
import signal
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEAST = 0.9
SECONDS = 300
#: A run of an hour says where it is after so many changes.
TELL_EVERY = 10

#: module -> the tests that must notice; without a database where a module needs none, so that a mutant takes a second
TARGETS = {
    "lib/actor": ["lib/tests/test_know_what_an_actor_may.py"],
    "lib/small_cells": ["lib/tests/test_know_what_an_actor_may.py"],
    "journal/rules": [
        "journal/tests/test_digest_an_entry.py",
        "journal/tests/test_say_what_an_entry_names.py",
    ],
    "lib/seal": ["lib/tests/test_seal_a_value.py"],
    "lib/sealed": [
        "lib/tests/test_seal_a_field.py",
        "lib/tests/test_a_value_shows_its_mask.py",
        "program/tests/test_rotate_the_keys.py",
    ],
    "lib/limits": ["lib/tests/test_count_attempts.py"],
    "ledger/services": [
        "ledger/tests/test_keep_the_roll_up.py",
        "ledger/tests/test_notice_a_wrong_roll_up.py",
    ],
    "workflow/rules": ["workflow/tests/test_decide_alike.py"],
    "workflow/joining": ["workflow/tests/test_decide_alike.py"],
    "workflow/clocks": ["workflow/tests/test_let_a_clock_stand.py"],
    "workflow/handover": ["workflow/tests/test_hand_over.py"],
}

COMPARE = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
BINARY = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Mod: ast.Mult}


def _is_nothing(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """``(what, changed node)`` for every small change of one node."""
    new = copy.deepcopy(node)
    if isinstance(new, ast.Compare) and type(new.ops[0]) in COMPARE:
        new.ops[0] = COMPARE[type(new.ops[0])]()
        yield "comparison", new
    elif isinstance(new, ast.BoolOp):
        new.op = ast.Or() if isinstance(new.op, ast.And) else ast.And()
        yield "and/or", new
    elif isinstance(new, ast.UnaryOp) and isinstance(new.op, ast.Not):
        yield "not", new.operand
    elif isinstance(new, ast.BinOp) and type(new.op) in BINARY:
        new.op = BINARY[type(new.op)]()
        yield "arithmetic", new
    elif isinstance(new, ast.Constant) and isinstance(new.value, bool):
        new.value = not new.value
        yield "truth", new
    elif isinstance(new, ast.Constant) and isinstance(new.value, int):
        new.value += 1
        yield "number", new
    elif isinstance(new, ast.IfExp):
        new.body, new.orelse = new.orelse, new.body
        yield "branches", new
    elif isinstance(new, ast.Return) and not _is_nothing(new.value):
        new.value = ast.Constant(None)
        yield "returns nothing", new
    elif isinstance(new, ast.Raise):
        yield "raises nothing", ast.Pass()


def mutants(source: str) -> Iterator[tuple[int, str, ast.Module]]:
    """``(line, what, tree)`` of every mutant of the functions of a module."""
    tree = ast.parse(source)
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    inside = {id(node) for one in functions for part in one.body for node in ast.walk(part)}
    nodes = [node for node in ast.walk(tree) if id(node) in inside]
    for number, node in enumerate(nodes):
        for what, changed in variants(node):
            twin = ast.parse(source)
            twins = [one for one in ast.walk(twin) if isinstance(one, ast.FunctionDef)]
            within = {id(found) for one in twins for part in one.body for found in ast.walk(part)}
            target = [found for found in ast.walk(twin) if id(found) in within][number]
            if _put(twin, target, ast.copy_location(changed, node)):
                yield getattr(node, "lineno", 0), what, ast.fix_missing_locations(twin)


def gutted(source: str) -> ast.Module:
    """The module with functions that do nothing: whoever does not notice this notices nothing."""
    tree = ast.parse(source)
    for one in ast.walk(tree):
        if isinstance(one, ast.FunctionDef):
            one.body = [ast.Return(ast.Constant(None))]
    return ast.fix_missing_locations(tree)


def _put(tree: ast.AST, target: ast.AST, instead: ast.AST) -> bool:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, instead)
                return True
            if isinstance(value, list) and any(item is target for item in value):
                value[[item is target for item in value].index(True)] = instead
                return True
    return False


def _codes(code: types.CodeType) -> dict[tuple[str, int], types.CodeType]:
    found = {(code.co_qualname, code.co_firstlineno): code}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _codes(constant)
    return found


def put_in(module: types.ModuleType, tree: ast.Module) -> None:
    """Let the functions of a loaded module run the code of a mutant."""
    # what the tests' own start set apart (``gc.freeze``) is told by no list, and would run unchanged
    gc.unfreeze()
    file = str(module.__file__)
    codes = _codes(compile(tree, file, "exec"))
    # by the very type: whoever asks a lazy object of what class it is wakes it
    for found in [one for one in gc.get_objects() if type(one) is types.FunctionType]:
        code = found.__code__
        new = codes.get((code.co_qualname, code.co_firstlineno))
        if code.co_filename == file and new is not None and new.co_freevars == code.co_freevars:
            found.__code__ = new


class Tried:
    """A plugin of pytest: the tests are collected once, then run in a process of their own for each change of a module.

    What a process of its own for each would cost again and again (starting, collecting) is most of the time that the
    tests of a small module take.
    """

    def __init__(self, module: types.ModuleType, changes: list[tuple[int, str, ast.Module]]) -> None:
        self.module, self.changes = module, changes
        self.rows: list[dict[str, Any]] = []
        self.holds = self.notices = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Every change; those tests first that try one thing, those that try hundreds last."""
        items = sorted(session.items, key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))
        source = Path(str(self.module.__file__)).read_text()
        # tests that fail without any change would "notice" every one
        self.holds = bool(items) and self._survives(ast.parse(source), items)
        self.notices = self.holds and not self._survives(gutted(source), items)
        for number, (line, what, tree) in enumerate(self.changes if self.notices else [], 1):
            if number % TELL_EVERY == 0:
                print(f"  {number} of {len(self.changes)}", flush=True)
            self.rows.append({"line": line, "what": what, "survives": self._survives(tree, items)})
            if self.rows[-1]["survives"]:
                print(f"  line {line}: {what}", flush=True)
        return True

    def _survives(self, tree: ast.Module, items: list[pytest.Item]) -> bool:
        """Whether all tests pass although the module is changed; one that hangs is killed."""
        child = os.fork()
        if child == 0:
            # of the processor's time: a busy machine "notices" nothing; one that waits for ever ends, too
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            signal.alarm(10 * SECONDS)
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            put_in(self.module, tree)
            for item, then in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=then)
                if item.session.testsfailed:
                    os._exit(1)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status) == 0


def main(names: list[str]) -> int:
    """Run the named targets, or all."""
    sys.path.insert(0, str(ROOT))
    import django

    import tests.boot  # noqa: F401 - a database of its own

    django.setup()
    told, bad = {}, False
    for name in names or list(TARGETS):
        module = importlib.import_module(f"nuanyi.{name.replace('/', '.')}")
        paths = [str(ROOT / "nuanyi" / test) for test in TARGETS[name]]
        tried = Tried(module, list(mutants(Path(str(module.__file__)).read_text())))
        pytest.main(["-q", "-s", "-n0", "--reuse-db", "-p", "no:cacheprovider", *paths], plugins=[tried])
        if not tried.holds:
            print(f"{name}: its tests fail without any change", flush=True)
            return 2
        if not tried.notices:
            print(f"{name}: its tests do not notice a module that does nothing", flush=True)
            return 2
        rows = tried.rows
        left = [row for row in rows if row["survives"]]
        share = 1 - len(left) / len(rows) if rows else 1.0
        bad = bad or share < LEAST
        told[name] = {"mutants": len(rows), "killed": len(rows) - len(left), "survivors": left}
        print(f"{name}: {len(rows) - len(left)} of {len(rows)} killed ({share:.0%})", flush=True)
    file = ROOT / "build" / "mutants.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(told, indent=1))
    return int(bad)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
