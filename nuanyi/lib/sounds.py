"""The one gate for recordings: known by their first bytes, bounded in size, given back under a type of our own choosing.

A recording is not decoded here: browsers do that in their own walls, and no other program of ours opens it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import BadInput

MAX_BYTES, MAX_FILM_BYTES = 3 << 20, 20 << 20


def type_of(data: bytes) -> str:
    """The media type of a recording. Raises BadInput for what is none, or is larger than 3 MB."""
    if len(data) > MAX_BYTES:
        raise BadInput(
            code="voice-too-large", fields={"voice": _("A voice note has at most 3 MB, some two minutes.")}
        )
    heads = {
        b"\x1aE\xdf\xa3": "audio/webm",
        b"OggS": "audio/ogg",
        b"ID3": "audio/mpeg",
        b"\xff\xfb": "audio/mpeg",
        b"#!AMR": "audio/amr",
    }
    for head, kind in heads.items():
        if data.startswith(head):
            return kind
    if data[4:8] == b"ftyp":
        return "audio/mp4"
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "audio/wav"
    raise BadInput(code="not-a-voice", fields={"voice": _("This is not a recording that can be played.")})


def film_type_of(data: bytes) -> str:
    """The media type of a short video, MP4 or WebM. Raises BadInput for what is none, or is larger than 20 MB."""
    if len(data) > MAX_FILM_BYTES:
        raise BadInput(
            code="film-too-large",
            fields={"file": _("A video has at most 20 MB: make it shorter or smaller.")},
        )
    if data[4:8] == b"ftyp":
        return "video/mp4"
    if data.startswith(b"\x1aE\xdf\xa3"):
        return "video/webm"
    raise BadInput(
        code="not-a-film", fields={"file": _("This is not a video that can be played. Send MP4 or WebM.")}
    )
