"""A room that lives here only (``tests/toy``): with its line in ROOMS it is everywhere, without it nowhere."""

import importlib
import re
import sys
import tomllib
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django.template.utils import get_app_template_dirs
from django.test import Client, override_settings
from django.urls import clear_url_caches

import nuanyi.program.urls
from nuanyi.front import checks
from nuanyi.front.tests.test_access_table import table
from nuanyi.journal import rules as journal
from nuanyi.lib import figures, rooms, row_security, sealed
from nuanyi.lib.roles import Role
from nuanyi.lib.rooms import Mount, Permission
from nuanyi.lib.row_security import RowPolicy
from nuanyi.people.access import actor_for
from nuanyi.people.events import person_erased
from nuanyi.people.models import Person
from nuanyi.people.services import persons, rotation
from nuanyi.program import doctor, row_policies
from nuanyi.program.tests.test_rotate_the_keys import own_keys  # noqa: F401 - a fixture

TOY = "tests.toy"
ROOT = Path(__file__).parents[1]


def _look_again():
    rooms.forget()
    importlib.reload(nuanyi.program.urls)
    clear_url_caches()
    get_app_template_dirs.cache_clear()


def _as_owner(work):
    """Do what only the owner of the tables may, then be the role of pages again."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with waiting triggers cannot be altered
        work(cursor)
        cursor.execute("SET ROLE nuanyi_web")


def _tables(config):
    """The room's tables with their policies, as ``migrate`` makes them, for the length of a test."""

    def make(cursor):
        with connection.schema_editor(atomic=False) as editor:
            for model in config.get_models():
                editor.create_model(model)
                cursor.execute(f'GRANT ALL ON "{model._meta.db_table}" TO nuanyi_web')
        cursor.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO nuanyi_web")
        row_policies.lay_down(cursor)

    _as_owner(make)


@contextmanager
def with_the_line(settings, line=TOY):
    """The program with one more line in ROOMS; afterwards without it, and nothing of it is left."""
    kept = (dict(figures._registry), dict(journal._kinds), list(person_erased.receivers))
    config = AppConfig.create(line)
    config.apps = apps
    with override_settings(ROOMS=[*settings.ROOMS, line]):
        apps.app_configs[config.label] = config
        config.import_models()
        apps.clear_cache()
        for module in (
            "events",
            "figures",
            "reactions",
        ):  # they declare by being imported, as in a new process
            sys.modules.pop(f"{line}.{module}", None)
        rooms.forget()
        rooms.collect()
        _look_again()
        _tables(config)
        try:
            yield
        finally:
            del apps.app_configs[config.label]
            apps.clear_cache()
            figures._registry.clear()
            figures._registry.update(kept[0])
            journal._kinds.clear()
            journal._kinds.update(kept[1])
            person_erased.receivers[:] = kept[2]
            person_erased.sender_receivers_cache.clear()
    _look_again()


@pytest.fixture
def toy(db, settings):
    with with_the_line(settings):
        from tests.toy import models

        yield models


