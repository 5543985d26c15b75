"""How often somebody may try in an hour: one browser, everybody behind an address, one account."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from nuanyi.lib import access, clock, known_browsers, limits
from nuanyi.lib.errors import TooMuch

pytestmark = pytest.mark.django_db


def attempts(times, subject="case", address="203.0.113.9", at_most=3):
    for _turn in range(times):
        limits.count(subject, address, at_most=at_most)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9|token", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1|token", "2001:db8:1:2::/64"),
        ("", "-"),
        ("unknown", "-"),
        ("999.1.1.1", "-"),
    ],
)
def test_a_network_is_an_address_or_the_part_of_it_that_one_household_has(address, network):
    assert limits.network_of(address) == network


def test_so_often_and_not_once_more_in_one_hour_and_anew_in_the_next():
    with clock.held_at(clock.now()):
        attempts(3)
        with pytest.raises(TooMuch) as refused:
            attempts(1)
        assert refused.value.code == "too-often"
    with clock.held_at(clock.now() + timedelta(hours=1)):
        attempts(3)


def test_subjects_addresses_and_accounts_are_counted_apart():
    with clock.held_at(clock.now()):
        attempts(3)
        attempts(3, subject="report")
        attempts(3, address="203.0.113.10")
        attempts(3, address="203.0.113.9|one")
        attempts(3, address="203.0.113.9|two")
        for account in (1, 2):
            for _turn in range(2):
                limits.count_of_account("case", account, at_most=2)
            with pytest.raises(TooMuch):
                limits.count_of_account("case", account, at_most=2)


def test_known_browsers_go_on_where_made_up_tokens_have_filled_the_address():
    with clock.held_at(clock.now()):
        with pytest.raises(TooMuch):
            for number in range(3 * limits.SHARED + 1):
                attempts(1, address=f"203.0.113.9|made-up-{number}")
        with pytest.raises(TooMuch):
            attempts(1, address="203.0.113.9|a rider's, of today")
        attempts(3, address=f"203.0.113.9|{limits.MARK}known")
        with pytest.raises(TooMuch):
            attempts(1, address=f"203.0.113.9|{limits.MARK}known")  # its own bound is the same
        attempts(3, address=f"203.0.113.9|{limits.MARK}another")


def test_known_browsers_together_are_bounded_too(monkeypatch):
    monkeypatch.setattr(limits, "KNOWN", 2)
    with clock.held_at(clock.now()):
        for number in range(2 * limits.SHARED):
            attempts(3, address=f"203.0.113.9|{limits.MARK}{number}")
        with pytest.raises(TooMuch):
            attempts(1, address=f"203.0.113.9|{limits.MARK}one more")


def test_a_mark_is_the_server_s_own_and_known_from_the_next_day_for_a_month():
    begun = clock.now()
    with clock.held_at(begun):
        mark = known_browsers.new_mark()
        assert known_browsers.renewed(mark) is not None
        assert known_browsers.known_mark(mark) == ""
    for age, known in ((timedelta(hours=23), False), (timedelta(days=1), True), (timedelta(days=31), False)):
        with clock.held_at(begun + age):
            assert bool(known_browsers.known_mark(mark)) is known, age
    with clock.held_at(begun + timedelta(days=2)):
        assert known_browsers.known_mark(mark) == known_browsers.known_mark(mark) != ""
        for forged in ("", "=", mark[:-1], mark + "x", f"{limits.MARK}{mark}", "x" * 5000):
            assert known_browsers.renewed(forged) is None
    with clock.held_at(begun - timedelta(days=1)):
        assert known_browsers.renewed(mark) is None


def test_a_browser_that_is_shown_a_form_gets_one_mark_and_a_network_only_so_many(monkeypatch):
    monkeypatch.setattr(known_browsers, "GIVEN_AN_HOUR", 2)
    browsers = [Client() for _n in range(3)]
    given = []
    with clock.held_at(clock.now()):
        for browser in browsers:
            assert browser.get("/help/ask/").status_code == 200
            given.append(browser.cookies.get(known_browsers.COOKIE))
        assert [bool(one) for one in given] == [True, True, False]
        assert given[0]["httponly"]
        assert known_browsers.COOKIE not in browsers[0].get("/help/ask/").cookies


@pytest.mark.parametrize(("age", "behind"), [(timedelta(days=2), "="), (timedelta(hours=2), "mine")])
def test_who_asks_is_told_by_the_mark_where_it_is_known_and_nobody_says_so_himself(age, behind):
    with clock.held_at(clock.now() - age):
        mark = known_browsers.new_mark()
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9")
    request.COOKIES = {"csrftoken": "=mine", known_browsers.COOKIE: mark}
    assert access.address_of(request).startswith(f"203.0.113.9|{behind}")


def test_everybody_behind_one_address_together_may_do_twenty_times_as_much():
    with clock.held_at(clock.now()):
        for number in range(20):
            attempts(1, address=f"203.0.113.9|{number}", at_most=1)
        with pytest.raises(TooMuch):
            attempts(1, address="203.0.113.9|late", at_most=1)
        attempts(1, address="203.0.113.10|late", at_most=1)


def test_a_browser_and_its_crowd_are_counted_in_one_statement(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(limits, "randrange", lambda _of: 1)
    for address in ("203.0.113.9|mine", f"203.0.113.9|{limits.MARK}known"):
        with django_assert_num_queries(1):
            attempts(1, address=address)


@pytest.mark.parametrize("token", ["*", f"{limits.MARK}*"])
def test_a_token_that_looks_like_the_crowd_is_a_browser_like_any_other(token):
    with clock.held_at(clock.now()):
        attempts(3, address=f"203.0.113.9|{token}")
        with pytest.raises(TooMuch):
            attempts(1, address=f"203.0.113.9|{token}")
        attempts(3, address="203.0.113.9|mine")


def test_what_is_refused_to_one_browser_does_not_fill_the_address():
    with clock.held_at(clock.now()):
        attempts(1, address="203.0.113.9|storm", at_most=1)
        for _turn in range(2 * limits.SHARED):
            with pytest.raises(TooMuch):
                attempts(1, address="203.0.113.9|storm", at_most=1)
        attempts(1, address="203.0.113.9|mine", at_most=1)


def hours():
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT hour FROM people_attempt ORDER BY hour")
        return [hour for (hour,) in cursor.fetchall()]


def test_what_is_over_is_swept_now_and_then_and_this_hour_stays(monkeypatch):
    now = clock.now()
    monkeypatch.setattr(limits, "randrange", lambda _of: 1)
    for ago in (2, 1, 0):
        with clock.held_at(now - timedelta(hours=ago)):
            attempts(1)
    this = int(now.timestamp()) // 3600
    assert hours()[-3:] == [this - 2, this - 1, this]
    monkeypatch.setattr(limits, "randrange", lambda of: 0 if of == limits.SWEEP_EVERY else 1)
    with clock.held_at(now):
        attempts(1)
    assert hours() == [this]


def test_the_table_names_nobody_and_its_digests_change_with_the_hour():
    now = clock.now()
    found = []
    for ago in (1, 0):
        with clock.held_at(now - timedelta(hours=ago)), connection.cursor() as cursor:
            cursor.execute("DELETE FROM people_attempt")
            attempts(1)
            cursor.execute("SELECT digest FROM people_attempt")
            [[digest]] = cursor.fetchall()
            found.append(bytes(digest))
    assert {len(digest) for digest in found} == {16}
    assert len(set(found)) == 2


def test_a_mark_that_grows_old_is_renewed_and_stays_known():
    """A month after the first form every rider behind a carrier was unknown again."""
    mark = known_browsers.new_mark()
    assert known_browsers.renewed(mark) == ""
    with clock.held_at(clock.now() + known_browsers.RENEWED):
        again = known_browsers.renewed(mark)
        assert known_browsers.known_mark(again) == known_browsers.known_mark(mark) != ""
    with clock.held_at(clock.now() + timedelta(days=known_browsers.DAYS + 1)):
        assert known_browsers.known_mark(again)
        assert known_browsers.renewed(mark) is None
    assert known_browsers.renewed("made up") is None
