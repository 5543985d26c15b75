"""Files in ranges, as players of audio and video ask for them (RFC 9110, section 14): one range, or the whole."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
#: A range without an end gets at most so much; players ask again.
MOST = 4 << 20


def ranged(
    request: HttpRequest, content_type: str, size: int, part: Callable[[int, int], bytes]
) -> HttpResponse:
    """200 with the whole, 206 with the range that was asked for, 416 for one that lies outside."""
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or not (asked[1] or asked[2]):
        response = HttpResponse(part(0, size - 1), content_type=content_type)
    else:
        if asked[1]:
            first, last = int(asked[1]), min(int(asked[2]) if asked[2] else size - 1, size - 1)
            last = min(last, first + MOST - 1)
        else:  # the last so many bytes
            first, last = max(0, size - int(asked[2])), size - 1
        if first > last or first >= size:
            response = HttpResponse(status=416)
            response["Content-Range"] = f"bytes */{size}"
            return response
        response = HttpResponse(part(first, last), content_type=content_type, status=206)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "public, max-age=86400"
    return response
