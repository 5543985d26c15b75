"""Pictures for the gallery, taken by a journey where it is told to: ``NUANYI_GALLERY=docs/gallery``."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page


def keep(page: Page, name: str) -> None:
    """One picture of the window, as small as the gallery's others; nothing without a folder to put it into."""
    folder = os.environ.get("NUANYI_GALLERY", "")
    if folder:
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(128, dither=Image.Dither.NONE).save(Path(folder) / f"{name}.png", optimize=True)
