"""Every address with odd bytes, numbers and halves of signs, as a guest and as the office: never an answer of 500.

``NUANYI_EXPLORE=1`` (``make access``) tries each name of a value alone at each address; without it every third of them.
"""

import os
import re
import sys
import traceback
from functools import cache
from pathlib import Path
from urllib.parse import clear_cache, quote_from_bytes
from zlib import crc32

import pytest
from django.conf import settings
from django.core.signals import got_request_exception
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import nuanyi

pytestmark = pytest.mark.django_db

ODD = ["\0", "x", "9" * 4400, "\ud800"]
#: Written into an address as they come over the wire: NUL, bytes that are no UTF-8, a half of a pair.
RAW = ["%00", "%ff%fe", "%ed%a0%80", "9" * 4400]


def patterns(resolver=None, before=""):
    """Every address as a pattern with ``<…>`` where values go, and the module of its view."""
    for part in (resolver or get_resolver()).url_patterns:
        route = before + str(part.pattern)
        if isinstance(part, URLResolver):
            yield from patterns(part, route)
        elif isinstance(part, URLPattern):
            yield route, part.callback.__module__


def routes():
    """Every address once."""
    return sorted({route for route, _module in patterns()})


@cache
def names_of_values(room):
    """Names under which a view of this room may look for a value: short words in quotes of the room and of lib.

    All rooms' names at once, each with 4,400 digits, would be more than a body may hold: refused before any view.
    """
    found = set()
    for file in Path(nuanyi.__file__).parent.rglob("*.py"):
        text = file.read_text()
        inside = file.relative_to(Path(nuanyi.__file__).parent).parts
        of_room = inside[0] in {room, "lib"} and not {"tests", "migrations", "demo", "demo.py"} & set(inside)
        if of_room and (".GET" in text or ".POST" in text or "forms" in text):
            found |= set(re.findall(r"""["']([a-z_]{1,16})["']""", text))
    return sorted(found)


def query_of(value, names):
    """The same odd value under every name, as it comes over the wire."""
    raw = quote_from_bytes(value.encode(errors="surrogatepass"))
    return "&".join(f"{name}={raw}" for name in names)


def filled(route, value):
    path = "/" + re.sub(r"<[^>]+>", value, route.replace("^", "").replace("$", "").replace("\\Z", ""))
    return re.sub(r"\(\?P<?\w*>?[^)]*\)", value, path)


def known(route):
    return filled(re.sub(r"<uuid:[^>]+>", "00000000-0000-0000-0000-000000000001", route), "1")


SKIPPED = ("accounts/logout", "static/")
SLICES = 1 if os.environ.get("NUANYI_EXPLORE") else 3


@pytest.fixture(autouse=True)
def faults():
    """What the program itself stumbled over, by kind, words and place: only to be read where a test fails."""
    seen = []

    def note(**_more):
        kind, exc, where = sys.exc_info()
        frame = traceback.extract_tb(where)[-1]
        seen.append(f"{kind.__name__} {str(exc)[:80]} {frame.filename}:{frame.lineno}")

    got_request_exception.connect(note)
    yield seen
    got_request_exception.disconnect(note)


@pytest.fixture
def clients(cast):
    guest, office = Client(raise_request_exception=False), cast.client("office")
    office.raise_request_exception = False
    return {"guest": guest, "office": office}


@pytest.fixture(autouse=True)
def short_memory():
    """The test client reads addresses by urllib, which keeps the last hundred: of these, each has several megabytes."""
    yield
    clear_cache()


def rooms():
    """The rooms, and all that is no room, that have addresses of their own."""
    return sorted({module.split(".")[1] for _route, module in patterns() if module.startswith("nuanyi.")})


def test_there_is_something_to_try():
    assert len(routes()) > 200
    assert {"cases", "census", "party", "front"} <= set(rooms())
    assert {"establishment", "next", "key", "page"} <= set(names_of_values("census"))
    assert {"unit", "period", "page"} <= set(names_of_values("matrix"))
    for room in rooms():
        assert (
            len(query_of(max(ODD, key=len), names_of_values(room))) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        ), room


@pytest.mark.parametrize("who", ["guest", "office"])
def test_no_odd_address_is_answered_with_our_fault(clients, who, faults):
    wrong = []
    for route in routes():
        if "<" not in route and "(?P" not in route:
            continue
        for value in RAW:
            path = filled(route, value)
            for method in ("get", "post"):
                status = getattr(clients[who], method)(path).status_code
                if status >= 500 and status != 503:
                    wrong.append(f"{method} {path[:80]} {status}")
    assert not wrong, "\n".join([*wrong, *sorted(set(faults))])


@pytest.mark.parametrize("who", ["guest", "office"])
def test_no_odd_value_is_answered_with_our_fault(clients, who, faults):
    wrong = []
    for pattern in sorted(set(patterns())):
        route, module = pattern
        if route.startswith(SKIPPED) or not module.startswith("nuanyi."):
            continue
        path = known(route)
        for value in ODD:
            told = query_of(value, names_of_values(module.split(".")[1]))
            answers = {
                "get": clients[who].get(f"{path}?{told}"),
                "post": clients[who].post(path, told, content_type="application/x-www-form-urlencoded"),
            }
            for method, answered in answers.items():
                if answered.status_code >= 500 and answered.status_code != 503:
                    wrong.append(f"{method} {path[:80]} {value[:12]!r} {answered.status_code}")
            clear_cache()
    assert not wrong, "\n".join([*wrong, *sorted(set(faults))])


@pytest.mark.parametrize("room", rooms())
def test_one_odd_value_alone_is_no_fault_of_ours_either(clients, faults, room):
    """All at once, one wrong value hides the next: here each is alone, under the names that the view's own module knows."""
    wrong = []
    for pattern in patterns():
        route, module = pattern
        if (
            "<" in route
            or "(?P" in route
            or route.startswith(SKIPPED)
            or not module.startswith(f"nuanyi.{room}.")
        ):
            continue
        names = set(re.findall(r"""["']([a-z_]{1,16})["']""", Path(sys.modules[module].__file__).read_text()))
        for name in sorted(names | {"page"}):
            if name != "page" and crc32(f"{route}?{name}".encode()) % SLICES:
                continue
            answered = clients["office"].get(f"{known(route)}?{query_of('x', [name])}")
            if answered.status_code >= 500 and answered.status_code != 503:
                wrong.append(f"{route}?{name}=x")
    assert not wrong, "\n".join([*wrong, *sorted(set(faults))])


def test_a_refusal_of_staff_stands_in_the_offices_own_shell_and_a_riders_in_the_phones(cast):
    page = cast.client("clerk").get("/office/health/")
    assert page.status_code == 403
    assert 'class="office"' in page.content.decode()
    assert 'href="/office/"' in page.content.decode()
    rider = cast.client("clerk").get("/s/nowhere/")
    assert 'class="office"' not in rider.content.decode()
