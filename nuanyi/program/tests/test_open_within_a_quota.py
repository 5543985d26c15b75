"""Whatever page shows a value in clear counts into one quota of the day; no room opens one for staff past it."""

import ast
from pathlib import Path

import pytest

import nuanyi
from nuanyi.journal import rules as journal_rules
from nuanyi.lib.errors import BadInput, TooMuch
from nuanyi.people import rules
from nuanyi.people.events import REVEALED
from nuanyi.people.models import Person
from nuanyi.people.services import openings, persons
from nuanyi.volunteers.events import NAME_SEEN

#: Services that hand personal values in clear to somebody in the office.
OPENING = {
    "people/services/openings.py": {"_reveal"},
    "cases/services/desk.py": {"open_phone"},
    "cases/services/letters.py": {"write_letter"},
    "reports/services/handling.py": {"phones"},
    "volunteers/services/joining.py": {"names"},
    "party/services/joining.py": {"open_application"},
    "party/services/members.py": {"names_of", "open_member", "hand_over_link"},
    "party/services/papers.py": {"write_paper"},
    "party/services/life.py": {"read_minutes"},
    "party/services/speaking.py": {"team_names", "speaker_names"},
}


def test_the_openings_of_all_rooms_are_declared_as_such():
    assert {name for name, kind in journal_rules.kinds().items() if kind.opens} == {
        "people.revealed",
        "cases.phone_opened",
        "cases.letter_written",
        "reports.phones_seen",
        "volunteers.name_seen",
        "party.application_seen",
        "party.link_shown",
        "party.members_seen",
        "party.paper_written",
        "party.minutes_seen",
        "party.speakers_seen",
        "party.team_seen",
        "learning.team_seen",
    }


#: Where whoever opens says what for; the pages of the other kinds serve one purpose, which stands with the kind.
SAID = {
    "people.revealed",
    "cases.phone_opened",
    "reports.phones_seen",
    "volunteers.name_seen",
    "party.application_seen",
    "party.members_seen",
}


def test_nothing_is_opened_without_a_purpose():
    kinds = journal_rules.kinds().values()
    assert {kind.name for kind in kinds if kind.opens and not kind.purpose} == SAID
    # the office's own words and pictures on a record: the person reads what for, and they count into no quota
    own = {"census.notes_read", "census.photo_seen"}
    assert {kind.name for kind in kinds if kind.purpose and not kind.opens} == own


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", ["", "   ", "abc"])
def test_a_value_stays_shut_where_nobody_says_what_for(cast, purpose):
    person = Person.objects.create(region_codes=["450311"])
    with pytest.raises(BadInput) as refused:
        openings.record_opening(cast.actor("office"), NAME_SEEN, person, purpose=purpose)
    assert refused.value.code == "no-purpose"
    with pytest.raises(BadInput):
        openings.record_opening(cast.actor("office"), REVEALED, person)


@pytest.mark.parametrize("file", sorted(OPENING))
def test_whoever_opens_for_staff_records_it_first(file):
    tree = ast.parse((Path(nuanyi.__file__).parent / file).read_text())
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    for name in OPENING[file]:
        calls = [node.func for node in ast.walk(functions[name]) if isinstance(node, ast.Call)]
        names = [getattr(call, "attr", getattr(call, "id", "")) for call in calls]
        assert "record_opening" in names, f"{file}:{name}"


@pytest.mark.django_db
def test_values_of_different_rooms_count_together(cast, monkeypatch):
    person = Person(region_codes=["450311"])
    persons.seal_into(person, name="周师傅", phone="19900000312")
    person.save()
    monkeypatch.setattr(rules, "REVEALS_A_DAY", 3)
    actor = cast.actor("office")
    openings.record_opening(actor, NAME_SEEN, person, values=2, purpose="a shift")
    openings.reveal(actor=actor, person=person, field="phone", purpose="通知领取雨衣")
    with pytest.raises(TooMuch):
        openings.reveal(actor=actor, person=person, field="phone", purpose="通知领取雨衣")
    # another's openings are not his
    assert openings.reveal(actor=cast.actor("office2"), person=person, field="phone", purpose="通知领取雨衣")


@pytest.mark.django_db
def test_a_list_that_is_longer_than_what_is_left_opens_nothing(cast, monkeypatch):
    person = Person(region_codes=["450311"])
    person.save()
    monkeypatch.setattr(rules, "REVEALS_A_DAY", 3)
    with pytest.raises(TooMuch):
        openings.record_opening(cast.actor("office"), NAME_SEEN, person, values=4, purpose="a shift")
    openings.record_opening(cast.actor("office"), NAME_SEEN, person, values=3, purpose="a shift")


@pytest.mark.django_db
def test_only_what_is_declared_as_an_opening_may_be_one(cast, program):
    person = Person(region_codes=["450311"])
    person.save()
    with pytest.raises(ValueError, match="opens"):
        openings.record_opening(program, "people.looked_up", person)
    openings.record_opening(program, REVEALED, person)
