"""Lines of a report: a ratio, what it is measured against, and the target."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Report:
    """Collects figures; ``finish`` returns 1 where a target was missed."""

    missed: list[str] = field(default_factory=list)

    def ratio(
        self,
        name: str,
        value: float,
        peer: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """One ratio."""
        wanted = (
            f"at least {at_least:g}"
            if at_least is not None
            else f"at most {at_most:g}"
            if at_most is not None
            else "for information"
        )
        good = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        print(
            f"{'ok    ' if good else 'MISSED'}  {value:9.2f}  {name} (against {peer}; {wanted})", flush=True
        )
        if not good:
            self.missed.append(name)

    def note(self, words: str) -> None:
        """Something measured that a ratio is made of."""
        print(f"                   {words}", flush=True)

    def finish(self) -> int:
        """The exit code."""
        print(f"{len(self.missed)} targets missed" if self.missed else "all targets reached")
        return int(bool(self.missed))
