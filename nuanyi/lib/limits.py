"""How many attempts one network has, without a list of who made them.

A network is known only as a keyed digest that changes every hour; counts live in an unlogged table
(``people/migrations``) and are swept when their hour is over. Many riders share one carrier address: what is
limited is a browser, and the address behind which many are only widely; browsers that the server has known for a day
(``lib.known_browsers``) stand in a wider pool of their own, which nobody fills by making tokens up.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from hashlib import blake2b
from random import randrange

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.errors import TooMuch

HOUR = 3600


@lru_cache(maxsize=20_000)
def network_of(address: str) -> str:
    """An IPv4 address, or the /64 that an IPv6 address lies in; ``-`` for none. What stands behind ``|`` is no part of it."""
    try:
        found = ipaddress.ip_address(address.partition("|")[0])
    except ValueError:
        return "-"
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


#: One statement: the rows of the digest as they were, and one more in the row of this connection's group.
ATTEMPT = """
WITH one AS (INSERT INTO people_attempt VALUES (%(digest)s, pg_backend_pid() %% 16, %(hour)s, 1)
             ON CONFLICT (digest, slot) DO UPDATE SET times = people_attempt.times + 1)
SELECT coalesce(sum(times), 0) + 1 FROM people_attempt WHERE digest = %(digest)s
"""
#: The same of two digests at once: the second is counted only where the first stays within its bound.
ATTEMPTS = """
WITH own AS (SELECT coalesce(sum(times), 0) + 1 AS seen FROM people_attempt WHERE digest = %(digest)s),
     one AS (INSERT INTO people_attempt VALUES (%(digest)s, pg_backend_pid() %% 16, %(hour)s, 1)
             ON CONFLICT (digest, slot) DO UPDATE SET times = people_attempt.times + 1),
     two AS (INSERT INTO people_attempt SELECT %(crowd)s, pg_backend_pid() %% 16, %(hour)s, 1 FROM own
             WHERE seen <= %(at_most)s ON CONFLICT (digest, slot) DO UPDATE SET times = people_attempt.times + 1)
SELECT seen, (SELECT coalesce(sum(times), 0) + 1 FROM people_attempt WHERE digest = %(crowd)s) FROM own
"""
SWEEP_EVERY = 500


#: A carrier puts thousands of riders behind one address: together they may do so many times what one browser may.
SHARED = 20
#: Those of them that are known may together do so many times that.
KNOWN = 10
#: Before a token: the server made it, and not today.
MARK = "="


def count(subject: str, address: str, *, at_most: int, crowd: int | None = None) -> None:
    """Count one attempt at ``subject`` in this hour. Raises TooMuch beyond ``at_most``.

    ``address`` is an address, or ``address|token``: then the browser's own attempts are bounded first, and those of
    everybody behind the address more widely, so that one of them shuts nobody else out. Requests without a token share one.
    A token that begins with ``MARK`` is one of a known browser: those are not counted among the others, and together
    ``crowd`` (``KNOWN``) times as wide; 1 where each attempt costs money or tries a secret.
    """
    _address, bar, token = address.partition("|")
    network = network_of(address)
    # whatever stands in a token, a browser is never taken for the crowd: those names are put together otherwise
    if not bar:
        _count(f"{subject}\0{network}", at_most)
    elif token.startswith(MARK):
        wider = at_most * SHARED * (KNOWN if crowd is None else crowd)
        _count(f"{subject}\0{network}\0{token}", at_most, (f"{subject}\0{MARK}*\0{network}", wider))
    else:
        _count(f"{subject}\0{network}\0{token}", at_most, (f"{subject}\0*\0{network}", at_most * SHARED))


def count_of_account(subject: str, account_id: int, *, at_most: int) -> None:
    """Count one attempt of whoever is signed in, from wherever. Raises TooMuch beyond ``at_most`` in this hour."""
    _count(f"{subject}\0account {account_id}", at_most)


def _count(what: str, at_most: int, crowd: tuple[str, int] | None = None) -> None:
    """Count one attempt; of the ``crowd`` (what, at most) in the same statement, where its own bound is not passed."""
    hour = int(clock.now().timestamp()) // HOUR
    told: dict[str, bytes | int] = {"digest": _digest(what, hour), "hour": hour, "at_most": at_most}
    statement, bounds = ATTEMPT, [at_most]
    if crowd is not None:
        told["crowd"] = _digest(crowd[0], hour)
        statement, bounds = ATTEMPTS, [at_most, crowd[1]]
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        seen = cursor.fetchone()
        if randrange(SWEEP_EVERY) == 0:
            cursor.execute("DELETE FROM people_attempt WHERE hour < %s", [hour])
    if any(times > bound for times, bound in zip(seen, bounds, strict=True)):
        raise TooMuch(_("That was a lot for one hour. Try again later."), code="too-often")


def _digest(what: str, hour: int) -> bytes:
    told = f"{what}\0{hour}".encode(errors="replace")
    return blake2b(told, key=settings.SECRET_KEY.encode()[:64], digest_size=16).digest()
