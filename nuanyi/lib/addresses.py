"""Addresses of this installation, as others see them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Refusal


class NoAddress(Refusal):
    """A code or a link would lead to the machine of whoever opens it."""

    code = "no-public-address"
    status = 409
    message = _(
        "No code or link is made: this installation knows no address that others reach. Whoever runs it sets"
        " NUANYI_PUBLIC_URL=https://… (/etc/nuanyi.env) and starts it again."
    )


def link_to(path: str) -> str:
    """A whole address for messages that leave the house. Raises NoAddress where only a local one is known."""
    return f"{code_base()}/{path}"


def is_local(base: str) -> bool:
    """Whether an address leads to the machine of whoever opens it: nothing with it is worth printing."""
    host = urlsplit(base).hostname or ""
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def public_base(request: HttpRequest | None = None) -> str:
    """The address that codes and printed papers lead to, without a slash at its end; "" where only a local one is known."""
    base = str(settings.NUANYI_PUBLIC_URL).rstrip("/")
    if not base and request is not None:
        base = request.build_absolute_uri("/").rstrip("/")
    return "" if is_local(base) else base


def code_base(request: HttpRequest | None = None) -> str:
    """``public_base`` for what is nothing without it. Raises NoAddress."""
    base = public_base(request)
    if not base:
        raise NoAddress()
    return base
