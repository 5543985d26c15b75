"""Staff sign-in through django-allauth: no sign-up, every success and failure in the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import GUEST
from nuanyi.lib.limits import network_of
from nuanyi.lib.proxies import client_address
from nuanyi.people import events
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, keys
from nuanyi.people.queries import SECOND_FACTORS, must_have_second_factor

#: For so long after a sign-in its password is not asked for again before the first second factor.
JUST_NOW = timedelta(minutes=10)


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by people with the role to do so, never by a visitor."""

    #: In the words and the manner of our own pages.
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Login name or password is wrong."),
        "enter_current_password": _("This is not the present password."),
        "rate_limited": _("Too many tries at once. Wait a little."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """From the one-time password on to the work; from one's own page back to it, which says that it was changed."""
        user = request.user
        if isinstance(user, Account) and user.must_change_password:
            return str(settings.LOGIN_REDIRECT_URL)
        return f"{reverse('my_account')}?changed=password"

    def set_password(self, user: Account, password: str) -> None:
        """The owner's own, and with it the first one is over: in one statement, which the database asks for."""
        user.set_password(password)
        Account.objects.filter(pk=user.pk).update(password=user.password, must_change_password=False)

    def is_reauthentication_required(self, *, app: str | None = None) -> bool:
        """Not for the first second factor of whoever must have one, just after he has typed his password."""
        if app == "allauth.mfa" and self._is_beginning(self.request.user):
            return False
        return bool(super().is_reauthentication_required(app=app))

    def _is_beginning(self, account: Account) -> bool:
        """Whether an account signed in just now and had no second factor then, though its roles want one."""
        records = get_authentication_records(self.request, account)
        if not must_have_second_factor(actor_for(account).roles) or not records:
            return False
        signed_in_at = datetime.fromtimestamp(records[-1]["at"], UTC)
        if clock.now() - signed_in_at > JUST_NOW:
            return False
        return not Authenticator.objects.filter(user=account, created_at__lt=signed_in_at).exists()

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

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of whoever must have one: another is set up first."""
        account = authenticator.user
        others = Authenticator.objects.filter(user=account, type__in=SECOND_FACTORS).exclude(
            pk=authenticator.pk
        )
        return not must_have_second_factor(actor_for(account).roles) or others.exists()


@receiver(user_logged_in)
def note_sign_in(sender: object, user: Account, **_more: Any) -> None:
    """Who signed in, without address or device."""
    journal.record(actor_for(user), events.SIGNED_IN, user)


@receiver(user_login_failed)
def note_failure(sender: object, credentials: dict[str, Any], **_more: Any) -> None:
    """That it failed, and for which account where there is one; what was typed is not kept."""
    account = Account.objects.filter(username=str(credentials.get("username") or "")).first()
    journal.record(GUEST, events.SIGN_IN_FAILED, account)
