"""Where a point lies, and the tree of regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db.models import Q

from nuanyi.lib import region_codes
from nuanyi.lib.geo import bounds_of
from nuanyi.lib.region_codes import DISTRICT, TOWNSHIP, district_of
from nuanyi.places import division
from nuanyi.places.finder import Finder
from nuanyi.places.models import Grid, Level, Load, Region, RegionChange


@dataclass(frozen=True)
class Place:
    """What holds a point: the smallest region and grid that are known; either may be None."""

    region: Region | None
    grid: Grid | None


def last_load() -> Load | None:
    """What can be taken back: the last load, without the shapes that stood before."""
    return Load.objects.defer("before").first()


def district() -> Region | None:
    """What this installation serves, the root of the tree: a district, or a city whose districts share it."""
    return Region.objects.filter(level__in=(Level.CITY, Level.DISTRICT)).order_by("code").first()


def districts() -> list[Region]:
    """The districts by code; one, unless the root is a city."""
    return list(Region.objects.filter(level=Level.DISTRICT).order_by("code").defer("geometry_wgs84"))


def names_above_all() -> list[str]:
    """The names that every address here could begin with: of the districts, and of the city and province they lie in;
    of these two also as they are said for short (桂林 for 桂林市, 广西 for 广西壮族自治区)."""
    root = district()
    if root is None:
        return []
    found = division.node(root.code)
    above = [*(found.above if found else ()), *([root.name] if root.level == Level.CITY else [])]
    short = [division.short_name(name) for name in above]
    return [*above, *short, *(region.name for region in districts())]


def townships() -> list[Region]:
    """Townships and subdistricts by code, without those that were merged into others."""
    return list(Region.objects.filter(level=Level.TOWNSHIP, ended_date=None).defer("geometry_wgs84"))


def township_choices() -> list[tuple[str, str]]:
    """Townships for a form, with none first; given to a field as it is, it is read only where shown or where one was chosen."""
    above = {region.code: region.name for region in districts()}
    if len(above) < 2:
        return [("", "—"), *((region.code, region.name) for region in townships())]
    # in a city two townships may have one name
    named = [
        (region.code, f"{above.get(district_of(region.code), '')} {region.name}".strip())
        for region in townships()
    ]
    return [("", "—"), *named]


def place_choices() -> list[tuple[str, str]]:
    """The places a unit may stand in: townships, in a city its districts before them, with none first."""
    none, *below = township_choices()
    above = [(region.code, region.name) for region in districts()]
    return [none, *(above if len(above) > 1 else []), *below]


def communities(township: str = "") -> list[Region]:
    """Villages and communities, of one township where its code is given."""
    return list(Region.objects.filter(level=Level.COMMUNITY, code__startswith=township, ended_date=None))


def all_regions() -> list[Region]:
    """The whole tree by code."""
    return list(Region.objects.defer("geometry_wgs84"))


def names_by_code() -> dict[str, str]:
    """The names of all regions."""
    return dict(Region.objects.values_list("code", "name"))


def region_named(text: str, known: dict[str, str] | None = None) -> str | None:
    """The code of the region that an office means by ``text`` (雁山镇, 雁山, 草坪乡, 450311100), or None.

    The full name wins, then a name without its ending. Short forms that fit two regions fit none. Of a long address it is
    the village or township that it names.
    """
    names = names_by_code() if known is None else known
    found = region_called(text, names)
    return _village_or_township("".join(text.split()), names) if found is None else found


def region_called(text: str, names: Mapping[str, str]) -> str | None:
    """The code of the region that ``text`` is a name of, and of nothing else (not 雁山镇党员数), or None."""
    word = "".join(text.split())
    if not word:
        return None
    if word in names:
        return word
    exact = [code for code, name in names.items() if name == word]
    if len(exact) == 1:
        return exact[0]
    stem = _stem(word)
    near = [code for code, name in names.items() if _stem(name) == stem and len(code) > DISTRICT]
    if len(near) == 1:
        return near[0]
    ending = [code for code, name in names.items() if len(code) > DISTRICT and word.endswith(name)]
    return ending[0] if len(ending) == 1 else None


def _village_or_township(word: str, names: dict[str, str]) -> str | None:
    """The village of a long address (``雁山区雁山镇雁山村三组``), else its township, where one township is named."""
    held = [code for code, name in names.items() if len(code) == TOWNSHIP and name in word]
    if len(held) != 1:
        return None
    behind = word.partition(names[held[0]])[2]
    inside = [
        code
        for code, name in names.items()
        if len(code) > TOWNSHIP and code.startswith(held[0]) and behind.startswith((name, _stem(name) + "村"))
    ]
    return inside[0] if len(inside) == 1 else held[0]


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


#: For how long a process may look up places by shapes it read before; its own changes count at once.
SHAPES_SECONDS = 60
_shapes: list[tuple[float, Finder, Finder]] = []


def forget_shapes() -> None:
    """Read outlines and grids anew when they are next needed."""
    _shapes.clear()


def _finders() -> tuple[Finder, Finder]:
    now = monotonic()
    if not _shapes or _shapes[0][0] < now:
        regions = Region.objects.exclude(geometry_wgs84=None).values_list("code", "geometry_wgs84")
        grids = Grid.objects.values_list("code", "geometry_wgs84")
        _shapes[:] = [(now + SHAPES_SECONDS, Finder(regions), Finder(grids))]  # type: ignore[arg-type]
    return _shapes[0][1:]


def codes_at(*, lat_wgs84: float, lon_wgs84: float) -> tuple[str, str]:
    """``(region code, grid code)`` of a point in WGS-84, "" where none: the smallest region whose outline holds it."""
    regions, grids = _finders()
    codes = regions.found(lat=lat_wgs84, lon=lon_wgs84)
    return max(codes, key=len, default=""), next(iter(grids.found(lat=lat_wgs84, lon=lon_wgs84)), "")


def has_outline() -> bool:
    """Whether the district's outline is known, so that a point can be told to lie outside."""
    return Region.objects.filter(level=Level.DISTRICT).exclude(geometry_wgs84=None).exists()


