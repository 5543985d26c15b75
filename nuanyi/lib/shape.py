"""The one shape of a write, and why a service has another.

Permit, check, write, record, count, tell, in one transaction: a test reads the syntax tree of every service and fails for a
public function that writes without permitting or recording, unless its reason stands at it (``docs/house.md``).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

_Service = TypeVar("_Service", bound=Callable[..., Any])


class Reason(StrEnum):
    """Why a service that writes permits or records nothing itself."""

    #: no entry, see adr/0006 and adr/0011
    STRANGER = (
        "A stranger without an account: his link, code or key is the permission; nothing says who it was."
    )
    PERSON = "Whoever holds the secret link or code of a case, or proved a phone, is its person; the entry is made."
    PART = "A part of other services' writes, in their transaction: they permit and record. No page calls it."
    PROGRAM = "Run by jobs alone, for the whole district. No page calls it."
    OWN = "Changes only what the account keeps for itself, and nobody else sees."
    STEP = "A step of a preview: nothing is changed until it is accepted, and that is recorded."


def shaped_otherwise(reason: Reason) -> Callable[[_Service], _Service]:
    """Say at a service why it has not the one shape."""

    def say(service: _Service) -> _Service:
        service.shaped_otherwise = reason  # type: ignore[attr-defined]
        return service

    return say
