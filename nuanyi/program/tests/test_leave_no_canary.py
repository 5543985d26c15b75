"""A canary in every sealed column of every table: it is found in no table, WAL, backup, page, export, session, log or file.

The columns come from the registry of sealed fields, so a new one is tried without being named here.
"""

import io
import logging
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from conftest import id_number
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.front.checks import act_of, routes
from nuanyi.lib import sealed
from nuanyi.lib.embedded_postgres import OWNER
from nuanyi.people.models import Person
from nuanyi.program.tests.test_rotate_the_keys import bare_row, no_rules
from tests import boot

__all__ = ["no_rules"]  # the fixture, under its name

pytestmark = pytest.mark.django_db


def canary_of(field: sealed.SealedField) -> bytes:
    """Something that stands nowhere else, for one column."""
    return f"金丝雀-{field.where}-{OWNER}".encode()


CANARIES = {field.where: canary_of(field) for field in sealed.fields()}


def found_in(data: bytes) -> list[str]:
    """The columns whose canary stands in ``data``, in UTF-8 or as JSON writes it."""
    return [
        where
        for where, canary in CANARIES.items()
        if canary in data or canary.decode().encode("unicode_escape") in data
    ]


@pytest.fixture
def planted(no_rules):
    """A row of every table that seals, with a canary in each of its sealed columns; its key by column."""
    rows = {}
    for field in sealed.fields():
        model = field.model
        if model not in rows:
            rows[model] = bare_row(field, canary_of(field))
            continue
        row, binding = model._base_manager.get(pk=rows[model]), field.bound_column()
        bound = field.bound_to(None if binding is None else getattr(row, binding.attname))
        value = sealed.keys().seal_bytes(field.family, canary_of(field), bound)
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s WHERE "{model._meta.pk.column}" = %s',
                [value, rows[model]],
            )
    return {field.where: rows[field.model] for field in sealed.fields()}


def every_value_of_every_table() -> bytes:
    """The whole database as text, bytes written as they are."""
    held = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            for line in cursor.fetchall():
                for value in line:
                    held.write(bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode())
                    held.write(b"\n")
    return held.getvalue()


def wal() -> bytes:
    """What the server wrote ahead, up to now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        folder = Path(cursor.fetchone()[0]) / "pg_wal"
        cursor.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())")
        newest = cursor.fetchone()[0]
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name <= newest)
    return b"".join(path.read_bytes() for path in files[-4:])


@pytest.mark.as_owner
def test_no_canary_stands_in_clear_in_a_table_the_wal_a_dump_or_a_file(planted, tmp_path):
    assert len(planted) == len(sealed.fields()) > 20
    # the control: what is written in clear is found by the same looks
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE control_of_canaries (words text)")
        cursor.execute(
            "INSERT INTO control_of_canaries VALUES (%s)", [next(iter(CANARIES.values())).decode()]
        )
        assert len(found_in(every_value_of_every_table())) == 1
        cursor.execute("SELECT pg_logical_emit_message(false, 'flush', '')")
        cursor.execute("DROP TABLE control_of_canaries")
    assert found_in(every_value_of_every_table()) == []
    assert set(found_in(wal())) <= {next(iter(CANARIES))}  # the control's own
    for folder in (
        Path(settings.NUANYI_HOME) / name for name in ("media", "imports", "files", "static", "keys")
    ):
        for path in folder.rglob("*") if folder.exists() else ():
            if path.is_file():
                assert found_in(path.read_bytes()) == [], path


@pytest.mark.as_owner
def test_every_canary_opens_again_so_that_it_was_there_at_all(planted):
    for field in sealed.fields():
        found = field.model._base_manager.get(pk=planted[field.where])
        assert sealed.open_bytes(found, field.name) == CANARIES[field.where]
        assert CANARIES[field.where].decode() not in f"{found} {vars(found)!r} {vars(found)}"


NAME, PHONE, NUMBER = "欧阳锦鲤", "19987654321", id_number(7)
PERSONAL = [NAME.encode(), PHONE.encode(), NUMBER.encode()]


def texts_in(answer) -> bytes:
    """The body of an answer; of a workbook the sheets in it."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body


