"""Lines of a report: a ratio, what it is measured against, and the target."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median


def in_turn(
    ours: Callable[[], float], peer: Callable[[], float], rounds: int
) -> tuple[list[float], list[float]]:
    """Both measured alternately, A B A B: what else the machine does in the meantime meets both."""
    measured: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        measured[0].append(ours())
        measured[1].append(peer())
    return measured


@dataclass
class Report:
    """Collects figures; ``finish`` returns 1 where a target was missed. ``as_json``: a line of JSON for each, for programs."""

    as_json: bool = False
    missed: list[str] = field(default_factory=list)

    def ratio(
        self,
        name: str,
        value: float,
        peer: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        spread: tuple[float, float] | None = None,
    ) -> None:
        """One ratio; ``spread``: the least and the greatest of what was measured."""
        good = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        if not good:
            self.missed.append(name)
        if self.as_json:
            told = {"name": name, "value": value, "peer": peer, "at_least": at_least, "at_most": at_most}
            print(json.dumps(told | {"spread": spread, "reached": good}, ensure_ascii=False), flush=True)
            return
        wanted = (
            f"at least {at_least:g}"
            if at_least is not None
            else f"at most {at_most:g}"
            if at_most is not None
            else "for information"
        )
        between = f"; {spread[0]:.2f} to {spread[1]:.2f}" if spread else ""
        print(
            f"{'ok    ' if good else 'MISSED'}  {value:9.2f}  {name} (against {peer}; {wanted}{between})",
            flush=True,
        )

    def turns(
        self,
        name: str,
        ours: Sequence[float],
        peers: Sequence[float],
        peer: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """What was measured ``in_turn``: the ratio of the medians, and between which ratios the single rounds lay."""
        each = [mine / other for mine, other in zip(ours, peers, strict=True)]
        self.ratio(
            name,
            median(ours) / median(peers),
            peer,
            at_least=at_least,
            at_most=at_most,
            spread=(min(each), max(each)),
        )

    def note(self, words: str) -> None:
        """Something measured that a ratio is made of."""
        print(
            json.dumps({"note": words}, ensure_ascii=False)
            if self.as_json
            else f"                   {words}",
            flush=True,
        )

    def finish(self) -> int:
        """The exit code."""
        if self.as_json:
            print(json.dumps({"missed": self.missed}, ensure_ascii=False))
        else:
            print(f"{len(self.missed)} targets missed" if self.missed else "all targets reached")
        return int(bool(self.missed))
