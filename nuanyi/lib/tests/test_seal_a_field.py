"""What a sealed column does with a value, by itself: no database is asked. Rotation in tables: ``program``."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from django.db import models
from django.test.utils import isolate_apps

from nuanyi.lib import seal, sealed
from nuanyi.lib.ids import new_id


@pytest.fixture
def keys_file(settings, tmp_path):
    """Keys of this test alone."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    settings.NUANYI_KEYS_FILE = folder / "keys.json"
    seal.make_keys(settings.NUANYI_KEYS_FILE)
    seal.add_families(settings.NUANYI_KEYS_FILE)
    return settings.NUANYI_KEYS_FILE


@pytest.fixture
def letter(keys_file):
    """``letter()``: a row of a table that binds its sealed values in every way."""
    with isolate_apps("nuanyi.people"):

        class Letter(models.Model):
            id = models.UUIDField(primary_key=True, default=new_id)
            ref = models.CharField(max_length=12)
            words = sealed.SealedText(null=True, suffix=b"words")
            sender = sealed.SealedText(null=True, bound_by="ref", suffix=b"sender")
            seal = sealed.SealedBytes(null=True, bound_by="", suffix=b"of all", family="political")
            plain = models.BinaryField(null=True)

            class Meta:
                app_label = "people"

    return lambda **values: Letter(**{"ref": "220601-ABCDE", **values})


def test_a_value_opens_where_it_was_sealed_and_in_no_other_row(letter):
    row, other = letter(), letter()
    sealed.put(row, "words", "站长扣了钱")
    assert sealed.open_text(row, "words") == "站长扣了钱"
    assert "站长".encode() not in bytes(row.words)
    other.words = row.words
    with pytest.raises(seal.CannotOpen):
        sealed.open_text(other, "words")
    sealed.put(row, "seal", b"\x00\xff")
    other.seal = row.seal
    assert sealed.open_bytes(other, "seal") == b"\x00\xff", "bound to no row"


def test_where_nothing_is_nothing_is_sealed(letter):
    row = letter(words=b"before", sender=b"before")
    sealed.put(row, "words", "")
    sealed.put(row, "sender", None)
    assert (row.words, row.sender) == (None, None)
    assert (sealed.open_text(row, "words"), sealed.open_bytes(row, "seal")) == ("", b"")


def test_a_value_is_bound_to_its_row_by_the_column_that_is_named(letter):
    row = letter()
    words, sender, seal_ = (row._meta.get_field(name) for name in ("words", "sender", "seal"))
    assert words.bound_of(row) == row.id.bytes + b"words"
    assert sender.bound_of(row) == b"220601-ABCDEsender"
    assert seal_.bound_of(row) == seal_.bound_to("whatever") == b"of all"
    columns = [field.bound_column() for field in (words, sender, seal_)]
    assert [column and column.name for column in columns] == ["id", "ref", None]
    assert [field.family for field in (words, sender, seal_)] == ["person", "person", "political"]
    assert sealed.keys().open_bytes("political", _put(row, "seal", b"1"), b"of all") == b"1"


def _put(row, name, clear):
    sealed.put(row, name, clear)
    return bytes(getattr(row, name))


def test_only_a_sealed_column_takes_what_is_to_be_sealed(letter):
    row = letter()
    with pytest.raises(AssertionError):
        sealed.put(row, "plain", "19900000001")
    assert row.plain is None


def test_a_choice_is_sealed_at_one_length_whichever_it_is(letter):
    row = letter()
    lengths = set()
    for choice in ("", "a", "党员", "积极分子", "x" * sealed.CHOICE_BYTES):
        assert len(sealed.padded(choice).encode()) == 24
        sealed.put_choice(row, "words", choice)
        assert sealed.open_choice(row, "words") == choice
        lengths.add(len(row.words))
    assert len(lengths) == 1
    with pytest.raises(ValueError, match="24"):
        sealed.padded("x" * 25)
    assert sealed.open_choice(letter(), "words") == ""


def test_to_the_table_it_is_bytes_and_from_it_comes_a_mask(letter):
    field = letter()._meta.get_field("sender")
    name, path, _args, more = field.deconstruct()
    assert (name, path, more) == ("sender", "django.db.models.BinaryField", {"null": True})
    found = field.from_db_value(b"\x01\x00\x01", None, None)
    assert isinstance(found, sealed.SealedValue)
    assert bytes(found) == b"\x01\x00\x01"
    assert field.from_db_value(None, None, None) is None
    assert field.where == "people_letter.sender"


