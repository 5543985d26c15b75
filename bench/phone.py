"""The rider's phone on a slow line: how soon the first page is of use, how much it weighs, and how long the nearest of 5,000
stations takes without network.

A phone of 2018 is played by Chromium's own brakes: a processor four times slower, 400 kb/s, 400 ms each way
(``Emulation.setCPUThrottlingRate``, ``Network.emulateNetworkConditions``). Seconds on a machine that does other things beside
say little: the least of some runs is told.

``python -m bench.phone ADDRESS`` on a demo district that is served: one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import urllib.request
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

CPU, BITS_A_SECOND, LATENCY_MS = 4, 400_000, 400
STATIONS = 5000
#: Promised: seconds until of use, bytes on the line, requests before the answer, milliseconds for the nearest.
USABLE_S, BYTES, REQUESTS, NEAREST_MS = 1.6, 30_000, 2, 50
RUNS = 5

#: The answer stands on the page as soon as it is painted: the page itself and what it must have before (``before``). What its
#: scripts do is there when they have run.
TIMES = """async () => {
    const page = performance.getEntriesByType("navigation")[0];
    const paint = await new Promise((painted, missed) => {
        new PerformanceObserver((seen) => seen.getEntriesByName("first-contentful-paint").forEach(painted))
            .observe({ type: "paint", buffered: true });
        setTimeout(missed, 30_000, new Error("nothing was painted"));
    });
    const files = performance.getEntriesByType("resource");
    return {
        painted_s: paint.startTime / 1000,
        ready_s: page.domContentLoadedEventEnd / 1000,
        bytes: page.transferSize + files.reduce((sum, one) => sum + one.transferSize, 0),
        before: 1 + files.filter((one) => one.renderBlockingStatus === "blocking").length,
    };
}"""

#: So many stations in the form of the phone's file, made up on the phone; the middle of twenty questions counts.
NEAREST = """(many) => {
    const hours = [[0, 1e9], [], [25e6, 30e6, 31e6, 1e9]];
    const kinds = ["toilet", "charging", "drinking_water", "fan"];
    const stations = Array.from({ length: many }, (_, n) => {
        const lat = Math.round((25 + ((n * 7919) % 1000) / 5000) * 1e6);
        const lon = Math.round((110.2 + ((n * 104729) % 1000) / 5000) * 1e6);
        return [`N${n}`, `第${n}站`, "路口", lat, lon, lat, lon, n % 16, 0, 0, 0, n % 3, "450311100", "", 0, 0];
    });
    const file = { made_at: 0, until: 1e12, kinds, functions: [], owners: [""], grades: [""], schedules: hours, stations };
    const times = [];
    for (let n = 0; n < 20; n++) {
        const begun = performance.now();
        const question = { at: { lat: 25.05 + n / 200, lon: 110.3 }, kinds: ["charging"], openOnly: true };
        if (!Stations.look(file, question, Stations.minute()).length) throw new Error("nothing found");
        times.push(performance.now() - begun);
    }
    return times;
}"""


def first_visit(browser: Browser, address: str) -> dict[str, float]:
    """One first visit, with nothing kept."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, service_workers="block")
    try:
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": BITS_A_SECOND / 8,
                "uploadThroughput": BITS_A_SECOND / 8,
            },
        )
        line.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
        page.goto(address, wait_until="load", timeout=120_000)
        found: dict[str, float] = page.evaluate(TIMES)
        found["nearest_ms"] = median(page.evaluate(NEAREST, STATIONS))
        return found
    finally:
        context.close()


def measure(address: str, runs: int = RUNS) -> dict[str, Any]:
    """The least of some runs, and whether each promise held."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            visits = [first_visit(browser, address) for _run in range(runs)]
        finally:
            browser.close()
    least = {name: round(min(visit[name] for visit in visits), 3) for name in visits[0]}
    return least | {
        "usable": max(least["painted_s"], least["ready_s"]) <= USABLE_S,
        "light": least["bytes"] <= BYTES and least["before"] <= REQUESTS,
        "near": least["nearest_ms"] <= NEAREST_MS,
    }


def check_served(address: str) -> None:
    """End with a sentence where nothing answers at ``address``."""
    try:
        urllib.request.urlopen(address, timeout=30).close()
    except OSError as fault:
        raise SystemExit(f"Nothing answers at {address} ({fault}). Begin with: make demo") from fault


def main() -> int:
    """Measure what is served at an address."""
    asked = argparse.ArgumentParser(prog="python -m bench.phone")
    asked.add_argument("address")
    asked.add_argument("--runs", type=int, default=RUNS)
    wanted = asked.parse_args()
    check_served(wanted.address)
    found = measure(wanted.address, wanted.runs)
    print(json.dumps(found))
    return 0 if found["usable"] and found["light"] and found["near"] else 1


if __name__ == "__main__":
    sys.exit(main())
