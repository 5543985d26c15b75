"""The addresses of django-allauth that we use; each behind a door like everything else."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.urls import path

from nuanyi.front import account as account_pages
from nuanyi.lib.access import PUBLIC, SIGNED_IN, View, permission_required

WHY = account_pages.WHY


def _open(view: View) -> View:
    return permission_required(PUBLIC, unkeyed=WHY, journaled=True)(_whole(view))


def _mine(view: View) -> View:
    return permission_required(SIGNED_IN, unkeyed=WHY, journaled=True)(_whole(view))


def _whole(view: View) -> View:
    """Views that are not ours have no service with a transaction of its own: all that one writes, or nothing."""
    return transaction.atomic(view)


urlpatterns = [
    path("mine/", account_pages.mine, name="my_account"),
    path("wecom/", account_pages.ask_wecom, name="wecom_ask"),
    path("wecom/answer/", account_pages.wecom_answer, name="wecom_answer"),
    path("wecom/unlink/", account_pages.unlink_wecom, name="wecom_unlink"),
    path("login/", _open(account.login), name="account_login"),
    path("logout/", _open(account.logout), name="account_logout"),
    path("reauthenticate/", _mine(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", _mine(account.password_change), name="account_change_password"),
    path("2fa/", _mine(mfa.index), name="mfa_index"),
    path("2fa/authenticate/", _open(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", _mine(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", _mine(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", _mine(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", _mine(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        _mine(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        _mine(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", _mine(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", _mine(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", _open(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        _mine(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/remove/", _mine(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", _mine(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
