"""Rotation reaches every sealed value of every room, and no key is destroyed while a value is under it."""

import os
import shutil

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

from nuanyi.census import files
from nuanyi.census.models import Change
from nuanyi.census.services import imports
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, send, take
from nuanyi.lib import seal, sealed
from nuanyi.lib.errors import Conflict, NotAllowed
from nuanyi.lib.held_locks import held
from nuanyi.lib.ids import new_id
from nuanyi.people import checks
from nuanyi.people.models import Person
from nuanyi.people.services import openings, rotation

pytestmark = pytest.mark.django_db
CLEAR = "周小明 19900000001"


@pytest.fixture
def own_keys(settings, tmp_path):
    """A copy of the installation's keys: what the database knows of them (readers, entries are signed) still holds."""
    (tmp_path / "keys").mkdir(mode=0o700)
    settings.NUANYI_KEYS_FILE = shutil.copy(settings.NUANYI_KEYS_FILE, tmp_path / "keys" / "keys.json")
    settings.NUANYI_HOME = tmp_path
    return settings.NUANYI_KEYS_FILE


def bare_row(field: sealed.SealedField, clear: bytes) -> object:
    """A row of any table with a value sealed in ``field``, made past every other rule of its room; its key."""
    model, binding = field.model, field.bound_column()
    values: dict[str, object] = {}
    for column in model._meta.local_fields:
        if isinstance(column, models.UUIDField):
            values[column.column] = new_id()
        elif column.primary_key:
            values[column.column] = 7_000_000_001
        elif isinstance(column, sealed.SealedField):
            values[column.column] = None if column.null else b"\x01\x00\x00"
        elif not column.null:
            values[column.column] = _filler(column)
    bound = field.bound_to(values[binding.column]) if binding is not None else field.bound_to(None)
    values[field.column] = sealed.keys().seal_bytes(field.family, clear, bound)
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", [*values.values()])
    return values[model._meta.pk.column]


def _filler(column: models.Field) -> object:
    kind = column.db_type(connection).partition("(")[0].strip()
    if kind.endswith("[]") or "[]" in column.db_type(connection):
        return "{}"
    simple = {
        "uuid": new_id(),
        "boolean": False,
        "jsonb": "{}",
        "date": "2022-06-01",
        "timestamp with time zone": "2022-06-01T00:00:00Z",
        "time": "08:00",
        "bytea": os.urandom(16),
        "double precision": 1.0,
    }
    if kind in simple:
        return simple[kind]
    return "x" if kind in ("varchar", "text", "character varying") else 1


