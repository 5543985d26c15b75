"""The shared cast and the stage that most tests need."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from hypothesis import settings as hypothesis_settings

# a landing does not hang on the luck of a draw or on how busy the machine is; NUANYI_EXPLORE=1 draws anew
hypothesis_settings.register_profile("landing", derandomize=True, deadline=None)
hypothesis_settings.register_profile("explore", deadline=None)
hypothesis_settings.load_profile("explore" if os.environ.get("NUANYI_EXPLORE") else "landing")

TOWNSHIPS = {
    "450311001": "良丰街道",
    "450311100": "雁山镇",
    "450311101": "柘木镇",
    "450311200": "大埠乡",
    "450311201": "草坪回族乡",
}
PASSWORD = "lantern-in-the-rain-7"


class QuickHasher(Argon2PasswordHasher):
    """Argon2 with the least work: every test signs a cast of thirteen up, and none tests how slow a guess is."""

    time_cost, memory_cost, parallelism = 1, 64, 1


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["conftest.QuickHasher"]


@pytest.fixture(autouse=True)
def _fresh_books() -> None:
    """What a process remembers of rules for some seconds belongs to one test only."""
    from nuanyi.lib import rooms

    rooms.read_anew()


@pytest.fixture(autouse=True)
def _files_bear_chinese_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a page of any test saves under zh-Hans is named in Chinese, so that no file is forgotten."""
    from django.utils.translation import get_language

    from nuanyi.lib import downloads

    inner = downloads.named

    def watched(name: str) -> str:
        has_chinese = any("\u4e00" <= sign <= "\u9fff" for sign in name)
        assert has_chinese or not (get_language() or "").startswith("zh"), f"a file named {name!r}"
        return inner(name)

    monkeypatch.setattr(downloads, "named", watched)


#: Tables that count attempts or remember for a while: a write there stands alone.
ALONE = (
    "people_knock",
    "people_attempt",
    "UPDATE people_clientkey",
    "front_cache",
    "django_session",
    "procrastinate_",
)


@pytest.fixture(autouse=True)
def _writes_stand_in_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a form is posted every write stands in a transaction of a service; a page that reads writes only if it says so."""
    from django.db import connection

    from nuanyi.lib import access, once

    @contextmanager
    def watched() -> Iterator[None]:
        def before(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            text = str(sql)
            if once.WRITES.match(text) and not once.in_a_transaction() and not any(t in text for t in ALONE):
                raise AssertionError(f"a write outside of every service's transaction: {text[:200]}")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(before):
            yield

    def told(view: str, exc: Exception) -> None:
        raise AssertionError(f"{view} writes while it reads: give its door journaled=True") from exc

    monkeypatch.setattr(access, "while_posted", watched)
    monkeypatch.setattr(access, "wrote_while_reading", told)


@pytest.fixture(autouse=True)
def _codes_go_out_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs beside a test: a code that a job would send goes out at once, through the same sealing and opening."""
    if "db" not in request.fixturenames and not request.node.get_closest_marker("django_db"):
        return
    from nuanyi.lib import outgoing
    from nuanyi.notices import services

    def send(sealed: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(outgoing, "require_quiet", lambda: None)
            services.send_code(sealed)

    if not request.node.get_closest_marker("real_jobs"):
        monkeypatch.setattr(services, "_defer_code", send)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The tests' database with what the role of pages may do in it."""
    from django.db import connection
    from psycopg.conninfo import make_conninfo

    from nuanyi.program import database

    with django_db_blocker.unblock():
        told = connection.get_connection_params()
        database.grant(make_conninfo(host=told["host"], dbname=told["dbname"], user=told["user"]))


@pytest.fixture(autouse=True)
def _as_the_web_role(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test runs as the role that serves pages, bound by row-level security; what a test does without a page reads
    as the program. Those that need the tables' owner say ``@pytest.mark.as_owner``."""
    needs = "db" in request.fixturenames or request.node.get_closest_marker("django_db")
    if not needs or request.node.get_closest_marker("as_owner"):
        yield
        return
    from django.db import connection

    from nuanyi.lib import row_security
    from nuanyi.lib.actor import system

    request.getfixturevalue("db")
    row_security.process_reads_as(system("test"))
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE nuanyi_web")
    yield
    row_security.process_reads_as(None)
    if connection.connection is not None and not connection.needs_rollback and connection.is_usable():
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


@pytest.fixture
def program() -> Any:
    from nuanyi.lib.actor import system

    return system("test")


def _make_district(program: Any) -> dict[str, Any]:
    from nuanyi.places import services as places
    from nuanyi.units import services as units

    places.put_region(actor=program, code="450311", name="雁山区", level="district")
    for code, name in TOWNSHIPS.items():
        places.put_region(actor=program, code=code, name=name, level="township", parent="450311")
    made: dict[str, Any] = {}
    rows = [
        ("zuzhi", "组织部", "organisation", ""),
        ("shichang", "市场监管局", "department", ""),
        ("gonghui", "总工会", "union", ""),
    ]
    rows += [(f"t{code[-3:]}", name, "township", code) for code, name in TOWNSHIPS.items()]
    for code, name, kind, region in rows:
        made[code] = units.put_unit(
            actor=program, code=code, name=name, short_name=name, kind=kind, region_code=region
        )
    for role, sector, unit in (
        ("lead", "", "zuzhi"),
        ("guide", "courier", "shichang"),
        ("cooperate", "", "gonghui"),
    ):
        units.change_rule(actor=program, edit=units.RuleEdit(role, sector, "", made[unit].pk))
    return made


@pytest.fixture(scope="session")
def _prepared(django_db_setup: None, django_db_blocker: Any) -> dict[str, Any]:
    """The district and the cast, made once by the services and taken away again; the tests put their rows in."""
    from django.db import transaction
    from django.test import override_settings

    from nuanyi.lib import row_security
    from nuanyi.lib.actor import system
    from tests.prepared import Prepared

    program = system("test")
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=["conftest.QuickHasher"]),
        transaction.atomic(),
    ):
        row_security.process_reads_as(program)
        try:
            district = Prepared(lambda: _make_district(program))
            cast = Prepared(lambda: _make_cast(district.made, program))
        finally:
            transaction.set_rollback(True)
            row_security.process_reads_as(None)
    return {"district": district, "cast": cast}


