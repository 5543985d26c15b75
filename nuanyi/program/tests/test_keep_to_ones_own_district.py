"""A city whose districts share one installation: the office of one district changes nothing of another's.

What belongs to a place or a unit is tried from the neighbouring district, and once by the program itself, so that the attempt is
known to be one that would have worked. Every writing service, of every room, asks where its object lies, or is named here with
the reason why it need not.
"""

import json
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction

from nuanyi.cases.services import letters
from nuanyi.cases.services import settings as cases
from nuanyi.census.models import CensusRound, Export, Worker
from nuanyi.census.services import exports, rounds
from nuanyi.learning.models import BankQuestion
from nuanyi.learning.services import channels, exams, pushing
from nuanyi.lib import clock, row_security
from nuanyi.lib.errors import BadInput, NotAllowed, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.matrix.models import KeyTask, Regulation, Supervision
from nuanyi.matrix.services import practice, tasks
from nuanyi.notices import channels as ports
from nuanyi.people import queries as people
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, Person, RoleGrant
from nuanyi.places import services as places
from nuanyi.program.tests.service_shape import does, public_services
from nuanyi.program.tests.test_keep_the_shape_of_a_write import EXCEPTIONS
from nuanyi.reports.models import DispatchRule
from nuanyi.reports.services import settings as reports
from nuanyi.sharing.models import Received
from nuanyi.sharing.services import summaries
from nuanyi.units import services as units
from nuanyi.units.models import Alliance, ResponsibilityRule, Unit
from nuanyi.units.reading import UnitInput
from nuanyi.volunteers.services import rewards

pytestmark = pytest.mark.django_db

#: 雁山区, where the officer sits, and 秀峰区, whose things he reaches for.
HERE, THERE = "450311", "450302"
TOWNSHIP = "450302001"
REFUSED = (BadInput, NotAllowed, NotFound)
TODAY = date(2026, 11, 1)


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


def round_of(**more):
    told = {"name": "秀峰摸底", "sectors": ["courier"], "units": [], "start_date": TODAY, "end_date": TODAY}
    return told | more


def task_of(lead, **more):
    return tasks.TaskInput(
        **{"year": 2026, "number": 7, "title": "站点覆盖", "lead": lead, "due_date": date(2026, 12, 31)}
        | more
    )


def regulation(actor, unit, title):
    return practice.save_regulation(
        actor=actor, unit=unit, title=title, text=f"第一条 {unit}负责管理驿站。", from_date=TODAY
    )


