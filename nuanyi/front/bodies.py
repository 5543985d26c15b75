"""What is wrong with a request's body before anybody read it, and how that is answered.

A body counts only when it is whole: as long as announced, and a multipart one with its closing line (RFC 2046 section
5.1.1). A client's key belongs to a whole body only, so nothing of a cut one may reach a view.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Refusal, TooMuch

MAX_BODY = 41 << 20
#: The key in a WSGI environment under which the server tells the gate what is wrong.
PROBLEM = "nuanyi.body_problem"
CUT, SLOW, BUSY, TOO_LARGE, NO_LENGTH, BAD_LENGTH = (
    "cut",
    "slow",
    "busy",
    "too-large",
    "no-length",
    "bad-length",
)
#: Problems whose sender still listens and deserves a page; the others get a few lines, without a thread being taken.
ANSWERED_IN_FULL = (TOO_LARGE, NO_LENGTH)


def refusal_of(problem: str) -> Refusal:
    """The refusal for a problem."""
    if problem == TOO_LARGE:
        return TooMuch(_("This is larger than 40 MB. Nothing was kept."), code="too-large", status=413)
    if problem == NO_LENGTH:
        return Refusal(
            _("The length of what is sent must be announced. Nothing was kept."), code="no-length", status=411
        )
    if problem == SLOW:
        return Refusal(
            _("This came too slowly. Nothing was kept; send it again."), code="too-slow", status=408
        )
    if problem == BUSY:
        return TooMuch(
            _("Many are here just now. Nothing was kept; send it again in a moment."), code="busy", status=503
        )
    return Refusal(_("This arrived only in part. Nothing was kept; send it again."), code="cut", status=400)


def announced(environ: dict[str, Any]) -> tuple[str, int]:
    """``(problem, bytes)`` that a request announces; ``problem`` is empty where its body may be read."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return NO_LENGTH, 0  # a chunked body that breaks off cannot be told from one that ends
    told = environ.get("CONTENT_LENGTH") or "0"
    if not (told.isascii() and told.isdecimal()):
        return BAD_LENGTH, 0
    length = int(told) if len(told) < 19 else MAX_BODY + 1
    return (TOO_LARGE if length > MAX_BODY else ""), length


def has_an_end(environ: dict[str, Any], body: bytes) -> bool:
    """Whether a multipart body has its closing line; any other body has no end of its own."""
    kind, _semicolon, rest = environ.get("CONTENT_TYPE", "").partition(";")
    if kind.strip().lower() != "multipart/form-data":
        return True
    for part in rest.split(";"):
        name, _equals, value = part.partition("=")
        if name.strip().lower() == "boundary":
            mark = b"--" + value.strip().strip('"').encode("latin-1", "replace") + b"--"
            return mark in body[-len(mark) - 1024 :]
    return True  # Django refuses a multipart body without a boundary


def short_answer(problem: str, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
    """``(status, headers, body)`` without Django: problem+json for programs, a small page in both languages for people."""
    refusal = refusal_of(problem)
    headers = [("cache-control", "no-store"), ("x-content-type-options", "nosniff"), ("connection", "close")]
    if refusal.status in (408, 503):
        headers.append(("retry-after", "5"))
    accept, path = environ.get("HTTP_ACCEPT", ""), environ.get("PATH_INFO", "")
    if path.startswith(("/api/", "/open311/", "/hsds/")) or ("json" in accept and "text/html" not in accept):
        language = "en" if environ.get("HTTP_ACCEPT_LANGUAGE", "").lower().startswith("en") else "zh-hans"
        with translation.override(language):
            body = json.dumps(refusal.problem(), ensure_ascii=False).encode()
        return refusal.status, [*headers, ("content-type", "application/problem+json")], body
    headers.append(("content-type", "text/html; charset=utf-8"))
    return refusal.status, headers, short_page(refusal)


def short_page(refusal: Refusal) -> bytes:
    """A small page in both languages, with no need of a database."""
    page = (Path(__file__).parent / "static/front/short.html").read_text()
    for place, language in (("WORDS_ZH", "zh-hans"), ("WORDS_EN", "en")):
        with translation.override(language):
            page = page.replace(place, escape(str(refusal)))
    return page.encode()
