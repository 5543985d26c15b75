"""Ways to the records behind a number, and back to where it was read."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Words
from nuanyi.lib.rooms import Route

#: Pages from which one comes to the records of a number: name in the address, route, its parameter, words.
ORIGINS: dict[str, tuple[str, str, Words]] = {
    "brief": ("matrix:brief", "pk", _("Back to the brief")),
    "task": ("matrix:task", "pk", _("Back to the key task")),
    "year": ("matrix:year", "year", _("Back to the report of the year")),
    "practice": ("matrix:practice", "pk", _("Back to the good practice")),
}


def records_address(key: str, period: str, region: str, origin: str = "") -> str:
    """The page that shows the very records of a number; ``origin`` (``brief:5``) is where it leads back to."""
    told = (("period", period), ("region", region), ("from", origin))
    asked = {name: value for name, value in told if value}
    return reverse("matrix:records", kwargs={"key": key}) + (
        f"?{urlencode(asked, safe=':')}" if asked else ""
    )


def back(origin: str, period: str = "", region: str = "") -> tuple[str, Words]:
    """The page that ``from=`` in an address names, and what a link to it says; anything else is the matrix.

    Only these pages and a number can be named, so that no address can lead a reader elsewhere.
    """
    kind, _colon, number = origin.partition(":")
    if kind in ORIGINS and number.isascii() and number.isdigit() and len(number) < 10:
        route, parameter, words = ORIGINS[kind]
        return reverse(route, kwargs={parameter: int(number)}), words
    asked = {name: value for name, value in (("period", period), ("region", region)) if value}
    return Route("matrix:matrix", query=asked).address, _("Back to the matrix")
