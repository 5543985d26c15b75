"""What stands in an entry's detail, in words for the auditor. No database."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Words

#: Names that rooms give to what they note, as an auditor would say them.
TITLES: dict[str, Words] = {
    "active": _("in use"),
    "after": _("after"),
    "answers": _("answers"),
    "approved": _("approved"),
    "bad": _("bad rows"),
    "before": _("before"),
    "bytes": _("size in bytes"),
    "cells": _("cells"),
    "changed": _("changed"),
    "channel": _("channel"),
    "code": _("code"),
    "codes": _("codes"),
    "count": _("number"),
    "values": _("number"),
    "district": _("district"),
    "doubles": _("doubles"),
    "field": _("field"),
    "fields": _("fields"),
    "file": _("file's mark"),
    "filters": _("filters"),
    "good": _("good rows"),
    "hours": _("hours"),
    "into": _("into"),
    "kept": _("kept"),
    "kind": _("kind"),
    "known": _("known already"),
    "lines": _("lines"),
    "made": _("made"),
    "new": _("new"),
    "notes": _("notes"),
    "part": _("part"),
    "purpose": _("purpose"),
    "reason": _("reason"),
    "ref": _("reference"),
    "region": _("place"),
    "removed": _("removed"),
    "restored": _("restored"),
    "role": _("role"),
    "rows": _("number of rows"),
    "size": _("size"),
    "source": _("source"),
    "state": _("state"),
    "unchanged": _("unchanged"),
    "undone": _("taken back"),
    "unit": _("unit"),
    "what": _("what"),
    "who": _("who"),
    "why": _("why"),
    "written": _("written"),
}
MOST_SIGNS = 60


def value_words(value: Any) -> str:
    """A value as people read it: yes and no, lists with commas, tables as ``name：value``."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None or value == "":
        return "—"
    if isinstance(value, dict):
        return "；".join(f"{title_of(key)}：{value_words(part)}" for key, part in value.items()) or "—"
    if isinstance(value, list):
        return "、".join(
            str(title_of(part)) if isinstance(part, str) else value_words(part) for part in value
        )
    text = str(value)
    return text if len(text) <= MOST_SIGNS else f"{text[: MOST_SIGNS - 1]}…"


def title_of(name: str) -> Words:
    """What a name in a detail means; the name itself where nobody said."""
    return TITLES.get(name, name)


def detail_words(detail: dict[str, Any]) -> list[tuple[Words, str]]:
    """A detail as titles and values in words."""
    return [(title_of(name), value_words(value)) for name, value in detail.items()]
