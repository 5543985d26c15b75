"""Who asked to be forgotten stays forgotten: a roster that names them again brings nobody back, nor does an old backup."""

import json
import re

import pytest
from django.urls import reverse

from nuanyi.census.models import Import, Worker
from nuanyi.census.services import imports, records
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, send, take
from nuanyi.lib.actor import system
from nuanyi.lib.errors import NotAllowed, Refusal
from nuanyi.lib.ids import new_id
from nuanyi.people import erasures
from nuanyi.people.models import ErasureMark, Person
from nuanyi.people.services import openings, persons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_erasures")]


@pytest.fixture
def forgotten(cast, program):
    take(program, [HEAD, row(1), row(2, name="吴小红")])
    person = Worker.objects.get(person__phone_mask="199****0001").person
    persons.erase_person(actor=cast.actor("organisation"), person=person, reason="本人要求")
    return person


@pytest.mark.parametrize("change", [{}, {"phone": "19900009999"}, {"number": ""}, {"name": "周明"}])
def test_a_roster_that_names_a_forgotten_person_again_does_not_bring_them_back(
    forgotten, cast, program, change
):
    of = take(program, [HEAD, row(1, **change), row(3, name="郑小刚")])
    assert of.counts["barred"] == 1
    assert of.counts["new"] == of.counts["rows"] == 2, "the sums hold"
    assert Worker.objects.count() == 2
    assert not Person.objects.filter(phone_mask="199****0001", erased_at=None).exists()
    page = cast.client("office").get(f"/office/census/imports/{of.pk}/").content.decode()
    assert "要求" in page
    assert Import.objects.get(pk=of.pk).findings.count() == 0  # no row is named


def test_a_roster_of_one_row_does_not_ask_who_was_forgotten(forgotten, cast):
    """Whoever may send rosters wrote a phone into one, looked at the preview and threw the file away."""

    def preview(phone, part, region="雁山镇"):
        actor = cast.actor(part)
        of = send(actor, [HEAD, row(4, phone=phone, number="", region=region)], source_name=f"{part}{phone}")
        imports.read_import(of.pk)
        page = cast.client(part).get(f"/office/census/imports/{of.pk}/").content.decode()
        numbers = re.findall(r"<b>([\d,]+)</b>", page)
        imports.discard(actor=actor, of=Import.objects.get(pk=of.pk))
        return numbers, "要求删除" in page

    forgotten_phone, stranger = "19900000001", "19900007777"
    for part, region in (("zhemu", "柘木镇"), ("yanshan", "雁山镇")):
        asked = preview(forgotten_phone, part, region)
        assert asked == preview(stranger, part, region)
        assert asked == (["1", "1", "0"], False)
    assert preview(forgotten_phone, "office")[1], "who may forget people and take them in again is told"


def test_at_the_doorstep_a_forgotten_person_is_left_alone_and_nobody_learns_who_that_is(forgotten, cast):
    entry = {
        "kind": "workers",
        "name": "周小明",
        "phone": "19900000001",
        "sector": "courier",
        "region": "450311101",
    }
    key, other, before = new_id(), new_id(), Worker.objects.count()

    def say(said, key):
        body = json.dumps({"key": str(key), **said})
        sent = cast.client("grid").post(
            reverse("doorstep:send"),
            body,
            content_type="application/json",
            headers={"accept": "application/json"},
        )
        return sent.status_code, sent.json().get("state"), sent.json().get("code")

    for _again in range(2):
        assert say(entry, key) == say(entry | {"phone": "19900007777", "name": "钱小红"}, other)
    assert Worker.objects.count() == before + 1
    assert say(entry, new_id()) == say(entry | {"phone": "19900007777", "name": "钱小红"}, new_id())
    with pytest.raises(Refusal) as refused:
        records.record_at_doorstep(actor=cast.actor("office"), client_key=new_id(), entry=entry)
    assert refused.value.code == "barred"
    with pytest.raises(NotAllowed):
        persons.admit(actor=cast.actor("grid"), text="19900000001")
    assert persons.admit(actor=cast.actor("office"), text="19900000001")
    made = records.record_at_doorstep(actor=cast.actor("grid"), client_key=new_id(), entry=entry)
    assert made.worker is not None


def test_the_mark_is_keyed_and_a_restored_backup_gets_it_again(forgotten, program):
    marks = {bytes(mark) for mark in ErasureMark.objects.values_list("digest", flat=True)}
    assert len(marks) == 2
    assert erasures.noted_marks() == marks
    assert "1990000" not in erasures.file().read_text()
    # the backup is older than the person: neither is in it
    ErasureMark.objects.all().delete()
    Person.objects.filter(pk=forgotten.pk).delete()
    persons.replay_erasures(actor=system("restore"))
    assert take(program, [HEAD, row(1)]).counts["barred"] == 1


def test_whoever_wants_to_be_here_again_is_barred_by_no_restore(forgotten, cast, program):
    """The mark went from the database only, and the next restore made it again."""
    assert persons.admit(actor=cast.actor("office"), text="19900000001")
    persons.replay_erasures(actor=system("restore"))
    assert take(program, [HEAD, row(1, number="")]).counts.get("barred", 0) == 0
    back = Worker.objects.get(person__phone_mask="199****0001", person__erased_at=None).person
    persons.erase_person(actor=cast.actor("organisation"), person=back, reason="本人要求")
    ErasureMark.objects.all().delete()
    persons.replay_erasures(actor=system("restore"))
    assert take(program, [HEAD, row(1, number=""), row(3)]).counts["barred"] == 1


def test_a_value_is_put_right_by_those_who_may(cast, program):
    take(program, [HEAD, row(1)])
    person = Worker.objects.get().person
    with pytest.raises(NotAllowed):
        persons.correct_person(
            actor=cast.actor("yanshan"), person=person, field="name", value="周晓明", reason="本人要求"
        )
    office = cast.actor("office")
    persons.correct_person(actor=office, person=person, field="name", value="周晓明", reason="本人要求")
    persons.correct_person(
        actor=office, person=person, field="phone", value="199 0000 8888", reason="本人要求"
    )
    person.refresh_from_db()
    assert openings.open_for_program(person, "name") == "周晓明"
    assert openings.open_for_program(person, "phone") == "19900008888"
    assert person.phone_mask == "199****8888"
    with pytest.raises(Refusal):
        persons.correct_person(actor=office, person=person, field="phone", value="12", reason="本人要求")
