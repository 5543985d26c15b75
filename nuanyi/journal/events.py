"""Kinds of entry that the journal itself makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare

JOURNAL_READ = declare("journal.read", _("The audit was read"))
JOURNAL_VERIFIED = declare("journal.verified", _("The chain was verified"))
