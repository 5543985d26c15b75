"""Screenshots of every page on a phone and a desktop, light and dark, from a running demo: ``scripts/gallery.py http://localhost:8000``."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

OUT = Path(__file__).resolve().parents[1] / "docs/gallery"
PAGES = {
    "worker-home": (None, "/"),
    "station-near": (None, "/?lat=25.05&lon=110.32&amenity=charging"),
    "station": (None, "/stations/LF01/"),
    "check-in": (None, "/s/LF01/"),
    "tell-the-keeper": (None, "/stations/LF01/tell/"),
    "help": (None, "/help/"),
    "service-list": (None, "/help/list/"),
    "ask": (None, "/help/ask/?kind=wage"),
    "my-case": (None, "/help/mine/"),
    "keeper": ("yizhan", "/keeper/LF01/"),
    "keeper-screen": ("yizhan", "/keeper/LF01/screen/"),
    "stations": ("liangxin", "/office/stations/"),
    "enter-a-station": ("liangxin", "/office/stations/new/"),
    "visits": ("liangxin", "/office/stations/visits/"),
    "faults": ("liangxin", "/office/stations/faults/"),
    "send-stations": ("liangxin", "/office/stations/lists/new/"),
    "worklist": ("dianxiaoer", "/office/cases/"),
    "case": ("dianxiaoer", "/office/cases/2/"),
    "by-telephone": ("dianxiaoer", "/office/cases/call/"),
    "overview": ("liangxin", "/office/cases/overview/"),
    "items": ("liangxin", "/office/cases/items/"),
    "routing": ("liangxin", "/office/cases/rules/"),
    "three-lists": ("liangxin", "/office/cases/lists/"),
    "how-long": ("liangxin", "/office/cases/clocks/"),
    "letters": ("liangxin", "/office/cases/letters/"),
    "registers": ("liangxin", "/office/cases/registers/"),
    "served": ("liangxin", "/office/cases/served/"),
    "report": (None, "/report/"),
    "mended": (None, "/reports/"),
    "volunteer": (None, "/volunteer/"),
    "daily": (None, "/daily/"),
    "reports": ("liangxin", "/office/reports/"),
    "volunteers": ("liangxin", "/office/volunteers/"),
    "campaign": ("liangxin", "/office/volunteers/campaigns/1/"),
    "channels": ("liangxin", "/office/learning/channels/"),
    "channel": ("liangxin", "/office/learning/channels/wechat/"),
    "month": (None, "/reports/2022-5/"),
    "no-network": (None, "/offline/"),
    "what-a-role-allows": ("liangxin", "/office/people/roles/"),
    "grid-week": ("liangxin", "/office/matrix/grids/"),
    "my-grid": ("wangge", "/grid/"),
    "worker-who": (None, "/who/?sector=delivery&region=450311101"),
    "privacy": (None, "/privacy/"),
    "door": (None, "/door/"),
    "sign-in": (None, "/accounts/login/"),
    "refused": (None, "/nowhere/"),
    "today": ("liangxin", "/office/"),
    "matrix": ("liangxin", "/office/matrix/"),
    "establishments": ("liangxin", "/office/census/establishments/"),
    "workers": ("liangxin", "/office/census/workers/"),
    "imports": ("liangxin", "/office/census/imports/"),
    "send-a-roster": ("liangxin", "/office/census/imports/new/"),
    "rounds": ("liangxin", "/office/census/rounds/"),
    "plan-a-round": ("liangxin", "/office/census/rounds/new/"),
    "exports": ("liangxin", "/office/census/exports/"),
    "who-answers": ("liangxin", "/office/responsibility/?sector=courier&region=450311100"),
    "rules": ("liangxin", "/office/responsibility/rules/"),
    "edit-a-rule": ("liangxin", "/office/responsibility/rules/new/"),
    "places": ("liangxin", "/office/places/"),
    "accounts": ("liangxin", "/office/people/"),
    "roles": ("liangxin", "/office/people/roles/"),
    "notices": ("liangxin", "/office/notices/"),
    "search": ("liangxin", "/office/search/?q=雁山"),
    "two-factor": ("liangxin", "/accounts/2fa/"),
    "audit": ("shenji", "/office/audit/"),
}
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1440, "height": 900}}


def _keep(png: bytes, path: Path) -> None:
    """In a palette of 128 colours: a third of the bytes, and text and plain areas look the same."""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


def main(address: str) -> None:
    """Take them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for size, viewport in SIZES.items():
            for theme in ("light", "dark"):
                for user in (None, "liangxin", "shenji", "yizhan", "dianxiaoer", "wangge"):
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
                    for name, (who, path) in PAGES.items():
                        if who == user:
                            page.goto(path)
                            page.wait_for_timeout(250)
                            _keep(page.screenshot(), OUT / f"{size}-{name}-{theme}.png")
                    context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
