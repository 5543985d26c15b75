"""What goes out by SMS, and the request that carries it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """A mobile number, the signature and the template that the cloud approved, the template's values in their order."""

    phone: str
    sign: str
    template: str
    values: dict[str, str]


@dataclass(frozen=True)
class CloudRequest:
    """A signed request to a cloud: POST where it has a body, else GET."""

    url: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
