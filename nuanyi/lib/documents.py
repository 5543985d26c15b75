"""Word templates, filled in a child with little memory and time (``documents_child``); this process opens none itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanyi.lib import children
from nuanyi.lib.errors import BadInput

MAX_BYTES, MAX_FILLED = 2 << 20, 8 << 20
MEGABYTES, SECONDS, WAIT_SECONDS = 48, 1.0, 10.0


class BadTemplate(ValueError):
    """A template that cannot be opened or filled; ``asks`` says for which field it asks in vain, where it does."""

    def __init__(self, asks: str = "") -> None:
        super().__init__(asks)
        self.asks = asks


def fields_of(docx: bytes) -> set[str]:
    """The fields that a template asks for. Raises BadTemplate, TooMuch."""
    told, _file = _ask({"check": True}, docx)
    fields = told.get("fields")
    if not isinstance(fields, list) or not all(isinstance(field, str) for field in fields):
        raise BadTemplate
    return set(fields)


def check_template(docx: bytes, known: frozenset[str]) -> None:
    """Return where a Word file can be a template that asks for ``known`` fields alone.

    Raises BadInput (of ``file``) for what is no Word file, is too large or unpacks to too much, or asks for another field;
    TooMuch.
    """
    if len(docx) > MAX_BYTES:
        raise BadInput(fields={"file": _("A template has at most 2 MB.")})
    try:
        asked = fields_of(docx)
    except BadTemplate as exc:
        raise BadInput(fields={"file": _("This is not a Word file (.docx).")}) from exc
    unknown = sorted(asked - known)
    if unknown:
        words = _("The template asks for a field that there is not: %(what)s") % {"what": "、".join(unknown)}
        raise BadInput(fields={"file": words})


def filled(docx: bytes, facts: Mapping[str, Any]) -> bytes:
    """A template filled with facts (text, lists and mappings of text). Raises BadTemplate, TooMuch."""
    told, file = _ask({"fill": dict(facts)}, docx)
    if told.get("file") is not True or not file.startswith(b"PK\x03\x04"):
        raise BadTemplate(str(told.get("unknown", ""))[:200])
    return file


def _ask(question: dict[str, Any], docx: bytes) -> tuple[dict[str, Any], bytes]:
    if len(docx) > MAX_BYTES or not docx.startswith(b"PK"):
        raise BadTemplate
    try:
        return children.ask_about(
            "documents_child.py",
            MEGABYTES,
            SECONDS,
            question=question,
            file=docx,
            at_most=MAX_FILLED,
            seconds=WAIT_SECONDS,
        )
    except children.Unanswered as exc:
        raise BadTemplate from exc
