import base64
import json
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


def test_a_value_says_the_number_of_its_key_also_beyond_the_256th(tmp_path):
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    document = json.loads(file.read_text())
    for family in ("person", "file"):
        ring = document["rings"][family]
        ring["keys"] = {"300": ring["keys"]["1"]}
        ring["newest"] = 300
    file.write_text(json.dumps(document))
    keys = seal.load_keys(file)
    value, whole = keys.seal("person", "周明", b"1"), keys.seal_bytes("file", b"jpeg", b"1")
    assert keys.key_number(value) == keys.key_number(whole) == 300
    assert keys.open("person", value, b"1") == "周明"
    assert keys.open_bytes("file", whole, b"1") == b"jpeg"


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


def test_a_sealed_value_says_its_version_its_key_and_twelve_bytes_of_chance(file):
    keys = seal.load_keys(file)
    for sealed in (keys.seal("person", "王小明", b"1"), keys.seal_bytes("person", "王小明".encode(), b"1")):
        assert sealed[:3] == b"\x01\x00\x01"
        assert len(sealed) == 3 + 12 + len("王小明".encode()) + 16
        assert keys.key_number(memoryview(sealed)) == 1
        assert keys.open("person", memoryview(sealed), b"1") == "王小明"
        assert keys.open_bytes("person", sealed, b"1") == "王小明".encode()
        with pytest.raises(seal.CannotOpen):
            keys.open("person", b"\x02" + sealed[1:], b"1")
        with pytest.raises(seal.CannotOpen):
            keys.open("person", sealed[:1] + b"\x00\x07" + sealed[3:], b"1")
        for place in (5, 20, -1):
            changed = bytearray(sealed)
            changed[place] ^= 1
            with pytest.raises(seal.CannotOpen):
                keys.open_bytes("person", bytes(changed), b"1")


def test_no_two_sealings_share_their_nonce(file):
    put = seal.load_keys(file).sealer("person")
    assert len({put("王", b"1")[3:15] for _turn in range(1100)}) == 1100


def test_a_digest_knows_its_field_and_needs_the_key(file, tmp_path):
    other = tmp_path / "keys.json"
    seal.make_keys(other)
    one, two = seal.load_keys(file), seal.load_keys(other)
    found = one.digest("phone", "19900000001")
    assert len(found) == 16
    assert found == one.digest("phone", "19900000001") == one.digest_bytes("phone", b"19900000001")
    told = [
        one.digest("phone", "19900000002"),
        one.digest("id_number", "19900000001"),
        two.digest("phone", "19900000001"),
    ]
    assert len({found, *told}) == 4


def test_a_lasting_secret_opens_for_its_purpose_and_after_every_rotation(tmp_path):
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    keys = seal.load_keys(file)
    sealed = keys.seal_for_good("second factor", "种子")
    raw = base64.b64decode(sealed)
    assert (raw[:1], len(raw)) == (b"\x01", 1 + 12 + len("种子".encode()) + 16)
    assert sealed != keys.seal_for_good("second factor", "种子")
    lasting = {keys.lasting_key(purpose) for purpose in ("second factor", "opened phone")}
    assert {len(key) for key in lasting} == {32}
    assert len(lasting | {keys.digest_key}) == 3
    seal.add_key(file, "person")
    assert seal.load_keys(file).open_for_good("second factor", sealed) == "种子"
    # a sign that no Base64 has is a changed secret, and not passed over
    foreign = f"{sealed[:4]}*{sealed[4:]}"
    for purpose, text in (
        ("opened phone", sealed),
        ("second factor", "*"),
        ("second factor", sealed[:-8]),
        ("second factor", foreign),
    ):
        with pytest.raises(seal.CannotOpen):
            keys.open_for_good(purpose, text)


def test_a_fingerprint_knows_a_key_again_and_tells_nothing_of_it(file, tmp_path):
    other = tmp_path / "keys.json"
    seal.make_keys(other)
    seal.add_key(other, "file")
    keys, more = seal.load_keys(file), seal.load_keys(other)
    marks = keys.fingerprints()
    assert set(marks) == {"digest", *(f"{family}/1" for family in seal.FAMILIES)}
    assert marks == seal.load_keys(file).fingerprints()
    assert {len(mark) for mark in marks.values()} == {32}
    assert set(more.fingerprints()) == set(marks) | {"file/2"}
    assert len({*marks.values(), *more.fingerprints().values()}) == len(marks) * 2 + 1
    clear = [key.hex() for ring in keys.rings.values() for key in ring.keys.values()]
    assert not [mark for mark in marks.values() for key in clear if mark in key]


