"""Whoever comes for the first time finds the style sheet within the page; nothing else may stand there."""

import re
from base64 import b64encode
from gzip import decompress
from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.template import engines
from django.test import Client

from nuanyi.front import within
from nuanyi.lib.static_storage import SmallStaticFiles

pytestmark = pytest.mark.django_db
SHEET = re.compile("<style>(.*?)</style>", re.DOTALL)


def policy_of(answer) -> dict[str, str]:
    """Sources by directive."""
    parts = answer["Content-Security-Policy"].split(";")
    return dict(part.strip().split(" ", 1) for part in parts)


def named_by(text: str) -> str:
    """How a policy names a text (CSP level 3, 2.3.1)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


BROWSER = {"Accept-Encoding": "gzip, br"}


def opened(address: str = "/", **brought: str):
    """What a browser gets that brings nothing but this; unpacked."""
    answer = Client().get(address, headers={**BROWSER, **brought})
    if answer.get("Content-Encoding") == "gzip":
        answer.content = decompress(answer.content)
    return answer


@pytest.fixture
def sheet(tmp_path, monkeypatch):
    """A sheet of the test's own, and what becomes of it at a first visit."""
    monkeypatch.setattr(within, "_path", lambda name: tmp_path / name)
    within._read_once.cache_clear()
    request = HttpRequest()
    request.method = "GET"
    request.META["HTTP_ACCEPT_ENCODING"] = "gzip"

    def put(raw: bytes) -> str | None:
        (tmp_path / "one.css").write_bytes(raw)
        return within.sheet_within(request, "one.css")

    put.request = request  # type: ignore[attr-defined]
    yield put
    within._read_once.cache_clear()


def test_at_a_first_visit_the_sheet_stands_within_the_first_page_and_the_policy_names_just_it():
    answer = opened()
    (text,) = SHEET.findall(answer.text)
    assert len(text) > 10_000
    assert policy_of(answer)["style-src"] == f"'self' {named_by(text)}"
    assert 'rel="stylesheet"' not in answer.text
    assert policy_of(answer)["script-src"] == "'self'"
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", answer.text)


@pytest.mark.parametrize(
    "brought",
    [{"Cookie": "sessionid=x"}, {"Cookie": "other=1"}, {"X-Kept-Copy": "1"}, {"Accept-Encoding": "identity"}],
    ids=["been here", "any cookie", "a copy for no network", "unpacked"],
)
def test_whoever_was_here_and_the_copy_without_network_get_the_file_and_the_strict_policy(brought):
    answer = opened(**brought)
    assert not SHEET.findall(answer.text)
    assert policy_of(answer)["style-src"] == "'self'"
    assert re.search(r'<link rel="stylesheet" href="[^"]*stations/first[^"]*\.css">', answer.text)


@pytest.mark.parametrize("address", ["/nothing/", "/l/none/", "/?q=%00"])
def test_a_refusal_which_robots_get_by_thousands_names_the_file(address):
    answer = opened(address)
    assert answer.status_code in (400, 404)
    assert not SHEET.findall(answer.text)
    assert policy_of(answer)["style-src"] == "'self'"
    assert 'rel="stylesheet"' in answer.text


def test_a_second_page_of_the_same_browser_names_the_file_which_it_then_keeps():
    client = Client()
    first = client.get("/", headers=BROWSER)
    assert b"<style>" in decompress(first.content)
    assert first.cookies
    second = client.get("/help/", headers=BROWSER)
    assert b"<style>" not in decompress(second.content)


def test_a_sheet_that_means_the_same_within_a_page_is_taken_once_and_named(sheet):
    good = b"a{background:url('data:image/png;base64,AA')}"
    assert sheet(good) == good.decode()
    assert within.allowed_within(sheet.request) == {"style-src": [named_by(good.decode())]}
    assert sheet(b"b{}") == good.decode(), "it does not change while the program runs"


@pytest.mark.parametrize(
    "raw",
    [
        b"a{}</style><script>",
        b"a</STYLE >",
        b"a{background:url(../b.png)}",
        b"a{background:url('b.png')}",
        b"a{background:image-set('b.png' 1x)}",
        b'@import "b.css";',
        b"<!-- a",
        b"a\r\n",
        b"\xef\xbb\xbfa{}",
        b"\xff\xfe",
        b"",
    ],
)
def test_a_sheet_that_would_mean_something_else_within_a_page_stays_a_file(sheet, raw):
    assert sheet(raw) is None
    assert within.allowed_within(sheet.request) == {}


def test_a_sheet_that_is_lost_costs_the_looks_and_not_the_page(sheet):
    assert within.sheet_within(sheet.request, "lost.css") is None


def test_a_sheet_is_taken_as_it_is_served_under_the_name_of_its_content(tmp_path, monkeypatch):
    stored = SmallStaticFiles(location=tmp_path, base_url="/static/")
    stored.save("front/one.css", ContentFile(b"a{}"))
    list(stored.post_process({"front/one.css": (stored, "front/one.css")}))
    monkeypatch.setattr(within, "staticfiles_storage", stored)
    path = within._path("front/one.css")
    assert path.read_bytes() == b"a{}"
    assert re.fullmatch(r"one\.[0-9a-f]{12}\.css", path.name)


def test_a_page_that_is_made_without_a_request_names_the_file():
    made = engines["django"].from_string("{% sheet 'front/phone.css' %}").render()
    assert 'rel="stylesheet"' in made
