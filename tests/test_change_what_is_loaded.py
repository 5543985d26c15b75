"""Mutation testing shows something only where a change is really run: by whoever imported a function by name, too."""

import ast
import gc
import importlib.util
import sys
from pathlib import Path

import pytest
from django.utils.functional import SimpleLazyObject

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from mutants import gutted, mutants, put_in

SOURCE = """
class Scale:
    def heavier(self, one, other):
        return one > other


def both(one, other):
    if one < 0:
        raise ValueError(one)
    return one and other
"""


@pytest.fixture
def module(tmp_path):
    (tmp_path / "weighed.py").write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("weighed", tmp_path / "weighed.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    yield made
    gc.freeze()  # as at the tests' own start: those that follow in this process are collected no slower


def test_a_change_runs_in_functions_that_were_imported_by_name_and_set_apart_from_collection(module):
    both, heavier = module.both, module.Scale().heavier
    gc.freeze()
    put_in(module, ast.parse(SOURCE.replace("one > other", "one >= other").replace("one and", "one or")))
    assert heavier(2, 2) is True
    assert both(0, 3) == 3


def test_no_lazy_object_of_the_process_is_woken(module):
    asked = []
    lazy = SimpleLazyObject(lambda: asked.append("woken"))
    put_in(module, ast.parse(SOURCE))
    assert not asked
    assert lazy is not None


def test_a_gutted_module_does_nothing(module):
    put_in(module, gutted(SOURCE))
    assert module.Scale().heavier(2, 1) is None
    assert module.both(-1, 2) is None


def test_each_comparison_number_condition_answer_and_refusal_is_changed_once():
    assert sorted((line, what) for line, what, _tree in mutants(SOURCE)) == [
        (4, "comparison"),
        (4, "returns nothing"),
        (8, "comparison"),
        (8, "number"),
        (9, "raises nothing"),
        (10, "and/or"),
        (10, "returns nothing"),
    ]
