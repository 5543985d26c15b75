"""How often one network may knock, without a list of who knocked.

A network is known only as a keyed digest that changes every hour; counts live in the shared cache and end by
themselves. Many riders share one carrier address, so limits of public pages are wide and count by subject too.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.errors import TooMuch

HOUR = 3600


@lru_cache(maxsize=20_000)
def network_of(address: str) -> str:
    """An IPv4 address, or the /64 that an IPv6 address lies in; ``-`` for none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "-"
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def count(subject: str, address: str, *, at_most: int) -> None:
    """Count one knock of ``address`` at ``subject`` in this hour. Raises TooMuch beyond ``at_most``."""
    hour = int(clock.now().timestamp()) // HOUR
    told = f"{subject}\0{network_of(address)}\0{hour}".encode()
    key = "knock:" + blake2b(told, key=settings.SECRET_KEY.encode()[:64], digest_size=16).hexdigest()
    cache.add(key, 0, HOUR)
    try:
        seen = cache.incr(key)
    except ValueError:  # it ended between the two lines
        seen = 1
    if seen > at_most:
        raise TooMuch(_("That was a lot for one hour. Try again later."), code="too-often")
