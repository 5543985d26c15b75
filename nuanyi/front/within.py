"""What a first visit finds within the page itself: the style sheet, which would cost a round trip before anything is painted.

A browser that brings a cookie has been here and keeps files; only one that brings none is given the sheet so. The content policy
of that one answer names it by its digest (Content Security Policy level 3, 2.3.1: ``hash-source``): no other style may stand
within a page, and no script at all.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest

from nuanyi.lib.digests import sha256_hex

#: What would end the element early, be read otherwise within a page, or point from beside the file.
_STAYS_OUT = re.compile(
    r"</style|<!--|@import|image-set\(|src\(|url\((?!['\"]?data:)|[\r\0\ufeff]", re.IGNORECASE
)
#: Where a request says that its answer names files.
_FILES = "_names_files"


def is_first_visit(request: HttpRequest) -> bool:
    """Whether somebody opens a page in a browser that has not been here yet, as far as it says.

    What a service worker fetches for itself names files. So does what is sent unpacked: the sheet would be five times as long.
    """
    return (
        request.method == "GET"
        and not request.COOKIES
        and "X-Kept-Copy" not in request.headers
        and "gzip" in request.headers.get("Accept-Encoding", "")
        and _FILES not in request.__dict__
    )


def name_files(request: HttpRequest) -> None:
    """From here on the answer names files: a refusal is made often, for robots and whoever wishes ill, and should cost little."""
    request.__dict__[_FILES] = True
    _allowed(request).clear()


def sheet_within(request: HttpRequest | None, name: str) -> str | None:
    """The text of a style sheet that belongs into this answer, which from then on allows it; None: the page names the file.

    ``name`` is the file's, as in ``{% static %}``.
    """
    if request is None or not is_first_visit(request):
        return None
    text, digest = _read(name) if settings.DEBUG else _read_once(name)
    if not text:
        return None
    _allowed(request)[:] = [digest]
    return text


def allowed_within(request: HttpRequest) -> dict[str, list[str]]:
    """What the answer to this request allows beyond the policy of all answers: sources by directive, for django-csp."""
    return {"style-src": digests} if (digests := _allowed(request)) else {}


def _allowed(request: HttpRequest) -> list[str]:
    kept: list[str] = request.__dict__.setdefault("_styles_within", [])
    return kept


def _path(name: str) -> Path | None:
    """Where a static file lies as it is served."""
    stored = getattr(staticfiles_storage, "stored_name", None)
    found = staticfiles_storage.path(stored(name)) if stored else finders.find(name)
    return Path(found) if found else None


def _read(name: str) -> tuple[str, str]:
    """A sheet as it is served, and its digest as a source of the policy; both empty where it must stay a file."""
    try:
        path = _path(name)
        text = path.read_bytes().decode() if path else ""
    except (OSError, ValueError):  # lost or damaged: a page without looks is better than none
        text = ""
    if not text or _STAYS_OUT.search(text):
        return "", ""
    digest = bytes.fromhex(sha256_hex(text.encode()))
    return text, f"'sha256-{b64encode(digest).decode()}'"


@lru_cache(maxsize=8)
def _read_once(name: str) -> tuple[str, str]:
    """What does not change while the program runs."""
    return _read(name)
