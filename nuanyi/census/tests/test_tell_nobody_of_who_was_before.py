"""Another contact follows in a shop: what was noted before is the former one's to see and to have forgotten."""

import json

import pytest

from conftest import workbook
from nuanyi.census import events
from nuanyi.census.loading import establishments
from nuanyi.census.loading.establishments import EstablishmentLoader
from nuanyi.census.models import Change, Establishment, Match, RecordNote, RecordPhoto
from nuanyi.census.rules import Choice, FollowUp, ImportState
from nuanyi.census.services import imports, records, remarks
from nuanyi.census.services.imports import Stale
from nuanyi.census.tests.test_note_on_a_record import jpeg
from nuanyi.journal import services as journal
from nuanyi.lib import row_security, sealed
from nuanyi.lib.actor import PHONE_HOLDER
from nuanyi.lib.ids import new_id
from nuanyi.lib.retention import Subject
from nuanyi.people.models import Person
from nuanyi.people.services import persons
from nuanyi.people.services.openings import open_for_program
from nuanyi.rights import queries as rights

HEAD = ["户名", "行业领域", "所在乡镇（街道）", "负责人", "联系电话"]
FORMER, FOLLOWING = ("周明", "19900000001"), ("李力", "19900000002")
WORDS = "周明的儿子住院"


def roster(program, name, phone, *, place="雁山镇", choice="overwrite"):
    return imports.import_now(
        actor=program,
        choice=choice,
        data=workbook([HEAD, ["甲店", "快递", place, name, phone]]),
        client_key=new_id(),
        file_name="a.xlsx",
        source_name="台账",
    )


def by_hand(cast, shop, name, phone, **more):
    values = {"contact_name": name, "contact_phone": phone} | more
    return records.change_record(actor=cast.actor("office"), model=Establishment, pk=shop.pk, values=values)


def take_contact_away(cast, shop):
    return records.change_record(
        actor=cast.actor("office"),
        model=Establishment,
        pk=shop.pk,
        values={"contact_name": "", "contact_phone": ""},
        taken_away=("contact_name", "contact_phone"),
    )


def photo(cast, shop):
    return remarks.add_photo(
        actor=cast.actor("office"), model=Establishment, pk=shop.pk, data=jpeg(), key=new_id()
    )


def seen_by(actor, shop):
    with row_security.reading_as(actor):
        found = Establishment.objects.visible_to(actor).filter(pk=shop.pk).first()
        person = Person.objects.visible_to(actor).filter(pk=shop.contact_id).first()
        return found is not None, person and person.name


def note(cast, shop, words=WORDS):
    return remarks.add_note(
        actor=cast.actor("office"), model=Establishment, pk=shop.pk, words=words, key=new_id()
    )


def told(person):
    kept = rights.holdings(Subject(persons=(person.pk,)), full=True)
    return [value.shown for one in kept if one.table == "census.recordnote" for value in one.values]


def looks(person, *, full=True):
    return [look.what for look in rights.looks_of(Subject(persons=(person.pk,)), full=full)]


@pytest.fixture
def shop(district, program):
    roster(program, *FORMER)
    return Establishment.objects.get()


def contact_of(shop):
    shop.refresh_from_db()
    return shop.contact


@pytest.mark.parametrize("way", ["roster", "hand"])
def test_whoever_follows_hears_nothing_of_what_was_noted_of_the_one_before(cast, program, shop, way):
    former = shop.contact
    note(cast, shop)
    if way == "roster":
        roster(program, *FOLLOWING)
    else:
        by_hand(cast, shop, *FOLLOWING)
    following = contact_of(shop)
    assert open_for_program(following, "name") == "李力"
    assert told(following) == []
    note(cast, shop, "李力愿意设爱心角")
    assert told(following) == ["李力愿意设爱心角"]
    former.refresh_from_db()
    assert told(former) == [WORDS]
    assert open_for_program(former, "phone") == "19900000001", "by it they ask what is kept"
    stand, _gone = remarks.read_notes(actor=cast.actor("office"), record=shop)
    assert len(stand) == 2, "colleagues see all that was noted on the shop"


def test_a_contact_whose_name_stays_is_the_same_person(cast, program, shop):
    former = shop.contact
    note(cast, shop)
    roster(program, "周明", "19900000003")
    assert contact_of(shop) == former
    assert told(former) == [WORDS]


