"""Rooms say in words what their entries note, so that an auditor reads no codes."""

import pytest

from nuanyi.journal import rules


@pytest.fixture(autouse=True)
def nothing_said_yet(monkeypatch):
    for kept in ("_NAMES", "_words", "_fields"):
        monkeypatch.setattr(rules, kept, {})


def test_a_number_is_called_as_the_room_that_knows_it_says():
    rules.declare_names("unit", "from_unit", known=lambda: {"7": "司法局"})
    known = rules.names_of("from_unit")
    assert known is not None and known()["7"] == "司法局"
    assert rules.names_of("grid") is None


def test_a_name_in_a_detail_has_the_words_of_one_room():
    rules.declare_words({"grid": "网格"})
    assert (rules.word_of("grid"), rules.word_of("kind")) == ("网格", None)
    with pytest.raises(ValueError, match="grid: two rooms say"):
        rules.declare_words({"grid": "格子"})
    assert rules.word_of("grid") == "网格"


def test_a_field_is_called_as_its_own_room_says_and_by_no_other():
    rules.declare_fields("census", {"name": "名称"})
    rules.declare_fields("census", {"phone": "手机号"})
    rules.declare_fields("units", {"name": "单位名称"})
    assert [rules.field_of("census", name) for name in ("name", "phone", "sector")] == [
        "名称",
        "手机号",
        None,
    ]
    assert rules.field_of("units", "name") == "单位名称"
    assert rules.field_of("party", "name") is None
