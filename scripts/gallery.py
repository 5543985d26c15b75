"""Screenshots of every page on a phone and a desktop, light and dark, from a running demo: ``scripts/gallery.py http://localhost:8000``.

``scripts/gallery.py http://localhost:8000 cube charts`` takes only these; ``… screens`` only those that the web app's manifest
shows.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Geolocation, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs/gallery"
#: Where a rider stands in the pictures of the manifest: beside a station of the demo.
PLACE: Geolocation = {"latitude": 25.0483, "longitude": 110.3236, "accuracy": 12}
#: Beside what the rooms declare (``lib.rooms.gallery``): a page that no route has.
REFUSED = {"refused": ("", "/nowhere/")}
SIZES: dict[str, Any] = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1440, "height": 900}}


def _keep(png: bytes, path: Path, colours: int = 128) -> None:
    """In a palette of few colours: a third of the bytes, and text and plain areas look the same."""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuanyi.program.settings")
    os.environ["NUANYI_HOME"] = tempfile.mkdtemp(prefix="nuanyi-gallery-")
    import django

    django.setup()


def _open_a_station(browser: Browser, address: str) -> None:
    """The keeper opens the station beside ``PLACE``, so that the pictures are those of a day at any hour."""
    page = browser.new_context(viewport=SIZES["phone"], locale="zh-CN", base_url=address).new_page()
    page.goto("/accounts/login/")
    page.fill("#id_login", "yizhan")
    page.fill("#id_password", "nuanyi-demo-2022")
    page.press("#id_password", "Enter")
    page.wait_for_url("**/office/")
    page.goto("/keeper/LF01/")
    opens = page.locator("button[name=door][value=open]")
    if opens.count():
        opens.click()
        page.wait_for_selector("button[name=door][value=shut]")


def screens(address: str) -> None:
    """The pages of the phone's bar as a rider sees them, for the manifest: small files, in the package."""
    _set_up()
    from nuanyi.front import shell
    from nuanyi.lib import rooms

    shell.SCREENS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        _open_a_station(browser, address)
        context = browser.new_context(
            viewport=SIZES["phone"],
            locale="zh-CN",
            base_url=address,
            geolocation=PLACE,
            permissions=["geolocation"],
            service_workers="block",
        )
        page = context.new_page()
        for part in rooms.bar():
            page.goto(part.href)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(1000)
            _keep(page.screenshot(), shell.SCREENS / shell.screen_of(part), colours=64)
        browser.close()


def pages() -> dict[str, tuple[str, str]]:
    """Name -> the account that looks ("" for nobody), the address: what every room declares."""
    _set_up()
    from nuanyi.lib import rooms

    return {shot.name: (shot.account, shot.route.address) for shot in rooms.gallery()} | REFUSED


def main(address: str, names: list[str]) -> None:
    """Take them all, or those of some names."""
    offered = pages()
    wanted = {name: offered[name] for name in names or offered}
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
    served = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    if "screens" in sys.argv[2:]:
        screens(served)
    else:
        main(served, sys.argv[2:])
