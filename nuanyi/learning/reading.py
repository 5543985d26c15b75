"""Markdown as HTML: CommonMark with tables, nothing that runs. HTML in a text is shown as text; only safe links are links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from nuanyi.learning.models import LessonMedia
from nuanyi.learning.rules import Media

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
#: What the renderer makes of ``![words](media/ID)``; the words are escaped by it already.
_PLACE = re.compile(r'<img src="media/([0-9a-f-]{36})" alt="([^"]*)"(?: title="[^"]*")? ?/?>')


#: Words in bold whose first or last sign is no letter: CommonMark takes ``说**“最佳”**这`` for plain asterisks, since
#: Chinese has no blanks around words.
_BOLD = re.compile(r"\*\*(?=[^\s*])([^*\n]+?)(?<=\S)\*\*")
#: Stands for a letter between the asterisks and such a sign; of the private use, so that no text has it.
_LETTER = "\ue000"


@lru_cache(maxsize=512)
def _rendered(markdown: str) -> str:
    joined = _BOLD.sub(rf"**{_LETTER}\1{_LETTER}**", markdown.replace(_LETTER, ""))
    return str(_MARKDOWN.render(joined)).replace(_LETTER, "")


def html_of(markdown: str, media: Mapping[UUID, LessonMedia] | None = None) -> SafeString:
    """The HTML of a text, with its pictures, audio and video where it names them."""
    return SafeString(_PLACE.sub(lambda found: _shown(found, media or {}), _rendered(markdown)))


def _shown(found: re.Match[str], media: Mapping[UUID, LessonMedia]) -> str:
    try:
        one = media.get(UUID(found[1]))
    except ValueError:
        one = None
    words = SafeString(found[2])
    if one is None:
        return str(words)
    address = reverse("learn:media", args=[one.pk])
    if one.kind == Media.PICTURE:
        return format_html(
            '<img class="photo" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
            address,
            words,
            one.width,
            one.height,
        )
    tag = "video" if one.kind == Media.VIDEO else "audio"
    return format_html('<{0} controls preload="none" src="{1}" aria-label="{2}"></{0}>', tag, address, words)
