"""Reads of the room, ready to show."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from nuanyi.friendly.models import FriendlyPlace, Tip
from nuanyi.friendly.rules import Gate, Kind, State
from nuanyi.lib.actor import Actor
from nuanyi.lib.geo import wgs84_to_gcj02

#: The columns of a place in the phone's file, in this order; ``kind`` and ``gate`` are codes, degrees WGS-84 and GCJ-02.
COLUMNS = (
    "code",
    "name",
    "kind",
    "lat",
    "lon",
    "gcj_lat",
    "gcj_lon",
    "gate",
    "gate_words",
    "place_words",
    "parking",
    "entrance",
    "hours",
    "price",
    "call",
    "plan",
    "confirmed",
    "unit",
)


def public_places(wanted: str = "") -> QuerySet[FriendlyPlace]:
    """What riders find, without the pictures; ``has_plan`` says whether there is one.

    ``wanted`` is a part of the name, of the street or of the code.
    """
    rows = FriendlyPlace.objects.shown().select_related("unit").defer("plan")
    if wanted:
        rows = rows.filter(
            Q(name__icontains=wanted) | Q(place_words__icontains=wanted) | Q(code__icontains=wanted)
        )
    return rows.annotate(has_plan=Length("plan"))


def everything() -> bytes:
    """Every place in one JSON object, by which a phone answers without network.

    That is ``{"columns": […], "places": [[…], …]}``.
    """
    rows: list[list[Any]] = []
    for place in public_places().order_by("code"):
        lat, lon = wgs84_to_gcj02(place.lat_wgs84, place.lon_wgs84)
        unit = place.unit.short_name or place.unit.name if place.unit else ""
        told = {
            "lat": round(place.lat_wgs84, 6),
            "lon": round(place.lon_wgs84, 6),
            "gcj_lat": round(lat, 6),
            "gcj_lon": round(lon, 6),
            "plan": int(bool(getattr(place, "has_plan", 0))),
            "confirmed": place.confirmed_date.isoformat(),
            "unit": unit,
        }
        rows.append([told[name] if name in told else getattr(place, name) for name in COLUMNS])
    return json.dumps(
        {"columns": COLUMNS, "places": rows}, ensure_ascii=False, separators=(",", ":")
    ).encode()


FILTERS = ("kind", "state", "region", "q")


def listed(actor: Actor, filters: dict[str, str]) -> QuerySet[FriendlyPlace]:
    """Places for the office's list."""
    rows = FriendlyPlace.objects.visible_to(actor).select_related("unit").defer("plan")
    if filters.get("kind") in Kind.values:
        rows = rows.filter(kind=filters["kind"])
    if filters.get("state") in State.values:
        rows = rows.filter(state=filters["state"])
    if filters.get("region"):
        rows = rows.filter(region_code__startswith=filters["region"])
    if filters.get("q"):
        rows = rows.filter(Q(name__icontains=filters["q"]) | Q(code__iexact=filters["q"]))
    return rows


def open_tips(actor: Actor) -> QuerySet[Tip]:
    """What waits for whoever may confirm it, the oldest first."""
    return Tip.objects.visible_to(actor).open().select_related("place").defer("plan").order_by("pk")


def differences(tip: Tip) -> list[tuple[str, str, str]]:
    """``(field, as it stands, as the rider says)`` for what a tip says otherwise; of a new place all that it says."""
    shown = {"kind": dict(Kind.choices), "gate": dict(Gate.choices)}
    found = []
    for name, said in tip.told.items():
        now = getattr(tip.place, name) if tip.place else ""
        if said and said != now:
            titles = shown.get(name, {})
            found.append((name, str(titles.get(now, now)), str(titles.get(said, said))))
    return found
