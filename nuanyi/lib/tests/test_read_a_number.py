import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanyi.lib.identity import (
    Unreadable,
    credit_check_digit,
    id_check_digit,
    read_count,
    read_credit_code,
    read_id_number,
    read_mobile,
    read_person_name,
)


@pytest.mark.parametrize(
    "cell",
    [
        "19900256763",
        19900256763.0,
        19900256763,
        " 199-0025-6763",
        "１９９００２５６７６３",
        "+86 199 0025 6763",
        "86-19900256763",
    ],
)
def test_a_phone_number_is_read_however_it_was_typed(cell):
    assert read_mobile(cell) == "19900256763"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("1990025676", "phone-length"), ("12900256763", "phone-prefix"), ("无", "phone-letters")],
)
def test_a_wrong_phone_number_is_refused_with_its_reason(cell, reason):
    with pytest.raises(Unreadable) as wrong:
        read_mobile(cell)
    assert wrong.value.reason == reason


@given(
    st.integers(0, 999),
    st.dates(
        min_value=__import__("datetime").date(1930, 1, 1), max_value=__import__("datetime").date(2008, 1, 1)
    ),
)
def test_an_identity_number_is_accepted_with_its_check_digit_and_with_no_other(serial, born):
    first = f"450311{born:%Y%m%d}{serial:03d}"
    right = id_check_digit(first)
    assert read_id_number(first + right.lower()) == first + right
    for other in set("0123456789X") - {right}:
        with pytest.raises(Unreadable):
            read_id_number(first + other)


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17),
    st.integers(0, 16),
    st.sampled_from("0123456789"),
)
def test_one_wrong_sign_in_a_credit_code_is_noticed(first, place, sign):
    code = first + credit_check_digit(first)
    assert read_credit_code(code) == code
    changed = code[:place] + sign + code[place + 1 :]
    if changed != code:
        with pytest.raises(Unreadable):
            read_credit_code(changed)


def test_a_number_that_excel_rounded_is_not_guessed():
    with pytest.raises(Unreadable) as wrong:
        read_id_number(450311199003070000.0)
    assert wrong.value.reason == "id-rounded"


def test_an_impossible_birth_date_is_named():
    with pytest.raises(Unreadable) as wrong:
        read_id_number("450311197360010003")
    assert wrong.value.reason == "id-birth-date"


def test_blanks_inside_a_name_go():
    assert read_person_name("李 建桂") == "李建桂"
    with pytest.raises(Unreadable):
        read_person_name("=cmd()")


@pytest.mark.parametrize(("cell", "count"), [("1 200", 1200), ("约 20 人", 20), ("1,200\n", 1200)])
def test_a_count_is_read_with_blanks_that_mean_nothing(cell, count):
    assert read_count(cell) == count


@pytest.mark.parametrize("cell", ["7\n8", "7\t8", "12 3"])
def test_two_numbers_in_one_cell_are_not_read_as_one(cell):
    with pytest.raises(Unreadable):
        read_count(cell)
