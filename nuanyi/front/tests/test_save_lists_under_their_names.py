"""A file that is saved bears its name in the reader's language and the day: three files ``list.xlsx`` tell nobody apart."""

from __future__ import annotations

import inspect
import re
from collections import ChainMap
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

import nuanyi
from nuanyi.front.checks import act_of, routes
from nuanyi.lib import clock, downloads
from nuanyi.people.access import actor_for
from nuanyi.program.tests.test_answer_anothers_as_none import FILLED, OBJECTS, Side, addresses, name_of
from tests import declared

PACKAGE = Path(nuanyi.__file__).parent
#: What makes an answer a file, in the source of a view.
_SAVES = re.compile(r"\b(?:workbook|word|certificate|saved_as|_pdf)\(")
#: Files that are no list of a day, by what they are named instead.
NAMED_BY = dict(ChainMap(*declared.of_the_rooms("SAVED_NAMED_BY")))
#: Routes that need more than one of every object to answer with a file, and the test that opens each.
ELSEWHERE = dict(ChainMap(*declared.of_the_rooms("SAVED_ELSEWHERE")))
#: Addresses whose parameter is a word and no object.
WORDS = dict(ChainMap(*declared.of_the_rooms("SAVED_WORDS")))
ROLES = ("office", "organisation", "clerk", "zhemu", "administrator")


def saving_routes():
    """``{address: view}`` of every view that answers with a file."""
    found = {}
    for address, view in routes():
        inner = inspect.unwrap(view)
        source = inspect.getsource(inner) if inspect.isfunction(inner) else ""
        if _SAVES.search(source.partition("HttpResponse:")[2]):
            found[address] = view
    return found


def saved_name(answer):
    """The name under which a browser saves an answer; "" where it is a page."""
    head = answer.get("Content-Disposition", "")
    return unquote(head.partition("utf-8''")[2]) or head.partition("filename=")[2].strip('"')


def is_chinese(name):
    return any("\u4e00" <= sign <= "\u9fff" for sign in name)


def test_one_function_says_how_a_file_is_called():
    """Whatever else set the header would be named past it."""
    own = {Path(inspect.getfile(downloads)), PACKAGE / "lib/once.py"}
    others = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and path not in own and "Content-Disposition" in path.read_text()
    ]
    assert others == []


@pytest.mark.django_db
def test_every_file_that_is_saved_says_what_it_is_and_of_which_day(cast, district):
    side = Side(district["t101"], "450311101", cast.accounts["zhemu"], 1)
    actors = {role: actor_for(cast.accounts[role]) for role in ROLES}
    views, names = saving_routes(), {}
    assert len(views) > 25
    for address, view in views.items():
        name, permission = name_of(address), act_of(view)
        asked = addresses(name, side) if name in OBJECTS else WORDS.get(address, [])
        if "<" not in address:
            asked = [reverse(name)]
        roles = [role for role in ROLES if permission in (None, "public") or actors[role].can(permission)]
        for role in roles:
            browser: Client = cast.client(role)
            for one in asked:
                told = {"period": "2022", "rows": "place", "columns": "sector"}
                answers = [browser.get(one, told), browser.post(one, FILLED | {"key": str(uuid4())})]
                saved = [saved_name(answer) for answer in answers if answer.status_code == 200]
                names.setdefault(address, set()).update(filter(None, saved))
    opened = {address for address, found in names.items() if found}
    assert set(views) - opened <= set(ELSEWHERE), "a file that no test saves"
    plain = {address: sorted(found) for address, found in names.items() if not all(map(is_chinese, found))}
    assert plain == {}
    day = clock.today().isoformat()
    undated = {
        address: sorted(found)
        for address, found in names.items()
        if address.endswith(".xlsx") and address not in NAMED_BY and not all(day in name for name in found)
    }
    assert undated == {}


def test_a_name_keeps_no_sign_that_a_disk_refuses():
    from django.http import HttpResponse

    answer = downloads.saved_as(HttpResponse(), '驿站/台账:"一" 2026-11-26.xlsx')
    assert saved_name(answer) == "驿站 台账  一  2026-11-26.xlsx"
