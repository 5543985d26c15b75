"""Taking in what a phone sends: once for each key, whatever the network repeats, under a number that nobody else has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.database_errors import broken_rule
from nuanyi.lib.errors import Conflict, Words
from nuanyi.lib.identity import Unreadable, read_mobile

#: How often a number is drawn where another has it already.
NUMBERS_DRAWN = 5

#: What is kept of a sending: it has the key (unique) and ``body_digest``.
Sent = TypeVar("Sent", bound=Any)


def once(take_in: Callable[[], Sent], known: Callable[[], Sent | None], body: bytes) -> Sent:
    """What ``take_in`` makes, in a transaction of its own; the same key again gets what was made first.

    ``take_in`` draws a number (``ref``) anew each time it is called, ``known`` finds by the key; ``body`` is the digest
    of what was sent. Raises Conflict where the key came with something else before.
    """
    for number in range(NUMBERS_DRAWN):
        try:
            with transaction.atomic():
                return take_in()
        except IntegrityError as exc:
            if "_ref_" in broken_rule(exc) and number + 1 < NUMBERS_DRAWN:
                continue  # another has this number already: a new one is drawn
            # the key is there: asked for only now, so that the usual sending pays nothing for it
            first = known()
            if first is None:
                raise
            if bytes(first.body_digest) != body:
                raise Conflict(code="key-reused") from exc
            return first
    raise AssertionError("unreachable")


def mobile(text: str, wrong: dict[str, Words]) -> str:
    """A mobile number as it is kept, empty where none was left; one that cannot be read is noted in ``wrong``."""
    if not text.strip():
        return ""
    try:
        return read_mobile(text)
    except Unreadable:
        wrong["phone"] = _("A mobile number has 11 digits. You may also leave it empty.")
        return text
