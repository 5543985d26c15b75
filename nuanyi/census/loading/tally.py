"""What loading found and did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from nuanyi.lib.digests import file_digest

NEW, KNOWN, UNCHANGED, CHANGED, DOUBLE = "new", "known", "unchanged", "changed", "doubles"
#: Rows of people who asked to be forgotten: nothing of them is taken in, and no row is named.
BARRED = "barred"


class Stale(Exception):
    """What is known has changed since the preview: rows would do what nobody has decided."""


@dataclass(slots=True)
class Met:
    """A row that meets a record: masked differences as ``[field, before, after]``."""

    sheet: str
    row: int
    record_id: UUID | None
    title: str
    sort: str
    changes: list[list[str]] = field(default_factory=list)


@dataclass
class Tally:
    """Counts for the import's page and lines for the ledger."""

    counts: Counter[str] = field(default_factory=Counter)
    met: list[Met] = field(default_factory=list)
    delivered: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: of all good rows, in their order: whether a file is read again as it was shown
    rows_digest: str = ""

    def as_json(self) -> dict[str, int]:
        """Plain numbers."""
        return {key: int(value) for key, value in self.counts.items()}

    def read(self, digests: bytes) -> None:
        """Note the keyed digests of the next good rows."""
        self.rows_digest = file_digest("roster-rows", self.rows_digest.encode() + digests)

    def meet(self, met: Met) -> None:
        """Note a row that needs a decision or a look."""
        self.counts[met.sort] += 1
        self.met.append(met)


Choices = dict[tuple[str, int], str]
