"""The journal's two keys, worked out of the key file: neither rotates, and only the second is known to the database."""

from __future__ import annotations

from django.conf import settings

from nuanyi.lib.seal import keys_at

#: The purpose under which the database's functions know the second key.
PROOF = "journal"


def of_the_chain() -> bytes:
    """Chains entries and signs the heads; never in the database, so that its owner cannot make a chain of his own."""
    return keys_at(settings.NUANYI_KEYS_FILE).lasting_key("journal chain")


def of_the_proof() -> bytes:
    """Shows ``journal_append`` that the program wrote an entry and not a statement that somebody smuggled in."""
    return keys_at(settings.NUANYI_KEYS_FILE).lasting_key("journal proof")
