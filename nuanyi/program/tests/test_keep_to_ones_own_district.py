"""A city whose districts share one installation: the office of one district changes nothing of another's.

What belongs to a place or a unit is tried from the neighbouring district, and once by the program itself, so that the attempt is
known to be one that would have worked. Every writing service, of every room, asks where its object lies, or says in its room's
``tests/objects.py`` why it need not.
"""

from collections import ChainMap
from dataclasses import dataclass

import pytest
from django.db import transaction

from nuanyi.census.models import CensusRound, Export, Worker
from nuanyi.census.services import exports, rounds
from nuanyi.census.tests.objects import round_of
from nuanyi.learning.models import BankQuestion
from nuanyi.lib import clock, row_security
from nuanyi.lib.errors import BadInput, NotAllowed, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.matrix.models import KeyTask, Regulation, Supervision
from nuanyi.matrix.services import tasks
from nuanyi.matrix.tests.objects import regulation, task_of
from nuanyi.people import queries as people
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, Person, RoleGrant
from nuanyi.places import services as places
from nuanyi.places.tests.objects import grid
from nuanyi.program.tests.service_shape import does, public_services
from nuanyi.program.tests.test_keep_the_shape_of_a_write import exceptions
from nuanyi.units import services as units
from nuanyi.units.models import Alliance, ResponsibilityRule, Unit
from nuanyi.units.tests.objects import edit, unit_of
from tests.declared import HERE, THERE, TODAY, TOWNSHIP, of_the_rooms

pytestmark = pytest.mark.django_db

REFUSED = (BadInput, NotAllowed, NotFound)


@dataclass
class City:
    """Two districts: one's own unit and rule, and what the other one has."""

    here: Unit
    there: Unit
    second: Unit
    office: object
    rule: ResponsibilityRule
    own_rule: ResponsibilityRule
    alliance: Alliance
    round: CensusRound
    task: KeyTask
    supervision: Supervision
    regulation: Regulation
    question: BankQuestion
    program: object
    cast: object


@pytest.fixture
def city(cast, district, program):
    RoleGrant.objects.filter(role__in=("district_office", "organisation")).update(region_code=HERE)
    Unit.objects.filter(region_code="").update(region_code=HERE)
    places.put_region(actor=program, code=THERE, name="秀峰区", level="district")
    for code, name in ((TOWNSHIP, "秀峰街道"), ("450302002", "丽君街道")):
        places.put_region(actor=program, code=code, name=name, level="township", parent=THERE)
    made = [
        units.put_unit(actor=program, code=code, name=name, short_name="", kind=kind, region_code=region)
        for code, name, kind, region in (
            ("jiaotong-x", "秀峰区交通运输局", "department", THERE),
            ("shangwu-x", "秀峰区商务局", "department", THERE),
            ("xiufeng", "秀峰街道", "township", TOWNSHIP),
        )
    ]
    rule, own = (
        units.change_rule(actor=program, edit=units.RuleEdit("guide", "livestream", region, unit.pk))
        for region, unit in ((THERE, made[0]), (HERE, district["shichang"]))
    )
    alliance = units.put_alliance(actor=program, name="秀峰暖蜂联盟", members=[made[0]])
    grid(program, "450302001-01", TOWNSHIP)
    third = rounds.plan_round(actor=program, **round_of(region_codes=[THERE]))
    task = tasks.save_task(actor=program, told=task_of(made[0]))
    asked = tasks.supervise(
        actor=program, pk=task.pk, unit=made[0].pk, words="进展如何", due_date=clock.today()
    )
    Supervision.objects.filter(pk=asked.pk).update(answer="已经办好", answered_at=clock.now())
    return City(
        here=district["shichang"],
        there=made[0],
        second=made[1],
        office=actor_for(cast.accounts["office"]),
        rule=rule,
        own_rule=own,
        alliance=alliance,
        round=third,
        task=task,
        supervision=asked,
        regulation=regulation(program, made[0], "秀峰区驿站管理办法").regulation,
        question=BankQuestion.objects.create(question="问？", options=["甲", "乙"], right=1, why="因为"),
        program=program,
        cast=cast,
    )


#: What the rooms try of each service from the neighbouring district, and which ask no place or unit.
ATTEMPTS = dict(ChainMap(*of_the_rooms("ATTEMPTS")))
REASONS = dict(ChainMap(*of_the_rooms("ASKS_NO_PLACE")))


def test_every_writing_service_asks_where_its_object_lies_or_says_why_not():
    asks_nothing = {
        function.full_name
        for function in public_services()
        if does(function.module, function.name, "writes")
        and not does(function.module, function.name, "bounds")
    }
    assert asks_nothing - set(exceptions()) - set(REASONS) == set()
    assert set(REASONS) <= asks_nothing, "a reason for what is not there, or asks by now"


