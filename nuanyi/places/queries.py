"""Where a point lies, and the tree of regions."""

from __future__ import annotations

from dataclasses import dataclass

from nuanyi.lib import geo
from nuanyi.places.models import Grid, Level, Region


@dataclass(frozen=True)
class Place:
    """What holds a point: the smallest region and grid that are known; either may be None."""

    region: Region | None
    grid: Grid | None


def district() -> Region | None:
    """The district that this installation serves: the region without a parent."""
    return Region.objects.filter(level=Level.DISTRICT).order_by("code").first()


def townships() -> list[Region]:
    """Townships and subdistricts by code."""
    return list(Region.objects.filter(level=Level.TOWNSHIP).defer("geometry_wgs84"))


def township_choices() -> list[tuple[str, str]]:
    """Townships for a form, with none first; given to a field as it is, it is read only where shown or where one was chosen."""
    return [("", "—"), *((region.code, region.name) for region in townships())]


def communities(township: str = "") -> list[Region]:
    """Villages and communities, of one township where its code is given."""
    return list(Region.objects.filter(level=Level.COMMUNITY, code__startswith=township))


def all_regions() -> list[Region]:
    """The whole tree by code."""
    return list(Region.objects.defer("geometry_wgs84"))


def names_by_code() -> dict[str, str]:
    """The names of all regions."""
    return dict(Region.objects.values_list("code", "name"))


def region_named(text: str, known: dict[str, str] | None = None) -> str | None:
    """The code of the region that an office means by ``text`` (雁山镇, 雁山, 草坪乡, 450311100), or None.

    The full name wins, then a name without its ending. Short forms that fit two regions fit none.
    """
    names = names_by_code() if known is None else known
    word = "".join(text.split())
    if not word:
        return None
    if word in names:
        return word
    exact = [code for code, name in names.items() if name == word]
    if len(exact) == 1:
        return exact[0]
    stem = _stem(word)
    near = [code for code, name in names.items() if _stem(name) == stem and len(code) > 6]
    if len(near) == 1:
        return near[0]
    ending = [code for code, name in names.items() if len(code) > 6 and word.endswith(name)]
    return ending[0] if len(ending) == 1 else None


def _stem(name: str) -> str:
    for ending in (
        "回族乡",
        "壮族乡",
        "瑶族乡",
        "民族乡",
        "街道办事处",
        "街道",
        "镇",
        "乡",
        "社区居委会",
        "社区",
        "村委会",
        "村",
    ):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


def region_in(text: str, townships_by_stem: dict[str, str]) -> str | None:
    """The township whose stem occurs in a longer name (``小象快送柘木第16站``), where just one does."""
    found = {code for stem, code in townships_by_stem.items() if stem in text}
    return found.pop() if len(found) == 1 else None


def township_stems() -> dict[str, str]:
    """``{stem: code}`` of the townships (柘木 for 柘木镇)."""
    return {_stem(region.name): region.code for region in townships()}


def place_at(*, lat_wgs84: float, lon_wgs84: float) -> Place:
    """The grid and the smallest region around a point in WGS-84."""
    boxed = Grid.objects.select_related("region").filter(
        west_wgs84__lte=lon_wgs84, east_wgs84__gte=lon_wgs84, south_wgs84__lte=lat_wgs84, north_wgs84__gte=lat_wgs84
    )
    for grid in boxed:
        if geo.geometry_holds(dict(grid.geometry_wgs84), lat=lat_wgs84, lon=lon_wgs84):
            return Place(grid.region, grid)
    holding = [
        region
        for region in Region.objects.exclude(geometry_wgs84=None)
        if region.geometry_wgs84 and geo.geometry_holds(dict(region.geometry_wgs84), lat=lat_wgs84, lon=lon_wgs84)
    ]
    return Place(max(holding, key=lambda region: len(region.code), default=None), None)


def outlines(level: Level) -> dict[str, object]:
    """A GeoJSON FeatureCollection (WGS-84) of the regions of one level."""
    rows = Region.objects.filter(level=level).exclude(geometry_wgs84=None)
    return _collection([(r.code, r.name, r.geometry_wgs84, r.synthetic) for r in rows])


def grids_geojson() -> dict[str, object]:
    """A GeoJSON FeatureCollection (WGS-84) of all grids."""
    return _collection([(g.code, g.name, g.geometry_wgs84, g.synthetic) for g in Grid.objects.all()])


def _collection(rows: list[tuple[str, str, object, bool]]) -> dict[str, object]:
    features = [
        {"type": "Feature", "geometry": shape, "properties": {"code": code, "name": name, "synthetic": synthetic}}
        for code, name, shape, synthetic in rows
    ]
    return {"type": "FeatureCollection", "features": features}
