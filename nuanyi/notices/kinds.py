"""Notices that no higher room declares."""

from django.utils.translation import gettext_lazy as _

from nuanyi.notices.rules import declare

TEST = declare("test", _("A test from Nuanyi"), _("If you read this, notices reach you."))
REVEAL_ALARM = declare(
    "reveal-alarm",
    _("Many personal values were opened"),
    _("%(who)s opened %(count)s personal values today. Please look at the audit."),
    urgent=True,
)
