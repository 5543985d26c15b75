"""Event kinds and the digest that chains entries. No database."""

from __future__ import annotations

import hashlib  # noqa: TID251 - the chain of 0.5.0 is checked as it was made
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nuanyi.lib.errors import Words

PARTITIONS = 8
GENESIS = b"\0" * 32


@dataclass(frozen=True)
class EventKind:
    """A kind of entry. ``personal`` tells what the detail may hold of a person: nothing, or only its id.

    ``opens``: somebody saw personal values in clear; it counts against the day's quota, by ``values`` in its detail.
    ``purpose``: what for, where the page has one purpose only; else whoever opens says it.
    """

    name: str
    title: Words
    personal: str = "nothing"
    opens: bool = False
    purpose: Words = ""


_kinds: dict[str, EventKind] = {}


def declare(
    name: str, title: Words, personal: str = "nothing", *, opens: bool = False, purpose: Words = ""
) -> str:
    """Register a kind and return its name. Raises ValueError for an unknown treatment of personal data."""
    if personal not in ("nothing", "id only"):
        raise ValueError(f"{name}: say what becomes of personal data")
    _kinds[name] = EventKind(name, title, personal, opens, purpose)
    return name


def kind(name: str) -> EventKind:
    """A declared kind. Raises KeyError."""
    return _kinds[name]


def kinds() -> dict[str, EventKind]:
    """All declared kinds."""
    return dict(_kinds)


def digest(previous: bytes, fields: list[str], key: bytes | None) -> bytes:
    """HMAC-SHA-256 over the previous digest and the entry's fields, each preceded by its length in bytes.

    Without a key (entries of 0.5.0 and older) SHA-256 over the same.
    """
    parts = [previous]
    for text in fields:
        raw = text.encode()
        parts += [f"{len(raw)}:".encode(), raw]
    whole = b"".join(parts)
    return hashlib.sha256(whole).digest() if key is None else hmac.digest(key, whole, "sha256")


#: Who knows the name of what a number or a code stands for, by the name under which it is noted.
_NAMES: dict[str, Callable[[], Mapping[str, str]]] = {}


def declare_names(*names: str, known: Callable[[], Mapping[str, str]]) -> None:
    """Let a room say what its numbers and codes are called; ``known`` is asked once a page."""
    for name in names:
        _NAMES[name] = known


def names_of(name: str) -> Callable[[], Mapping[str, str]] | None:
    """What knows the names of the numbers and codes noted under ``name``; None where nobody does."""
    return _NAMES.get(name)


#: Names under which rooms note something beside an entry, as an auditor would say them.
_words: dict[str, Words] = {}


def declare_words(words: Mapping[str, Words]) -> None:
    """Let a room say what the names in its entries' details mean. Raises ValueError for a name that has words already."""
    for name, word in words.items():
        if name in _words:
            raise ValueError(
                f"{name}: two rooms say what it means; what both note stands among the journal's own events"
            )
        _words[name] = word


_fields: dict[str, dict[str, Words]] = {}


def declare_fields(room: str, words: Mapping[str, Words]) -> None:
    """Let a room say what the fields of its records are called where details name them."""
    _fields.setdefault(room, {}).update(words)


def field_of(room: str, name: str) -> Words | None:
    """What a room calls a field; None where it said nothing."""
    return _fields.get(room, {}).get(name)


def word_of(name: str) -> Words | None:
    """What a name in a detail means; None where nobody said."""
    return _words.get(name)
