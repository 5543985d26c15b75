"""Kinds of notices, quiet hours and retries. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from nuanyi.lib.clock import CHINA, hour_of
from nuanyi.lib.errors import Words

MAX_ATTEMPTS = 6


@dataclass(frozen=True)
class NoticeKind:
    """Something that people are told. Texts have ``%(name)s`` places and never carry a personal value."""

    name: str
    subject: Words
    body: Words
    urgent: bool = False
    #: Dated to the hour: the moment would tell when somebody anonymous sent what it is about.
    coarse: bool = False


_kinds: dict[str, NoticeKind] = {}


def declare(name: str, subject: Words, body: Words, *, urgent: bool = False, coarse: bool = False) -> str:
    """Register a kind and return its name."""
    _kinds[name] = NoticeKind(name, subject, body, urgent, coarse)
    return name


def kind(name: str) -> NoticeKind:
    """A declared kind. Raises KeyError."""
    return _kinds[name]


def not_before(now: datetime, quiet_from: time, quiet_until: time, *, urgent: bool) -> datetime:
    """``now``, or the end of the quiet hours (China time, may pass midnight) if now lies within them."""
    local = now.astimezone(CHINA)
    clock = local.time()
    if urgent or quiet_from == quiet_until:
        return now
    if quiet_from < quiet_until:
        quiet = quiet_from <= clock < quiet_until
        ends = local
    else:
        quiet = clock >= quiet_from or clock < quiet_until
        ends = local + timedelta(days=1) if clock >= quiet_from else local
    if not quiet:
        return now
    return datetime.combine(ends.date(), quiet_until, CHINA)


def wait_before(attempt: int) -> timedelta:
    """How long to wait after the n-th failed attempt: 1, 4, 16, 64, 256 minutes."""
    return timedelta(minutes=4 ** max(0, attempt - 1))


def dated(moment: datetime, *, coarse: bool) -> datetime:
    """The moment as it is written down: its hour only, where the kind says so."""
    return hour_of(moment) if coarse else moment
