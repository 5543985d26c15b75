"""A published report beside the records: its sentences filled with the figures of its year, each leading to what it counts."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from nuanyi.lib import figures, rooms
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound, Words
from nuanyi.lib.figures import window
from nuanyi.lib.rooms import Route
from nuanyi.matrix import practice_rules, ways
from nuanyi.places import queries as places


@dataclass(frozen=True)
class Number:
    """A figure of a sentence: its number, unit, definition, and the page of its records."""

    key: str
    title: str
    value: int
    unit: str
    definition: str
    records: str


@dataclass(frozen=True)
class Sentence:
    """A sentence with its numbers put in, the numbers one by one (those that stand beside it last), and the pages of what it
    tells without a number."""

    words: SafeString
    numbers: list[Number]
    pages: list[tuple[Words, str]]


@dataclass(frozen=True)
class Report:
    """A report: its title, and its parts with their sentences."""

    title: str
    period: str
    parts: list[tuple[str, list[Sentence]]]


class WrongReport(Exception):
    """A file that is no report; its words say what is wrong and where."""


def _menu() -> dict[str, Words]:
    """The pages of the menu, by route."""
    return {item.route: item.title for room in rooms.rooms().values() for item in room.menu}


def read() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """``{year: report}`` of the district that this installation serves, from ``settings.PUBLISHED_REPORTS``; and what is
    wrong with files that were meant to be reports, for those who laid them down.

    A file names its ``district`` by its code and its year as ``period``: another district's report is none here.
    """
    district = places.district()
    if district is None:
        return {}, []
    found: dict[str, dict[str, Any]] = {}
    wrong = []
    routes, offered = _menu(), figures.offered()
    for folder in settings.PUBLISHED_REPORTS:
        for file in sorted(Path(folder).glob("*.toml")):
            try:
                told = _checked(file, routes, offered)
            except WrongReport as exc:
                wrong.append(f"{file.name}：{exc}")
                continue
            if told["district"] == district.code:
                found[told["period"]] = told
    return found, wrong


def _checked(file: Path, routes: Collection[str], offered: Collection[str]) -> dict[str, Any]:
    """A report of which every sentence can be shown. Raises WrongReport."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise WrongReport(_("it cannot be read as TOML (%(why)s)") % {"why": exc}) from exc
    for name in ("title", "district", "period"):
        if not isinstance(told.get(name), str) or not told[name]:
            raise WrongReport(_("“%(name)s” is missing") % {"name": name})
    if len(told["period"]) != 4 or not told["period"].isascii() or not told["period"].isdigit():
        raise WrongReport(_("period is a year in four digits, such as 2023"))
    parts = told.get("part", [])
    if not isinstance(parts, list):
        raise WrongReport(_("“%(name)s” is missing") % {"name": "[[part]]"})
    for part in parts:
        sentences = part.get("sentence", []) if isinstance(part, dict) else None
        if not isinstance(sentences, list) or not isinstance(part.get("title"), str):
            raise WrongReport(_("each [[part]] has a title and its [[part.sentence]]"))
        for one in sentences:
            say = one.get("say") if isinstance(one, dict) else None
            if not isinstance(say, str):
                raise WrongReport(
                    _("each sentence has its words as “say” (%(part)s)") % {"part": part["title"]}
                )
            see, count = one.get("see", []), one.get("count", [])
            if not all(
                isinstance(names, list) and all(isinstance(name, str) for name in names)
                for names in (see, count)
            ):
                raise WrongReport(_("“see” and “count” are lists of names"))
            for key in (*practice_rules.slots(say), *count):
                if key not in offered:
                    raise WrongReport(_("there is no figure %(keys)s") % {"keys": key})
            for name in see:
                if name not in routes:
                    raise WrongReport(_("there is no page %(name)s") % {"name": name})
        part.setdefault("sentence", [])
    told["part"] = parts
    return told


def report(actor: Actor, year: int) -> Report:
    """The report of a year. Raises NotAllowed, NotFound where none of that year was written down."""
    actor.require("matrix.view")
    told = read()[0].get(str(year))
    if told is None:
        raise NotFound()
    numbers = {
        key: _number(actor, key, told["period"])
        for part in told["part"]
        for sentence in part["sentence"]
        for key in (*practice_rules.slots(sentence["say"]), *sentence.get("count", []))
    }
    menu = _menu()
    pages = {
        name: (menu[name], Route(name, query={"year": told["period"]}).address)
        for part in told["part"]
        for sentence in part["sentence"]
        for name in sentence.get("see", [])
    }
    parts = [
        (
            part["title"],
            [
                _sentence(
                    one["say"], one.get("count", []), numbers, [pages[name] for name in one.get("see", [])]
                )
                for one in part["sentence"]
            ],
        )
        for part in told["part"]
    ]
    return Report(told["title"], told["period"], parts)


def _number(actor: Actor, key: str, period: str) -> Number:
    figure = figures.offered()[key]
    value = figure.shown(window(period), exact=figures.sees_exact(actor))
    records = ways.records_address(key, period, "", f"year:{period}")
    return Number(key, str(figure.title), value, str(figure.unit), str(figure.definition), records)


def _sentence(
    say: str, beside: list[str], numbers: dict[str, Number], pages: list[tuple[Words, str]]
) -> Sentence:
    def show(key: str) -> str:
        return format_html('<a href="{}"><b>{}</b></a>', numbers[key].records, numbers[key].value)

    # the sentence is escaped first; what is put in is escaped by itself
    words = mark_safe(practice_rules.filled(str(conditional_escape(say)), show))  # noqa: S308
    return Sentence(words, [numbers[key] for key in (*practice_rules.slots(say), *beside)], pages)
