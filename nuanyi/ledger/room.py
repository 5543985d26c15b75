"""What the ledger declares of itself: it has no page, the figures of the rooms show what it holds."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.rooms import Room

ROOM = Room(
    name="ledger", title=_("Ledger"), mounts=[], lasting=frozenset({"LedgerEntry", "RollUp", "CubeRow"})
)
