"""Markdown as HTML: CommonMark with tables, nothing that runs. HTML in a text is shown as text; only safe links are links."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(maxsize=512)
def html_of(markdown: str) -> SafeString:
    """The HTML of a text."""
    return SafeString(_MARKDOWN.render(markdown))
