"""The worker's one stylesheet: Pico, the tokens and our hand in one file, so that a first visit needs one request for it."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "nuanyi/front/static"
PARTS = ("vendor/pico/pico.min.css", "front/tokens.css", "front/front.css")
TARGET = STATIC / "front/phone.css"


def bundled() -> str:
    """The parts one after the other."""
    return "".join((STATIC / part).read_text().rstrip() + "\n" for part in PARTS)


if __name__ == "__main__":
    TARGET.write_text(bundled())