def tried(city, attempt, actor):
    """Whether an attempt goes through, and how it is refused; whatever it changed is taken back."""
    refusal = None
    with row_security.reading_as(actor), transaction.atomic():
        try:
            attempt(city, actor)
        except REFUSED as exc:
            refusal = exc
        transaction.set_rollback(True)
    return refusal


def test_the_office_of_one_district_changes_nothing_of_another_s(city):
    faults = []
    for service, ways in ATTEMPTS.items():
        for how, attempt in ways.items():
            if tried(city, attempt, city.office) is None:
                faults.append(f"{service} {how}: done")
            refusal = tried(city, attempt, city.program)
            if refusal is not None:
                faults.append(f"{service} {how}: would not have worked for anybody, {refusal!r}")
    assert not faults, "\n".join(faults)


def test_within_its_own_district_the_office_goes_on_as_before(city):
    office = city.office
    with row_security.reading_as(office):
        made = units.put_unit(actor=office, **unit_of(city, region_code=""))
        assert made.region_code == HERE
        units.change_rule(actor=office, edit=edit(region=HERE, unit=made.pk))
        units.save_alliance(actor=office, alliance=None, name="甲", members=[made, city.here])
        assert grid(office, "450311100-01", "450311100") == (1, 0)
        places.change_region(actor=office, old_code="450311100", new_code="450311100", name="甲", day=TODAY)
    with row_security.reading_as(actor_for(city.cast.accounts["office"])) as _reader:
        again = actor_for(city.cast.accounts["office"])
        units.merge_units(actor=again, unit=made, into=city.here)


def test_the_pages_offer_and_open_ones_own_alone(city):
    browser = city.cast.client("office")
    page = browser.get("/office/responsibility/units/?size=100").content.decode()
    assert f"/office/responsibility/units/{city.here.pk}/" in page
    assert f"/office/responsibility/units/{city.there.pk}/" not in page
    assert browser.get(f"/office/responsibility/units/{city.here.pk}/").status_code == 200
    assert browser.get(f"/office/responsibility/units/{city.there.pk}/").status_code == 404
    page = browser.get("/office/responsibility/rules/").content.decode()
    assert f"/office/responsibility/rules/{city.rule.pk}/" not in page
    assert f"/office/responsibility/rules/{city.own_rule.pk}/" in page
    assert browser.get(f"/office/responsibility/rules/{city.rule.pk}/").status_code == 404
    page = browser.get(f"/office/responsibility/rules/{city.own_rule.pk}/").content.decode()
    assert "秀峰" not in page


def test_one_district_neither_sees_nor_decides_what_another_s_unit_asks_to_take_out_in_clear(city):
    asker = city.cast.accounts["yanshan"]
    asker.unit = city.second
    asker.save(update_fields=["unit"])
    export = Export.objects.create(asked_by=asker, purpose="通知领取雨衣")
    with row_security.reading_as(city.office):
        assert not Export.objects.exists()
        with pytest.raises(NotFound):
            exports.decide_export(actor=city.office, export=export, approve=False, seen=0)
    # nor is it told of it, and the neighbour's own office decides
    assert city.cast.accounts["office"] not in exports._deciders(asker)
    RoleGrant.objects.filter(account=city.cast.accounts["office2"]).update(region_code=THERE)
    there = actor_for(city.cast.accounts["office2"])
    assert city.cast.accounts["office2"] in exports._deciders(asker)
    with row_security.reading_as(there):
        assert exports.decide_export(actor=there, export=export, approve=False, seen=0).state == "refused"


def test_an_office_of_one_district_begins_with_its_own_numbers_and_units(city):
    """Home and matrix of a city: one district's office sees its own townships and units, the city's office all of them."""
    Worker.objects.bulk_create(
        Worker(person=person, sector="courier", region_code=code)
        for code, person in zip(
            ["450311100"] * 5 + [TOWNSHIP] * 10,
            Person.objects.bulk_create(Person(id=new_id(), region_codes=[]) for _n in range(15)),
            strict=True,
        )
    )
    browser = city.cast.client("office")
    matrix = browser.get("/office/matrix/").context["matrix"]
    assert matrix.sum.workers == 5
    assert {code[:6] for code, _name in matrix.columns} == {HERE}
    home = browser.get("/office/")
    assert [one.value for one in home.context["figures"] if one.figure.key == "census.workers"] == [5]
    assert "全区现在" in home.content.decode()
    alone = people.units_without_hands(HERE).count()
    assert 0 < alone < people.units_without_hands().count()
    assert f"{alone} 个单位还没有人能登录" in home.content.decode()

    RoleGrant.objects.filter(role="district_office").update(region_code="")
    Unit.objects.filter(kind="district_office").update(region_code="")
    Account.objects.filter(pk=city.cast.accounts["office"].pk).update(unit=None)
    matrix = city.cast.client("office").get("/office/matrix/").context["matrix"]
    assert matrix.sum.workers == 15
    assert {code[:6] for code, _name in matrix.columns} == {HERE, THERE}
    assert "全市现在" in city.cast.client("office").get("/office/").content.decode()
