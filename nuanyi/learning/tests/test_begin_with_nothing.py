"""A district that was set up today: no lesson, no test; its pages say so and offer nothing that does not open."""

import pytest
from django.test import Client

from nuanyi.learning.models import BankQuestion

pytestmark = pytest.mark.django_db


def page(address):
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_lessons_nobody_is_told_to_try_a_shorter_word():
    text = page("/learn/")
    assert "还没有课程" in text
    assert "换个短一点的词" not in text
    for absent in ('type="search"', "data-save-all", "chip"):
        assert absent not in text, absent
    assert "换个短一点的词" in page("/learn/?q=头盔")


def test_a_test_without_questions_is_not_begun():
    assert "开始答题" not in page("/exam/")
    assert "还没有开放" in page("/exam/")
    BankQuestion.objects.create(question="红灯亮了怎么办？", options=["停", "走"], right=0, why="红灯停")
    assert "开始答题" in page("/exam/")