@pytest.mark.parametrize("part", ["guest", "organisation", "department"])
def test_no_page_export_search_sort_log_or_session_shows_a_person(cast, program, part, caplog):
    take(program, [HEAD, row(7, name=NAME, phone=PHONE)])
    browser = Client() if part == "guest" else cast.client(part)
    pages = ["/" + address for address, view in routes() if "<" not in address and act_of(view) is not None]
    pages += [
        f"{page}?{query}"
        for page in ("/office/search/", "/office/census/workers/")
        for query in (f"q={PHONE[:7]}", f"q={NAME[:1]}", "sort=name", "sort=-phone", "sort=id_number")
    ]
    pages += [f"/office/search/?q={PHONE}", f"/office/search/?q={NUMBER}", f"/office/people/?q={NAME}"]
    with caplog.at_level(logging.INFO):
        for page in pages:
            if page.startswith("/accounts/"):
                continue
            body = texts_in(browser.get(page))
            echoed = [
                one for one in PERSONAL if one.decode() in page
            ]  # what was typed may stand in its field
            assert not [one for one in PERSONAL if one in body and one not in echoed], page
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        from django.contrib.sessions.backends.db import SessionStore

        for (data,) in cursor.fetchall():
            assert not [one for one in PERSONAL if one.decode() in str(SessionStore().decode(data))]
        cursor.execute("SELECT detail::text || subject_id FROM journal_entry")
        journal = "".join(line for (line,) in cursor.fetchall())
    assert not [one for one in PERSONAL if one.decode() in journal]


def test_a_backup_of_a_filled_table_holds_no_person_in_clear(tmp_path, program, district):
    """pg_dump of what is committed is what a backup packs; here the same bytes are asked of the server by COPY."""
    take(program, [HEAD, row(7, name=NAME, phone=PHONE)])
    with connection.cursor() as cursor:
        for table in (
            "people_person",
            "census_worker",
            "census_appearance",
            "census_import",
            "journal_entry",
        ):
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                dumped = b"".join(bytes(part) for part in copy)
            assert dumped or table == "journal_entry"
            clear = dumped + b"".join(
                bytes.fromhex(word[3:].decode()) for word in dumped.split() if word.startswith(b"\\\\x")
            )
            assert not [one for one in PERSONAL if one in clear], table


def test_where_a_value_is_opened_on_purpose_the_same_look_finds_it(cast, program):
    """The control: what looks through the pages sees a value in clear."""
    take(program, [HEAD, row(7, name=NAME, phone=PHONE)])
    person = Person.objects.get()
    address = reverse("people:reveal", kwargs={"pk": person.pk})
    body = texts_in(cast.client("organisation").post(address, {"field": "phone", "purpose": "电话回访"}))
    assert [one for one in PERSONAL if one in body] == [PHONE.encode()]


def folder_of_the_server() -> Path:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        return Path(cursor.fetchone()[0])


def spilled(statement: str) -> bytes:
    """What the server wrote into its folder for temporary files while a sort was too large for memory."""
    raw = connection.connection
    with raw.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64kB'")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
    with raw.cursor(name="spilled") as cursor:
        cursor.execute(statement)
        cursor.fetchone()
        files = [
            path for path in (folder_of_the_server() / "base" / "pgsql_tmp").rglob("*") if path.is_file()
        ]
        return b"".join(path.read_bytes() for path in files)


MANY = "generate_series(1, 30000) g"


@pytest.mark.as_owner
def test_what_is_sorted_on_the_disk_is_sealed_there_too(program, district):
    take(program, [HEAD, row(7, name=NAME, phone=PHONE)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(0::bigint)")  # a transaction is open
    control = spilled(f"SELECT '{NAME}' || md5(g::text) FROM {MANY} ORDER BY 1")
    assert NAME.encode() in control, "the control: a sort in clear is found there"
    lay = spilled(
        f"SELECT p.sealed_name, p.sealed_phone, p.sealed_id_number, p.name_mask, g FROM people_person p, {MANY}"
        " ORDER BY md5(g::text)"
    )
    assert len(lay) > 1_000_000
    assert not [one for one in PERSONAL if one in lay]


def test_neither_a_temporary_file_nor_the_log_of_the_server_keeps_a_person(
    program, cast, tmp_path, monkeypatch
):
    """Children that read sheets and pictures get their folder from here; the server logs what failed, not with what."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    log = boot.SERVER.log
    begun = log.stat().st_size
    take(program, [HEAD, row(7, name=NAME, phone=PHONE)])
    cast.client("organisation").get(f"/office/search/?q={PHONE}")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / (length(%s) - 4)", [NAME])
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not [one for one in PERSONAL if one in kept]
    with log.open("rb") as lines:
        lines.seek(begun)
        told = lines.read()
    assert b"division by zero" in told, "the control: it is this log"
    assert not [one for one in PERSONAL if one in told]
