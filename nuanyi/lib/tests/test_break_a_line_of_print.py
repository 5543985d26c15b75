"""Where a line of a certificate, a poster or a card may end."""

import re
from datetime import date

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanyi.lib import certificate
from nuanyi.lib.line_breaks import CLOSES, OPENS, broken

SIGNS = st.text("参加志愿服务次时长。，：（）“”·12.5abc ", max_size=60)


@given(SIGNS, st.integers(6, 30))
def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one_and_nothing_is_lost(text, most):
    text = re.sub(rf"[{CLOSES}{OPENS}]{{2,}}|[0-9a-z.]{{5,}}", "服", text)
    text = re.sub(r" {2,}", " ", text).strip(f" {CLOSES}{OPENS}")
    lines = broken(text, len, most)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert [line for line in lines if len(line) > most] == []
    assert [line for line in lines[1:] if line[:1] in CLOSES] == []
    assert [line for line in lines if line[-1:] and line[-1] in OPENS] == []


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("手机充电   急救箱   微波炉", 8, ["手机充电", "急救箱", "微波炉"]),
        ("歇脚  ·  充电  ·  议事", 8, ["歇脚  ·", "充电  ·", "议事"]),
        ("时长 123.5 小时。", 6, ["时长", "123.5", "小时。"]),
        ("https://nuanyi.example", 8, ["https://", "nuanyi.e", "xample"]),
    ],
)
def test_things_side_by_side_and_numbers_stay_whole_and_what_no_line_holds_is_broken(text, most, lines):
    assert broken(text, len, most) == lines


def test_no_full_stop_stands_alone_on_a_certificate():
    # one of these lengths fills a line to its last sign but one
    for more in range(6):
        told = certificate.Certificate(
            heading="志愿服务时长证明",
            small="小哥先锋志愿服务队",
            name="王小哥",
            sentence=f"参加志愿服务 10 次，经他人确认的{'累计' * more}服务时长共 12.5 小时。",
            number="ZY0001",
            day=date(2026, 11, 27),
            link="",
            note="",
        )
        page = pypdfium2.PdfDocument(certificate.pdf(told))[0].get_textpage().get_text_range()
        assert [line for line in page.splitlines() if line[:1] and line[0] in CLOSES] == []
