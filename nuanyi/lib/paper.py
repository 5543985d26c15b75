"""Print-ready PDFs with the font that comes with the program (Noto Sans SC, cut to the characters of GBK), so that a page looks
the same on any machine. Codes are drawn as vectors. All lengths in millimetres of A4; a larger paper scales them.
"""

from __future__ import annotations

from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.enums import WrapMode

from nuanyi.lib.line_breaks import broken

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-Medium.ttf"
SIZES = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
LANTERN, INK, SOFT, PAPER = (154, 47, 10), (31, 27, 22), (90, 81, 72), (255, 253, 249)


class Sheet(FPDF):
    """A PDF with our font, whose lengths grow with the paper."""

    def __init__(self, size: str) -> None:
        super().__init__(format=size, unit="mm")
        self.add_font("sc", fname=str(FONT))
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.scale = SIZES[size][0] / 210.0
        self.wide, self.high = SIZES[size]

    def words(
        self,
        x: float,
        y: float,
        text: str,
        points: float,
        *,
        colour: tuple[int, int, int] = INK,
        wide: float = 0,
        align: str = "L",
        most_lines: int = 1,
    ) -> float:
        """Write text into a box, smaller until it fits into its lines; returns the y below it."""
        self.set_text_color(*colour)
        wide = (wide or 180) * self.scale
        size = points * self.scale
        while True:
            self.set_font("sc", size=size)
            # a hair less than the box, so that it is broken here and nowhere else
            lines = broken(text, self.get_string_width, wide - 2 * self.c_margin - 0.01)
            if len(lines) <= most_lines or size < 6:
                break
            size *= 0.93
        self.set_xy(x * self.scale, y * self.scale)
        self.multi_cell(
            wide, h=size * 0.3528 * 1.45, text="\n".join(lines), align=align, wrapmode=WrapMode.CHAR
        )
        return self.get_y() / self.scale

    def code(self, address: str, x: float, y: float, side: float) -> None:
        """A QR code (ISO/IEC 18004, error level Q) with its quiet zone, as rectangles."""
        matrix = [list(row) for row in segno.make(address, error="q", micro=False).matrix_iter(border=4)]
        step = side * self.scale / len(matrix)
        self.set_fill_color(255, 255, 255)
        self.rect(x * self.scale, y * self.scale, side * self.scale, side * self.scale, style="F")
        self.set_fill_color(0, 0, 0)
        for row, cells in enumerate(matrix):
            start = None
            for column, dark in enumerate([*cells, 0]):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    left, top = x * self.scale + start * step, y * self.scale + row * step
                    self.rect(left, top, (column - start) * step, step, style="F")
                    start = None
