"""What a plain form posts, read once for every room: a key, a day, a moment, a number. Each raises BadInput in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Refusal

#: The map that a point was copied from, as a choice: its coordinate system and its name.
MAPS = [
    ("gcj02", _("Amap, Tencent (GCJ-02)")),
    ("bd09", _("Baidu (BD-09)")),
    ("wgs84", _("GPS, Tianditu (WGS-84)")),
]


class PointField(forms.CharField):
    """A point as somebody copies it from a map, read as ``(latitude, longitude)`` in degrees of that map (``MAPS``)."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=60, **more)

    def clean(self, value: Any) -> tuple[float, float]:
        """Two numbers, in the order that Chinese maps copy them as well (110.28,25.07)."""
        parts = super().clean(value).replace("，", ",").replace(" ", ",").split(",")
        try:
            lat, lon = (float(part) for part in parts if part)
        except ValueError as exc:
            raise forms.ValidationError(_("Write two numbers: latitude, longitude.")) from exc
        return (lon, lat) if 73 <= lat <= 136 and 3 <= lon <= 54 else (lat, lon)


def key_of(request: HttpRequest) -> UUID:
    """The key that the page made for this sending."""
    return key_in(request.POST)


def key_in(told: QueryDict) -> UUID:
    """The same, of what was posted."""
    try:
        return UUID(told.get("key", ""))
    except ValueError as exc:
        raise BadInput(_("The form is damaged. Open the page again."), code="bad-key") from exc


def uuid_of(text: str) -> UUID:
    """A record's number; one that no record has for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def day_of(text: str, field: str = "date") -> date:
    """A day as a date field sends it."""
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise BadInput(fields={field: _("Which day?")}) from exc


def day_or_none(text: str, field: str = "date") -> date | None:
    """A day as a date field sends it that may be left empty."""
    return day_of(text, field) if text else None


def moment_of(text: str) -> datetime:
    """A moment of China's clock as a date-and-time field sends it."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.CHINA)
    except ValueError as exc:
        raise BadInput(fields={"at": _("When?")}) from exc


def time_of(text: str, field: str = "time") -> time:
    """A time of day as a time field sends it."""
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError as exc:
        raise BadInput(fields={field: _("At which hour?")}) from exc


def number_of(text: str) -> int:
    """A number of at most 18 digits; 0 for anything else, which no record has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def number_or_none(text: str) -> int | None:
    """A number of a field that may be left empty."""
    return number_of(text) if text else None


def chosen(query: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """The filters of an address that are filled in, by name."""
    return {name: query[name].strip()[:60] for name in names if query.get(name)}


def rows_again(text: str) -> list[list[Any]]:
    """The rows of a sheet that were shown, as the second click sends them again (JSON): numbers and texts, "" for the rest."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadInput(fields={"file": _("Choose a file.")}) from exc
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise BadInput(fields={"file": _("Choose a file.")})
    return [[cell if isinstance(cell, (int, float, str)) else "" for cell in row] for row in rows]


def status_of(refusal: Refusal | None, form: Any = None) -> int:
    """How a page with a form answers: the refusal's own status; 422 where a field is wrong; 200."""
    if refusal is not None:
        return refusal.status
    return 422 if form is not None and form.is_bound and form.errors else 200
