"""Kinds of entry that this room makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

RELEASED = declare("sharing.released", _("Open data were published"))
SUMMARY_SIGNED = declare("sharing.summary_signed", _("A monthly summary was signed"))
KEY_CHANGED = declare("sharing.key_changed", _("The key that signs summaries was changed"))
SENDER_SET = declare("sharing.sender_set", _("A district's key was entered"))
SUMMARY_VOIDED = declare("sharing.summary_voided", _("A district's monthly summary was made void"))
SUMMARY_RECEIVED = declare("sharing.summary_received", _("A district's monthly summary was taken in"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "corrected": _("corrected"),
        "month": _("month"),
    }
)
