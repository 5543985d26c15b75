"""Every address for every role, against a written table (``tests/access.toml`` of each room): one that is not in it fails.

``NUANYI_EXPLORE=1`` (``make access``) asks every role for every address; without it guests and the district's office do, and
a third of the others that may open it and a third of those that may not, at least one of each.
"""

import os
import re
import tomllib
from importlib import import_module
from pathlib import Path
from zlib import crc32

import pytest
from django.test import Client

from conftest import PARTS
from nuanyi.front.checks import act_of, routes
from nuanyi.lib import rooms
from nuanyi.people.rules import Role


def table() -> dict[str, str]:
    """Address -> permission, as each room wrote it down beside its tests."""
    written: dict[str, str] = {}
    for package in rooms.rooms():
        file = Path(import_module(package).__path__[0]) / "tests/access.toml"
        written |= tomllib.loads(file.read_text())["access"] if file.exists() else {}
    return written


TABLE = table()


def test_every_route_stands_in_the_table_with_its_act():
    found = {
        address: act_of(view) or "public" for address, view in routes() if not address.startswith("api/v1/")
    }
    assert found == TABLE


def _filled(address: str) -> str:
    path = re.sub(r"<uuid:\w+>", "00000000-0000-7000-8000-000000000000", address)
    path = re.sub(r"<int:\w+>", "1", path).replace("<what:what>", "workers").replace("<str:part>", "rejected")
    path = (
        path.replace("<slug:code>", "NY999")
        .replace("<slug:link>", "0-0")
        .replace("<slug:deed>", "nothing")
        .replace("<slug:name>", "nothing")
        .replace("<slug:form>", "pdf")
        .replace("<slug:slug>", "nothing")
        .replace("<slug:token>", "0-0")
        .replace("<str:code>", "nothing")
        .replace("<str:key>", "nothing")
        .replace("<str:ref>", "nothing")
        .replace("<str:told>", "nothing")
        .replace("<form:form>", "json")
    )
    return "/" + path


#: Switches of the browser and addresses that a machine asks; they are tried by their own tests.
NOT_PAGES = {"language/", "metrics", "setup/", "office/setup/"}

#: Whoever asks for everything at each landing: a stranger, and who may open most.
ALWAYS = {"guest", "office"}
#: Of the addresses one of so many is asked for by each of the others at a landing; always the same ones.
SLICES = 1 if os.environ.get("NUANYI_EXPLORE") else 3


def _may(part: str, address: str) -> bool:
    permission = TABLE[address]
    if part == "guest":
        return permission == "public"
    return (
        permission in ("public", "signed-in") or Role(PARTS[part][0]) in rooms.permissions()[permission].roles
    )


