"""Kinds of ledger entries. No database."""

from __future__ import annotations

from dataclasses import dataclass

from nuanyi.lib.errors import Words


@dataclass(frozen=True)
class LedgerKind:
    """Something that is delivered and counted."""

    name: str
    title: Words
    unit: Words


_kinds: dict[str, LedgerKind] = {}


def declare(name: str, title: Words, unit: Words) -> str:
    """Register a kind and return its name."""
    _kinds[name] = LedgerKind(name, title, unit)
    return name


def kind(name: str) -> LedgerKind:
    """A declared kind. Raises KeyError."""
    return _kinds[name]


def kinds() -> dict[str, LedgerKind]:
    """All declared kinds."""
    return dict(_kinds)
