"""Our fast check digits against python-stdnum, the well-kept library for numbers that are not ours."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from nuanyi.lib.identity import (
    Unreadable,
    credit_check_digit,
    id_check_digit,
    read_credit_code,
    read_id_number,
)

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_check_digit_of_an_identity_number_is_the_library_s(first):
    assert id_check_digit(first) == ric.calc_check_digit(first + "0")


@given(st.text(SIGNS, min_size=17, max_size=17))
def test_the_check_digit_of_a_credit_code_is_the_library_s(first):
    assert credit_check_digit(first) == uscc.calc_check_digit(first)


def test_what_the_library_takes_we_take_and_one_sign_away_neither_does():
    chance = random.Random(7)
    for _turn in range(300):
        first = (
            f"450311{chance.randrange(1950, 2007)}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
        )
        first += f"{chance.randrange(1000):03d}"
        number = first + id_check_digit(first)
        assert read_id_number(number) == number
        assert ric.calc_check_digit(number) == number[17]
        wrong = number[:16] + str((int(number[16]) + 1) % 10) + number[17]
        assert ric.calc_check_digit(wrong) != wrong[17]
        with pytest.raises(Unreadable, match="id-check-digit"):
            read_id_number(wrong)
        code = "91450311" + "".join(chance.choice(SIGNS) for _n in range(9))
        code += credit_check_digit(code)
        assert read_credit_code(code) == uscc.validate(code) == code
