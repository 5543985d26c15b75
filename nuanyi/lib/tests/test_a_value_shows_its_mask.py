"""A sealed value is a mask wherever somebody might print it."""

import json

import pytest
from django.template import Context, Template

from nuanyi.lib.sealed import MASK, SealedValue


def test_a_sealed_value_prints_its_mask_in_words_pages_and_tracebacks():
    value = SealedValue(b"\x01\x00\x01" + b"x" * 40)
    shown = [str(value), repr(value), f"{value}", f"{[value]}", "{}".format(value)]  # noqa: UP032
    shown.append(Template("{{ value }}").render(Context({"value": value})))
    for text in shown:
        assert MASK in text
        assert "x" * 5 not in text


def test_a_sealed_value_is_not_written_into_json():
    with pytest.raises(TypeError):
        json.dumps({"value": SealedValue(b"123")})
