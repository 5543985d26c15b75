"""The e-mail channel: SMTP (RFC 5321) by Django's own backend, set by ``NUANYI_SMTP_URL``."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from nuanyi.lib import outgoing
from nuanyi.people.models import Account


def mail(address: str, subject: str, body: str, stop: str = "") -> None:
    """One e-mail; ``stop`` lets mail programs stop a series with one click (RFC 2369 and 8058).

    Raises ValueError (refused for good), ConnectionError (later again).
    """
    headers = (
        {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        if stop
        else {}
    )
    outgoing.require_quiet()
    try:
        EmailMessage(subject, body, to=[address], headers=headers).send()
    except smtplib.SMTPRecipientsRefused as exc:
        raise ValueError("the server refused the address") from exc
    except (smtplib.SMTPException, OSError) as exc:
        raise ConnectionError(type(exc).__name__) from exc


class EmailChannel:
    """Sends a plain text message."""

    name = "email"

    def configured(self) -> bool:
        """Whether a server is set."""
        return bool(settings.EMAIL_HOST)

    def send(self, account: Account, subject: str, body: str) -> None:
        """Hand the message to the server. Raises ValueError (no address, refused for good), ConnectionError (later)."""
        if not account.email:
            raise ValueError("this account has no e-mail address")
        mail(account.email, subject, body)
