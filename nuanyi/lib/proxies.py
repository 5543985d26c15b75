"""Who really asks, behind proxies: the rightmost address that no proxy of ours has.

``NUANYI_TRUSTED_PROXIES`` names the proxies (addresses or networks); only what they say is believed. Left of the first
address that is not theirs, a client may have written anything.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from nuanyi.lib.env import BadSetting

#: Networks wider than this are no proxies of ours: whoever comes from them would be believed about who he is.
WIDEST = {4: 8, 6: 16}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_PROTO", "HTTP_VIA")


def is_loopback(host: str) -> bool:
    """Whether an address or a name is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def networks(words: Iterable[str]) -> tuple[Network, ...]:
    """The networks of a setting. Raises BadSetting."""
    try:
        found = tuple(ipaddress.ip_network(word, strict=False) for word in words)
    except ValueError as exc:
        raise BadSetting(
            f"NUANYI_TRUSTED_PROXIES: {exc}; write addresses or networks such as 10.0.0.5 or 10.0.0.0/24"
        ) from exc
    for network in found:
        if network.prefixlen < WIDEST[network.version]:
            raise BadSetting(
                f"NUANYI_TRUSTED_PROXIES: {network} is half the world, which then may say who it is; write the addresses"
                " of your own proxies, such as 10.0.0.5 or 10.0.0.0/24"
            )
    return found


@lru_cache(maxsize=4)
def _networks(words: tuple[str, ...]) -> tuple[Network, ...]:
    return networks(words)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as headers write it: bare, ``[v6]:port`` or ``v4:port``; None for junk."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


#: Longer lists of hops than any of our proxies writes are read anew each time: strangers may send what they like.
SHORT = 120


def client_address(environ: Mapping[str, Any]) -> str:
    """The address of whoever asks; "" where none is known. For limits only, it is kept nowhere but in memory."""
    peer, forwarded = str(environ.get("REMOTE_ADDR", "")), str(environ.get("HTTP_X_FORWARDED_FOR", ""))
    read = _who if len(peer) + len(forwarded) <= SHORT else _who.__wrapped__
    return read(peer, forwarded, tuple(settings.NUANYI_TRUSTED_PROXIES))


@lru_cache(maxsize=20_000)
def _who(peer_text: str, forwarded: str, trusted_words: tuple[str, ...]) -> str:
    """The rightmost address that no proxy of ours has. Whoever asks once asks again: read once for many requests."""
    trusted = _networks(trusted_words)
    peer = _address(peer_text)
    if peer is None:
        return ""
    found = peer
    hops = [peer]
    # several headers of the name arrive joined by commas, in their order
    for text in reversed(forwarded.split(",")[-50:]):
        if not any(hops[-1] in network for network in trusted):
            break
        hop = _address(text)
        if hop is None:
            break  # junk: the proxy that passed it on is the last that is known
        hops.append(hop)
        found = hop
    return str(found)


def asked_from_here(environ: Mapping[str, Any]) -> bool:
    """Whether somebody on this very machine asks, and no proxy for him.

    A proxy on this machine is a loopback peer too: it is known by its headers, or by what the settings say of the addresses
    that people use.
    """
    peer = _address(str(environ.get("REMOTE_ADDR", "")))
    if (peer is not None and not peer.is_loopback) or any(environ.get(header) for header in FORWARDED):
        return False
    if settings.CSRF_TRUSTED_ORIGINS or settings.NUANYI_PUBLIC_URL:
        return False
    return all(is_loopback(name) for name in settings.NUANYI_HOSTS)