@pytest.mark.parametrize("way", ["roster", "hand"])
def test_a_number_that_is_passed_on_makes_nobody_the_one_before(cast, program, shop, way):
    former = shop.contact
    note(cast, shop)
    if way == "roster":
        roster(program, "李力", "19900000001")
    else:
        by_hand(cast, shop, "李力", "")
    following = contact_of(shop)
    assert [open_for_program(following, name) for name in ("name", "phone")] == ["李力", "19900000001"]
    assert told(following) == []
    former.refresh_from_db()
    assert told(former) == [WORDS]
    assert open_for_program(former, "name") == "周明"


@pytest.mark.parametrize("order", [("name", "number"), ("number", "name")])
def test_a_name_in_one_roster_and_a_number_in_the_next_make_another_person(cast, program, shop, order):
    former = shop.contact
    note(cast, shop)
    roster(program, *(("李力", "19900000001") if order[0] == "name" else ("周明", "19900000002")))
    roster(program, *FOLLOWING)
    following = contact_of(shop)
    assert following != former
    assert [open_for_program(following, name) for name in ("name", "phone")] == list(FOLLOWING)
    assert told(following) == []
    former.refresh_from_db()
    assert told(former) == [WORDS]


def test_the_number_goes_with_whoever_had_it_is_shown_first_and_comes_back_with_an_undo(cast, program, shop):
    former = shop.contact
    note(cast, shop)
    of = roster(program, "李力", "")
    following = contact_of(shop)
    assert [open_for_program(following, name) for name in ("name", "phone")] == ["李力", ""]
    assert told(following) == []
    assert ["contact_phone", former.phone, ""] in Match.objects.get(source_import=of).changes
    imports.undo(actor=program, of=of)
    assert contact_of(shop) == former
    assert [open_for_program(former, name) for name in ("name", "phone")] == list(FORMER)


@pytest.mark.parametrize("choice", ["overwrite", "merge"])
def test_a_list_without_names_says_nothing_of_who_it_is(program, district, choice):
    roster(program, FORMER[0], "" if choice == "merge" else FORMER[1])
    shop = Establishment.objects.get()
    former = shop.contact
    roster(program, "", "19900000003", choice=choice)
    assert contact_of(shop) == former
    assert [open_for_program(shop.contact, name) for name in ("name", "phone")] == [FORMER[0], "19900000003"]


def test_a_number_that_nobody_was_named_to_is_that_of_whoever_is_named_first(program, district):
    roster(program, "", FORMER[1])
    roster(program, FORMER[0], "")
    contact = Establishment.objects.get().contact
    assert [open_for_program(contact, name) for name in ("name", "phone")] == list(FORMER)


def test_whoever_gets_the_number_of_an_earlier_contact_is_not_that_contact(cast, program, shop):
    former = shop.contact
    note(cast, shop)
    roster(program, *FOLLOWING)
    roster(program, "王五", FORMER[1])
    assert contact_of(shop) != former
    assert told(contact_of(shop)) == []
    former.refresh_from_db()
    assert open_for_program(former, "name") == "周明"


def test_a_number_without_a_name_is_filled_in_with_the_name_that_is_told_with_it(cast, program, district):
    roster(program, "", FORMER[1])
    shop = Establishment.objects.get()
    first = shop.contact
    note(cast, shop)
    roster(program, *FORMER)
    assert contact_of(shop) == first
    assert told(first) == [WORDS]


def test_a_note_that_is_put_right_later_stays_with_whom_it_concerns(cast, program, shop):
    former, made = shop.contact, note(cast, shop)
    roster(program, *FOLLOWING)
    remarks.correct_note(
        actor=cast.actor("office"),
        model=Establishment,
        pk=shop.pk,
        note=made.pk,
        words="周明的女儿住院",
        key=new_id(),
    )
    assert set(told(former)) == {WORDS, "周明的女儿住院"}
    assert told(contact_of(shop)) == []


def test_what_was_noted_before_anybody_was_named_is_shown_to_whoever_is_named_first(cast, program, district):
    roster(program, "", "")
    shop = Establishment.objects.get()
    note(cast, shop)
    roster(program, *FORMER)
    assert told(contact_of(shop)) == [WORDS]


@pytest.mark.parametrize("way", ["roster", "hand"])
def test_taken_back_the_former_contact_is_it_again_with_all_that_is_theirs(cast, program, shop, way):
    former = shop.contact
    note(cast, shop)
    if way == "roster":
        imports.undo(actor=program, of=roster(program, *FOLLOWING))
    else:
        change = by_hand(cast, shop, *FOLLOWING)
        assert records.undo_changes(actor=cast.actor("office"), pks=[change.pk]) == 1
    assert contact_of(shop) == former
    assert told(former) == [WORDS]
    assert open_for_program(former, "name") == "周明"
    assert list(Person.objects.all()) == [former], "of whoever had come nothing stays"


