"""Staff sign-in through django-allauth: no sign-up, every success and failure in the journal."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.signals import password_changed
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib.actor import GUEST
from nuanyi.lib.limits import network_of
from nuanyi.lib.proxies import client_address
from nuanyi.people import events
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, keys


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by people with the role to do so, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """From the one-time password on to the work; from one's own page back to it, which says that it was changed."""
        user = request.user
        if isinstance(user, Account) and user.must_change_password:
            return str(settings.LOGIN_REDIRECT_URL)
        return f"{reverse('my_account')}?changed=password"

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts are counted by name and address: five wrong passwords from elsewhere keep nobody out of his account."""
        name = str(super()._get_login_attempts_cache_key(request, **credentials))
        return f"{network_of(client_address(request.META))}:{name}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The client's address, as far as trusted proxies say it."""
        return client_address(request.META) or "0.0.0.0"  # noqa: S104 - nobody's


class SignInForm(LoginForm):  # type: ignore[misc]
    """allauth's, with the word that stands on the slip in one's hand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Sign-in name")
        self.fields["login"].widget.attrs["placeholder"] = ""
        self.fields["password"].widget.attrs["placeholder"] = ""


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: the key of the code generator and the seed of recovery codes stand sealed in the database."""

    def encrypt(self, text: str) -> str:
        """Seal one secret."""
        return keys().seal_for_good("second factor", text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open one secret."""
        return keys().open_for_good("second factor", encrypted_text)


@receiver(user_logged_in)
def note_sign_in(sender: object, user: Account, **_more: Any) -> None:
    """Who signed in, without address or device."""
    journal.record(actor_for(user), events.SIGNED_IN, user)


@receiver(user_login_failed)
def note_failure(sender: object, credentials: dict[str, Any], **_more: Any) -> None:
    """That it failed, and for which account where there is one; what was typed is not kept."""
    account = Account.objects.filter(username=str(credentials.get("username") or "")).first()
    journal.record(GUEST, events.SIGN_IN_FAILED, account)


@receiver(password_changed)
def first_password_is_changed(sender: object, user: Account, **_more: Any) -> None:
    """The owner has a password of their own now."""
    Account.objects.filter(pk=user.pk).update(must_change_password=False)
