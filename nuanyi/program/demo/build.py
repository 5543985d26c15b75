"""Build the demo district from what the rooms put into it. Run twice it changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nuanyi.lib import demo, rooms, row_security
from nuanyi.lib.demo import PROGRAM, Plan
from nuanyi.lib.figures import Window
from nuanyi.matrix import queries as matrix
from nuanyi.people.demo import ACCOUNTS, PASSWORD

HERE = Path(__file__).parent


def plan_of(*, small: bool = False) -> Plan:
    """The plan of the whole year, or of one month of it."""
    told = tomllib.loads((HERE / ("small.toml" if small else "plan.toml")).read_text())
    first, last, seed = told.pop("first"), told.pop("last"), told.pop("seed")
    return Plan(first=first, last=last, seed=seed, counts=told, small=small)


def build(say: Callable[[str], None], *, small: bool = False) -> dict[str, Any]:
    """Build whatever is missing and report what is there."""
    plan, told = plan_of(small=small), rooms.demos()
    say("what stands …")
    for package, room in told.items():
        if room.stand is None:
            continue
        say(f"  {package.rpartition('.')[2]}")
        if room.in_one:
            with row_security.reading_as(PROGRAM):
                room.stand(plan)
        else:
            room.stand(plan)
    say(f"{plan.first} to {plan.last}, day by day …")
    with row_security.reading_as(PROGRAM):
        # all of it or nothing: whoever is stopped in the middle begins anew
        steps = demo.play(
            story for room in told.values() if room.stories is not None for story in room.stories(plan)
        )
    say(f"  {steps} steps")
    say("what waits today …")
    with row_security.reading_as(PROGRAM):
        for room in told.values():
            if room.today is not None:
                room.today(plan)
        figures = {figure.key: figure.value for figure in matrix.all_figures(Window())}
    return {
        "figures": figures,
        "sign_ins": [{"username": name, "password": PASSWORD, "who": who} for name, who, *_rest in ACCOUNTS],
    }


def words(report: dict[str, Any]) -> str:
    """The report for people: sign-ins and what the district counts."""
    lines = [
        "",
        "The demo district is ready. All people in it are synthetic.",
        "",
        "Sign in at /accounts/login/ (password for all):",
    ]
    lines += [f"  {line['username']:<12} {line['password']}   {line['who']}" for line in report["sign_ins"]]
    lines += ["", "What it counts:"]
    lines += [f"  {key:<42} {value:>6}" for key, value in report["figures"].items()]
    return "\n".join([*lines, ""])