def test_taken_back_after_something_was_noted_whoever_had_come_keeps_what_is_theirs(cast, program, shop):
    of = roster(program, *FOLLOWING)
    following = contact_of(shop)
    note(cast, shop, "李力愿意设爱心角")
    imports.undo(actor=program, of=of)
    assert contact_of(shop) != following
    assert told(following) == ["李力愿意设爱心角"]


def test_a_former_contact_who_is_forgotten_goes_with_what_was_noted_and_comes_back_by_no_undo(
    cast, program, shop
):
    former = shop.contact
    note(cast, shop)
    of = roster(program, *FOLLOWING)
    following = contact_of(shop)
    note(cast, shop, "李力愿意设爱心角")
    persons.erase_person(actor=cast.actor("organisation"), person=former, reason="本人要求")
    assert contact_of(shop) == following
    assert told(following) == ["李力愿意设爱心角"]
    assert RecordNote.objects.count() == 1
    kept = [json.loads(sealed.open_text(one, "sealed_before")) for one in Change.objects.all()]
    assert not any({"contact_name", "contact_phone"} & set(one) for one in kept)
    imports.undo(actor=program, of=of)
    assert contact_of(shop) is None


def test_whoever_is_forgotten_takes_nothing_along_that_was_noted_of_the_one_before(cast, program, shop):
    former = shop.contact
    note(cast, shop)
    roster(program, *FOLLOWING)
    persons.erase_person(actor=cast.actor("organisation"), person=contact_of(shop), reason="本人要求")
    assert contact_of(shop) is None
    assert told(former) == [WORDS]


def test_a_contact_is_told_who_looked_at_what_is_noted_on_the_shop(cast, program, shop):
    person = shop.contact
    read = "查看了一条记录的备注"
    remarks.read_notes(actor=cast.actor("office"), record=shop)
    note(cast, shop)
    assert read not in looks(person), "nothing of theirs has been read yet"
    remarks.read_notes(actor=cast.actor("office"), record=shop)
    assert looks(person).count(read) == 1
    assert read not in looks(person, full=False), "a number may have had another holder"
    roster(program, *FOLLOWING)
    assert read not in looks(contact_of(shop))
    remarks.read_notes(actor=cast.actor("office"), record=shop)
    assert looks(Person.objects.get(pk=person.pk)).count(read) == 2, "what was noted of them is still read"


def test_a_former_contact_is_told_of_looks_at_the_photos_of_their_time_alone(cast, program, shop):
    former, office = shop.contact, cast.actor("office")

    def look_at(made):
        remarks.photo(actor=office, model=Establishment, pk=shop.pk, key=made.pk)

    first = photo(cast, shop)
    roster(program, *FOLLOWING)
    second = photo(cast, shop)
    seen = "查看了一条记录的照片"
    look_at(second)
    assert looks(Person.objects.get(pk=former.pk)).count(seen) == 0
    assert looks(contact_of(shop)).count(seen) == 1
    look_at(first)
    assert looks(former).count(seen) == 1
    assert looks(contact_of(shop)).count(seen) == 1
    remarks.take_photo_away(actor=office, model=Establishment, pk=shop.pk, key=first.pk)
    look_at(second)
    assert looks(former).count(seen) == 1, "theirs is gone: nobody looks at it any more"


def test_a_look_at_a_photo_from_before_it_was_said_which_one_is_told_still(cast, shop):
    made = photo(cast, shop)
    journal.record(cast.actor("office"), events.PHOTO_SEEN, shop)
    assert looks(shop.contact).count("查看了一条记录的照片") == 1
    assert made.contact == shop.contact


@pytest.mark.parametrize("way", ["follows", "stays"])
def test_who_is_the_contact_of_a_shop_that_moves_is_seen_where_it_lies_now(cast, shop, way):
    told = FOLLOWING if way == "follows" else FORMER
    change = by_hand(cast, shop, *told, region="450311101")
    contact_of(shop)
    assert seen_by(cast.actor("yanshan"), shop) == (False, None)
    assert seen_by(cast.actor("zhemu"), shop) == (True, shop.contact.name)
    records.undo_changes(actor=cast.actor("office"), pks=[change.pk])
    contact_of(shop)
    assert seen_by(cast.actor("yanshan"), shop) == (True, shop.contact.name)
    assert seen_by(cast.actor("zhemu"), shop) == (False, None)


