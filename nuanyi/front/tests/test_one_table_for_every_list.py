"""Every list of records in the office is the one table (``front/parts/list.html``): it sorts, filters, counts, keeps views."""

from __future__ import annotations

import re
from collections import ChainMap
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.urls import reverse

from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.lib import rooms
from tests.declared import of_the_rooms

ROOMS = Path(__file__).resolve().parents[2]
#: Tables of the office that are no list of records, each with its reason, as the rooms say it.
EXCEPTIONS = dict(ChainMap(*of_the_rooms("OWN_TABLES")))
#: Lists that the rail does not lead to.
BESIDE = ("cases:served", "learning:pushes")


def office_templates() -> dict[str, str]:
    found = {}
    for path in sorted(ROOMS.glob("*/templates/**/*.html")):
        name = str(path.relative_to(next(part for part in path.parents if part.name == "templates")))
        text = path.read_text("utf-8")
        if "/staff/" in name or 'extends "front/staff.html"' in text:
            found[name] = text
    return found


def test_a_table_of_the_office_is_the_one_list_or_says_why_not():
    own = {name for name, text in office_templates().items() if "<table" in text}
    assert own - set(EXCEPTIONS) == set(), (
        "make it a Listing, or say in the room's tests/objects.py why it is none"
    )
    assert set(EXCEPTIONS) - own == set(), "has no table of its own any more"


def flat(answer):
    return re.sub(r"\s*>\s*|\s+<", lambda hit: hit.group().strip(), " ".join(answer.content.decode().split()))


@pytest.fixture
def lists(cast, program, put):
    """``{address: (a browser that may open it, its page)}`` of every list of the office."""
    take(program, [HEAD, *[row(n) for n in range(1, 5)]])
    put("甲站")
    addresses = {reverse(name): "" for name in BESIDE}
    for _part, items in rooms.menu():
        addresses |= {item.href: item.permission for item in items}
    browsers = {part: cast.client(part) for part in cast.accounts}
    found, shown = {}, set()
    for address, permission in addresses.items():
        for part, browser in browsers.items():
            if permission and not cast.actor(part).can(permission):
                continue
            answer = browser.get(address)
            if answer.status_code == 200:
                if 'id="list"' in answer.content.decode():
                    found[address] = (browser, flat(answer))
                    shown |= {template.name for template in answer.templates}
                break
    wanted = {name for name, text in office_templates().items() if "front/parts/list.html" in text}
    assert wanted - shown == set(), "a list that nothing leads to; write its route into BESIDE"
    return found


def test_every_list_sorts_filters_and_counts_alike(lists):
    assert len(lists) > 12
    wrong = []
    for address, (browser, page) in lists.items():
        bar, _table, _rest = page.partition("<tbody")
        # one link of each kind: of every filter, of every sort; what has a number is followed below
        kinds = {}
        for href in re.findall(r'href="(\?[^"]+)"', bar):
            kinds[re.sub(r"=(?!.*sort)[^&]*", "", href)] = href.replace("&amp;", "&")
        kinds |= {"gone": "?colour=red&size=200"}
        for href in kinds.values():
            answer = browser.get(address + href)
            if answer.status_code != 200:
                wrong.append((address, href, answer.status_code))
            if "colour" in href and "这个视图用到的某个条件已经没有了" not in answer.content.decode():
                wrong.append((address, href, "says nothing of a filter that is gone"))
        for href in ("?after=x", "?sort=password"):
            if browser.get(address + href).status_code != 422:
                wrong.append((address, href, "is not refused"))
        counted = re.findall(r'<a href="(\?[^"]+)"[^>]*>[^<]+<span class="quiet">([\d,]+)<', bar)
        for href, count in counted:
            if count != "0":
                told = flat(browser.get(address + href.replace("&amp;", "&")))
                if f'data-total="{count}"' not in told:
                    wrong.append((address, href, f"says {count}"))
        columns = len(re.findall(r"<th[ >]", page.partition("<thead")[2].partition("</thead>")[0]))
        first_row = re.search(r"<tr data-row.*?</tr>", page)
        if first_row and len(re.findall(r"<t[dh][ >]", first_row.group())) != columns:
            wrong.append((address, "cells do not fit the columns"))
    assert wrong == []


class Ancestors(HTMLParser):
    """What stands around the element with an id: the ids and attributes of everything that is open there."""

    VOID = frozenset(
        {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "path", "source", "wbr"}
    )

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.found: list[dict[str, str | None]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if dict(attrs).get("id") == self.wanted:
            self.found = [around for _tag, around in self.open]
        if tag not in self.VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _around in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]


def test_a_record_beside_the_list_inherits_nothing_of_how_the_list_replaces_itself(lists):
    for address, (browser, _page) in lists.items():
        around = Ancestors("side-body")
        around.feed(browser.get(address).content.decode())
        assert around.found, address
        inherited = {name for attrs in around.found for name in attrs if name.startswith("hx-")}
        assert inherited <= {"hx-headers"}, (address, inherited)
