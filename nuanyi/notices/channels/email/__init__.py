"""The e-mail channel: SMTP (RFC 5321) by Django's own backend, set by ``NUANYI_SMTP_URL``."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import outgoing
from nuanyi.notices.channels.port import AddressField, Channel, Message
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


class EmailChannel(Channel):
    """Sends a plain text message."""

    name = "email"
    title = _("E-mail")
    order = 23
    setting, example = "NUANYI_SMTP_URL", "smtps://NAME:PASSWORD@smtp.example.org:465"
    a_minute = 600
    field = AddressField(
        _("E-mail address"),
        _("Your own e-mail address"),
        _("This is not an e-mail address."),
        type="email",
        autocomplete="email",
    )
    for_staff = for_readers = proves_by_code = True

    def configured(self) -> bool:
        """Whether a server is set."""
        return bool(settings.EMAIL_HOST)

    def send(self, account: Account, subject: str, body: str) -> None:
        """Hand the message to the server. Raises ValueError (no address, refused for good), ConnectionError (later)."""
        if not account.email:
            raise ValueError("this account has no e-mail address")
        mail(account.email, subject, body)

    def speak(self, address: str, message: Message) -> None:
        """The lesson with its link, and how to stop."""
        end = "\n\n" + gettext("To stop: %(link)s") % {"link": message.stop} if message.stop else ""
        mail(address, message.title, f"{message.text}\n\n{message.link}{end}", message.stop)

    def send_code(self, address: str, code: str, title: str, text: str) -> None:
        """The text, which has the code in it."""
        mail(address, title, text)

    def in_form(self, text: str) -> str:
        """Without spaces around it."""
        try:
            validate_email(text.strip())
        except ValidationError as exc:
            raise ValueError("not an e-mail address") from exc
        return text.strip()


CHANNEL = EmailChannel()
