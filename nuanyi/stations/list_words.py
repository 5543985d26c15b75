"""What a list would change of a station, as its page says it: in the words of the form and never as it is kept."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterable, Sequence
from typing import Any

from nuanyi.places import queries as places
from nuanyi.stations.forms import StationForm

#: What a field of a draft is called in the form where that differs.
CALLED = {"region_code": "region", "lat": "point", "lon": "point", **{str(n): f"day{n}" for n in range(1, 8)}}
#: Fields whose value is kept as it is written in Python: hours by day, and lists of codes.
STRUCTURED = ("hours", "amenities", "functions", "owners")


def in_words(changes: Iterable[Sequence[str]]) -> list[tuple[str, str, str]]:
    """``(field, before, after)`` for each ``[name, before, after]`` of a row; of the hours for each day that differs."""
    fields, names = StationForm().fields, places.names_by_code()
    found: list[tuple[str, str, str]] = []

    def told(name: str, before: Any, after: Any) -> None:
        field = fields.get(CALLED.get(name, name))
        choices = {"True": "✓", "False": "—"} | {
            str(code): str(title) for code, title in getattr(field, "choices", ()) if code
        }
        title = str(field.label) if field is not None else name
        found.append((title, _said(before, choices | names), _said(after, choices | names)))

    for name, before, after in changes:
        was, now = (literal_eval(text) if name in STRUCTURED else text for text in (before, after))
        if isinstance(was, dict) and isinstance(now, dict):
            for day in {**was, **now}:
                if was.get(day) != now.get(day):
                    told(day, was.get(day), now.get(day))
        else:
            told(name, was, now)
    return found


def _said(value: Any, titles: dict[str, str]) -> str:
    parts = [
        part.get("name") if isinstance(part, dict) else part
        for part in (value if isinstance(value, list | tuple) else [value])
    ]
    words = ("—" if part in ("", None, "None") else titles.get(str(part), str(part)) for part in parts)
    return "、".join(words) or "—"
