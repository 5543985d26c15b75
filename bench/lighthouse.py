"""``make lighthouse``: what Lighthouse says of the five main pages of the rider's phone, on a demo district that is served.

``python -m bench.lighthouse ADDRESS`` asks the ``lighthouse`` of ``bench/package.json`` with the Chromium of this
machine. Its three scores are told a page: for speed that of the run in the middle of three, as Lighthouse advises where a machine
does not always compute alike (its document on variability), for the others the least. Ends with 1 where one is not 100.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.phone import check_served

PAGES = ("/", "/help/", "/learn/", "/report/", "/me/")
SCORES = ("performance", "accessibility", "best-practices")
RUNS = 3
HERE = Path(__file__).parent


def scores(address: str) -> dict[str, Any]:
    """The scores of one page (0 to 100), and what was found lacking. Raises RuntimeError where Lighthouse does not run."""
    command = [
        "npx",
        "--no-install",
        "lighthouse",
        address,
        f"--only-categories={','.join(SCORES)}",
        "--output=json",
        "--quiet",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]
    chromium = shutil.which("chromium") or ""
    # once in some twenty runs it sees nothing begin (NO_NAVSTART), and asks to be run again
    for _again in range(2):
        done = subprocess.run(
            command,
            cwd=HERE,
            env={**os.environ, "CHROME_PATH": chromium},
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.returncode:
            break
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    told = json.loads(done.stdout)
    lacking = sorted(
        {
            ref["id"]
            for name in SCORES
            for ref in told["categories"][name]["auditRefs"]
            if ref["weight"] and (told["audits"][ref["id"]]["score"] or 0) < 1
            if told["audits"][ref["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
        }
    )
    found = {name: round(100 * told["categories"][name]["score"]) for name in SCORES}
    return {**found, "lacking": lacking}


def middle(address: str) -> dict[str, Any]:
    """The speed of the run in the middle, the least of the other scores, and ``speeds`` of all runs, slowest first."""
    found = sorted((scores(address) for _run in range(RUNS)), key=lambda one: int(one["performance"]))
    least = {name: min(one[name] for one in found) for name in SCORES[1:]}
    lacking = sorted({name for one in found for name in one["lacking"]})
    speeds = [one["performance"] for one in found]
    return {"performance": speeds[RUNS // 2], **least, "lacking": lacking, "speeds": speeds}


def main() -> int:
    """Ask for every page, one line of JSON each."""
    check_served(sys.argv[1])
    good = True
    for page in PAGES:
        found = middle(f"{sys.argv[1]}{page}")
        good = good and all(found[name] == 100 for name in SCORES)
        print(json.dumps({"page": page, **found}), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
