"""What goes out by SMS."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """A mobile number, the signature and the template that the cloud approved, the template's values in their order."""

    phone: str
    sign: str
    template: str
    values: dict[str, str]
