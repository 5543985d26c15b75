"""What the official account answers about stations: the nearest ones to a place that the follower sent."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanyi.lib.addresses import public_base
from nuanyi.lib.errors import BadInput
from nuanyi.lib.geo import gcj02_to_wgs84
from nuanyi.notices.channels.wechat.answers import Message, declare
from nuanyi.stations import nearby, queries
from nuanyi.stations.queries import Row

WORDS = ("驿站", "歇脚", "充电", "厕所")
MOST = 3


def _line(row: Row) -> str:
    unit = _("km") if row.far else _("m")
    stands = _("open") if row.stands.open else _("closed now")
    line, base = f"{row.name} · {row.distance} {unit} · {stands}", public_base()
    return f"{line}\n{base}/stations/{row.code}/" if base else line


def _answer(message: Message) -> str | None:
    if message.kind == "text" and any(word in message.text for word in WORDS):
        return _("Tap + and send your location: you get the nearest warm stations. It is not kept.")
    if message.kind != "location" or message.lat_gcj02 is None or message.lon_gcj02 is None:
        return None
    lat, lon = gcj02_to_wgs84(message.lat_gcj02, message.lon_gcj02)
    try:
        nearby.point_of(str(lat), str(lon), "wgs84")
    except BadInput:
        return _("This place is not in China. Send your location again.")
    rows = queries.nearest(nearby.Asked(lat, lon, "wgs84", 0, True, None, MOST))
    rows = rows or queries.nearest(nearby.Asked(lat, lon, "wgs84", 0, False, None, MOST))
    return "\n".join(_line(row) for row in rows) or _("There is no warm station yet.")


declare(gettext_lazy("Write 附近驿站, or send your location: the nearest warm stations."), _answer)
