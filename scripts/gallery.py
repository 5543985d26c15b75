"""Screenshots of every page on a phone and a desktop, light and dark, from a running demo: ``scripts/gallery.py http://localhost:8000``."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

OUT = Path(__file__).resolve().parents[1] / "docs/gallery"
#: Beside what the rooms declare (``lib.rooms.gallery``): a page that no route has.
REFUSED = {"refused": ("", "/nowhere/")}
SIZES: dict[str, Any] = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1440, "height": 900}}


def _keep(png: bytes, path: Path) -> None:
    """In a palette of 128 colours: a third of the bytes, and text and plain areas look the same."""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


def pages() -> dict[str, tuple[str, str]]:
    """Name -> the account that looks ("" for nobody), the address: what every room declares."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuanyi.program.settings")
    os.environ["NUANYI_HOME"] = tempfile.mkdtemp(prefix="nuanyi-gallery-")
    import django

    django.setup()
    from nuanyi.lib import rooms

    return {shot.name: (shot.account, shot.route.address) for shot in rooms.gallery()} | REFUSED


def main(address: str) -> None:
    """Take them all."""
    wanted = pages()
    accounts = sorted({account for account, _path in wanted.values()})
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for size, viewport in SIZES.items():
            for theme in ("light", "dark"):
                for user in accounts:
                    context = browser.new_context(
                        viewport=viewport, locale="zh-CN", color_scheme=theme, base_url=address
                    )
                    page = context.new_page()
                    if user:
                        page.goto("/accounts/login/")
                        page.fill("#id_login", user)
                        page.fill("#id_password", "nuanyi-demo-2022")
                        page.press("#id_password", "Enter")
                        page.wait_for_url("**/office/")
                    for name, (who, path) in wanted.items():
                        if who == user:
                            page.goto(path)
                            page.wait_for_timeout(250)
                            _keep(page.screenshot(), OUT / f"{size}-{name}-{theme}.png")
                    context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
