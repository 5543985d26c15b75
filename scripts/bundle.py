"""The style sheets that pages load (one for a phone, one for the office, one for a map), made from one file a component.

A first visit needs one request for all of its looks and one for its scripts. The looks of the first page are those of a phone
without what that page never shows (a third less on the line); its scripts are those that other pages load alone.

Cascade layers decide who wins, so that no rule needs ``!important``: Pico first, our utilities last. Built, not committed.
"""

from __future__ import annotations

from pathlib import Path

from purge import PACKAGE, Purge, parts_of_page, vocabulary, without_set, without_unread, without_unrun
from rcssmin import cssmin

STATIC = Path(__file__).resolve().parents[1] / "nuanyi/front/static"
CSS = STATIC / "front/css"
#: In their order in the cascade; each but the first two is a folder of ``css``.
LAYERS = ("pico", "tokens", "base", "components", "shells", "rooms", "utilities")
#: What a worker's phone never shows.
OFFICE_ONLY = {
    "shells/office.css",
    "shells/office-narrow.css",
    "shells/print.css",
    "components/blur.css",
    "components/bulk.css",
    "components/list.css",
    "components/toast.css",
    "components/keys.css",
    "components/panel.css",
    "components/picks.css",
    "rooms/matrix.css",
    "rooms/cube.css",
    "rooms/chart.css",
    "rooms/big-screen.css",
}
#: What only phones show.
PHONE_ONLY = {"shells/bottom-bar.css"}
#: The first page, and its scripts in the order in which they lean on each other.
FIRST_PAGE = "stations/worker/nearest.html"
FIRST_SCRIPTS = ("front/ride.js", "stations/kept.js", "stations/nearest.js")
#: Where words for classes of the first page stand besides its templates and scripts: tags, and the tones of a state.
FIRST_MODULES = ("front/templatetags/front.py", "front/room.py", "stations/room.py")


def parts(layer: str, without: set[str]) -> list[Path]:
    """The files of a layer in their order."""
    if layer == "pico":
        return [STATIC / "vendor/pico/pico.min.css"]
    if layer == "tokens":
        return [CSS / "tokens.css"]
    # by the name without its ending: office before office-narrow, which takes back what office says
    found = sorted((CSS / layer).glob("*.css"), key=lambda path: path.stem)
    return [path for path in found if f"{layer}/{path.name}" not in without]


def bundled(without: set[str]) -> str:
    """All layers in their order."""
    sheets = [f"@layer {', '.join(LAYERS)};"]
    texts = {
        layer: "\n".join(path.read_text() for path in parts(layer, without)).replace('@charset "UTF-8";', "")
        for layer in LAYERS
    }
    others = "\n".join(text for layer, text in texts.items() if layer != "pico")
    needed = Purge(vocabulary()).rules(texts["pico"])
    needed = without_unrun(without_set(needed, (CSS / "base/pico-variables.css").read_text()), others)
    texts["pico"] = without_unread(needed, others)
    for layer, text in texts.items():
        sheets.append(f"@layer {layer} {{\n{text}\n}}")
    return str(cssmin("\n".join(sheets)))


def first_sheet(phone: str) -> str:
    """The sheet of a phone without what its first page never shows."""
    paths = parts_of_page(FIRST_PAGE, {"stations/first.js": FIRST_SCRIPTS})
    paths += [PACKAGE / name for name in FIRST_MODULES]
    words = "\n".join(path.read_text() for path in paths)
    return without_unread(Purge(words, any_value=True).rules(phone), "")


def map_sheet() -> str:
    """Leaflet's own sheet, which stands in no layer, and ours for it: it comes when a map is asked for."""
    theirs = (
        (STATIC / "vendor/leaflet/leaflet.css")
        .read_text()
        .replace("url(images/", "url(../vendor/leaflet/images/")
    )
    return str(cssmin("\n".join((theirs, (CSS / "unlayered/leaflet.css").read_text()))))


def joined(names: tuple[str, ...]) -> str:
    """Scripts as one file; each ends its own statements. ``names`` begin with their room, as in a page."""
    return "\n".join((PACKAGE / name.partition("/")[0] / "static" / name).read_text() for name in names)


if __name__ == "__main__":
    stations = PACKAGE / "stations/static/stations"
    phone = bundled(OFFICE_ONLY)
    (STATIC / "front/phone.css").write_text(phone)
    (stations / "first.css").write_text(first_sheet(phone))
    (STATIC / "front/office.css").write_text(bundled(PHONE_ONLY))
    (STATIC / "front/map.css").write_text(map_sheet())
    (stations / "first.js").write_text(joined(FIRST_SCRIPTS))
