"""The places of the demo: the district with its five townships (real codes and names), made-up communities and grids."""

from __future__ import annotations

import json

from nuanyi.lib import row_security
from nuanyi.lib.demo import PROGRAM, Demo, Plan
from nuanyi.places import base_map, services
from nuanyi.places.demo import polygons
from nuanyi.places.models import Region

DISTRICT = "450311"
#: Real codes and names; the seeds (lon, lat WGS-84) only place made-up polygons.
TOWNSHIPS = {
    "450311001": ("良丰街道", (110.300, 25.080)),
    "450311100": ("雁山镇", (110.325, 25.050)),
    "450311101": ("柘木镇", (110.345, 25.180)),
    "450311200": ("大埠乡", (110.385, 25.060)),
    "450311201": ("草坪回族乡", (110.445, 25.090)),
}


def _stand(_plan: Plan) -> None:
    if Region.objects.filter(pk=DISTRICT).exists():
        return
    with row_security.reading_as(PROGRAM):
        _district()


def _district() -> None:
    outline = base_map.outline()
    services.put_region(
        actor=PROGRAM,
        code=DISTRICT,
        name="雁山区",
        level="district",
        geometry_wgs84=polygons.polygon(outline[:-1]),
    )
    parts = polygons.cells(outline, [seed for _name, seed in TOWNSHIPS.values()])
    grids = []
    for (code, (name, _seed)), ring in zip(TOWNSHIPS.items(), parts, strict=True):
        services.put_region(
            actor=PROGRAM,
            code=code,
            name=name,
            level="township",
            parent=DISTRICT,
            geometry_wgs84=polygons.polygon(ring),
            synthetic=True,
        )
        for number, community in enumerate(_parts(ring, 3), 1):
            sub = f"{code}{900 + number}"
            services.put_region(
                actor=PROGRAM,
                code=sub,
                name=f"{name.removesuffix('街道')[:2]}第{number}社区（示例）",
                level="community",
                parent=code,
                geometry_wgs84=polygons.polygon(community),
                synthetic=True,
            )
            for serial, grid in enumerate(_parts(community, 3), 1):
                traits = {
                    "code": f"{sub}-{serial:02d}",
                    "name": f"{name[:2]}{number}-{serial}网格（示例）",
                    "region": sub,
                }
                grids.append({"type": "Feature", "geometry": polygons.polygon(grid), "properties": traits})
    document = json.dumps({"type": "FeatureCollection", "features": grids}).encode()
    services.load_geojson(actor=PROGRAM, document=document, crs="wgs84", what="grids", synthetic=True)


def _parts(ring: polygons.Ring, count: int) -> list[polygons.Ring]:
    return [part for part in polygons.cells(ring, polygons.spread(ring, count)) if polygons.is_drawn(part)]


DEMO = Demo(stand=_stand)
