"""What a page may load and run (Content Security Policy, level 3), for django-csp. Nothing but our own, and the base map."""

from __future__ import annotations

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

Directives = dict[str, list[str]]


def directives(tiles_url: str) -> Directives:
    """The directives of every answer; ``tiles_url`` is the base map's address, "" for none.

    A sheet that stands within a page is added by ``front.within``.

    A map that is one file (``.pmtiles``) is read in pieces by the page itself, so it may also be fetched.
    """
    tiles = urlsplit(tiles_url)
    map_server = [f"{tiles.scheme}://{tiles.netloc}"] if tiles.netloc else []
    read_in_pieces = map_server if tiles.path.endswith(".pmtiles") else []
    return {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF, *read_in_pieces],
        "img-src": [SELF, "data:", "blob:", *map_server],
        "media-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