def drawn(code, region):
    ring = [[110.3, 25.0], [110.4, 25.0], [110.4, 25.1], [110.3, 25.0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {
        "type": "Feature",
        "properties": {"code": code, "name": "一", "region": region},
        "geometry": shape,
    }
    return json.dumps({"features": [feature]}).encode()


def grid(actor, code, region):
    return places.load_geojson(actor=actor, document=drawn(code, region), crs="wgs84", what="grids")


def unit_of(city, **more):
    told = {"code": "xin", "name": "新单位", "short_name": "", "kind": "department", "region_code": THERE}
    return {**told, **more}


def edit(role="guide", sector="courier", region=THERE, unit=0, **more):
    return units.RuleEdit(role, sector, region, unit, **more)


def change(city, actor, **more):
    return units.change_rule(actor=actor, edit=edit(**more))


ATTEMPTS = {
    "units.services.put_unit": {
        "made there": lambda c, a: units.put_unit(actor=a, **unit_of(c)),
        "changed": lambda c, a: units.put_unit(actor=a, **unit_of(c, code=c.there.code, name="甲")),
        "taken over": lambda c, a: units.put_unit(actor=a, **unit_of(c, code=c.there.code, region_code=HERE)),
        "given away": lambda c, a: units.put_unit(actor=a, **unit_of(c, code=c.here.code)),
    },
    "units.services.take_list": {
        "changed": lambda c, a: units.take_list(
            actor=a, rows=[UnitInput(c.there.name, phone="0773-1", row=2)]
        ),
    },
    "units.services.close_unit": {"": lambda c, a: units.close_unit(actor=a, unit=c.second)},
    "units.services.open_unit": {"": lambda c, a: units.open_unit(actor=a, unit=c.second)},
    "units.services.merge_units": {
        "theirs into ours": lambda c, a: units.merge_units(actor=a, unit=c.second, into=c.here),
        "ours into theirs": lambda c, a: units.merge_units(actor=a, unit=c.here, into=c.there),
        "theirs into theirs": lambda c, a: units.merge_units(actor=a, unit=c.second, into=c.there),
    },
    "units.services.put_alliance": {
        "": lambda c, a: units.put_alliance(actor=a, name=c.alliance.name, members=[c.here]),
        "a new one with theirs": lambda c, a: units.put_alliance(actor=a, name="甲", members=[c.there]),
    },
    "units.services.save_alliance": {
        "": lambda c, a: units.save_alliance(actor=a, alliance=c.alliance, name="甲", members=[c.here]),
        "a new one with theirs": lambda c, a: units.save_alliance(
            actor=a, alliance=None, name="甲", members=[c.there]
        ),
    },
    "units.services.dissolve_alliance": {
        "": lambda c, a: units.dissolve_alliance(actor=a, alliance=c.alliance),
    },
    "units.services.change_rule": {
        "theirs removed": lambda c, a: change(c, a, rule_id=c.rule.pk, remove=True),
        "theirs taken over": lambda c, a: change(c, a, region=HERE, unit=c.here.pk, rule_id=c.rule.pk),
        "ours for their place": lambda c, a: change(c, a, unit=c.here.pk),
        "their unit for ours": lambda c, a: change(c, a, region=HERE, unit=c.there.pk),
        "the whole city": lambda c, a: change(c, a, sector="", region="", unit=c.here.pk),
        "ours widened": lambda c, a: change(
            c, a, sector="livestream", region="", unit=c.here.pk, rule_id=c.own_rule.pk
        ),
    },
    "census.services.rounds.plan_round": {
        "their place": lambda c, a: rounds.plan_round(actor=a, **round_of(name="甲", region_codes=[THERE])),
        "their unit": lambda c, a: rounds.plan_round(
            actor=a, **round_of(name="甲", region_codes=[HERE], units=[c.there])
        ),
    },
    "census.services.rounds.move_round": {
        "": lambda c, a: rounds.move_round(actor=a, census_round=c.round, state="running"),
    },
    "matrix.services.tasks.save_task": {
        "made for theirs": lambda c, a: tasks.save_task(actor=a, told=task_of(c.there, number=8)),
        "theirs taken over": lambda c, a: tasks.save_task(actor=a, told=task_of(c.here), pk=c.task.pk),
        "theirs to help": lambda c, a: tasks.save_task(
            actor=a, told=task_of(c.here, number=8, cooperating=[c.there])
        ),
    },
    "matrix.services.tasks.end_task": {
        "": lambda c, a: tasks.end_task(actor=a, pk=c.task.pk, state="dropped", words="不办了"),
    },
    "matrix.services.tasks.supervise": {
        "": lambda c, a: tasks.supervise(
            actor=a, pk=c.task.pk, unit=c.there.pk, words="进展如何", due_date=clock.today()
        ),
    },
    "matrix.services.tasks.decide": {
        "": lambda c, a: tasks.decide(actor=a, pk=c.task.pk, supervision=c.supervision.pk, accept=True),
    },
    "matrix.services.practice.save_regulation": {
        "a version of theirs": lambda c, a: regulation(a, c.here, c.regulation.title),
        "one of theirs": lambda c, a: regulation(a, c.there, "新的管理办法"),
    },
    "matrix.services.practice.end_regulation": {
        "": lambda c, a: practice.end_regulation(actor=a, pk=c.regulation.pk, on=TODAY),
    },
    "learning.services.exams.make_firm_code": {
        "": lambda c, a: exams.make_firm_code(actor=a, firm="秀峰快送", unit=c.there),
    },
    "learning.services.exams.retire_question": {
        "the whole city's": lambda c, a: exams.retire_question(actor=a, pk=c.question.pk),
    },
    "learning.services.channels.set_channel": {
        "the whole city's": lambda c, a: channels.set_channel(
            actor=a, name=ports.of_lessons()[0].name, active=False, a_minute=0
        ),
    },
    "learning.services.pushing.plan_day": {
        "the whole city's": lambda c, a: pushing.plan_day(actor=a, day=TODAY, lesson=None),
    },
    "learning.services.pushing.name_speaker": {
        "the whole city's": lambda c, a: pushing.name_speaker(actor=a, first=TODAY, last=TODAY, speaker="甲"),
    },
    "volunteers.services.rewards.set_star": {
        "the whole city's": lambda c, a: rewards.set_star(actor=a, stars=1, hours=1),
    },
    "cases.services.letters.save_template": {
        "the whole city's": lambda c, a: letters.save_template(
            actor=a, name=next(iter(letters.LETTERS)), docx=None
        ),
    },
    "places.services.put_region": {
        "renamed": lambda c, a: places.put_region(
            actor=a, code=TOWNSHIP, name="甲", level="township", parent=THERE
        ),
    },
    "places.services.load_tree": {"": lambda c, a: places.load_tree(actor=a, district=THERE, villages=False)},
    "places.services.change_region": {
        "renamed": lambda c, a: places.change_region(
            actor=a, old_code=TOWNSHIP, new_code=TOWNSHIP, name="甲", day=TODAY
        ),
        "taken in": lambda c, a: places.change_region(
            actor=a, old_code=TOWNSHIP, new_code="450311100", name="", day=TODAY
        ),
        "ours given away": lambda c, a: places.change_region(
            actor=a, old_code="450311100", new_code=TOWNSHIP, name="", day=TODAY
        ),
    },
    "places.services.drop_tree": {"": lambda c, a: places.drop_tree(actor=a, district=THERE)},
    "places.services.load_geojson": {
        "their grid": lambda c, a: grid(a, "450302001-01", TOWNSHIP),
        "their grid taken over": lambda c, a: grid(a, "450302001-01", "450311100"),
        "their outline": lambda c, a: places.load_geojson(
            actor=a, document=drawn(TOWNSHIP, ""), crs="wgs84", what="regions"
        ),
    },
    "places.services.look_at_geojson": {
        "": lambda c, a: places.look_at_geojson(
            actor=a, document=drawn("450302001-02", TOWNSHIP), crs="wgs84", what="grids"
        ),
    },
    "cases.services.settings.save_rule": {
        "their place to ours": lambda c, a: cases.save_rule(
            actor=a, kind="wage", sector="", region_code=TOWNSHIP, unit=c.here
        ),
        "the whole city": lambda c, a: cases.save_rule(
            actor=a, kind="wage", sector="", region_code="", unit=c.here
        ),
    },
    "cases.services.settings.save_kind": {
        "the whole city": lambda c, a: cases.save_kind(actor=a, title="租的电动车", follows="other"),
    },
    "reports.services.settings.save_rule": {
        "their place to ours": lambda c, a: reports.save_rule(
            actor=a, rule=reports.rule_of(kind="", region=TOWNSHIP, unit=c.here)
        ),
    },
    "reports.services.settings.drop_rule": {
        "": lambda c, a: reports.drop_rule(
            actor=a, pk=DispatchRule.objects.create(region_code=TOWNSHIP, unit=c.there).pk
        ),
    },
    "reports.services.settings.set_grid_worker": {
        "": lambda c, a: reports.set_grid_worker(actor=a, grid_code="450302001-01", account=None),
    },
    "reports.services.settings.make_key": {
        "": lambda c, a: reports.make_key(actor=a, name="平台", unit=c.there),
    },
    "sharing.services.summaries.set_sender": {
        "": lambda c, a: summaries.set_sender(actor=a, code=THERE, name="秀峰区", public_key="ab" * 32),
    },
    "sharing.services.summaries.change_key": {"": lambda c, a: summaries.change_key(actor=a)},
    "sharing.services.summaries.make_void": {
        "": lambda c, a: summaries.make_void(
            actor=a,
            pk=Received.objects.create(
                district_code=THERE, month=date(2026, 9, 1), revision=1, workers=1, document={}
            ).pk,
            because="不算",
        ),
    },
    "places.services.load_table": {
        "": lambda c, a: places.load_table(actor=a, rows=[["代码", "名称"], [TOWNSHIP, "甲"]]),
    },
}


SEEN = "It changes what row-level security shows to whoever asks, and nothing else."
OWN = "One's own: the account, or what the account or its unit sent in."
COMMONS = "The installation's library: every unit's instructors write it, and every reader sees it."
THE_SAME = "It works out what the rules say, which is the same whoever asks."
NO_PLACE = "A number that was barred by its holder's own wish: it has no place."
SIGNED = "What a district hands up is signed by its own key, and counts for it whoever puts it in."
#: Services that ask no place or unit, each with the reason.
REASONS = {
    **dict.fromkeys(
        (
            "census.services.exports.ask_for_clear",
            "census.services.imports.send_file",
            "census.services.linking.link_all",
            "census.services.linking.decide_pair",
            "census.services.linking.undo_decision",
            "census.services.linking.split_record",
            "matrix.services.forms.fill",
            "party.services.instructors.accept_proposal",
            "party.services.instructors.assign",
            "party.services.members.lower_flag",
            "party.services.members.raise_flag",
        ),
        SEEN,
    ),
    **dict.fromkeys(
        (
            "cases.services.registers.take_in",
            "cases.services.registers.undo",
            "cases.services.settings.save_answer",
            "notices.services.set_preference",
            "people.services.link_wecom",
            "people.services.unlink_wecom",
        ),
        OWN,
    ),
    **dict.fromkeys(
        (
            "learning.services.exams.add_questions",
            "learning.services.lessons.save_lesson",
            "learning.services.lessons.add_media",
            "learning.services.lessons.drop_media",
            "learning.services.lessons.move_lesson",
        ),
        COMMONS,
    ),
    **dict.fromkeys(
        (
            "friendly.services.places.forget_tips",
            "matrix.services.tasks.place_all",
            "matrix.services.tasks.remind",
            "stations.services.grading.grade_stations",
        ),
        THE_SAME,
    ),
    "people.services.admit": NO_PLACE,
    "sharing.services.summaries.receive": SIGNED,
}


def test_every_writing_service_asks_where_its_object_lies_or_says_why_not():
    asks_nothing = {
        function.full_name
        for function in public_services()
        if does(function.module, function.name, "writes")
        and not does(function.module, function.name, "bounds")
    }
    assert asks_nothing - set(EXCEPTIONS) - set(REASONS) == set()
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
    assert matrix.workers == 5
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
    assert matrix.workers == 15
    assert {code[:6] for code, _name in matrix.columns} == {HERE, THERE}
    assert "全市现在" in city.cast.client("office").get("/office/").content.decode()
