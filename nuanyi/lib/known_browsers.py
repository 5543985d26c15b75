"""Which browsers this server has known for a day, so that thousands behind one carrier's address are no crowd.

A browser that is shown a form gets a cookie, signed and dated by the server; only so many an hour are given to one network.
Nobody makes one up, and one that was fetched just now to send more counts for nothing before tomorrow (``lib.limits``). It
says nothing of its owner and is kept nowhere: counts are kept under a digest that changes every hour.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from django.core import signing

from nuanyi.lib import clock

COOKIE, SALT = "ny-b", "known browser"
#: Known from the next day on, for a month after it was last seen; renewed when it is so old.
AGE, DAYS, RENEWED = timedelta(days=1), 30, timedelta(days=10)
#: So many an hour are given to one network.
GIVEN_AN_HOUR = 600


def new_mark() -> str:
    """A mark for a browser that has none, dated now."""
    return signing.dumps([int(clock.now().timestamp()), secrets.token_urlsafe(9)], salt=SALT)


def renewed(value: str) -> str | None:
    """The same mark for another month, known as before; "" where it is new enough, None where it is none of ours."""
    found = _read(value)
    if found is None:
        return None
    if clock.now() - found[0] < RENEWED:
        return ""
    return signing.dumps([int((clock.now() - AGE).timestamp()), found[1]], salt=SALT)


def known_mark(value: str) -> str:
    """What tells this browser from others, where it has been known for a day; "" for any other."""
    found = _read(value)
    if found is None or clock.now() - found[0] < AGE:
        return ""
    return found[1]


def _read(value: str) -> tuple[datetime, str] | None:
    try:
        at, word = signing.loads(value[:200], salt=SALT)
        begun = datetime.fromtimestamp(int(at), UTC)
    except (signing.BadSignature, ValueError, TypeError, OSError, OverflowError):
        return None
    if not timedelta(0) <= clock.now() - begun <= timedelta(days=DAYS):
        return None
    return begun, str(word)
