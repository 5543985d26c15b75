"""Behind proxies: whose address counts, and who is shut out by whom."""

import pytest
from django.test import Client

from nuanyi.lib import limits, proxies
from nuanyi.lib.errors import TooMuch


@pytest.mark.parametrize(
    ("peer", "forwarded", "who"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),  # not a proxy of ours: what it says is not believed
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),  # the client wrote the first itself
        ("127.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.5", "198.51.100.7"),
        ("10.0.0.5", "1.1.1.1,198.51.100.7,127.0.0.1", "198.51.100.7"),
        ("127.0.0.1", "198.51.100.7, junk", "127.0.0.1"),
        ("127.0.0.1", "junk, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", ",,,", "127.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("127.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("", "198.51.100.7", ""),
        ("127.0.0.1", "9" * 5000, "127.0.0.1"),
    ],
)
def test_the_rightmost_address_that_no_proxy_of_ours_has_is_the_clients(settings, peer, forwarded, who):
    settings.NUANYI_TRUSTED_PROXIES = ["127.0.0.0/8", "::1", "10.0.0.0/24"]
    assert proxies.client_address({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}) == who


@pytest.mark.django_db
def test_one_browser_that_sends_too_much_shuts_nobody_else_out():
    """30 junk cases from behind a carrier's address refused everybody for the hour."""
    for _n in range(30):
        limits.count("case", "203.0.113.9|junk", at_most=30)
    for _n in range(5):
        with pytest.raises(TooMuch):
            limits.count("case", "203.0.113.9|junk", at_most=30)
    limits.count("case", "203.0.113.9|another", at_most=30)
    limits.count("case", "203.0.113.9", at_most=30)


@pytest.mark.django_db
def test_whoever_makes_up_tokens_meets_the_wider_limit_of_the_address():
    with pytest.raises(TooMuch):
        for n in range(2 * limits.SHARED + 1):
            limits.count("case", f"203.0.113.9|made-up-{n}", at_most=2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "told",
    [
        {"X-Forwarded-For": "198.51.100.7"},
        {"X-Real-IP": "198.51.100.7"},
        {"Forwarded": "for=1"},
        {"Via": "1.1 x"},
    ],
)
def test_numbers_are_for_this_machine_and_not_for_whoever_a_proxy_brings(told):
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", headers=told).status_code == 404


@pytest.mark.django_db
def test_numbers_are_shut_where_people_come_by_another_address_and_open_by_token(settings):
    settings.NUANYI_PUBLIC_URL = "https://nuanyi.example"
    assert Client().get("/metrics").status_code == 404
    settings.NUANYI_METRICS_TOKEN = "a-token"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer a-token"}).status_code == 200


@pytest.mark.django_db
def test_numbers_are_shut_where_a_proxy_passes_no_header_but_the_name_that_people_use(settings):
    """Behind nginx with nothing but ``Host $host`` everybody's peer is this machine."""
    settings.NUANYI_HOSTS = ["127.0.0.1", "nuanyi.example"]
    assert Client().get("/metrics").status_code == 404
    settings.NUANYI_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    assert Client().get("/metrics").status_code == 200


@pytest.mark.django_db
def test_wrong_passwords_from_elsewhere_keep_nobody_out_of_his_account(cast):
    from conftest import PASSWORD

    def sign_in(word, address):
        told = {"login": "office", "password": word}
        return Client().post("/accounts/login/", told, REMOTE_ADDR=address)

    for _n in range(8):
        assert sign_in("wrong", "203.0.113.9").status_code == 200
    assert sign_in(PASSWORD, "203.0.113.9").status_code == 200  # the guesser waits
    assert sign_in(PASSWORD, "198.51.100.7").status_code == 302


@pytest.mark.django_db
def test_second_factors_stand_sealed_in_the_database(cast):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    account, secret = cast.accounts["office"], "JBSWY3DPEHPK3PXP"
    TOTP.activate(account, secret)
    codes = RecoveryCodes.activate(account)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    row = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in row.data["secret"]
    from allauth.mfa.adapter import get_adapter

    assert get_adapter().decrypt(row.data["secret"]) == secret
    again = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES))
    assert again.get_unused_codes() == codes.get_unused_codes()
    seed = again.instance.data["seed"]
    assert get_adapter().decrypt(seed) != seed
