"""Another unit's record answers exactly like one that nobody has: every route with an object, every role, every method.

The routes and their permissions come from the addresses themselves, the objects are real, the bodies are filled. What a
role may see is worked out from its scopes, not from the answers. ``NUANYI_EXPLORE=1`` (``make access``) tries every role with
every method; without it the roles that have the permission, reading and sending, a third of the pairs of route and role.
"""

import os
import re
from collections import ChainMap
from difflib import unified_diff
from functools import cache
from uuid import uuid4
from zlib import crc32

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from conftest import PARTS
from nuanyi.front.checks import act_of, routes
from nuanyi.lib.actor import Actor
from nuanyi.people.access import actor_for
from nuanyi.stations.models import Keeper
from tests.declared import of_the_rooms

pytestmark = pytest.mark.django_db

EVERYTHING = bool(os.environ.get("NUANYI_EXPLORE"))
METHODS = ("get", "post", "put", "patch", "delete", "head", "options") if EVERYTHING else ("get", "post")
#: One of so many pairs of route and role is tried at a landing; always the same ones.
SLICES = 1 if EVERYTHING else 3


class Side(*of_the_rooms("Objects")):
    """One unit and a place with one of every object."""

    def __init__(self, unit, region, account, n):
        self.unit, self.region, self.account, self.n = unit, region, account, n


NOBODYS_NUMBER = 999_999_999

#: name of the route -> (what it shows, {parameter: (object, attribute)}), as the rooms declare it
OBJECTS = dict(ChainMap(*of_the_rooms("OBJECTS")))
MAY_SEE = dict(ChainMap(*of_the_rooms("MAY_SEE")))
#: One's own sign-in belongs to no room.
OF_THE_DISTRICT = {"mfa_remove_webauthn", "mfa_edit_webauthn"}.union(*of_the_rooms("OF_THE_DISTRICT"))

FILLED = {
    "sure": "1",
    "good": "1",
    "came": "1",
    "came_": "0",
    "words": "已经处理好了",
    "reason": "情况属实",
    "note": "情况属实",
    "title": "甲",
    "name": "甲",
    "place": "路口",
    "purpose": "核对工资纠纷",
    "field": "phone",
    "minutes": "60",
    "state": "done",
    "reached": "12",
    "to": "active",
    "account": "1",
    "unit": "1",
    "why": "nothing",
    "kind": "lamp",
    "count": "10",
    "amount": "1",
    "day": "2026-12-01",
    "first_date": "2026-12-01",
    "last_date": "2026-12-02",
    "head_count": "30",
    "choice": "keep",
    "role": "clerk",
    "answer": "已答复",
    "open": "1",
}
_SECRETS = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]+"|csrf[-\w]*&quot;: ?&quot;[^&]+|"X-CSRFToken": ?"[^"]+"|'
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)


@cache
def named_routes():
    """``(name, permission, parameters)`` of every route that takes an object and is not open to everybody."""
    found = {}
    for address, view in routes():
        parameters = re.findall(r"<(?:\w+:)?(\w+)>", address)
        if parameters and act_of(view) not in (None, "public"):
            found[address] = (act_of(view), parameters)
    return found


@cache
def names():
    """The name of every route by its pattern."""

    def walk(patterns, prefix, space):
        for pattern in patterns:
            whole = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, whole, inner)
            else:
                yield whole, f"{space}{pattern.name}"

    return dict(walk(get_resolver().url_patterns, "", ""))


def name_of(address):
    """The name of a route by its pattern."""
    return names()[address]


@pytest.fixture
def sides(cast, district):
    """Two townships with their units, and a department's things in a third place; each has one of everything."""
    ours = Side(district["t101"], "450311101", cast.accounts["zhemu"], 1)
    theirs = Side(district["t100"], "450311100", cast.accounts["yanshan"], 2)
    elsewhere = Side(district["shichang"], "450311201", cast.accounts["department"], 3)
    Keeper.objects.create(station=ours.station, account=cast.accounts["keeper"])
    return ours, theirs, elsewhere


def may_see(actor, permission, kind, side):
    """What the scopes of a role say about an object, and for some objects who is named on them."""
    if kind in MAY_SEE:
        return MAY_SEE[kind](actor, permission, side)
    return actor.can(permission, regions=(side.region,), units=(side.unit.pk,))


def addresses(name, target):
    """Every address of a route for the objects of a side."""
    _kind, parameters = OBJECTS[name]
    filled = [{}]
    for parameter, source in parameters.items():
        if isinstance(source, tuple):
            what, attribute = source
            value = (
                getattr(getattr(target, what), attribute) if isinstance(target, Side) else target(attribute)
            )
            values = [value]
        else:
            values = source if isinstance(source, list) else [source]
        filled = [{**one, parameter: value} for one in filled for value in values]
    return [reverse(name, kwargs=one) for one in filled]


def nobodys(name):
    """The same addresses with keys that nobody has, of the kind that each parameter takes."""
    address = next(address for address in named_routes() if name_of(address) == name)
    converters = {parameter: kind for kind, parameter in re.findall(r"<(\w+):(\w+)>", address)}
    values_of = {"int": NOBODYS_NUMBER, "uuid": uuid4(), "slug": "NY99999", "str": "NY99999"}
    filled = [{}]
    for parameter, source in OBJECTS[name][1].items():
        values = source if isinstance(source, list) else [source]
        if isinstance(source, tuple):
            values = [values_of[converters[parameter]]]
        filled = [{**one, parameter: found} for one in filled for found in values]
    return [reverse(name, kwargs=one) for one in filled]


