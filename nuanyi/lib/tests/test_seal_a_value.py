import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanyi.lib import seal


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    seal.make_keys(path)
    return path


@given(text=st.text(), bound=st.binary(max_size=40))
def test_a_value_opens_for_its_own_record_and_for_no_other(file, text, bound):
    keys = seal.load_keys(file)
    sealed = keys.seal("person", text, bound)
    assert keys.open("person", sealed, bound) == text
    with pytest.raises(seal.CannotOpen):
        keys.open("person", sealed, bound + b"x")
    with pytest.raises(seal.CannotOpen):
        keys.open("political", sealed, bound)


@pytest.mark.parametrize("kept", [1, 3, 5, 14, 20])
def test_a_value_that_was_cut_off_does_not_open_and_that_is_all(file, kept):
    keys = seal.load_keys(file)
    with pytest.raises(seal.CannotOpen):
        keys.open("person", keys.seal("person", "王小明", b"1")[:kept], b"1")


def test_after_rotation_old_values_open_until_their_key_is_destroyed(tmp_path):
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    old = seal.load_keys(file).seal("person", "王", b"1")
    number = seal.add_key(file, "person")
    keys = seal.load_keys(file)
    assert keys.open("person", old, b"1") == "王"
    assert keys.key_number(keys.seal("person", "王", b"1")) == number
    seal.drop_keys_before(file, "person", number)
    with pytest.raises(seal.CannotOpen):
        seal.load_keys(file).open("person", old, b"1")


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    os.chmod(file, 0o644)
    with pytest.raises(seal.UnsafeKeys):
        seal.load_keys(file)
    with pytest.raises(FileExistsError):
        seal.make_keys(file)


def test_keys_do_not_show_themselves(file):
    keys = seal.load_keys(file)
    assert repr(keys) == "<Keys>"
    assert b"\x00" not in repr(keys.rings["person"]).encode()
