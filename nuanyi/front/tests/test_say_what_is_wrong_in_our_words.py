"""What a form says of a wrong field is said as the pages speak: no variables, no fields that are mandatory items."""

from __future__ import annotations

import pytest
from django import forms
from django.utils import translation


class Asked(forms.Form):
    """One field of each kind."""

    name = forms.CharField()
    short = forms.CharField(max_length=3)
    kind = forms.ChoiceField(choices=[("a", "A")])
    number = forms.IntegerField(max_value=9)
    day = forms.DateField()


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("name", "", "请填写。"),
        ("short", "一二三四", "最多 3 个字，现在 4 个字。"),
        ("kind", "b", "请从列表里选。"),
        ("number", "x", "请填写整数。"),
        ("number", "12", "不能大于 9。"),
        ("day", "昨天", "请填写日期，如 2026-03-01。"),
    ],
)
def test_a_wrong_field_is_named_in_words_that_a_clerk_says(field, text, words):
    with translation.override("zh-hans"):
        assert Asked({field: text}).errors[field] == [words]