@pytest.mark.parametrize("way", ["undone", "changes are over"])
def test_an_erasure_at_the_desk_finds_what_was_noted_when_nothing_else_says_whose_contact_they_were(
    cast, program, shop, way
):
    if way == "undone":
        of = roster(program, *FOLLOWING)
        gone = contact_of(shop)
        note(cast, shop)
        photo(cast, shop)
        imports.undo(actor=program, of=of)
    else:
        gone = shop.contact
        note(cast, shop)
        photo(cast, shop)
        roster(program, *FOLLOWING)
        Change.objects.all().delete()
    assert contact_of(shop) != gone
    persons.erase_person(actor=cast.actor("organisation"), person=gone, reason="本人要求")
    assert not RecordNote.objects.exists()
    assert not RecordPhoto.objects.exists()
    assert contact_of(shop) is not None


def half_taken_in(program, meanwhile):
    """A roster that names another contact, whose loader has read what is known when something else happens."""
    of = imports.send_file(
        actor=program,
        data=workbook([HEAD, ["甲店", "快递", "雁山镇", "王五", "19900000009"]]),
        client_key=new_id(),
        file_name="b.xlsx",
        source_name="台账",
    )
    imports.read_import(of.pk)
    of.refresh_from_db()
    of.default_choice = Choice.OVERWRITE

    def rows():
        meanwhile()
        yield from imports.reader_of(of).rows(imports.known_for(of))

    list(EstablishmentLoader(of, imports.scopes_of(of)).load(rows(), write=True))


@pytest.mark.parametrize("deed", ["changed", "corrected", "erased"])
def test_what_was_done_by_hand_while_a_roster_is_taken_in_stands(cast, program, shop, deed):
    def meanwhile():
        if deed == "changed":
            by_hand(cast, shop, *FOLLOWING)
            return
        person = Person.objects.get(pk=shop.contact_id)
        if deed == "erased":
            persons.erase_person(actor=cast.actor("organisation"), person=person, reason="本人要求")
        else:
            persons.correct_person(
                actor=cast.actor("organisation"), person=person, field="name", value="周小明", reason="本人"
            )

    with pytest.raises(Stale):
        half_taken_in(program, meanwhile)
    contact = contact_of(shop)
    names = {"changed": "李力", "corrected": "周小明", "erased": None}
    assert (open_for_program(contact, "name") if contact else None) == names[deed]


def test_of_a_row_that_differs_whoever_is_the_contact_is_opened_once_to_compare_and_once_as_they_are_held(
    program, shop, monkeypatch
):
    opened = []

    def watched(person, field):
        opened.append(field)
        return open_for_program(person, field)

    half_taken_in(program, lambda: monkeypatch.setattr(establishments, "open_for_program", watched))
    assert open_for_program(contact_of(shop), "name") == "王五"
    assert sorted(opened) == ["name", "name", "phone", "phone"]


def test_a_visit_noted_while_a_roster_is_taken_in_stands(cast, program, shop):
    def meanwhile():
        records.note_follow_up(
            actor=cast.actor("office"), model=Establishment, ids=[shop.pk], follow_up=FollowUp.VISITED
        )

    half_taken_in(program, meanwhile)
    assert open_for_program(contact_of(shop), "name") == "王五"
    assert shop.follow_up == FollowUp.VISITED


def test_two_rows_of_one_roster_change_the_same_shop_one_after_the_other(program, shop):
    rows = [["甲店", "快递", "雁山镇", *FOLLOWING], ["甲店", "快递", "雁山镇", "王五", "19900000009"]]
    of = imports.import_now(
        actor=program,
        choice="overwrite",
        data=workbook([HEAD, *rows]),
        client_key=new_id(),
        file_name="c.xlsx",
        source_name="台账",
    )
    assert of.state == ImportState.DONE
    assert open_for_program(contact_of(shop), "name") == "王五"
    imports.undo(actor=program, of=of)
    assert open_for_program(contact_of(shop), "name") == "周明"
    assert Person.objects.count() == 1, "of those who had come nothing stays"