@pytest.fixture
def no_rules():
    """Foreign keys, checks and triggers rest: the tests put bare rows into any table."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        )
        checks = cursor.fetchall()
        for table, name in checks:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.as_owner
@pytest.mark.parametrize("where", [field.where for field in sealed.fields()])
def test_every_sealed_column_is_found_rotated_and_opens_after_the_old_keys_are_gone(
    where, own_keys, no_rules, program
):
    field = next(one for one in sealed.fields() if one.where == where)
    pk = bare_row(field, CLEAR.encode())
    rotation.rotate_keys(actor=program, drop_old=True)
    row_now = field.model._base_manager.get(pk=pk)
    assert sealed.open_bytes(row_now, field.name).decode() == CLEAR
    assert sealed.keys().key_number(getattr(row_now, field.name)) == 2
    assert list(sealed.keys().rings[field.family].keys) == [2]


def test_a_column_that_seals_without_the_type_does_not_start(monkeypatch):
    with isolate_apps("nuanyi.people"):

        class Forgetful(models.Model):
            PERSONAL = {"sealed_name": None}
            sealed_name = models.BinaryField()

            class Meta:
                app_label = "people"

    monkeypatch.setattr(checks.apps, "get_models", lambda: [Forgetful])
    assert [found.id for found in checks.personal_fields_are_declared()] == ["nuanyi.E004"]


def test_a_sealed_column_that_says_nothing_of_itself_does_not_start_whatever_its_name(monkeypatch):
    """Columns were asked by words in their names: a sealed ``where`` went unseen."""
    with isolate_apps("nuanyi.people"):

        class Silent(models.Model):
            PERSONAL: dict[str, object] = {}
            where = sealed.SealedText(bound_by="pk", null=True)

            class Meta:
                app_label = "people"

    monkeypatch.setattr(checks.apps, "get_models", lambda: [Silent])
    assert [found.id for found in checks.personal_fields_are_declared()] == ["nuanyi.E006"]


def test_old_keys_wait_for_a_transaction_that_has_read_and_not_yet_written(monkeypatch):
    """It was waited for by numbers that only writers have: what it had sealed came in under a key that was gone."""
    monkeypatch.setattr(rotation, "WAIT_FOR_OLDER", 1)
    params = connection.get_connection_params()
    reached = {
        name: params[name] for name in ("host", "port", "user", "password", "dbname") if name in params
    }
    with psycopg.connect(**reached) as other:
        other.execute("SELECT 1")
        with pytest.raises(Conflict) as refused:
            rotation._wait_for_older_transactions()
        assert refused.value.code == "busy"
    rotation._wait_for_older_transactions()


def test_the_file_of_an_import_rotates_too(own_keys, district, cast, program):
    of = send(cast.actor("office"), [HEAD, row(1)])
    before = files.take(of.pk, files.SENT)
    report = rotation.rotate_keys(actor=program, drop_old=True)
    assert report["file"]["values"] == {"census_importfile.sealed_data": 1}
    assert files.take(of.pk, files.SENT) == before


def test_an_import_can_be_undone_after_the_old_keys_are_gone(own_keys, district, program):
    take(program, [HEAD, row(1)])
    of = take(program, [HEAD, row(1, phone="19911112222")], choice="overwrite", source_name="乙")
    assert Change.objects.exists()
    rotation.rotate_keys(actor=program, drop_old=True)
    imports.undo(actor=program, of=of)
    assert openings.open_for_program(Person.objects.get(), "phone") == "19900000001"


def test_old_keys_stay_while_one_value_is_under_them_and_the_counts_say_where(
    own_keys, district, program, monkeypatch
):
    take(program, [HEAD, row(1)])
    real = sealed.reseal
    monkeypatch.setattr(sealed, "reseal", lambda family, **more: {} if family == "person" else real(family))
    with pytest.raises(Conflict) as refused:
        rotation.rotate_keys(actor=program, drop_old=True)
    assert "people_person.sealed_name 1" in str(refused.value)
    assert openings.open_for_program(Person.objects.get(), "name") == "周小明"
    assert 1 in sealed.keys().rings["person"].keys


def test_a_rotation_that_was_killed_goes_on_with_the_key_it_had_made(
    own_keys, district, program, monkeypatch
):
    take(program, [HEAD, row(1), row(2, name="李大力")])
    real = sealed._reseal_column

    def killed(field, batch):
        real(field, batch)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealed, "_reseal_column", killed)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate_keys(actor=program)
    rotation.rotate_keys(actor=program, drop_old=True)
    assert list(sealed.keys().rings["person"].keys) == [2]
    names = {openings.open_for_program(person, "name") for person in Person.objects.all()}
    assert names == {"周小明", "李大力"}


def test_values_beyond_the_first_batch_are_sealed_again_too(own_keys, district, program):
    take(program, [HEAD, row(1), row(2, name="李大力")])
    seal.add_key(own_keys, "person")
    assert sealed.reseal("person", batch=1)["people_person.sealed_name"] == 2
    assert sealed.under_old_keys("person") == {}


def test_two_rotations_at_once_are_refused(own_keys, program):
    with held(rotation.ROTATION) as mine, pytest.raises(Conflict):
        assert mine
        rotation.rotate_keys(actor=program)


def test_a_value_copied_into_another_row_does_not_open(own_keys, district, program):
    take(program, [HEAD, row(1), row(2, name="李大力")])
    one, two = Person.objects.all()
    one.sealed_name = two.sealed_name
    with pytest.raises(seal.CannotOpen):
        openings.open_for_program(one, "name")


def test_every_model_with_personal_fields_stands_on_the_privacy_page(client):
    page = client.get("/privacy/").content.decode()
    for model in apps.get_models():
        for name, declaration in getattr(model, "PERSONAL", {}).items():
            assert str(declaration.title) in page, (model.__name__, name)


def test_keys_are_rotated_by_whoever_runs_the_system_and_by_nobody_who_uses_its_data(own_keys, cast):
    for part in ("office", "organisation", "auditor", "clerk"):
        with pytest.raises(NotAllowed):
            rotation.rotate_keys(actor=cast.actor(part))
    assert rotation.rotate_keys(actor=cast.actor("administrator"))["person"]["key"] == 2
