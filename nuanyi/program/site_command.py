"""``nuanyi site``: which venues to open, from two tables on disk, without a database or a home."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from nuanyi.program.cli import answer, progress
from nuanyi.program.link_command import settled


def site(chosen: argparse.Namespace) -> int:
    """Print what to open, what is covered with it, and how far from the best that can be at most."""
    settled()
    from nuanyi.siting import tables

    demand = tables.demand_of(Path(chosen.demand).read_bytes(), Path(chosen.demand).name)
    venues = tables.venues_of(
        Path(chosen.venues).read_bytes(), Path(chosen.venues).name, capacity=chosen.capacity
    )
    progress(chosen, f"{len(demand)} points of demand, {len(venues)} venues …")
    found = tables.site(
        demand,
        venues,
        radius=chosen.radius,
        count=chosen.open,
        capacity=chosen.capacity,
        time_limit=chosen.time_limit,
        tell=lambda words: progress(chosen, words),
    )
    plan = found.plan
    result: dict[str, Any] = {
        "open": found.open,
        "already_open": [venue.id for venue in venues if venue.already_open],
        "covered": _plain(plan.value),
        "demand": _plain(found.demand),
        "bound": _plain(plan.bound),
        "gap": plan.gap,
        "seconds": round(plan.seconds, 3),
    }
    share = f" ({100 * plan.value / found.demand:.1f} %)" if found.demand else ""
    sure = (
        "No choice covers more."
        if plan.gap == 0
        else f"No choice covers more than {_plain(plan.bound)}; time ended before the best was proven."
    )
    words = f"{len(found.open)} to open: {', '.join(found.open) or 'none'}\n"
    words += f"covered: {_plain(plan.value)} of {_plain(found.demand)}{share}. {sure}"
    answer(chosen, result, words)
    return 0


def _plain(number: float) -> int | float:
    return int(number) if float(number).is_integer() else round(number, 6)