def test_every_sealed_column_stands_once_in_the_registry_in_its_order():
    where = [field.where for field in sealed.fields()]
    assert where == sorted(set(where))
    assert {"people_person.sealed_name", "people_person.sealed_phone"} <= set(where)
    assert all(isinstance(field, sealed.SealedField) for field in sealed.fields())


@pytest.fixture
def store(monkeypatch, keys_file, tmp_path):
    """A folder of sealed files that is the only one, beside no column; ``store("a", b"…")`` seals one."""
    monkeypatch.setattr(sealed, "_stores", {})
    monkeypatch.setattr(sealed, "fields", list)
    folder = tmp_path / "files"

    def files():
        return sealed.walk(folder, "*.bin", lambda path: path.stem.encode())

    sealed.declare_store(sealed.Store("records", "person", files))

    def put(name, clear):
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.bin"
        path.write_bytes(sealed.keys().seal_bytes("person", clear, name.encode()))
        return path

    return SimpleNamespace(folder=folder, put=put, files=files)


def test_files_are_walked_in_their_order_each_with_what_binds_it(store):
    assert list(store.files()) == []
    second, first = store.put("b", b"2"), store.put("a", b"1")
    (store.folder / "c.txt").write_bytes(b"3")
    assert list(store.files()) == [(first, b"a"), (second, b"b")]
    sealed.declare_store(sealed.Store("albums", "person", list))
    assert [one.name for one in sealed.stores()] == ["albums", "records"]


def test_a_file_names_its_key_in_two_bytes_and_one_that_is_cut_or_gone_names_none(tmp_path):
    file = tmp_path / "one.bin"
    assert sealed._number_in(file) is None
    file.write_bytes(b"\x01\x02")
    assert sealed._number_in(file) is None
    file.write_bytes(b"\x01\x02\x03")
    assert sealed._number_in(file) == 515


def test_what_is_under_an_older_key_is_sealed_again_and_nothing_else(store, keys_file):
    old = store.put("old", b"kept before")
    seal.add_key(keys_file, "person")
    new = store.put("new", b"kept since")
    (store.folder / "cut.bin").write_bytes(b"\x01")
    before = new.read_bytes()
    assert sealed.reseal("political") == {}
    assert sealed._number_in(old) == 1
    assert sealed.reseal("person") == {"records": 1}
    assert (sealed._number_in(old), sealed._number_in(new)) == (2, 2)
    assert new.read_bytes() == before
    seal.drop_keys_before(keys_file, "person", 2)
    assert sealed.keys().open_bytes("person", old.read_bytes(), b"old") == b"kept before"
    assert sealed.reseal("person") == {}


def test_files_under_an_older_key_are_counted_by_their_folder(store, keys_file, monkeypatch):
    monkeypatch.setattr(sealed, "connection", SimpleNamespace(cursor=nullcontext))
    monkeypatch.setattr(sealed.row_security, "reading_as", nullcontext)
    store.put("old", b"kept before")
    assert sealed.under_old_keys("person") == {}
    seal.add_key(keys_file, "person")
    seal.add_key(keys_file, "political")
    store.put("new", b"kept since")
    (store.folder / "cut.bin").write_bytes(b"\x01")
    assert sealed.under_old_keys("person") == {"records": 1}
    assert sealed.under_old_keys("political") == {}


def test_a_file_that_does_not_open_is_named_and_one_that_was_deleted_meanwhile_is_not_missed(
    store, keys_file, monkeypatch
):
    path = store.put("old", b"kept before")
    seal.add_key(keys_file, "person")
    moved = path.rename(store.folder / "other.bin")
    with pytest.raises(seal.CannotOpen, match=str(moved)):
        sealed.reseal("person")
    moved.unlink()
    monkeypatch.setattr(sealed, "_stores", {})
    gone = sealed.Store("records", "person", lambda: [(moved, b"old")])
    sealed.declare_store(gone)
    monkeypatch.setattr(sealed, "_number_in", lambda _path: 1)
    assert sealed.reseal("person") == {}
