"""Lists paged by key: the next page starts after the last row's key, so page 1,000 costs what page 1 costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from nuanyi.lib.errors import BadInput

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows, newest key first; ``older``/``newer`` are cursors or None at an end."""

    rows: list[M]
    older: str | None
    newer: str | None


def page_of(rows: QuerySet[M], *, after: str = "", before: str = "") -> Page[M]:
    """Cut one page out of ``rows``, ordered by descending primary key (UUIDv7, so newest first).

    ``after`` shows rows with smaller keys than the cursor, ``before`` those with larger ones.
    Raises BadInput for a cursor that is not a key.
    """
    cursor = _cursor(after or before)
    if before and cursor:
        found = list(rows.filter(pk__gt=cursor).order_by("pk")[: PAGE_SIZE + 1])
        more = len(found) > PAGE_SIZE
        shown = found[:PAGE_SIZE][::-1]
        return Page(shown, str(shown[-1].pk) if shown else None, str(shown[0].pk) if shown and more else None)
    if cursor:
        rows = rows.filter(pk__lt=cursor)
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    older = str(shown[-1].pk) if len(found) > PAGE_SIZE else None
    return Page(shown, older, str(shown[0].pk) if shown and cursor else None)


def _cursor(text: str) -> UUID | int | None:
    if not text:
        return None
    try:
        return int(text) if text.isdecimal() and len(text) < 19 else UUID(text)
    except ValueError as exc:
        raise BadInput(code="bad-cursor") from exc


def counted(rows: QuerySet[M], *, at_most: int = 10_000) -> tuple[int, bool]:
    """How many rows there are, looking at no more than ``at_most``; the flag says that there are more."""
    seen = rows.order_by()[: at_most + 1].count()
    return min(seen, at_most), seen > at_most
