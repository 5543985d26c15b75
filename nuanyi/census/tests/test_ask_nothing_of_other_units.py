"""An import's dry run and the doorstep form tell nothing about people on another unit's roster."""

import pytest

from nuanyi.census.models import Match, Worker
from nuanyi.census.services import imports, records
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, send, take
from nuanyi.lib.errors import Refusal
from nuanyi.lib.ids import new_id
from nuanyi.people.models import Person


@pytest.fixture
def known_elsewhere(district, cast):
    take(cast.actor("zhemu"), [HEAD, row(1, region="柘木镇")])
    return Person.objects.get()


@pytest.mark.parametrize("name", ["周小明", "李大力"])
def test_a_file_of_one_row_is_no_question_about_another_unit_s_people(known_elsewhere, cast, name):
    before = (list(known_elsewhere.unit_ids), list(known_elsewhere.region_codes))
    of = send(cast.actor("yanshan"), [HEAD, row(1, name=name)])
    imports.read_import(of.pk)
    of.refresh_from_db()
    assert of.counts == {"rows": 1, "bad": 0, "notes": 0, "good": 1, "new": 1}
    assert not Match.objects.filter(source_import=of).exists()
    imports.decide(actor=cast.actor("yanshan"), of=of)
    imports.write_import(of.pk)
    known_elsewhere.refresh_from_db()
    assert (known_elsewhere.unit_ids, known_elsewhere.region_codes) == before
    assert Worker.objects.count() == 2


def test_a_source_of_the_same_name_at_another_unit_tells_nothing_either(known_elsewhere, cast):
    of = send(cast.actor("yanshan"), [HEAD, row(1)], source_name="甲")
    imports.read_import(of.pk)
    of.refresh_from_db()
    assert of.counts.get("unchanged") is None
    assert [source.name for source in _sources(cast, "yanshan")] == ["甲"]


def _sources(cast, part):
    from nuanyi.census import queries

    return [source for source in queries.sources(cast.actor(part)) if source.unit_id]


def test_the_doorstep_form_answers_alike_for_a_stranger_and_for_another_unit_s_worker(known_elsewhere, cast):
    entry = {"kind": "workers", "name": "周小明", "phone": "19900000001", "sector": "courier"}
    made = records.record_at_doorstep(
        actor=cast.actor("yanshan"), client_key=new_id(), entry=entry | {"region": "雁山镇"}
    )
    assert made.worker is not None
    with pytest.raises(Refusal):
        records.record_at_doorstep(
            actor=cast.actor("yanshan"), client_key=new_id(), entry=entry | {"region": "雁山镇"}
        )


def test_undoing_an_import_takes_its_unit_and_places_from_the_people_it_met(district, cast):
    take(cast.actor("office"), [HEAD, row(1)])
    person = Person.objects.get()
    before = (sorted(person.unit_ids), sorted(person.region_codes))
    of = take(cast.actor("yanshan"), [HEAD, row(1)], source_name="乙")
    person.refresh_from_db()
    assert sorted(person.unit_ids) != before[0]
    imports.undo(actor=cast.actor("yanshan"), of=of)
    person.refresh_from_db()
    assert (sorted(person.unit_ids), sorted(person.region_codes)) == before
