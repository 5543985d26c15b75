"""A language that was wished before anybody was named is the first contact's to see, and nobody's who comes later."""

import pytest

from nuanyi.census.models import Establishment
from nuanyi.census.services import records
from nuanyi.lib import clock
from nuanyi.lib.retention import Subject
from nuanyi.party.models.instructors import LanguageWish
from nuanyi.party.services import instructors
from nuanyi.rights import queries as rights

FIRST, NEXT = ("周明", "19900000001"), ("李力", "19900000002")


def name(cast, shop, contact):
    values = dict(zip(("contact_name", "contact_phone"), contact, strict=True))
    change = records.change_record(actor=cast.actor("office"), model=Establishment, pk=shop.pk, values=values)
    shop.refresh_from_db()
    return change


def wished(person):
    kept = rights.holdings(Subject(persons=(person.pk,)), full=True)
    return [value.shown for one in kept if one.table == "party.languagewish" for value in one.values]


@pytest.fixture
def unnamed(cast, shop):
    """An establishment whose people wished a language when nobody was its contact."""
    made = shop()
    instructors.note_language(actor=cast.actor("organisation"), establishment=made.pk, language="壮语")
    return made


def test_a_wish_from_before_anybody_was_named_is_shown_to_the_first_contact_alone(cast, unnamed):
    name(cast, unnamed, FIRST)
    first = unnamed.contact
    assert wished(first) == ["壮语"]
    name(cast, unnamed, NEXT)
    assert wished(unnamed.contact) == []
    assert wished(first) == ["壮语"]


def test_a_wish_noted_after_a_contact_was_gone_is_nobody_s(cast, shop):
    made = shop()
    name(cast, made, FIRST)
    records.change_record(
        actor=cast.actor("office"),
        model=Establishment,
        pk=made.pk,
        values={"contact_name": "", "contact_phone": ""},
        taken_away=("contact_name", "contact_phone"),
    )
    instructors.note_language(actor=cast.actor("organisation"), establishment=made.pk, language="壮语")
    name(cast, made, NEXT)
    assert wished(made.contact) == []


def test_a_contact_who_was_named_first_by_mistake_keeps_no_wish_of_the_days_before(cast, unnamed):
    LanguageWish.objects.update(said_date=clock.today().replace(year=clock.today().year - 1, day=1))
    change = name(cast, unnamed, FIRST)
    assert records.undo_changes(actor=cast.actor("office"), pks=[change.pk]) == 1
    name(cast, unnamed, NEXT)
    assert wished(unnamed.contact) == ["壮语"]
