"""One-time passwords that are read from paper and typed on a phone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

#: Without signs that look like another (0 o 1 l i).
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 3, 4


def one_time_password() -> str:
    """``k7mp-29xw-h4tn``: 59 bits; whoever signs in with it must choose another."""
    return "-".join("".join(secrets.choice(SIGNS) for _n in range(GROUP)) for _m in range(GROUPS))


@dataclass(frozen=True)
class Slip:
    """What is handed to somebody on paper. The password is kept nowhere else in clear."""

    username: str
    display_name: str
    unit: str
    role: str
    password: str
