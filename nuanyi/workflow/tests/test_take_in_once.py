"""Taking in as requests and reports do it, by itself."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError

from nuanyi.lib.errors import Conflict
from nuanyi.workflow import intake

pytestmark = pytest.mark.django_db
FIRST = SimpleNamespace(body_digest=memoryview(b"the same"))


def nobody():
    raise AssertionError("asked for though nothing was in the way")


@pytest.fixture
def refusing(monkeypatch):
    """``refusing("thing_ref_key", "thing_key_key")``: a taking in that meets these rules of the table, one each time, and is
    let in after them; it counts how often it was tried."""

    def make(*rules):
        met = iter(rules)
        tried = []

        def take_in():
            tried.append(1)
            rule = next(met, None)
            if rule is not None:
                raise IntegrityError(rule)
            return "taken in"

        take_in.tried = tried
        return take_in

    monkeypatch.setattr(intake, "broken_rule", str)
    return make


def test_what_nothing_stands_in_the_way_of_is_taken_in_at_once(refusing):
    assert intake.once(refusing(), nobody, b"the same") == "taken in"


def test_a_number_that_another_has_is_drawn_again_and_not_for_ever(refusing):
    drawn = refusing(*["thing_ref_key"] * 4)
    assert intake.once(drawn, nobody, b"the same") == "taken in"
    assert len(drawn.tried) == 5
    drawn = refusing(*["thing_ref_key"] * 9)
    with pytest.raises(IntegrityError):
        intake.once(drawn, lambda: None, b"the same")
    assert len(drawn.tried) == intake.NUMBERS_DRAWN


def test_the_same_sent_again_gets_what_was_made_first_and_something_else_is_refused(refusing):
    assert intake.once(refusing("thing_key_key"), lambda: FIRST, b"the same") is FIRST
    with pytest.raises(Conflict) as refused:
        intake.once(refusing("thing_key_key"), lambda: FIRST, b"other words")
    assert refused.value.code == "key-reused"


def test_a_rule_that_has_nothing_to_do_with_the_key_is_a_fault(refusing):
    with pytest.raises(IntegrityError):
        intake.once(refusing("thing_day_check"), lambda: None, b"the same")


@pytest.mark.parametrize(("text", "kept"), [("", ""), ("  ", ""), (" 199 0000 7777 ", "19900007777")])
def test_a_number_is_kept_as_it_is_dialled_or_left_out(text, kept):
    wrong = {}
    assert intake.mobile(text, wrong) == kept
    assert wrong == {}


def test_a_number_that_cannot_be_read_stays_typed_and_is_named():
    wrong = {}
    assert intake.mobile("199", wrong) == "199"
    assert set(wrong) == {"phone"}
