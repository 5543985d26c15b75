"""What stands in an entry's detail, in words for the auditor."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.utils.translation import gettext

from nuanyi.journal import rules
from nuanyi.lib.errors import Words

MOST_SIGNS = 60


@cache
def _choices(app: str) -> tuple[dict[str, dict[str, Words]], dict[str, Words]]:
    """The words of a room's choices: by the name of the field, and all of them together."""
    fields: dict[str, dict[str, Words]] = {}
    for model in apps.all_models.get(app, {}).values():
        for one in model._meta.get_fields():
            told = dict(getattr(one, "flatchoices", None) or ())
            if told:
                fields.setdefault(one.name, {}).update({str(key): words for key, words in told.items()})
    together: dict[str, Words] = {}
    for told in fields.values():
        together = {**told, **together}
    return fields, together


class Reader:
    """Puts details into words; for one page, since names of units and places are read once."""

    def __init__(self) -> None:
        self.known: dict[str, Mapping[str, str]] = {}

    def detail_words(self, kind: str, detail: dict[str, Any]) -> list[tuple[Words, str]]:
        """The detail of an entry of this kind as titles and values."""
        app = kind.partition(".")[0]
        return [(title_of(name), self.value_words(value, name, app)) for name, value in detail.items()]

    def value_words(self, value: Any, name: str, app: str) -> str:
        """A value as people read it: yes and no, lists with commas, tables as ``name：value``."""
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if value is None or value == "":
            return "—"
        if isinstance(value, dict):
            parts = [(key, self.value_words(part, key, app)) for key, part in value.items()]
            return (
                "；".join(f"{self._word(key, name, app, title_of(key))}：{words}" for key, words in parts)
                or "—"
            )
        if isinstance(value, list):
            return "、".join(
                str(self._word(part, name, app, title_of(part)))
                if isinstance(part, str)
                else self.value_words(part, name, app)
                for part in value
            )
        text = str(self._word(value, name, app, str(value)))
        return text if len(text) <= MOST_SIGNS else f"{text[: MOST_SIGNS - 1]}…"

    def _word(self, value: Any, name: str, app: str, otherwise: Words) -> Words:
        """What a code, a number or a choice is called; ``otherwise`` where nobody says."""
        known = rules.names_of(name)
        if known is not None:
            if name not in self.known:
                self.known[name] = known()
            return self.known[name].get(str(value), otherwise)
        if not isinstance(value, str):
            return otherwise
        fields, together = _choices(app)
        own = fields.get(name) or fields.get(name.removesuffix("s")) or {}
        if value in own:
            return own[value]
        return otherwise if rules.word_of(value) is not None else together.get(value, otherwise)


def title_of(name: str) -> Words:
    """What a name in a detail means; the name itself where nobody said."""
    word = rules.word_of(name)
    return name if word is None else word