@pytest.fixture
def district(db: None, program: Any, _prepared: dict[str, Any]) -> dict[str, Any]:
    """雁山区 with five townships, their units, the department for couriers, and the rules of the source."""
    return _prepared["district"].again() or _make_district(program)


@dataclass
class Cast:
    """Accounts by part; ``actor(part)`` acts, ``client(part)`` is a signed-in browser."""

    accounts: dict[str, Any]

    def actor(self, part: str) -> Any:
        from nuanyi.people.access import actor_for

        return actor_for(self.accounts[part])

    def client(self, part: str) -> Client:
        browser = Client()
        browser.force_login(self.accounts[part], backend="django.contrib.auth.backends.ModelBackend")
        return browser


PARTS = {
    "office": ("district_office", "", "zuzhi"),
    "office2": ("district_office", "", "zuzhi"),
    "organisation": ("organisation", "", "zuzhi"),
    "yanshan": ("unit_staff", "450311100", "t100"),
    "zhemu": ("unit_staff", "450311101", "t101"),
    "department": ("unit_staff", "", "shichang"),
    "instructor": ("instructor", "450311100", "t100"),
    "grid": ("grid_worker", "450311101", "t101"),
    "clerk": ("clerk", "", "shichang"),
    "keeper": ("keeper", "450311001", "t001"),
    "auditor": ("auditor", "", "zuzhi"),
    "administrator": ("administrator", "", ""),
    "worker": ("worker", "", ""),
}


def _make_cast(district: dict[str, Any], program: Any) -> Cast:
    from nuanyi.people.services import accounts

    by_part = {}
    for part, (role, region, unit) in PARTS.items():
        account = accounts.make_account(
            actor=program,
            username=part,
            password=PASSWORD,
            unit=district.get(unit),
            must_change_password=False,
        )
        accounts.give_role(actor=program, account=account, role=role, region_code=region)
        by_part[part] = account
    return Cast(by_part)


@pytest.fixture
def cast(district: dict[str, Any], program: Any, _prepared: dict[str, Any]) -> Cast:
    """One account for every role; ``clerk`` is the curious one of another unit."""
    return _prepared["cast"].again() or _make_cast(district, program)


def workbook(rows: list[list[object]], name: str = "Sheet1") -> bytes:
    """A small xlsx for a test."""
    import io

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def id_number(serial: int, born: str = "19900307") -> str:
    """A synthetic identity number with the right check digit."""
    from nuanyi.lib.identity import id_check_digit

    first = f"450311{born}{serial % 1000:03d}"
    return first + id_check_digit(first)


EVERY_DAY = {str(n): "08:00-12:00 14:00-20:00" for n in range(1, 8)}


def square(lon: float, lat: float, width: float = 0.04, height: float = 0.04) -> dict[str, Any]:
    """A rectangle in WGS-84 from its south-western corner, as GeoJSON."""
    ring = [[lon, lat], [lon + width, lat], [lon + width, lat + height], [lon, lat + height], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def own_erasures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of who asked to be forgotten lies beside the database: each test that forgets somebody has one of its own."""
    from nuanyi.people import erasures

    monkeypatch.setattr(erasures, "file", lambda: tmp_path / "erasures.jsonl")


@pytest.fixture
def put(district: dict[str, Any], program: Any) -> Any:
    """``put("甲", lat, lon, amenities=[…], hours={…})``: a station in service."""

    from nuanyi.stations.services import stations
    from nuanyi.stations.services.stations import StationDraft

    def make(name="甲站", lat=25.05, lon=110.32, *, opened=True, hours=None, **more):
        draft = StationDraft(
            name=name,
            tier="township",
            venue="care_station",
            lat=lat,
            lon=lon,
            **{
                "region_code": "450311100",
                "unit": district["t100"],
                "amenities": ["charging", "first_aid"],
                "functions": ["rest"],
                "hours": EVERY_DAY if hours is None else hours,
                **more,
            },
        )
        made = stations.save_station(actor=program, draft=draft)
        return stations.move_station(actor=program, station=made, state="open") if opened else made

    return make