def test_fresh_keys_are_their_owner_s_alone_and_nothing_else_is_left(tmp_path):
    file = tmp_path / "deep" / "keys" / "keys.json"
    before = os.umask(0)
    try:
        seal.make_keys(file)
    finally:
        os.umask(before)
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert oct(file.parent.stat().st_mode & 0o777) == "0o700"
    first = file.read_bytes()
    with pytest.raises(FileExistsError):
        seal.make_keys(file)
    assert file.read_bytes() == first
    assert [path.name for path in file.parent.iterdir()] == ["keys.json"]
    keys = seal.load_keys(file)
    assert set(keys.rings) == set(seal.FAMILIES)
    drawn = [key for ring in keys.rings.values() for key in ring.keys.values()]
    assert {len(key) for key in drawn} == {32}
    assert len({*drawn, keys.digest_key}) == len(seal.FAMILIES) + 1
    assert {ring.newest for ring in keys.rings.values()} == {1}
    assert repr(keys.rings["person"]) == "<Ring of 1 keys>"


def test_a_family_that_came_later_gets_its_first_key_and_the_others_keep_theirs(tmp_path):
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    document = json.loads(file.read_text())
    del document["rings"]["member"]
    file.write_text(json.dumps(document))
    assert seal.add_families(file) == ["member"]
    assert seal.add_families(file) == []
    found = json.loads(file.read_text())
    assert {name: ring for name, ring in found["rings"].items() if name != "member"} == document["rings"]
    keys = seal.load_keys(file)
    assert (keys.rings["member"].newest, [len(key) for key in keys.rings["member"].keys.values()]) == (
        1,
        [32],
    )
    assert keys.open("member", keys.seal("member", "王", b"1"), b"1") == "王"


def test_keys_are_numbered_on_and_only_older_ones_are_destroyed(tmp_path):
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    assert [seal.add_key(file, "person") for _turn in range(2)] == [2, 3]
    seal.drop_keys_before(file, "person", 2)
    ring = seal.load_keys(file).rings["person"]
    assert (ring.newest, sorted(ring.keys)) == (3, [2, 3])
    assert {len(key) for key in ring.keys.values()} == {32}
    assert len(set(ring.keys.values())) == 2
    assert seal.add_key(file, "person") == 4
    assert sorted(seal.load_keys(file).rings["political"].keys) == [1]


def test_a_key_file_without_its_newest_key_is_refused_in_words(tmp_path):
    """It was taken, and every page that seals answered 500."""
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    seal.add_key(file, "person")
    document = json.loads(file.read_text())
    del document["rings"]["person"]["keys"]["2"]
    file.write_text(json.dumps(document))
    with pytest.raises(seal.UnsafeKeys, match="key 2 of person"):
        seal.load_keys(file)


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601])
def test_a_key_file_with_any_right_for_others_is_refused(tmp_path, mode):
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    file.chmod(mode)
    with pytest.raises(seal.UnsafeKeys, match="chmod 600"):
        seal.load_keys(file)


def cut(document, *path):
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = base64.b64encode(base64.b64decode(inner[path[-1]])[:-1]).decode()


def test_keys_that_are_missing_damaged_or_too_short_are_refused_in_words(tmp_path):
    file = tmp_path / "keys.json"
    with pytest.raises(seal.UnsafeKeys, match="missing"):
        seal.load_keys(file)
    with pytest.raises(seal.UnsafeKeys, match="missing"):
        seal.keys_at(file)
    seal.make_keys(file)
    whole = file.read_text()
    for path in (("digest",), ("rings", "person", "keys", "1")):
        document = json.loads(whole)
        cut(document, *path)
        file.write_text(json.dumps(document))
        with pytest.raises(seal.UnsafeKeys, match="length"):
            seal.load_keys(file)
    for text in ("{", "[]", '{"rings": {}}', '{"rings": {"person": 1}, "digest": ""}'):
        file.write_text(text)
        with pytest.raises(seal.UnsafeKeys, match="damaged"):
            seal.load_keys(file)


def test_keys_are_read_again_when_their_file_changes_and_not_before(tmp_path):
    file = tmp_path / "keys.json"
    seal.make_keys(file)
    first = seal.keys_at(file)
    assert seal.keys_at(file) is first
    seal.add_key(file, "person")
    os.utime(file, ns=(1, 1))
    assert seal.keys_at(file).rings["person"].newest == 2
