"""What the ledger declares of itself: it has no page, the figures of the rooms show what it holds."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.rooms import Room

_NUMBERS = "numbers of what was delivered, by place, month and unit; every figure is added up from all of it, nobody is in it"

ROOM = Room(
    name="ledger",
    title=_("Ledger"),
    mounts=[],
    unbound={"LedgerEntry": _NUMBERS, "RollUp": _NUMBERS},
    lasting=frozenset({"LedgerEntry", "RollUp", "CubeRow"}),
)
