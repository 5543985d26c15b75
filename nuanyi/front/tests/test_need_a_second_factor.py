"""Whoever reaches everything has a second factor before they go on; nobody else must, and nobody is locked out."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from conftest import PASSWORD
from nuanyi.lib import clock
from nuanyi.people import rules
from nuanyi.people.models import Account
from nuanyi.people.services import accounts
from nuanyi.program import health

INDEX = "/accounts/2fa/?first=1"
SECRET = "JBSWY3DPEHPK3PXP"
REACH = ("office", "organisation", "auditor", "administrator")


@pytest.fixture(autouse=True)
def _required(settings, cast):
    """Required, and the days within which it may be set up are over."""
    settings.NUANYI_SECOND_FACTOR = True
    Account.objects.update(made_at=clock.now() - timedelta(days=rules.SECOND_FACTOR_WITHIN_DAYS + 1))


def signed_in(name):
    browser = Client()
    assert browser.post("/accounts/login/", {"login": name, "password": PASSWORD}).status_code == 302
    return browser


@pytest.mark.parametrize("name", REACH)
def test_whoever_reaches_everything_is_led_to_set_one_up_before_anything_else(cast, name):
    browser = signed_in(name)
    for address in ("/office/", "/office/notices/"):
        assert browser.get(address).headers["Location"] == INDEX
    assert browser.post("/office/audit/verify/").headers["Location"] == INDEX
    told = browser.get("/office/", headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (401, "second-factor")
    page = browser.get(INDEX).content.decode()
    assert "单凭密码打不开" in page
    assert "/accounts/2fa/totp/activate/" in page


def test_it_is_set_up_in_one_page_and_the_office_is_open(cast):
    browser = signed_in("office")
    browser.get("/accounts/2fa/totp/activate/")
    code = format_hotp_value(hotp_value(browser.session["mfa.totp.secret"], int(time.time()) // 30))
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code})
    if answer.status_code == 200:  # the half minute went by meanwhile
        code = format_hotp_value(hotp_value(browser.session["mfa.totp.secret"], int(time.time()) // 30))
        answer = browser.post("/accounts/2fa/totp/activate/", {"code": code})
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    assert browser.get("/accounts/2fa/recovery-codes/").status_code == 200
    assert browser.get("/office/").status_code == 200
    # from now on the password alone opens nothing
    assert signed_in("office").get("/office/").status_code == 302


def test_a_new_account_has_two_weeks_for_it_and_is_reminded_on_the_first_page(cast):
    """On the first day of a district its office works; nobody must fetch a phone first."""
    Account.objects.update(made_at=clock.now())
    browser = signed_in("office")
    page = browser.get("/office/")
    assert page.status_code == 200
    assert "设置两步验证" in page.content.decode()
    assert "设置两步验证" not in signed_in("clerk").get("/office/").content.decode()
    TOTP.activate(cast.accounts["office"], SECRET)
    assert "设置两步验证" not in browser.get("/office/").content.decode()


@pytest.mark.parametrize("name", ["yanshan", "clerk", "grid", "keeper", "instructor"])
def test_nobody_else_must_have_one(cast, name):
    assert signed_in(name).get("/office/").status_code == 200


def test_the_last_one_is_not_given_up_where_it_is_required(cast):
    for name, left in (("office", 1), ("clerk", 0)):
        account = cast.accounts[name]
        browser = signed_in(name)
        TOTP.activate(account, SECRET)
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        answer = browser.post("/accounts/2fa/totp/deactivate/")
        assert answer.status_code == (200 if left else 302)
        assert Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).count() == left


def test_a_lost_phone_locks_nobody_out(cast, program):
    """A first password takes the second factor away (``nuanyi account``, or whoever manages accounts)."""
    account = cast.accounts["office"]
    TOTP.activate(account, SECRET)
    accounts.set_first_password(actor=program, account=account, password="another-lantern-8")
    browser = Client()
    browser.post("/accounts/login/", {"login": "office", "password": "another-lantern-8"})
    assert browser.get("/office/").headers["Location"] == "/accounts/password/change/"
    own = {
        "oldpassword": "another-lantern-8",
        "password1": "lamp-by-the-river-9",
        "password2": "lamp-by-the-river-9",
    }
    browser.post("/accounts/password/change/", own)
    assert browser.get("/office/").headers["Location"] == INDEX


def test_a_slip_is_changed_first_and_the_health_page_says_how_many_have_one(cast, settings):
    [found] = [one for one in health.findings() if one.key == "second-factor"]
    assert (found.state, "5 个中已设置 0 个" in found.words) == ("later", True)
    for name in (*REACH, "office2"):
        TOTP.activate(cast.accounts[name], SECRET)
    [found] = [one for one in health.findings() if one.key == "second-factor"]
    assert found.state == "ok"
    settings.NUANYI_SECOND_FACTOR = False
    [found] = [one for one in health.findings() if one.key == "second-factor"]
    assert (found.state, "NUANYI_SECOND_FACTOR" in found.words) == ("later", True)
    assert cast.client("office").get("/office/").status_code == 200
