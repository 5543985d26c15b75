"""The plain base map that needs no network: a coarse outline of the district and its river, in WGS-84."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

#: The only district whose outline is built in.
DISTRICT = "450311"
FILE = Path(__file__).parent / "data" / "yanshan-outline.wgs84.json"


@cache
def _source() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_text())
    return loaded


def outline() -> list[list[float]]:
    """The district's outline as a closed ring of ``[lon, lat]``."""
    ring: list[list[float]] = _source()["outline"]
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def layers() -> dict[str, Any]:
    """Outline and river lines."""
    return {"outline": outline(), "river": _source()["li_river"]}


#: By language: what is drawn may be kept for everybody, so the page chooses.
ATTRIBUTION = {"zh": str(_source()["river_source_zh"]), "en": str(_source()["river_source"])}
