"""Addresses that open the map app of a phone."""

from __future__ import annotations

from urllib.parse import quote

from nuanyi.lib.geo import wgs84_to_gcj02


def search(words: str) -> dict[str, str]:
    """Addresses that look for a place by its words, for what has no coordinates; by the same URI schemes as :func:`ways`."""
    wanted = quote(words)
    return {
        "amap": f"https://uri.amap.com/search?keyword={wanted}&src=nuanyi&callnative=1",
        "baidu": f"https://api.map.baidu.com/place/search?query={wanted}&output=html&src=nuanyi",
        "tencent": f"https://apis.map.qq.com/uri/v1/search?keyword={wanted}&referer=nuanyi",
    }


def ways(name: str, lat_wgs84: float, lon_wgs84: float) -> dict[str, str]:
    """Addresses that open navigation by bike in Amap, Baidu and Tencent, by their published URI schemes.

    Amap and Tencent are given GCJ-02, Baidu is told that it is GCJ-02 too (``coord_type``).
    """
    lat, lon = wgs84_to_gcj02(lat_wgs84, lon_wgs84)
    to = quote(name)
    return {
        "amap": f"https://uri.amap.com/navigation?to={lon:.6f},{lat:.6f},{to}"
        "&mode=ride&coordinate=gaode&callnative=1",
        "baidu": f"https://api.map.baidu.com/direction?destination=latlng:{lat:.6f},{lon:.6f}|name:{to}"
        "&mode=riding&coord_type=gcj02&output=html&src=nuanyi",
        "tencent": f"https://apis.map.qq.com/uri/v1/routeplan?type=bike&to={to}&tocoord={lat:.6f},{lon:.6f}"
        "&referer=nuanyi",
    }
