"""Whoever comes for the first time finds the style sheet within the page; nothing else may stand there."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from django.http import HttpRequest
from django.template import engines
from django.test import Client

from nuanyi.front import within

pytestmark = pytest.mark.django_db
SHEET = re.compile("<style>(.*?)</style>", re.DOTALL)


def policy_of(answer) -> dict[str, str]:
    """Sources by directive."""
    parts = answer["Content-Security-Policy"].split(";")
    return dict(part.strip().split(" ", 1) for part in parts)


def named_by(text: str) -> str:
    """How a policy names a text (CSP level 3, 2.3.1)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("address", ["/", "/help/", "/learn/", "/report/", "/me/"])
def test_at_a_first_visit_the_sheet_stands_within_the_page_and_the_policy_names_just_it(address):
    answer = Client().get(address)
    (text,) = SHEET.findall(answer.text)
    assert len(text) > 10_000
    assert policy_of(answer)["style-src"] == f"'self' {named_by(text)}"
    assert 'rel="stylesheet"' not in answer.text
    assert policy_of(answer)["script-src"] == "'self'"
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", answer.text)


@pytest.mark.parametrize(
    "brought",
    [{"Cookie": "sessionid=x"}, {"Cookie": "other=1"}, {"X-Kept-Copy": "1"}],
    ids=["been here", "any cookie", "a copy for no network"],
)
def test_whoever_was_here_and_the_copy_without_network_get_the_file_and_the_strict_policy(brought):
    answer = Client().get("/", headers=brought)
    assert not SHEET.findall(answer.text)
    assert policy_of(answer)["style-src"] == "'self'"
    assert re.search(r'<link rel="stylesheet" href="[^"]*stations/first[^"]*\.css">', answer.text)


def test_a_second_page_of_the_same_browser_names_the_file_which_it_then_keeps():
    client = Client()
    assert "<style>" in client.get("/help/ask/").text
    assert "<style>" not in client.get("/help/").text


@pytest.mark.parametrize(
    "text",
    [
        "a{}</style><script>",
        "a</SCRIPT>",
        "a{background:url(../b.png)}",
        "a{background:url('b.png')}",
        "<!-- a",
        "a\r\n",
    ],
)
def test_a_file_that_would_end_its_element_or_points_beside_itself_stays_a_file(tmp_path, monkeypatch, text):
    (tmp_path / "one.css").write_bytes(text.encode())
    monkeypatch.setattr(within, "_path", lambda _name: tmp_path / "one.css")
    request = HttpRequest()
    assert within.sheet_within(request, "one.css") is None
    assert within.allowed_within(request) == {}


def test_a_page_that_is_made_without_a_request_names_the_file():
    made = engines["django"].from_string("{% sheet 'front/phone.css' %}").render()
    assert 'rel="stylesheet"' in made
