"""What chains the entries of the journal, without a database."""

import hashlib
import hmac

import pytest

from nuanyi.journal import rules

FIELDS = ["0", "1", "2026-06-03", "账号"]


def test_a_digest_is_over_the_one_before_and_each_field_with_its_length_in_bytes():
    whole = b"p" + b"1:0" + b"1:1" + b"10:2026-06-03" + "6:账号".encode()
    assert rules.digest(b"p", FIELDS, b"key") == hmac.digest(b"key", whole, "sha256")
    assert rules.digest(b"p", FIELDS, None) == hashlib.sha256(whole).digest()


@pytest.mark.parametrize(
    "fields", [["01", "", "2026-06-03", "账号"], ["0", "1", "2026-06-03"], [*FIELDS, ""], FIELDS[::-1]]
)
def test_nothing_moves_from_one_field_to_the_next_unseen(fields):
    assert rules.digest(b"p", fields, b"key") != rules.digest(b"p", FIELDS, b"key")


def test_without_the_key_or_after_another_entry_it_is_another():
    made = rules.digest(b"p", FIELDS, b"key")
    assert made not in (rules.digest(b"p", FIELDS, b"kez"), rules.digest(b"q", FIELDS, b"key"))
    assert len(made) == 32
    assert bytes(32) == rules.GENESIS


def test_a_kind_says_what_becomes_of_personal_data_and_whether_it_opens_any(monkeypatch):
    monkeypatch.setattr(rules, "_kinds", {})
    assert rules.declare("room.done", "Done") == "room.done"
    assert rules.declare("room.opened", "Opened", personal="id only", opens=True) == "room.opened"
    done, opened = rules.kind("room.done"), rules.kind("room.opened")
    assert (done.name, done.title, done.personal, done.opens) == ("room.done", "Done", "nothing", False)
    assert (opened.personal, opened.opens) == ("id only", True)
    with pytest.raises(ValueError, match="personal data"):
        rules.declare("room.told", "Told", personal="everything")
    with pytest.raises(KeyError):
        rules.kind("room.told")
    rules.kinds().clear()  # what is handed out is a copy
    assert set(rules.kinds()) == {"room.done", "room.opened"}
