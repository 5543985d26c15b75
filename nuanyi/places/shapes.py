"""Whether a drawn shape is one: closed, not crossing itself; rings turned as RFC 7946 wants them (outer counter-clockwise)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.polygon import orient
from shapely.validation import explain_validity

from nuanyi.lib import geo
from nuanyi.lib.errors import BadInput

#: What a feature's properties may be called.
KEYS: dict[str, tuple[str, ...]] = {
    "code": ("code", "编码", "代码", "网格编码", "网格代码", "区划代码", "id"),
    "name": ("name", "名称", "网格名称", "地名"),
    "region": ("region", "所属", "所属区划", "所属社区", "所属乡镇", "区划", "上级代码"),
}


def trait(traits: Mapping[str, Any], field: str) -> str:
    """A property by any of its names, Chinese or English, in any case; "" where it is missing."""
    known = {str(key).strip().lower(): value for key, value in traits.items()}
    for name in KEYS[field]:
        value = known.get(name)
        if value not in (None, ""):
            return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    return ""


def checked(geometry: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The geometry with rings closed and turned right, in its own coordinates.

    Raises BadInput: no polygon, or one that crosses itself; the corner (longitude, latitude as drawn) is named.
    """
    try:
        parts = [
            Polygon(_closed(rings[0]), [_closed(hole) for hole in rings[1:]])
            for rings in geo.polygons_of(dict(geometry))
        ]
    except (BadInput, GEOSException, ValueError) as exc:
        raise BadInput(_("Feature %(n)s is no polygon.") % {"n": number}, code="bad-geometry") from exc
    for part in parts:
        if not part.is_valid or part.is_empty or not part.area:
            raise BadInput(
                _("Feature %(n)s: the outline crosses itself at %(corner)s. Draw it anew there.")
                % {"n": number, "corner": _corner(part)},
                code="self-crossing",
            )
    whole = mapping(MultiPolygon([orient(part) for part in parts]))
    return {"type": "MultiPolygon", "coordinates": _lists(whole["coordinates"])}


def _closed(ring: list[list[float]]) -> list[list[float]]:
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def _corner(part: Polygon) -> str:
    found = re.search(r"\[(-?[\d.]+) (-?[\d.]+)", explain_validity(part))
    if found:
        return f"{float(found.group(1)):.6f}, {float(found.group(2)):.6f}"
    x, y = part.exterior.coords[0][:2]
    return f"{x:.6f}, {y:.6f}"


def _lists(value: Any) -> Any:
    return [_lists(one) for one in value] if isinstance(value, (list, tuple)) else value
