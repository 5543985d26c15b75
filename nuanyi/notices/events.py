"""Kinds of entry that this room makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare

NOTICE_GIVEN_UP = declare("notices.given_up", _("A notice could not be delivered"))
PREFERENCE_SET = declare("notices.preference_set", _("Somebody changed how they are told"))
