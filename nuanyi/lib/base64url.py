"""Base64url without padding (RFC 4648, section 5), as addresses and keys of browsers carry bytes."""

from __future__ import annotations

import base64


def b64(raw: bytes) -> str:
    """Bytes as text."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64(text: str) -> bytes:
    """The bytes again. Raises ValueError."""
    return base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
