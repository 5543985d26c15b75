"""Loading regions and grids."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, geo
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, NotFound
from nuanyi.lib.region_codes import CITY, DISTRICT, township_of
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.places import division, events, queries, shapes
from nuanyi.places.models import Geometry, Grid, Level, Load, Region, RegionChange

MAX_FEATURES = 20_000
#: So many loads can be looked back at; what stood before older ones is dropped.
LOADS_KEPT = 5
LOAD = "places.load"
#: So long a load can be taken back: later records stand in its places, by their codes.
BACK_WITHIN = timedelta(days=1)


@transaction.atomic
def put_region(
    *,
    actor: Actor,
    code: str,
    name: str,
    level: str,
    parent: str = "",
    geometry_wgs84: dict[str, Any] | None = None,
    synthetic: bool = False,
) -> Region:
    """Make or change one region. Raises NotAllowed, NotFound (in another district of the city), BadInput."""
    actor.require_within(LOAD, regions=(code,))
    if not code.isdigit() or len(code) not in (6, 9, 12) or (parent and not code.startswith(parent)):
        raise BadInput(
            _("A region's code has 6, 9 or 12 digits and begins with its parent's."), code="bad-region"
        )
    region, made = Region.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "level": level,
            "parent_id": parent or None,
            "geometry_wgs84": geo.geometry_to_wgs84(geometry_wgs84, "wgs84") if geometry_wgs84 else None,
            "synthetic": synthetic,
        },
    )
    journal.record(actor, events.REGIONS_LOADED, region, made=made)
    return region


@transaction.atomic
def load_tree(*, actor: Actor, district: str, villages: bool = True) -> int:
    """Enter a district of the built-in tree, or a city with all its districts, with townships and villages.

    Shapes that are there are kept.

    Returns how many places the district has.
    Raises NotAllowed, NotFound (another district of the city), BadInput (no such district: its neighbours are named).
    """
    actor.require(LOAD)
    root = division.node(division.short(district))
    if root is None or len(root.code) not in (CITY, DISTRICT):
        near = "、".join(f"{one.path} {one.code}" for one in division.nearest_names(district))
        raise BadInput(
            _("There is no district with the code %(code)s. Near it: %(near)s.")
            % {"code": district, "near": near or "—"},
            code="no-district",
            fields={"district": _("Choose a district from the list.")},
        )
    actor.require_within(LOAD, regions=(root.code,))
    city = len(root.code) == CITY
    nodes: list[tuple[division.Node, Level, str | None]] = [
        (root, Level.CITY if city else Level.DISTRICT, None)
    ]
    for part in division.below(root.code) if city else [root]:
        if city:
            nodes.append((part, Level.DISTRICT, root.code))
        nodes += [(one, Level.TOWNSHIP, part.code) for one in division.below(part.code)]
        if villages:
            nodes += [(one, Level.COMMUNITY, township_of(one.code)) for one in division.villages(part.code)]
    rows = [
        Region(code=one.code, name=one.name[:60], level=level, parent_id=parent)
        for one, level, parent in nodes
    ]
    Region.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "level", "parent"]
    )
    journal.record(actor, events.REGIONS_LOADED, district=district, places=len(rows))
    return len(rows)


@transaction.atomic
def change_region(
    *, actor: Actor, old_code: str, new_code: str, name: str, day: date, because: str = ""
) -> RegionChange:
    """Rename a place, give it another code or merge it into another, from a day on.

    With the same code only the name changes. With another code of the same length the old place ends; the new one is made
    where it does not exist. What was delivered before stays under the code of its day. Raises NotAllowed, BadInput (the
    same for a place of another district of the city as for one that is not there).
    """
    actor.require(LOAD)
    old = Region.objects.select_for_update().filter(pk=old_code).first()
    if old is None or old.ended_date is not None or not actor.can(LOAD, regions=(old_code,)):
        raise BadInput(fields={"old_code": _("No place of today has this code.")})
    if len(new_code) != len(old_code) or not new_code.isdigit() or len(old_code) not in (9, 12):
        raise BadInput(
            fields={
                "new_code": _(
                    "The new code is that of a township (9 digits) or village (12), as the old one."
                )
            }
        )
    if not actor.can(LOAD, regions=(new_code,)):
        raise BadInput(fields={"new_code": _("The new code lies in another district.")})
    new = Region.objects.filter(pk=new_code).first()
    if day > clock.today():
        raise BadInput(fields={"day": _("A change is entered from its day on.")})
    name = name.strip()[:60] or (new.name if new is not None else "")
    if not name or (new_code == old_code and name == old.name):
        raise BadInput(fields={"name": _("Write the name that the place has from then on.")})
    if RegionChange.objects.filter(old_code=old_code, day=day).exists():
        raise BadInput(fields={"day": _("This place changes on that day already.")})
    if new is not None and new_code != old_code and name != new.name:
        # the place that takes the other in gets another name: a change of its own, or nobody would know the one before
        if RegionChange.objects.filter(old_code=new_code, day=day).exists():
            raise BadInput(fields={"day": _("This place changes on that day already.")})
        RegionChange.objects.create(
            day=day,
            old_code=new_code,
            old_name=new.name,
            new_code=new_code,
            new_name=name,
            because=because[:120],
        )
    change = RegionChange.objects.create(
        day=day, old_code=old_code, old_name=old.name, new_code=new_code, new_name=name, because=because[:120]
    )
    if new is None:
        parent = Region.objects.filter(pk=new_code[: 6 if len(new_code) == 9 else 9]).first()
        if parent is None:
            raise BadInput(fields={"new_code": _("The new code lies in no region that is known here.")})
        Region.objects.create(code=new_code, name=name, level=old.level, parent=parent)
    else:
        Region.objects.filter(pk=new_code).update(name=name, ended_date=None)
    if new_code != old_code:
        Region.objects.filter(pk=old_code).update(ended_date=day)
    journal.record(actor, events.REGION_CHANGED, old, day=day.isoformat(), before=old_code, after=new_code)
    queries.forget_shapes()
    return change


@transaction.atomic
def drop_tree(*, actor: Actor, district: str) -> None:
    """Remove a district with all its places and grids: the wrong one was chosen. Raises NotAllowed, NotFound."""
    actor.require_within(LOAD, regions=(district,))
    Grid.objects.filter(region__code__startswith=district).delete()
    for level in (Level.COMMUNITY, Level.TOWNSHIP, Level.DISTRICT, Level.CITY):
        Region.objects.filter(code__startswith=district, level=level).delete()
    journal.record(actor, events.REGIONS_LOADED, district=district, removed=True)
    queries.forget_shapes()


@transaction.atomic
def load_geojson(
    *, actor: Actor, document: bytes, crs: str, what: str, synthetic: bool = False
) -> tuple[int, int]:
    """Load a GeoJSON FeatureCollection of ``grids`` or ``regions`` drawn in ``crs``; all of it or nothing.

    Features need ``code`` and ``name``; grids also ``region`` (a community's or township's code) unless the
    code begins with it. Returns how many were made and how many changed. Raises NotAllowed, BadInput (also for what lies
    in another district of the city).
    """
    actor.require(LOAD)
    return _load(actor, _features(document), crs, what, synthetic)


class _Looked(Exception):
    """Ends a dry run; carries what it counted."""


@shaped_otherwise(Reason.STEP)
def look_at_geojson(*, actor: Actor, document: bytes, crs: str, what: str) -> tuple[int, int]:
    """What ``load_geojson`` would make and change; nothing is written. Raises the same."""
    actor.require(LOAD)
    features = _features(document)
    try:
        with transaction.atomic():
            raise _Looked(*_put_all(actor, features, crs, what, synthetic=False)[:2])
    except _Looked as counted:
        made, changed = counted.args
        return made, changed


@transaction.atomic
def load_table(*, actor: Actor, rows: Iterable[Sequence[Any]]) -> tuple[int, int]:
    """Take places in from a table with 代码 and 名称 (no shapes; those that are there stay); all of it or nothing.

    Returns how many were made and how many changed. Raises NotAllowed, BadInput naming the row.
    """
    actor.require(LOAD)
    known = {region.code: region for region in Region.objects.all()}
    columns: dict[str, int] = {}
    made = changed = 0
    before: Before = []
    for number, raw in enumerate(rows, 1):
        cells = [" ".join(str(cell if cell is not None else "").split()).removesuffix(".0") for cell in raw]
        if not columns:
            for place, cell in enumerate(cells):
                for field in ("code", "name"):
                    if cell.lower() in shapes.KEYS[field]:
                        columns.setdefault(field, place)
            if len(columns) < 2:
                columns = {}
            continue
        code, name = (cells[columns[f]] if columns[f] < len(cells) else "" for f in ("code", "name"))
        if not code and not name:
            continue
        if not name:
            raise BadInput(_("Row %(n)s has no name.") % {"n": number}, code="bad-row")
        new = _put_outline(actor, known, code, name[:60], None, number, False, before)
        made, changed = made + new, changed + (not new)
    if not made and not changed:
        raise BadInput(_("No row with 代码 and 名称 was found."), code="bad-table")
    _keep_before(Load.What.REGIONS, made, changed, before)
    journal.record(actor, events.REGIONS_LOADED, made=made, changed=changed)
    return made, changed


def _load(
    actor: Actor, features: list[dict[str, Any]], crs: str, what: str, synthetic: bool
) -> tuple[int, int]:
    made, changed, before = _put_all(actor, features, crs, what, synthetic)
    if not synthetic:
        _keep_before(Load.What.GRIDS if what == "grids" else Load.What.REGIONS, made, changed, before)
    kind = events.GRIDS_LOADED if what == "grids" else events.REGIONS_LOADED
    journal.record(actor, kind, made=made, changed=changed, crs=crs)
    queries.forget_shapes()
    events.shapes_changed.send(sender=Region)
    return made, changed


#: What stood there before a load: ``(code, its fields, None for what was new)``.
Before = list[tuple[str, dict[str, Any] | None]]
_OF_A_GRID = (
    *("name", "region_id", "geometry_wgs84", "synthetic"),
    *("west_wgs84", "south_wgs84", "east_wgs84", "north_wgs84"),
)
_OF_A_REGION = ("name", "level", "parent_id", "geometry_wgs84", "synthetic")


def _fields(row: Region | Grid | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    return None if row is None else {name: getattr(row, name) for name in names}


def _keep_before(what: str, made: int, changed: int, before: Before) -> None:
    Load.objects.create(
        at=clock.now(), what=what, made=made, changed=changed, before=[list(one) for one in before]
    )
    kept = Load.objects.order_by("-pk").values_list("pk", flat=True)[:LOADS_KEPT]
    Load.objects.exclude(pk__in=list(kept)).delete()


@transaction.atomic
def take_load_back(*, actor: Actor, pk: int) -> tuple[int, int]:
    """Put back what stood before the last load: shapes and names as they were, what was new is gone. Journaled.

    Returns how many went and how many are as before. Raises NotAllowed, NotFound (also a load that reaches into another
    district of the city), Conflict (another load came since, or what was new is in use).
    """
    actor.require(LOAD)
    load = Load.objects.select_for_update().filter(pk=pk).first()
    if load is None:
        raise NotFound()
    if Load.objects.filter(pk__gt=load.pk).exists():
        raise Conflict(
            _("Another file was loaded since. Only the last one can be taken back."), code="not-last"
        )
    if load.at < clock.now() - BACK_WITHIN:
        raise Conflict(
            _("It was loaded days ago and is in use by now: load a file that is right."), code="in-use"
        )
    model: type[Region] | type[Grid] = Grid if load.what == Load.What.GRIDS else Region
    there = {
        str(row.pk): row for row in model._default_manager.filter(pk__in=[code for code, _old in load.before])
    }
    if not actor.everywhere(LOAD):
        places = [row.region_id if isinstance(row, Grid) else row.code for row in there.values()]
        places += [former["region_id"] for _code, former in load.before if former and former.get("region_id")]
        if not all(actor.can(LOAD, regions=(place,)) for place in places):
            raise NotFound()
    gone = back = 0
    # what hangs on another place stands behind it in the file
    for code, fields in reversed(load.before):
        row = there.get(code)
        if row is None:
            continue  # somebody took it away since
        if fields is not None:
            model._default_manager.filter(pk=code).update(**fields)
            back += 1
            continue
        try:
            with transaction.atomic():
                row.delete()
        except ProtectedError as exc:
            raise Conflict(
                _("%(place)s is in use by now and cannot be taken back.") % {"place": row}, code="in-use"
            ) from exc
        gone += 1
    load.delete()
    journal.record(actor, events.LOAD_TAKEN_BACK, made=gone, changed=back)
    queries.forget_shapes()
    events.shapes_changed.send(sender=Region)
    return gone, back


def _put_all(
    actor: Actor, features: list[dict[str, Any]], crs: str, what: str, synthetic: bool
) -> tuple[int, int, Before]:
    made = changed = 0
    before: Before = []
    grids = {grid.code: grid for grid in Grid.objects.all()} if what == "grids" else {}
    known = {region.code: region for region in Region.objects.all()}
    for number, feature in enumerate(features, 1):
        traits = feature.get("properties") or {}
        code, name = shapes.trait(traits, "code"), shapes.trait(traits, "name")
        if not code or not name:
            raise BadInput(_("Feature %(n)s has no code or no name.") % {"n": number}, code="bad-feature")
        drawn = shapes.checked(feature.get("geometry") or {}, number)
        shape = cast(Geometry, geo.geometry_to_wgs84(drawn, crs))
        new = (
            _put_grid(
                actor,
                grids,
                code,
                name,
                shape,
                _holder(known, code, traits, number),
                number,
                synthetic,
                before,
            )
            if what == "grids"
            else _put_outline(actor, known, code, name, shape, number, synthetic, before)
        )
        made, changed = made + new, changed + (not new)
    return made, changed, before


def _features(document: bytes) -> list[dict[str, Any]]:
    try:
        whole = json.loads(document)
        features = whole["features"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise BadInput(_("This is not a GeoJSON FeatureCollection."), code="bad-geojson") from exc
    if not isinstance(features, list) or not features or not all(isinstance(f, dict) for f in features):
        raise BadInput(_("This is not a GeoJSON FeatureCollection."), code="bad-geojson")
    if len(features) > MAX_FEATURES:
        raise BadInput(_("There are more than 20,000 features. Split the file."), code="too-many-features")
    return features


def _holder(known: Mapping[str, Region], code: str, traits: Mapping[str, Any], number: int) -> Region:
    named = shapes.trait(traits, "region")
    for length in (12, 9):
        candidate = named or code[:length]
        if candidate in known:
            return known[candidate]
    raise BadInput(
        _("Feature %(n)s lies in no region that is known here.") % {"n": number}, code="bad-feature"
    )


def _require_own(actor: Actor, number: int, *codes: str) -> None:
    """Raise BadInput, naming the row, where one of these regions lies in another district of the city."""
    if not all(actor.can(LOAD, regions=(code,)) for code in codes):
        raise BadInput(_("Feature %(n)s lies in another district.") % {"n": number}, code="anothers-feature")


def _put_grid(
    actor: Actor,
    known: dict[str, Grid],
    code: str,
    name: str,
    shape: Geometry,
    region: Region,
    number: int,
    synthetic: bool,
    before: Before,
) -> bool:
    """Make or change a grid; one that is there and lies in another district is not taken from it."""
    there = known.get(code)
    _require_own(actor, number, region.code, *([] if there is None else [there.region_id]))
    before.append((code, _fields(there, _OF_A_GRID)))
    west, south, east, north = geo.bounds_of(dict(shape))
    grid, made = Grid.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "region": region,
            "geometry_wgs84": shape,
            "synthetic": synthetic,
            "west_wgs84": west,
            "south_wgs84": south,
            "east_wgs84": east,
            "north_wgs84": north,
        },
    )
    known[code] = grid
    return made


def _put_outline(
    actor: Actor,
    known: dict[str, Region],
    code: str,
    name: str,
    shape: Geometry | None,
    number: int,
    synthetic: bool,
    before: Before,
) -> bool:
    """Make or change a region; without a shape the one that is there stays."""
    parent = next(
        (known[code[:length]] for length in (9, 6) if len(code) > length and code[:length] in known), None
    )
    if not code.isdigit() or len(code) not in (6, 9, 12) or (len(code) > 6 and parent is None):
        raise BadInput(
            _("Feature %(n)s lies in no region that is known here.") % {"n": number}, code="bad-feature"
        )
    _require_own(actor, number, code)
    before.append((code, _fields(known.get(code), _OF_A_REGION)))
    level = {6: Level.DISTRICT, 9: Level.TOWNSHIP, 12: Level.COMMUNITY}[len(code)]
    region, made = Region.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "level": level,
            "parent": parent,
            **({"geometry_wgs84": shape, "synthetic": synthetic} if shape is not None else {}),
        },
    )
    known[code] = region
    return made
