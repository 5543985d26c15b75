"""The console channel: a line in the server's log. Always configured; what a new installation starts with."""

from __future__ import annotations

import logging

from nuanyi.people.models import Account

log = logging.getLogger("nuanyi.notices")


class ConsoleChannel:
    """Writes the subject to the log; the text itself is read on the notices page."""

    name = "console"

    def configured(self) -> bool:
        """Always."""
        return True

    def send(self, account: Account, subject: str, body: str) -> None:
        """One line, without the body."""
        log.info("notice for account %s: %s", account.pk, subject)
