"""Identifiers of version 7 (RFC 9562, section 5.7): they sort as they were made, however many are made at once."""

from uuid import RFC_4122, UUID

import pytest

from nuanyi.lib import ids


@pytest.mark.parametrize("count", [0, 1, 2, 4095, 4096, 4097, 20_000])
def test_many_made_at_once_sort_as_they_were_made_and_none_comes_twice(count):
    made = ids.new_ids(count)
    assert len(set(made)) == count
    assert made == sorted(made)
    assert {(one.version, one.variant) for one in made} <= {(7, RFC_4122)}


def test_those_of_a_bulk_write_are_the_same_in_bytes(monkeypatch):
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_700_000_000_123_000_000)
    monkeypatch.setattr(ids.os, "urandom", lambda size: bytes(range(256)) * (size // 256))
    assert [UUID(bytes=one) for one in ids.new_id_bytes(64)] == ids.new_ids(64)


def test_an_identifier_begins_with_its_millisecond(monkeypatch):
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_700_000_000_123_999_999)
    assert ids.new_id().int >> 80 == 1_700_000_000_123
