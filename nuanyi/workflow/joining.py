"""Joining two things that are one: both locked in one order, the second still open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import BadInput
from nuanyi.workflow.locks import in_order


class Open(Protocol):
    """What is open or has ended."""

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        ...


Row = TypeVar("Row", bound=Open)


def both(pk: int, into: int, lock: Callable[[int], Row]) -> tuple[Row, Row]:
    """The two, locked: the one that is joined, and the open one that it is joined to. Raises BadInput and
    what ``lock`` raises.
    """
    if pk == into:
        raise BadInput(fields={"into": _("Choose another one.")})
    found = in_order(lock, pk, into)
    if not found[into].open:
        raise BadInput(fields={"into": _("Choose one that is still open.")})
    return found[pk], found[into]
