"""The rider's phone: drafts of all kinds written without network, replies dropped, tabs killed, the server restarted. Nothing is
lost, nothing comes twice, and each that has a way back has its link, and its code where there is one."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright
from playwright.sync_api import Error as BrowserError

from faults.stage import stage

#: kind -> (address, table that has its key, beginning of its link ("": it has none), whether a code belongs to it, fields)
KINDS: dict[str, tuple[str, str, str, bool, dict[str, str]]] = {
    "help": ("/help/ask/", "cases_case", "/c/", True, {"kind": "wage", "words": "欠薪 {n}"}),
    "report": (
        "/report/",
        "reports_voice",
        "/r/",
        False,
        {"words": "路灯不亮，{n} 号杆", "lat": "25.0466", "lon": "110.3216", "accuracy": "12"},
    ),
    "fault": (
        "/stations/LF01/tell/",
        "stations_fault",
        "/told/",
        False,
        {"trouble": "dirty", "words": "有点脏 {n}"},
    ),
    "wish": ("/stations/LF01/wish/", "stations_wish", "", False, {"words": "要个挂钩 {n}"}),
    "tip": (
        "/friendly/tell/",
        "friendly_tip",
        "/tip/",
        False,
        {"name": "桂花苑 {n} 期", "kind": "compound", "gate": "walk", "lat": "25.0466", "lon": "110.3216"},
    ),
}
#: Pages that a rider may be on while what he wrote is sent.
PAGES = ("/me/", "/report/", "/help/ask/", "/friendly/tell/", "/stations/LF01/")
KEEP = """async (rows) => {
    for (const { key, action, fields } of rows)
        await Drafts.put(key, "waiting", { action, page: action, title: action, fields, files: [] });
}"""
LEFT = "async () => (await Drafts.all()).map(({ id, state, body }) => [id, state, body.why || ''])"
ANSWERS = "async () => (await Drafts.answers()).map(({ id, body }) => [id, body.link, body.code || ''])"


def drafts(many: int) -> list[dict[str, Any]]:
    """``{"key", "kind", "action", "fields"}``, all kinds by turns."""
    made = []
    for number in range(many):
        kind = list(KINDS)[number % len(KINDS)]
        action, _table, _link, _code, fields = KINDS[kind]
        key = str(uuid4())
        told = [["key", key], *([name, text.format(n=number)] for name, text in fields.items())]
        made.append({"key": key, "kind": kind, "action": action, "fields": told})
    return made


class Phone:
    """One phone: its tabs come and go, what it keeps stays."""

    def __init__(self, context: BrowserContext, address: str, drops: float) -> None:
        self.context, self.address, self.drops = context, address, drops
        self.dropped = self.posted = self.tabs = 0
        self.luck = random.Random(7)
        context.route("**/*", self._on_the_way)

    def _on_the_way(self, route: Route) -> None:
        """A reply in so many never arrives; each sending comes from a network of its own, so that no limit is tried here."""
        request = route.request
        if request.method != "POST":
            route.continue_()
            return
        self.posted += 1
        network = f"198.18.{random.randrange(256)}.{random.randrange(1, 255)}"
        head = {**request.headers, "x-forwarded-for": network}
        try:
            answer = route.fetch(headers=head, timeout=60_000)
            if self.luck.random() < self.drops:
                self.dropped += 1
                route.abort()
            else:
                route.fulfill(response=answer)
        except BrowserError:
            try:
                route.abort()
            except BrowserError:
                return

    def open(self, path: str) -> Page:
        """A new tab."""
        self.tabs += 1
        page = self.context.new_page()
        try:
            page.goto(f"{self.address}{path}", wait_until="domcontentloaded", timeout=60_000)
            page.wait_for_selector("[data-answers]", state="attached", timeout=10_000)
        except BrowserError:
            pass  # the server is being restarted: the next tab finds it
        return page


def send(
    browser: Browser,
    address: str,
    *,
    many: int,
    drops: float,
    kills: int,
    restart: Callable[[], None] | None,
    keys_of: Callable[[str], list[str]],
    seconds: float = 900.0,
) -> dict[str, Any]:
    """Write ``many`` drafts offline, then let them be sent while replies are dropped, ``kills`` tabs are killed and the server is
    restarted half way. ``keys_of(table)`` are the keys in a table. Returns what was lost, doubled and left without its way."""
    context = browser.new_context(service_workers="block")
    phone, written = Phone(context, address, drops), drafts(many)
    page = phone.open("/me/")
    context.set_offline(True)
    page.evaluate(KEEP, written)
    page.close()
    context.set_offline(False)
    begun, restarted, left = time.monotonic(), False, many
    while left and time.monotonic() - begun < seconds:
        page = phone.open(random.choice(PAGES))
        until = time.monotonic() + random.uniform(0.5, max(1.0, many / 12))
        if kills <= 0:
            until = begun + seconds
        while time.monotonic() < until:
            try:
                page.evaluate("dispatchEvent(new Event('online'))")
                left = len([row for row in page.evaluate(LEFT) if row[1] != "refused"])
            except BrowserError:
                break
            if not left:
                break
            if restart and not restarted and left < many / 2:
                restarted = True
                restart()
            page.wait_for_timeout(150)
        kills -= 1
        if left:
            page.close(run_before_unload=False)
    if page.is_closed():  # time was over before everything was sent: what is left says so
        page = phone.open("/me/")
    found = _judged(page, written, keys_of)
    context.close()
    return {
        "written": many,
        "posted": phone.posted,
        "dropped": phone.dropped,
        "tabs": phone.tabs,
        "restarted": restarted,
        "sent_in_s": round(time.monotonic() - begun, 1),
        **found,
    }


def _judged(page: Page, written: list[dict[str, Any]], keys_of: Callable[[str], list[str]]) -> dict[str, Any]:
    refused = [row for row in page.evaluate(LEFT) if row[1] == "refused"]
    ways = {key: (link, code) for key, link, code in page.evaluate(ANSWERS)}
    counted = {table: Counter(keys_of(table)) for _a, table, _l, _c, _f in KINDS.values()}
    lost, doubled, without_way = 0, 0, 0
    for one in written:
        _action, table, link, code, _fields = KINDS[one["kind"]]
        times = counted[table][one["key"]]
        lost += times == 0
        doubled += times > 1
        if link:
            way = ways.get(one["key"], ("", ""))
            without_way += not way[0].startswith(link) or (code and not way[1])
    return {
        "lost": lost,
        "doubled": doubled,
        "without_way": without_way,
        "refused": [row[2] for row in refused][:5],
    }


def run(many: int = 500, drops: float = 0.2, kills: int = 30) -> dict[str, Any]:
    """The whole scenario on a district of its own."""
    program = shutil.which("chromium")
    assert program, "chromium is needed: make system-packages"
    with stage() as made, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )

        def restart() -> None:
            made.server.stop()
            made.server.start()
            made.server.wait()

        try:
            return send(
                browser,
                f"http://localhost:{made.server.port}",
                many=many,
                drops=drops,
                kills=kills,
                restart=restart,
                keys_of=lambda table: [str(key) for (key,) in made.sql(f"SELECT key FROM {table}")],
            )
        finally:
            browser.close()


def safe(found: dict[str, Any]) -> bool:
    """Whether nothing was lost, doubled, refused or left without its way back."""
    return bool(
        found["lost"] == found["doubled"] == found["without_way"] == 0
        and not found["refused"]
        and found["dropped"] > 0
    )


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False))