def has_a_policy(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_policies WHERE tablename = %s", [name])
        return cursor.fetchone()[0] == 1


def is_read_anew():
    """Whether what the toy room remembers of its table goes when all rooms are read anew."""
    remembered = importlib.import_module(f"{TOY}.home").remembered
    remembered[:] = ["热水袋三只"]
    rooms.read_anew()
    return not remembered


def places_where_it_shows(cast, title):
    """Every place that is made from the declarations -> whether the toy room shows there."""
    office, phone = cast.client("office"), Client()

    def page(browser, address, **query):
        return browser.get(address, query).content.decode()

    home = page(office, "/office/")
    return {
        "menu": "/office/toy/" in home and "All errands" in home,
        "first steps": "Run an errand" in home,
        "what waits": "errands wait" in home,
        "figures of the home page": "Errands run" in home,
        "search": title in page(office, "/office/search/", q=title[:3]),
        "table of permissions": "Run errands" in page(office, "/office/people/roles/"),
        "phone's bar": "/errand/" in page(phone, "/help/"),
        "another room's page": "Have an errand run" in page(phone, "/"),
        "what opens without network": "Errands on the road" in page(phone, "/offline/"),
        "big screen": "toy.errands" in {one.key for one in rooms.screen_figures()},
        "where numbers are thin": str(rooms.where_thin("toy.errands").title) == "Run more errands",
        "what is remembered": is_read_anew(),
        "tables in no backup": "toy_minute" in rooms.passing(),
        "offline page": '"/errand/"' in page(phone, "/sw.js"),
        "page that stands in offline": '["^/errand/[a-z]+/$", "/errand/"]' in page(phone, "/sw.js"),
        "offline file": "toy/errand.js" in page(phone, "/sw.js"),
        "privacy": "What to fetch" in page(phone, "/privacy/"),
        "metrics": "nuanyi_toy_errands" in page(phone, "/metrics"),
        "rotation": "toy_errand.sealed_words" in {field.where for field in sealed.fields()},
        "tones": "errand-late" in rooms.tones(),
        "events": "toy.errand_run" in journal.kinds(),
        "figures": "toy.errands" in figures.offered(),
        "gallery": "errands" in {shot.name for shot in rooms.gallery()},
        "row-level security": has_a_policy("toy_errand"),
        "page of a record": rooms.page_of("toy.errand", "1") == "/office/toy/",
        "public API": "toy" in rooms.routers(),
        "access table": "office/toy/" in table(),
        "routes": "office/toy/" in {address for address, _view in checks.routes()},
    }


def test_with_its_line_a_room_is_everywhere_and_without_it_nowhere(cast, program, settings):
    with with_the_line(settings):
        from tests.toy.models import Errand

        Errand.objects.create(title="热水袋三只")
        assert [p for p, there in places_where_it_shows(cast, "热水袋三只").items() if not there] == []
        assert {address: checks.act_of(view) for address, view in checks.routes()}.items() >= {
            ("office/toy/", "toy.run"),
            ("errand/", "public"),
        }
        assert run_checks() == []
    _as_owner(row_policies.lay_down)
    assert [p for p, there in places_where_it_shows(cast, "热水袋三只").items() if there] == []
    assert cast.client("office").get("/office/toy/").status_code == 404


def test_its_permission_opens_its_page_for_the_roles_it_names_and_no_other(cast, toy):
    assert actor_for(cast.accounts["office"]).can("toy.run")
    for part, status in (("office", 200), ("clerk", 403), ("auditor", 403)):
        assert cast.client(part).get("/office/toy/").status_code == status, part
    assert Client().get("/office/toy/").status_code == 302


def test_its_sealed_value_is_masked_rotated_and_goes_with_the_person(own_keys, cast, toy, program):  # noqa: F811
    with row_security.reading_as(program):
        connection.nuanyi_told = (
            None  # this test has keys of its own: what was told before is signed with others
        )
        person = persons.seal_into(Person(), name="周小明", phone="19900000001")
        person.save()
        errand = toy.Errand.objects.create(title="热水袋", person=person)
        sealed.put(errand, "sealed_words", "红色的那个")
        errand.save()
        page = cast.client("office").get("/office/toy/").content.decode()
        assert "●●●" in page
        assert "红色的那个" not in page

        rotation.rotate_keys(actor=program, drop_old=True)
        errand.refresh_from_db()
        assert sealed.open_text(errand, "sealed_words") == "红色的那个"
        assert sealed.keys().key_number(errand.sealed_words) == 2

        persons.erase_person(actor=program, person=person, reason="asked")
        errand.refresh_from_db()
        assert (errand.sealed_words, errand.person) == (None, None)


def complaints(monkeypatch, **changed):
    """What the checks at the start say of a toy room that declares something else: the words, and the line to mend."""
    declared = importlib.import_module(f"{TOY}.room")
    monkeypatch.setattr(declared, "ROOM", replace(declared.ROOM, **changed))
    _look_again()
    try:
        return [(found.msg, found.hint) for found in run_checks() if found.id.startswith("nuanyi.")]
    finally:
        monkeypatch.undo()


def test_a_permission_declared_twice_is_refused_with_the_line_to_mend(toy, monkeypatch):
    again = [Permission("toy.run", "Run errands", {}), Permission("cases.handle", "Handle requests", {})]
    [(words, line)] = complaints(monkeypatch, permissions=again)
    assert re.match(
        r"the permission 'cases.handle' is declared twice, first at nuanyi/cases/room.py:\d+$", words
    )
    assert re.match(r"tests/test_a_room_is_its_folder_and_one_line.py:\d+$", line)


def test_a_route_without_a_permission_is_refused_with_the_line_to_mend(toy, monkeypatch):
    mounts = [Mount("office/toy/"), Mount("", "worker_urls"), Mount("errand/", "careless_urls")]
    [(words, line)] = complaints(monkeypatch, mounts=mounts)
    assert words.startswith("the route 'errand/forgotten/' declares no permission")
    assert re.search(r"tests/toy/views.py:\d+$", line)


def test_a_route_that_asks_for_an_undeclared_permission_is_refused(toy, monkeypatch):
    found = complaints(monkeypatch, permissions=[])
    words = [words for words, _line in found]
    assert any("the route 'office/toy/' asks for 'toy.run', which no room declares" in one for one in words)
    assert all("toy.run" in words for words, _line in found)


def test_a_policy_for_a_table_that_is_not_there_is_refused_with_the_line_to_mend(toy, monkeypatch):
    policies = [RowPolicy("toy.Nothing", "true")]
    [(words, line)] = complaints(monkeypatch, policies=policies)
    assert words == "a policy is declared for 'toy.Nothing', which is no table"
    assert re.match(r"tests/test_a_room_is_its_folder_and_one_line.py:\d+$", line)


def test_two_looks_of_one_state_and_a_scope_that_is_none_are_refused(toy, monkeypatch):
    nowhere = Permission("toy.run", "Run errands", {Role.CLERK: "nowhere"})
    found = complaints(monkeypatch, tones={"overdue": "good"}, permissions=[nowhere])
    assert sorted(words for words, _line in found) == [
        "clerk has the scope 'nowhere', which is none",
        "the state 'overdue' looks 'bad' elsewhere and 'good' here",
    ]


def test_the_server_does_not_start_with_a_contradiction(toy, monkeypatch):
    declared = importlib.import_module(f"{TOY}.room")
    monkeypatch.setattr(declared, "ROOM", replace(declared.ROOM, mounts=[Mount("errand/", "careless_urls")]))
    _look_again()
    with pytest.raises(doctor.Unsafe, match=r"declares no permission.*tests/toy/views.py:\d+"):
        doctor.refuse_contradictions()


def test_the_roof_may_name_no_room_above_notices():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (roof,) = [one for one in contracts if one["id"] == "roof"]
    above = settings.ROOMS[settings.ROOMS.index("nuanyi.notices") + 1 : settings.ROOMS.index("nuanyi.front")]
    assert set(roof["forbidden_modules"]) == set(above)


def test_a_template_names_no_page_of_another_room_on_its_floor_or_above():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one.get("containers") == ["nuanyi"])
    floors = {room.strip(): at for at, layer in enumerate(layers) for room in layer.split("|")}
    code = ROOT / "nuanyi"
    owners = {
        name: file.relative_to(code).parts[0]
        for file in code.rglob("*urls.py")
        for name in re.findall(r'^app_name = "(\w+)"', file.read_text(), re.MULTILINE)
    }
    named = [
        (file.relative_to(code), space)
        for file in code.glob("*/templates/**/*.html")
        for space in re.findall(r"""\{%\s*url\s+["'](\w+):""", file.read_text())
        if space in owners
    ]
    assert len(named) > 100
    for file, space in named:
        room, owner = file.parts[0], owners[space]
        assert room == owner or floors[owner] > floors[room], f"{file} names a page of {owner}: declare a Way"