def test_filling_in_gives_nobody_the_number_of_another(program, district):
    roster(program, "周明", "")
    shop = Establishment.objects.get()
    roster(program, *FOLLOWING, choice="merge")
    assert [open_for_program(contact_of(shop), name) for name in ("name", "phone")] == ["周明", ""]
    roster(program, *FORMER, choice="merge")
    assert [open_for_program(contact_of(shop), name) for name in ("name", "phone")] == list(FORMER)


@pytest.mark.parametrize("way", ["roster", "hand"])
@pytest.mark.parametrize("first", [FORMER, ("周明", "")])
def test_a_contact_who_comes_back_is_the_same_person(cast, program, district, way, first):
    roster(program, *first)
    shop = Establishment.objects.get()
    former = shop.contact
    note(cast, shop)
    by_hand(cast, shop, *FOLLOWING, region="450311101")
    if first[1] and way == "roster":
        roster(program, *first, place="柘木镇")
    elif first[1]:
        by_hand(cast, shop, *first)
    else:
        take_contact_away(cast, shop)
        by_hand(cast, shop, *first)
    assert contact_of(shop) == former
    assert told(former) == [WORDS]
    assert seen_by(cast.actor("zhemu"), shop) == (True, shop.contact.name)


def test_who_came_back_and_is_taken_back_stays_the_former_contact(cast, shop):
    former = shop.contact
    first = by_hand(cast, shop, *FOLLOWING)
    again = by_hand(cast, shop, *FORMER)
    assert records.undo_changes(actor=cast.actor("office"), pks=[again.pk]) == 1
    assert open_for_program(contact_of(shop), "name") == "李力"
    first.refresh_from_db()
    assert first.former_contact == former


def test_whoever_is_forgotten_is_not_taken_up_again_under_the_same_number(cast, program, shop):
    former = shop.contact
    note(cast, shop)
    persons.erase_person(actor=PHONE_HOLDER, person=former, reason="本人要求")
    by_hand(cast, shop, *FORMER)
    assert contact_of(shop) not in (None, former)
    assert told(contact_of(shop)) == []


def test_an_older_change_that_is_taken_back_gives_the_newcomer_nothing_of_the_former(cast, shop):
    """Before the one who leaves was kept with a change, names and numbers were written into one person."""
    change = by_hand(cast, shop, *FOLLOWING)
    Change.objects.update(former_contact=None)
    following = contact_of(shop)
    note(cast, shop)
    assert records.undo_changes(actor=cast.actor("office"), pks=[change.pk]) == 1
    person = contact_of(shop)
    assert person == following
    assert [open_for_program(person, name) for name in ("name", "phone")] == list(FORMER)
    assert told(person) == [WORDS]
    assert not Person.objects.exclude(pk=person.pk).filter(phone_digest=following.phone_digest).exists()


def test_a_contact_who_is_taken_away_keeps_what_is_theirs(cast, shop):
    former = shop.contact
    note(cast, shop)
    change = take_contact_away(cast, shop)
    assert contact_of(shop) is None
    former.refresh_from_db()
    assert open_for_program(former, "phone") == "19900000001", "by it they ask what is kept"
    assert told(former) == [WORDS]
    assert records.undo_changes(actor=cast.actor("office"), pks=[change.pk]) == 1
    assert contact_of(shop) == former


@pytest.mark.parametrize("way", ["by phone", "at the desk", "taken away"])
def test_what_was_noted_after_a_contact_was_gone_is_not_told_to_the_next(cast, shop, way):
    if way == "taken away":
        take_contact_away(cast, shop)
    else:
        actor = PHONE_HOLDER if way == "by phone" else cast.actor("organisation")
        persons.erase_person(actor=actor, person=shop.contact, reason="本人要求")
    made = note(cast, shop)
    by_hand(cast, shop, *FOLLOWING)
    assert told(contact_of(shop)) == []
    remarks.correct_note(
        actor=cast.actor("office"), model=Establishment, pk=shop.pk, note=made.pk, words="更正", key=new_id()
    )
    assert told(contact_of(shop)) == [], "put right, it concerns nobody still"


def test_who_was_named_first_by_mistake_leaves_nothing_when_that_is_taken_back(cast, program, district):
    roster(program, "", "")
    shop = Establishment.objects.get()
    note(cast, shop)
    change = by_hand(cast, shop, *FORMER)
    assert told(contact_of(shop)) == [WORDS]
    assert records.undo_changes(actor=cast.actor("office"), pks=[change.pk]) == 1
    assert contact_of(shop) is None
    assert not Person.objects.exists()
    by_hand(cast, shop, *FOLLOWING)
    assert told(contact_of(shop)) == [WORDS]
