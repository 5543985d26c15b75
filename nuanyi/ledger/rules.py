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
    #: it counts people or what each of them did: small numbers are not for everybody (``lib.small_cells``)
    of_people: bool = True


_kinds: dict[str, LedgerKind] = {}


def declare(name: str, title: Words, unit: Words, *, of_people: bool = True) -> str:
    """Register a kind and return its name. What counts things only (stations, leaflets) says so."""
    _kinds[name] = LedgerKind(name, title, unit, of_people)
    return name


def kind(name: str) -> LedgerKind:
    """A declared kind. Raises KeyError."""
    return _kinds[name]


def kinds() -> dict[str, LedgerKind]:
    """All declared kinds."""
    return dict(_kinds)
