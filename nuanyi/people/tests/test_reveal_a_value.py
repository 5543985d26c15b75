import json

import pytest

from nuanyi.journal.models import Entry
from nuanyi.lib.actor import system
from nuanyi.lib.errors import BadInput, NotAllowed, NotFound, TooMuch
from nuanyi.people import erasures, events, rules
from nuanyi.people.models import Person
from nuanyi.people.services import openings, persons


@pytest.fixture
def zhou(db):
    person = Person(region_codes=["450311", "450311100"])
    persons.seal_into(
        person, name="周师傅", phone="19900000312", id_number="450311199003070012", political="中共党员"
    )
    person.save()
    return person


def test_everything_but_reveal_shows_the_mask(zhou):
    shown = f"{zhou} {zhou!r} {zhou.name} {zhou.phone} {zhou.id_number} {zhou.political}"
    assert "周师傅" not in shown
    assert "199****0312" in shown
    assert "党员" not in shown


def test_a_value_is_opened_for_a_purpose_and_the_journal_knows(cast, zhou):
    actor = cast.actor("office")
    assert openings.reveal(actor=actor, person=zhou, field="phone", purpose="通知领取雨衣") == "19900000312"
    entry = Entry.objects.get(kind=events.REVEALED)
    assert entry.actor_id == actor.account_id
    assert entry.detail == {"field": "phone", "purpose": "通知领取雨衣", "values": 1}
    assert "19900000312" not in json.dumps(entry.detail)


def test_without_a_purpose_nothing_opens(cast, zhou):
    with pytest.raises(BadInput):
        openings.reveal(actor=cast.actor("office"), person=zhou, field="phone", purpose=" ")


def test_political_affiliation_opens_for_the_organisation_department_only(cast, zhou):
    assert (
        openings.reveal(actor=cast.actor("organisation"), person=zhou, field="political", purpose="发展党员")
        == "中共党员"
    )
    with pytest.raises(NotAllowed):
        openings.reveal(actor=cast.actor("office"), person=zhou, field="political", purpose="只是好奇")
    assert Entry.objects.filter(kind=events.REVEAL_REFUSED).count() == 1


@pytest.mark.parametrize("part", ["zhemu", "clerk", "keeper", "auditor", "administrator", "worker"])
def test_another_units_person_is_like_one_that_does_not_exist(cast, zhou, part):
    with pytest.raises(NotFound):
        openings.reveal(actor=cast.actor(part), person=zhou, field="name", purpose="只是好奇")


def test_the_days_quota_ends_and_the_auditors_are_told(cast, zhou, monkeypatch):
    from nuanyi.notices.models import Notice

    monkeypatch.setattr(rules, "REVEALS_A_DAY", 3)
    monkeypatch.setattr(rules, "REVEALS_ALARM", 2)
    for _turn in range(3):
        openings.reveal(actor=cast.actor("office"), person=zhou, field="phone", purpose="电话回访")
    with pytest.raises(TooMuch):
        openings.reveal(actor=cast.actor("office"), person=zhou, field="phone", purpose="电话回访")
    assert [n.account.username for n in Notice.objects.filter(kind="reveal-alarm")] == ["auditor"]


def test_an_erased_person_leaves_nothing(cast, zhou):
    persons.erase_person(actor=cast.actor("organisation"), person=zhou, reason="本人要求")
    zhou.refresh_from_db()
    left = [
        zhou.sealed_name,
        zhou.sealed_phone,
        zhou.phone_digest,
        zhou.sealed_id_number,
        zhou.id_number_digest,
        zhou.sealed_political,
    ]
    assert left == [None] * 6
    assert (zhou.name, zhou.phone, zhou.id_number) == ("", "", "")


def test_openings_are_counted_one_after_the_other(cast, zhou):
    """Side by side, 32 openings gave two more than the quota; the account's row makes them wait for each other."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as seen:
        openings.reveal(actor=cast.actor("office"), person=zhou, field="phone", purpose="通知领取雨衣")
    locks = [n for n, query in enumerate(seen) if "FOR UPDATE" in query["sql"] and "account" in query["sql"]]
    counts = [
        n
        for n, query in enumerate(seen)
        if "journal_entry" in query["sql"] and query["sql"].startswith("SELECT")
    ]
    assert locks
    assert counts
    assert locks[0] < counts[0]


# the list of who was erased, kept beside the keys -------------------------------------------------


@pytest.fixture
def erased(tmp_path, monkeypatch):
    monkeypatch.setattr(erasures, "file", lambda: tmp_path / "erasures.jsonl")
    return tmp_path / "erasures.jsonl"


def test_an_erasure_is_noted_before_it_is_committed_so_that_no_crash_falls_between(cast, zhou, erased):
    """The test is one transaction that is never committed: what is noted now was noted before."""
    persons.erase_person(actor=cast.actor("organisation"), person=zhou, reason="本人要求")
    assert list(erasures.noted()) == [zhou.pk]


def test_whoever_was_noted_by_one_who_died_before_the_commit_is_erased_after_a_restore(cast, zhou, erased):
    erasures.note(zhou.pk)
    assert persons.replay_erasures(actor=system("restore")) == 1
    zhou.refresh_from_db()
    assert zhou.erased_at is not None
    assert zhou.sealed_name is None


def test_an_erasure_that_cannot_be_noted_is_not_done(cast, zhou, erased):
    erased.mkdir()
    with pytest.raises(OSError, match="directory"):
        persons.erase_person(actor=cast.actor("organisation"), person=zhou, reason="本人要求")
    assert Person.objects.get(pk=zhou.pk).erased_at is None


def test_a_refused_erasure_is_not_noted(cast, zhou, erased):
    with pytest.raises(NotAllowed):
        persons.erase_person(actor=cast.actor("clerk"), person=zhou, reason="本人要求")
    assert list(erasures.noted()) == []


def test_a_line_that_a_crash_cut_off_does_not_swallow_the_next(zhou, erased):
    erased.write_text('{"person": "0193')
    erasures.note(zhou.pk)
    assert list(erasures.noted()) == [zhou.pk]
