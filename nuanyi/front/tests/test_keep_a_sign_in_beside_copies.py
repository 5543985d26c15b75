"""A phone fills its shell beside what its owner does; what it fetches must not undo a sign-in."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from nuanyi.front import middleware

pytestmark = pytest.mark.django_db


def ended(client: Client) -> None:
    """A browser whose session the server no longer knows, as after signing in anew in another tab."""
    client.cookies["sessionid"] = "0" * 32


def test_a_page_asked_for_in_the_usual_way_sets_its_form_token_and_takes_an_ended_session_away() -> None:
    client = Client()
    ended(client)
    assert set(client.get("/help/ask/").cookies) == {"csrftoken", "sessionid"}


def test_a_copy_sets_no_form_token_and_ends_no_session() -> None:
    client = Client()
    ended(client)
    answer = client.get("/help/ask/", headers={"X-Kept-Copy": "1"})
    assert answer.status_code == 200
    assert not answer.cookies


def test_the_service_worker_says_that_it_copies() -> None:
    script = (Path(middleware.__file__).parent / "static/front/sw.js").read_text()
    assert "cache.add(copied(address))" in script
    assert "cache.add(address)" not in script