def _is_asked(part: str, address: str) -> bool:
    """Whether a part asks for an address at a landing: as one of those that may open it or of those that may not."""
    if part in ALWAYS:
        return True
    alike = [one for one in PARTS if one not in ALWAYS and _may(one, address) is _may(part, address)]
    alike.sort(key=lambda one: crc32(f"{address} {one}".encode()))
    return alike.index(part) < max(1, len(alike) // SLICES)


def test_each_address_is_asked_for_by_some_that_may_open_it_and_some_that_may_not():
    for address in TABLE:
        for may in (True, False):
            able = {part for part in PARTS if _may(part, address) is may}
            assert not able or any(_is_asked(part, address) for part in able), (address, may)


@pytest.mark.parametrize("part", [*PARTS, "guest"])
def test_each_role_passes_its_own_doors_and_no_other(cast, part):
    browser = Client() if part == "guest" else cast.client(part)
    wrong = []
    for address, permission in TABLE.items():
        if address.startswith("accounts/") or address in NOT_PAGES:
            continue
        if permission == "public" and part not in ALWAYS:
            continue  # a door that stands open to a stranger and to a hand of the district stands open to all between
        if not _is_asked(part, address):
            continue
        allowed = _may(part, address)
        for method in ("get", "post"):
            status = getattr(browser, method)(_filled(address)).status_code
            if address.startswith("open311/") and method == "post":
                fits = status in (403, 405)  # whoever sends there shows a key of his own
            elif allowed:
                fits = status in (200, 302, 400, 404, 405, 409, 422)
            else:
                fits = status in (403, 405) or (part == "guest" and status == 302)
            if not fits:
                wrong.append((address, method, status))
    assert wrong == []


@pytest.mark.parametrize("part", [*PARTS, "guest"])
def test_no_page_shows_a_personal_value_in_clear(cast, program, part):
    from conftest import id_number
    from nuanyi.census.models import Worker
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take

    take(program, [HEAD, row(1)])
    worker = Worker.objects.get()
    browser = Client() if part == "guest" else cast.client(part)
    secrets = ("周小明", "19900000001", id_number(1))
    pages = [
        _filled(address)
        for address in TABLE
        if "<" not in address and not address.startswith("accounts/") and _is_asked(part, address)
    ]
    pages += [
        f"/office/census/workers/{worker.pk}/",
        "/office/census/workers/?q=1990",
        "/office/search/?q=1990000000",
    ]
    for page in pages:
        text = browser.get(page).content.decode(errors="replace")
        assert not any(secret in text for secret in secrets), page


def test_a_whole_name_finds_the_person_for_those_who_may_open_one_and_the_page_says_what_it_searched(
    cast, program
):
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
    from nuanyi.journal.models import Entry

    take(program, [HEAD, row(1), row(2)])
    for part, seen, looks in (("office", True, True), ("zhemu", False, True), ("clerk", False, False)):
        page = cast.client(part).get("/office/search/", {"q": "周小明"}).content.decode()
        assert ("周**" in page) is seen, part
        assert ("完整姓名）" in page) is looks, part
    assert Entry.objects.filter(kind="people.looked_up", detail__field="name").exists()
    assert "周小明" not in str(list(Entry.objects.values_list("detail", flat=True)))
    for part_of_it in ("周小", "周小明明", "小明"):
        assert "周**" not in cast.client("office").get("/office/search/", {"q": part_of_it}).content.decode()


def test_names_are_looked_for_so_often_an_hour_and_a_damaged_one_hides_nobody(cast, program, monkeypatch):
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
    from nuanyi.people import queries, rules
    from nuanyi.people.models import Person

    take(program, [HEAD, row(1), row(2), row(3)])
    damaged, *_others = Person.objects.order_by("pk")
    Person.objects.filter(pk=damaged.pk).update(sealed_name=bytes(damaged.sealed_name)[:-1] + b"?")
    monkeypatch.setattr(rules, "NAMES_AN_HOUR", 2)

    def workers(part, name="周小明"):
        page = cast.client(part).get("/office/search/", {"q": name})
        assert page.status_code == 200
        looked = page.context["looked"]
        assert len(looked) > 2
        return next(hits for hits in looked if (hits.by and "姓名" in hits.by) or "一小时" in str(hits.by))

    assert len(workers("office").rows) == 2
    monkeypatch.setattr(queries, "COMPARED", 2)
    first = workers("office")
    assert (len(first.rows), "前 2 人" in first.by) == (1, True)
    over = workers("office")
    assert (list(over.rows), "姓名" in str(over.by)) == ([], False)
    assert workers("yanshan").rows, "another account has its own hour"


def test_an_exact_phone_finds_the_person_for_those_who_may_and_nobody_else(cast, program):
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take

    take(program, [HEAD, row(1)])
    for part, seen in (("office", True), ("yanshan", True), ("zhemu", False), ("clerk", False)):
        page = cast.client(part).get("/office/search/", {"q": "19900000001"}).content.decode()
        assert ("周**" in page) is seen, part


def test_nobody_tries_out_the_numbers_that_a_mask_leaves(cast, program, monkeypatch):
    """A grid worker, who opens no number, found the four hidden digits by asking for each of ten thousand."""
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
    from nuanyi.people import rules

    take(program, [HEAD, row(1)])
    monkeypatch.setattr(rules, "MISSED_AN_HOUR", 2)

    def found(number):
        page = cast.client("office").get("/office/search/", {"q": number})
        assert page.status_code == 200
        return [hits for hits in page.context["looked"] if "一小时" in str(hits.by)], page

    there = row(1)[1]
    for _turn in range(4):
        assert "199****" in found(there)[1].content.decode(), "who is asked for and known costs nothing"
    assert [bool(found(f"1990000777{n}")[0]) for n in range(3)] == [False, False, True]
