"""A station as a picture to be sent into a group: 900 x 1200 pixels, our own font, a code that leads to its page."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nuanyi.lib.cards import WHITE, Card
from nuanyi.lib.paper import LANTERN, SOFT
from nuanyi.stations.models import Station
from nuanyi.stations.posters import hours_lines
from nuanyi.stations.rules import AmenityKind, AmenityState

WIDTH, HEIGHT, EDGE = 900, 1200, 64
#: Lines of hours that fit; a station with more of them has them on its page.
MOST_HOURS = 4


def picture(station: Station, link: str) -> bytes:
    """The card as a PNG. Nothing on it is old within the hour: not whether it is open, only when it is. Drawn once."""
    there = [
        str(AmenityKind(amenity.kind).label)
        for amenity in station.amenities.all()
        if amenity.state != AmenityState.BROKEN
    ]
    return _drawn(
        station.name,
        station.place_words,
        tuple(hours_lines(station)[:MOST_HOURS]),
        tuple(there),
        link,
        station.synthetic,
        get_language() or "",
    )


@lru_cache(maxsize=128)
def _drawn(
    name: str,
    place: str,
    hours: tuple[tuple[str, str], ...],
    amenities: tuple[str, ...],
    link: str,
    made_up: bool,
    _language: str,
) -> bytes:
    made, width = Card(WIDTH, HEIGHT), WIDTH - 2 * EDGE
    made.pen.rectangle((0, 0, WIDTH, 350), LANTERN)
    made.words(EDGE, 48, _("Warm station · a seat for those on the road"), 34, WHITE, most=width)
    made.words(EDGE, 106, name, 58, WHITE, most=width, lines=2)
    made.words(EDGE, 290, place, 30, WHITE, most=width)
    y = 390
    for days, times in hours:
        made.words(EDGE, y, days, 32, SOFT, most=240)
        made.words(EDGE + 260, y - 4, times, 38, most=width - 260)
        y += 66
    made.words(EDGE, y + 16, "   ".join(amenities), 34, LANTERN, most=width, lines=3)
    side = 320
    if link:
        made.code(link, EDGE + side // 2, HEIGHT - side - 50, side)
        rest = width - side - 40
        made.words(EDGE + side + 40, HEIGHT - side, _("Scan for the way there"), 40, LANTERN, most=rest)
        words = _("Open now or not, what works, and how to ride there")
        made.words(EDGE + side + 40, HEIGHT - side + 80, words, 30, SOFT, most=rest, lines=3)
    if made_up:
        made.words(WIDTH - EDGE, HEIGHT - 60, _("Made up for the demo"), 26, SOFT, anchor="ra")
    return made.png()
