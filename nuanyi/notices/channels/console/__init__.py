"""The console channel: a line in the server's log. Always configured; what a new installation starts with."""

from __future__ import annotations

import logging

from django.utils.translation import gettext_lazy as _

from nuanyi.notices.channels.port import Channel
from nuanyi.people.models import Account

log = logging.getLogger("nuanyi.notices")


class ConsoleChannel(Channel):
    """Writes the subject to the log; the text itself is read on the notices page."""

    name = "console"
    title = _("On this page only")
    order = 1
    for_staff = True

    def send(self, account: Account, subject: str, body: str) -> None:
        """One line, without the body."""
        log.info("notice for account %s: %s", account.pk, subject)


CHANNEL = ConsoleChannel()
