"""Files that leave by a page."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import content_disposition_header

from nuanyi.lib import clock
from nuanyi.lib.certificate import Certificate, pdf, png
from nuanyi.lib.digests import entity_tag

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: How many rows of a list a workbook holds at most.
MOST_ROWS = 20_000


def named(name: str) -> str:
    """A file's name without the signs that disks refuse."""
    return re.sub(r'[\x00-\x1f"\\/:*?<>|]', " ", name).strip()


def saved_as(response: HttpResponse, name: str, *, shown: bool = False) -> HttpResponse:
    """Have a browser save an answer under its name, Chinese names too (RFC 6266, RFC 8187); ``shown``: show it first.

    The one place that says how a file is called: ``name`` is in the reader's language.
    """
    response["Content-Disposition"] = str(content_disposition_header(not shown, named(name)))
    return response


def dated(title: object) -> str:
    """The name of a list that is saved: what it is, in the reader's language, and of which day."""
    return f"{title} {clock.today().isoformat()}"


def workbook(data: bytes, name: str) -> HttpResponse:
    """A workbook to be saved as ``name``.xlsx, kept by no cache."""
    response = HttpResponse(data, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return saved_as(response, f"{name}.xlsx")


def word(data: bytes, name: str) -> HttpResponse:
    """A Word file to be saved as ``name``, kept by no cache."""
    response = HttpResponse(data, content_type=DOCX)
    response["Cache-Control"] = "no-store"
    return saved_as(response, name)


def kept_json(request: HttpRequest, body: bytes) -> HttpResponse:
    """A public file that a phone keeps and asks for anew each time: sent again only where it changed."""
    tag = f'"{entity_tag(body)}"'
    response: HttpResponse = (
        HttpResponseNotModified()
        if tag in request.headers.get("If-None-Match", "")
        else HttpResponse(body, content_type="application/json; charset=utf-8")
    )
    response["ETag"] = tag
    response["Cache-Control"] = "public, no-cache"
    return response


def certificate(told: Certificate, form: str) -> HttpResponse:
    """A certificate as ``pdf`` or ``png``."""
    data, kind = (png(told), "image/png") if form == "png" else (pdf(told), "application/pdf")
    response = HttpResponse(data, content_type=kind)
    response["Cache-Control"] = "no-store"
    return saved_as(response, f"{told.heading.replace(' ', '')} {told.number}.{form}")
