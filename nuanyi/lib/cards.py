"""Pictures with words in the font that comes with the program, to be sent from phone to phone. Lengths in pixels."""

from __future__ import annotations

import io

import segno
from PIL import Image, ImageDraw, ImageFont

from nuanyi.lib.line_breaks import broken
from nuanyi.lib.paper import FONT, INK, PAPER

WHITE = (255, 255, 255)
SMALLEST = 18
Colour = tuple[int, int, int]


class Card:
    """A picture being drawn; ``pen`` draws shapes."""

    def __init__(self, wide: int, high: int) -> None:
        self.wide, self.high = wide, high
        self.picture = Image.new("RGB", (wide, high), PAPER)
        self.pen = ImageDraw.Draw(self.picture)

    def words(
        self,
        x: int,
        y: int,
        text: str,
        size: int,
        colour: Colour = INK,
        *,
        most: int = 0,
        anchor: str = "la",
        lines: int = 1,
    ) -> None:
        """Text of at most ``lines`` lines, smaller until each is at most ``most`` wide; ``anchor`` as Pillow names it."""
        while True:
            font = ImageFont.truetype(str(FONT), size)
            told = broken(text, font.getlength, most) if lines > 1 else [text]
            if not most or size <= SMALLEST or (len(told) <= lines and font.getlength(told[0]) <= most):
                break
            size -= 2
        for n, line in enumerate(told):
            self.pen.text((x, y + int(n * size * 1.5)), line, colour, font, anchor)

    def code(self, link: str, x: int, y: int, side: int) -> None:
        """A QR code (ISO/IEC 18004, error level Q) with its quiet zone, in whole pixels a module, at most ``side`` wide; ``x`` is its middle."""
        made, drawn = segno.make(link, error="q", micro=False), io.BytesIO()
        made.save(drawn, kind="png", scale=max(2, side // made.symbol_size(border=4)[0]), border=4)
        found = Image.open(drawn).convert("RGB")
        self.picture.paste(found, (x - found.width // 2, y))

    def png(self) -> bytes:
        """The picture as a PNG."""
        told = io.BytesIO()
        self.picture.save(told, "PNG", optimize=True)
        return told.getvalue()
