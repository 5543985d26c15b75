"""Casts of the room's tests: a district with grids, a photo, a sent report."""

import io
import json
from uuid import uuid4

import pytest
from PIL import Image

from conftest import square
from nuanyi.places import services as places
from nuanyi.reports.services import sending

#: 柘木镇 and 雁山镇 as two squares side by side, each with two grids one above the other (WGS-84, made up).
WEST, EAST = (110.30, 25.05), (110.34, 25.05)
AT = (25.06, 110.31)
BESIDE = (25.06, 110.35)


def collection(rows):
    features = [{"type": "Feature", "geometry": shape, "properties": traits} for traits, shape in rows]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture
def ground(district, program):
    """Outlines and grids."""
    outlines = [
        ({"code": "450311", "name": "雁山区"}, square(110.30, 25.05, 0.08)),
        ({"code": "450311101", "name": "柘木镇"}, square(*WEST)),
        ({"code": "450311100", "name": "雁山镇"}, square(*EAST)),
    ]
    places.load_geojson(actor=program, document=collection(outlines), crs="wgs84", what="regions")
    grids = [
        (
            {"code": f"{code}-0{n}", "name": f"{code}网格{n}", "region": code},
            square(lon, lat + 0.02 * n, 0.04, 0.02),
        )
        for code, (lon, lat) in (("450311101", WEST), ("450311100", EAST))
        for n in (0, 1)
    ]
    places.load_geojson(actor=program, document=collection(grids), crs="wgs84", what="grids")
    return district


@pytest.fixture
def photo():
    """A JPEG with a comment and a place in it."""

    def make(colour="grey", size=(640, 480)):
        held = io.BytesIO()
        picture = Image.new("RGB", size, colour)
        exif = Image.Exif()
        exif[0x8825] = {1: "N", 2: (25.0, 3.0, 36.0), 3: "E", 4: (110.0, 18.0, 36.0)}
        picture.save(held, "JPEG", comment=b"canary-in-the-photo", exif=exif)
        return held.getvalue()

    return make


@pytest.fixture
def sent(ground):
    """A report as a phone sends it."""

    def make(**more):
        key = more.pop("key", None) or uuid4()
        network = more.pop("network", "203.0.113.9")
        told = {
            "kind": "",
            "words": "村口路灯不亮，晚上太黑",
            "lat_wgs84": AT[0],
            "lon_wgs84": AT[1],
            "accuracy": 12.0,
        }
        return sending.send_report(key=key, told=sending.ReportInput(**{**told, **more}), network=network)

    return make