def asked(browser, method, address):
    """Status, body and target of an answer; whatever it changed is taken back."""
    browser.raise_request_exception = False  # it is an answer of 500 as anybody gets it
    data = FILLED | {"key": str(uuid4())} if method == "post" else {}
    with transaction.atomic():
        answer = getattr(browser, method)(address, data)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    # the path of a page is told in links to sign in and to change the language
    body = re.sub(rb"[?&]next=[^\"'&]*", b"", body.replace(address.encode(), b"ADDRESS"))
    # a page that leads back leads to the page of the same record: /office/cases/16/keep/ to /office/cases/16/
    keys = re.findall(r"/(\d+|[0-9a-f-]{36}|NY\d+)(?=/)", address)
    target = answer.get("Location", "")
    for key in keys:
        target = target.replace(f"/{key}/", "/KEY/")
    return answer.status_code, _SECRETS.sub(b"", body), target


def difference(one, other):
    """What two answers do not have alike, for whoever has to mend it."""
    if one[0] != other[0] or one[2] != other[2]:
        return f"{one[0]} {one[2]} instead of {other[0]} {other[2]}"
    lines = unified_diff(
        other[1].decode(errors="replace").split("\n"), one[1].decode(errors="replace").split("\n")
    )
    return "\n".join(line[:200] for line in list(lines)[2:8])


def test_every_route_with_an_object_is_tried_or_said_to_be_the_districts():
    found = {name_of(address) for address in named_routes()}
    named = set(OBJECTS) | OF_THE_DISTRICT
    assert found - named == set()
    assert named - found == set()


def try_all(part, cast, sides, only=None):
    """Every route (or only that one) for one role: requests made, answers of one's own, what was wrong."""
    actor, browser = actor_for(cast.accounts[part]), cast.client(part)
    counted = seen = 0
    empty, wrong = {}, []
    for address, (permission, _parameters) in sorted(named_routes().items()):
        name = name_of(address)
        if name not in OBJECTS or (not EVERYTHING and not actor.can(permission)):
            continue
        if name != only and (only or crc32(f"{name} {part}".encode()) % SLICES):
            continue
        none = nobodys(name)
        for side in sides:
            own = may_see(actor, permission, OBJECTS[name][0], side)
            for one, nothing in zip(addresses(name, side), none, strict=True):
                # of one's own the pages are enough to show that the test sees something at all
                for method in ("get",) if own and not EVERYTHING else METHODS:
                    if (method, nothing) not in empty:
                        empty[method, nothing] = asked(browser, method, nothing)
                    answer, expected = asked(browser, method, one), empty[method, nothing]
                    alike = answer == expected
                    counted, seen = counted + 1, seen + (not alike)
                    if answer[0] >= 500 or expected[0] >= 500:
                        wrong.append(f"{part} {method} {one}: {answer[0]}, {expected[0]}")
                    elif not own and not alike:
                        wrong.append(f"{part} {method} {one}: {difference(answer, expected)}")
                    elif not actor.can(permission) and answer[0] not in (403, 405):
                        wrong.append(f"{part} {method} {one}: {answer[0]} without the permission")
    return counted + len(empty), seen, wrong


# one stage for all of them at a landing; one each where every method is tried, so that two processes share them
@pytest.mark.parametrize(
    "parts",
    [[part] for part in sorted(PARTS)] if EVERYTHING else [sorted(PARTS)],
    ids=lambda parts: parts[0] if len(parts) == 1 else "all",
)
def test_anothers_answers_exactly_like_none(cast, sides, parts, capsys):
    faults, total, of_ones_own = [], 0, 0
    for part in parts:
        counted, seen, wrong = try_all(part, cast, sides)
        total, of_ones_own, faults = total + counted, of_ones_own + seen, faults + wrong
    with capsys.disabled():
        print(f" {total} requests, {of_ones_own} answers of one's own")
    assert not faults, "\n".join(faults)
    # a worker keeps no records, an administrator none of people: nothing is seen, by every method that there is
    assert total > 1000 or EVERYTHING
    assert of_ones_own > 50 or EVERYTHING


def test_the_test_sees_a_route_that_tells_anothers_apart(cast, sides, monkeypatch):
    """The control: with the answer of before (403 for another's) the comparison fails."""
    assert try_all("zhemu", cast, sides, only="learning:session")[2] == []
    monkeypatch.setattr(Actor, "require_within", Actor.require)
    _counted, _seen, wrong = try_all("zhemu", cast, sides, only="learning:session")
    assert any("403  instead of 404" in line for line in wrong)


def test_a_guest_is_sent_to_sign_in_from_all_of_them(sides):
    browser = Client()
    for address, (_permission, _parameters) in named_routes().items():
        name = name_of(address)
        if name in OBJECTS:
            for one in addresses(name, sides[0]):
                for method in ("get", "post"):
                    status, _body, to = asked(browser, method, one)
                    assert status == 405 or (status == 302 and to.startswith("/accounts/login/")), one
