"""What stands in an entry's detail, in words for the auditor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models.enums import Choices
from django.utils.translation import gettext

from nuanyi.journal import rules
from nuanyi.lib.errors import Words
from nuanyi.lib.personal import NOBODY, Declaration

MOST_SIGNS = 60


#: Names in details under which names of fields stand.
OF_FIELDS = frozenset({"field", "fields"})


def _enumerations() -> Iterator[Any]:
    """Every enumeration with words, also those that no field of a table takes."""
    waiting: list[Any] = [Choices]
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        yield found


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
    for kind in _enumerations():
        if kind.__module__.startswith(f"nuanyi.{app}."):
            together = {**{str(key): words for key, words in kind.choices}, **together}
    return fields, together


@cache
def _fields(app: str) -> dict[str, Words]:
    """What the fields of a room's tables are called: by what is declared of them, else by their own names in words."""
    found: dict[str, Words] = {}
    for model in apps.all_models.get(app, {}).values():
        for one in model._meta.fields:
            if str(one.verbose_name) != one.name.replace("_", " "):
                found.setdefault(one.name, one.verbose_name)
        declared: Mapping[str, Declaration] = getattr(model, "PERSONAL", NOBODY)
        found |= {name: told.title for name, told in declared.items()}
    return found


def field_title(name: str, app: str) -> Words | None:
    """What a field of a room is called, or of another room where this one has none of that name; None where nobody says."""

    def said(room: str) -> Words | None:
        return rules.field_of(room, name) or _fields(room).get(name)

    own = said(app) or rules.word_of(name)
    return (
        own if own is not None else next((word for other in apps.all_models if (word := said(other))), None)
    )


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
            parts = [
                (key, self.value_words(part, key.removesuffix("_id"), app)) for key, part in value.items()
            ]
            return "；".join(f"{self._key_word(key, name, app)}：{words}" for key, words in parts) or "—"
        if isinstance(value, list):
            return "、".join(
                str(self._word(part, name, app, title_of(part)))
                if isinstance(part, str)
                else self.value_words(part, name, app)
                for part in value
            )
        text = str(self._word(value, name, app, str(value)))
        return text if len(text) <= MOST_SIGNS else f"{text[: MOST_SIGNS - 1]}…"

    def _key_word(self, key: str, name: str, app: str) -> Words:
        """What a key of a table is called: a field, else what it names."""
        title = rules.word_of(key) or rules.word_of(key.removesuffix("_id")) or field_title(key, app)
        return title if title is not None else self._word(key, name, app, key)

    def _word(self, value: Any, name: str, app: str, otherwise: Words) -> Words:
        """What a code, a number or a choice is called; ``otherwise`` where nobody says."""
        known = rules.names_of(name)
        if known is not None:
            if name not in self.known:
                self.known[name] = known()
            return self.known[name].get(str(value), otherwise)
        if not isinstance(value, str):
            return otherwise
        if name in OF_FIELDS:
            return field_title(value, app) or otherwise
        fields, together = _choices(app)
        own = fields.get(name) or fields.get(name.removesuffix("s")) or {}
        if value in own:
            return own[value]
        return together.get(value) or rules.field_of(app, value) or otherwise


def title_of(name: str) -> Words:
    """What a name in a detail means; the name itself where nobody said."""
    word = rules.word_of(name)
    return name if word is None else word
