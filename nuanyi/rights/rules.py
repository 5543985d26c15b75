"""What somebody may ask for, and how a request at the desk goes on. No database."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

#: How long the proof of a phone holds, in seconds.
PROOF_SECONDS = 900
#: How long a request waits for the second person before it lapses, in days.
WAITS_DAYS = 14
MIN_REASON = 4
#: Entries of the journal that a page shows; the file to take along has them all.
SHOWN_ENTRIES = 100


class Deed(models.TextChoices):
    """What is asked for (PIPL Art. 45 to 47, 15)."""

    COPY = "copy", _("See everything and take it along")
    CORRECT = "correct", _("Put a value right")
    WITHDRAW = "withdraw", _("Take consents back")
    ERASE = "erase", _("Be forgotten")


#: What a colleague may ask of the account.
DEEDS_OF_ACCOUNT = (Deed.COPY, Deed.CORRECT, Deed.ERASE)


class State(models.TextChoices):
    """Where a request at the desk stands."""

    ASKED = "asked", _("waiting for a second person")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    LAPSED = "lapsed", _("lapsed")


#: What can be put right, and whose value is shown in clear to whoever proved a phone: a number may have had another holder
#: before, so that an identity number is seen in full at a desk only.
CORRECTABLE = ("name", "phone", "id_number")
BY_PHONE = ("name",)
MASKED_BY_PHONE = frozenset({"sealed_id_number", "sealed_political", "sealed_before", "changes"})
