"""Kinds of entry that this room makes, and what it announces."""

from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_fields, declare_words
from nuanyi.people.rules import FIELDS, FIELDS_OF_ACCOUNT

ACCOUNT_MADE = declare("people.account_made", _("An account was made"))
ACCOUNT_CLOSED = declare("people.account_closed", _("An account was closed"))
ACCOUNT_OPENED = declare("people.account_opened", _("An account was opened again"))
PASSWORD_SET = declare("people.password_set", _("A first password was set"))
DUTY_GIVEN = declare("people.duty_given", _("A role was given"))
ROLE_ASKED = declare("people.role_asked", _("A role was given and waits for a second person"))
DUTY_TAKEN = declare("people.duty_taken", _("A role was taken away"))
SIGNED_IN = declare("people.signed_in", _("Somebody signed in"))
SIGN_IN_FAILED = declare("people.sign_in_failed", _("A sign-in failed"))
REVEALED = declare("people.revealed", _("A personal value was opened"), personal="id only", opens=True)
REVEAL_REFUSED = declare(
    "people.reveal_refused", _("Opening a personal value was refused"), personal="id only"
)
LOOKED_UP = declare("people.looked_up", _("A person was looked up by an exact number or name"))
ERASED = declare("people.erased", _("A person was erased"), personal="id only")
CORRECTED = declare("people.corrected", _("A personal value was put right"), personal="id only")
ADMITTED = declare("people.admitted", _("Somebody who had been forgotten wants to be here again"))
CONSENT_GIVEN = declare("people.consent_given", _("A consent was given"), personal="id only")
CONSENT_WITHDRAWN = declare("people.consent_withdrawn", _("A consent was taken back"), personal="id only")
RETENTION_OVER = declare("people.retention_over", _("What was past its time was forgotten"))
KEYS_ROTATED = declare("people.keys_rotated", _("Keys were rotated"))
WECOM_LINKED = declare("people.wecom_linked", _("An account was linked to WeCom by its owner"))
WECOM_UNLINKED = declare("people.wecom_unlinked", _("The link of an account to WeCom was taken away"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "family": _("family of keys"),
        "field": _("field"),
        "key": _("key"),
        "role": _("role"),
        "values": _("number"),
        "waiting": _("waiting"),
    }
)

declare_fields("people", FIELDS | FIELDS_OF_ACCOUNT)

#: An account opened more personal values today than is usual. Arguments: ``actor``, ``count``.
reveal_alarm = Signal()
#: An account is about to be closed; a listener may refuse. Arguments: ``account``, ``actor``.
account_closing = Signal()
#: A role was taken from an account. Arguments: ``account``, ``role``, ``actor``.
role_taken = Signal()
#: A person is about to be erased; listeners delete what they keep of it. Arguments: ``person``, ``actor``.
person_erased = Signal()