def has_townships_drawn() -> bool:
    """Whether a township that forms offer has an outline, so that choosing one says about where something is."""
    drawn = Region.objects.filter(level=Level.TOWNSHIP, ended_date=None).exclude(geometry_wgs84=None)
    return drawn.exists()


def place_at(*, lat_wgs84: float, lon_wgs84: float) -> Place:
    """The grid and the smallest region around a point in WGS-84."""
    region_code, grid_code = codes_at(lat_wgs84=lat_wgs84, lon_wgs84=lon_wgs84)
    grid = Grid.objects.select_related("region").filter(code=grid_code).first() if grid_code else None
    if grid is not None:
        return Place(grid.region, grid)
    return Place(Region.objects.filter(code=region_code).first() if region_code else None, None)


def outlines(level: Level) -> dict[str, object]:
    """A GeoJSON FeatureCollection (WGS-84) of the regions of one level."""
    rows = Region.objects.filter(level=level).exclude(geometry_wgs84=None)
    return _collection([(r.code, r.name, r.geometry_wgs84, r.synthetic) for r in rows])


def outlines_of(codes: Sequence[str]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection (WGS-84) of those of these regions that have an outline, of whatever level."""
    rows = Region.objects.filter(code__in=codes).exclude(geometry_wgs84=None)
    return _collection([(r.code, r.name, r.geometry_wgs84, r.synthetic) for r in rows])


def grids_geojson() -> dict[str, object]:
    """A GeoJSON FeatureCollection (WGS-84) of all grids."""
    return _collection([(g.code, g.name, g.geometry_wgs84, g.synthetic) for g in Grid.objects.all()])


def _collection(rows: list[tuple[str, str, object, bool]]) -> dict[str, object]:
    features = [
        {
            "type": "Feature",
            "geometry": shape,
            "properties": {"code": code, "name": name, "synthetic": synthetic},
        }
        for code, name, shape, synthetic in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def all_grids() -> list[Grid]:
    """Every grid with its region, without outlines, by code."""
    return list(
        Grid.objects.select_related("region")
        .defer("geometry_wgs84", "region__geometry_wgs84")
        .order_by("code")
    )


def middle_of(code: str) -> tuple[float, float] | None:
    """The middle of a region's box in WGS-84 (lat, lon); None where its outline is not known."""
    region = Region.objects.filter(code=code).first()
    if region is None or not region.geometry_wgs84:
        return None
    west, south, east, north = bounds_of(dict(region.geometry_wgs84))
    return (south + north) / 2, (west + east) / 2


def changes() -> list[RegionChange]:
    """Every change of names and codes, the earliest first."""
    return list(RegionChange.objects.all())


def moved_now() -> dict[str, str]:
    """:func:`moved` as it stands today. One question."""
    return moved(changes())


def code_today(code: str, known: Mapping[str, str]) -> str:
    """Under which code a place of then is counted today; its own where nothing became of it."""
    fits = [old for old in known if code.startswith(old)]
    return known[max(fits, key=len)] if fits else code


def codes_within(region: str, known: Mapping[str, str]) -> list[str]:
    """The beginnings of all codes, of today and of then, that are counted within a region."""
    return [region, *(old for old, new in known.items() if region and new.startswith(region))]


def within(region: str, known: Mapping[str, str], field: str = "region_code") -> Q:
    """Rows whose ``field`` holds the code of a place that is counted within a region, of today or of then."""
    if not region:
        return Q()
    wanted = Q()
    for code in codes_within(region, known):
        wanted |= region_codes.within(code, field)
    return wanted


def moved(known: list[RegionChange]) -> dict[str, str]:
    """``{code of then: code of today}`` for places that were merged or got another code, through all changes since."""
    step = {change.old_code: change.new_code for change in known if change.old_code != change.new_code}
    found = {}
    for old in step:
        now, seen = old, {old}
        while now in step and step[now] not in seen:
            now = step[now]
            seen.add(now)
        if now != old:
            found[old] = now
    return found
