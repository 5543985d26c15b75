"""The e-mail channel: SMTP (RFC 5321) by Django's own backend, set by ``NUANYI_SMTP_URL``."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from nuanyi.people.models import Account


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
        try:
            EmailMessage(subject, body, to=[account.email]).send()
        except smtplib.SMTPRecipientsRefused as exc:
            raise ValueError("the server refused the address") from exc
        except (smtplib.SMTPException, OSError) as exc:
            raise ConnectionError(type(exc).__name__) from exc
