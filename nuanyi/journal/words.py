"""What stands in an entry's detail, in words for the auditor."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import rules
from nuanyi.lib.errors import Words

#: Names that rooms give to what they note, as an auditor would say them.
TITLES: dict[str, Words] = {
    "a_minute": _("at most a minute"),
    "about": _("about"),
    "accepted": _("accepted"),
    "account": _("account"),
    "accounts": _("accounts"),
    "active": _("in use"),
    "added": _("added"),
    "after": _("after"),
    "agrees": _("agrees to be named"),
    "amenity": _("amenity"),
    "amount": _("amount"),
    "answered": _("answered"),
    "answers": _("answers"),
    "apart": _("taken apart"),
    "approved": _("approved"),
    "arrived": _("arrived"),
    "asked_again": _("asked again"),
    "back": _("came back"),
    "bad": _("bad rows"),
    "because": _("because"),
    "before": _("before"),
    "breaks": _("breaks of the chain"),
    "by": _("by whom"),
    "bytes": _("size in bytes"),
    "called_off": _("meeting called off"),
    "cancelled": _("called off"),
    "captain": _("made captain"),
    "cells": _("cells"),
    "changed": _("changed"),
    "channel": _("channel"),
    "clerk": _("clerk"),
    "closed": _("closed"),
    "code": _("code"),
    "codes": _("codes"),
    "corrected": _("corrected"),
    "count": _("number"),
    "counted": _("counted"),
    "crs": _("coordinate system"),
    "day": _("day"),
    "days": _("number of days"),
    "deed": _("what was done"),
    "digest": _("mark"),
    "dissolved": _("dissolved"),
    "district": _("district"),
    "done": _("done"),
    "doubles": _("doubles"),
    "drawn": _("drawn"),
    "dropped": _("taken away"),
    "due": _("due"),
    "ended": _("ended on"),
    "entered": _("entered"),
    "entries": _("entries"),
    "expires": _("expires"),
    "failed": _("failures"),
    "family": _("family of keys"),
    "field": _("field"),
    "fields": _("fields"),
    "file": _("file's mark"),
    "filled": _("filled in"),
    "filters": _("filters"),
    "first": _("first"),
    "follows": _("follows"),
    "form": _("form"),
    "given": _("given"),
    "good": _("good rows"),
    "granted": _("granted"),
    "grid": _("grid"),
    "handed_on": _("handed on"),
    "handed_out": _("handed out"),
    "heads": _("heads"),
    "hearing": _("hearing"),
    "held": _("meeting held"),
    "hours": _("hours"),
    "instalment": _("instalment"),
    "into": _("into"),
    "invited": _("invited"),
    "job": _("job"),
    "kept": _("kept"),
    "key": _("key"),
    "kind": _("kind"),
    "kind_of_case": _("kind of case"),
    "known": _("known already"),
    "lapsed": _("lapsed"),
    "last": _("last"),
    "left": _("left over"),
    "letter": _("letter"),
    "line": _("line"),
    "lines": _("lines"),
    "made": _("made"),
    "media": _("media"),
    "members": _("members"),
    "minutes": _("number of minutes"),
    "missing": _("what was missing"),
    "month": _("month"),
    "more": _("further"),
    "moved": _("moved"),
    "named": _("named in public"),
    "need": _("need"),
    "needs": _("needed"),
    "new": _("new"),
    "notes": _("notes"),
    "number": _("No."),
    "of": _("of"),
    "open": _("open"),
    "other": _("the other one"),
    "outcome": _("outcome"),
    "own": _("of one’s own"),
    "paid": _("paid"),
    "paper": _("which paper"),
    "part": _("part"),
    "period": _("period"),
    "persons": _("number of persons"),
    "photo": _("photo"),
    "picture": _("picture"),
    "place": _("which place"),
    "placed": _("placed"),
    "places": _("places"),
    "pledge": _("resource"),
    "possible": _("possibly the same"),
    "purpose": _("purpose"),
    "real": _("as real"),
    "reason": _("reason"),
    "ref": _("reference"),
    "region": _("place"),
    "regions": _("places"),
    "reminded": _("reminded"),
    "removed": _("removed"),
    "reopened": _("reopened"),
    "replaced": _("replaced"),
    "request": _("request"),
    "restored": _("restored"),
    "retired": _("retired"),
    "revision": _("revision"),
    "reward": _("reward"),
    "robot": _("robot"),
    "role": _("role"),
    "round": _("round"),
    "rows": _("number of rows"),
    "sector": _("sector"),
    "sectors": _("sectors of the work"),
    "sequence": _("change no."),
    "server": _("server"),
    "session": _("which session"),
    "settled": _("settled"),
    "shows": _("shows"),
    "signed": _("signed in"),
    "size": _("size"),
    "source": _("source"),
    "standing": _("standing"),
    "stars": _("number of stars"),
    "state": _("state"),
    "station": _("which station"),
    "stations_kept": _("stations kept"),
    "step": _("step"),
    "stock": _("stock"),
    "strand": _("which strand"),
    "subject": _("record"),
    "supervision": _("supervision"),
    "table": _("table"),
    "target": _("target"),
    "team": _("in the team"),
    "to": _("to"),
    "trial": _("trial"),
    "tried": _("a trial"),
    "unchanged": _("unchanged"),
    "undone": _("taken back"),
    "unit": _("unit"),
    "unit_kind": _("kind of unit"),
    "urgency": _("urgency"),
    "value": _("value"),
    "values": _("number"),
    "version": _("version"),
    "visits": _("visits"),
    "voices": _("reporters"),
    "waiting": _("waiting"),
    "wanted": _("wanted"),
    "way": _("told by way of"),
    "week": _("in the week of"),
    "what": _("what"),
    "who": _("who"),
    "why": _("why"),
    "withdrawn": _("withdrawn"),
    "written": _("written"),
    "year": _("year"),
}
MOST_SIGNS = 60


@cache
def _choices(app: str) -> tuple[dict[str, dict[str, Words]], dict[str, Words]]:
    """The words of a room's choices: by the name of the field, and all of them together."""
    fields: dict[str, dict[str, Words]] = {}
    if apps.is_installed(f"nuanyi.{app}"):
        for model in apps.get_app_config(app).get_models():
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
        return otherwise if value in TITLES else together.get(value, otherwise)


def title_of(name: str) -> Words:
    """What a name in a detail means; the name itself where nobody said."""
    return TITLES.get(name, name)
