"""Where a branch is possible, from the census, with its reason; for the organisation department alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuanyi.census.models import CountedWith, Establishment, Worker
from nuanyi.journal.models import Entry
from nuanyi.lib.errors import NotAllowed
from nuanyi.party import rules
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import Form, Group
from nuanyi.party.services import possible
from nuanyi.people.models import Person
from nuanyi.people.services import persons


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("中共党员", True),
        (" 党 员 ", True),
        ("中共预备党员", False),
        ("预备党员", False),
        ("民革党员", False),
        ("共青团员", False),
        ("群众", False),
        ("", False),
    ],
)
def test_only_full_members_of_the_party_are_counted(written, full):
    assert rules.is_full_member(written) is full


def group(n, members, place="450311100", sector="courier", key=None):
    return Group(f"k{n}" if key is None else key, f"店{n}", place, sector, members)


def test_three_in_one_unit_stand_alone_and_neighbours_join():
    rows = [group(1, 3), group(2, 2), group(3, 1), group(4, 2, sector="delivery"), group(5, 1, "450311101")]
    found = rules.possible(rows)
    assert [(one.form, [g.name for g in one.groups]) for one in found] == [
        (Form.FORMAL, ["店1"]),
        (Form.JOINT, ["店2", "店3"]),
    ]
    assert all(str(one.reason) for one in found)


def test_those_of_no_unit_make_a_roving_branch_from_three_on():
    assert [one.form for one in rules.possible([group(1, 3, key="")])] == [Form.MOBILE]
    assert rules.possible([group(1, 2, key="")]) == []


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["450311100", "450311101"])), max_size=30))
@settings(max_examples=80)
def test_no_group_stands_twice_and_every_branch_has_three_members_in_at_most_five_units(told):
    rows = [group(n, members, place) for n, (members, place) in enumerate(told)]
    found = rules.possible(rows)
    names = [g.name for one in found for g in one.groups]
    assert len(names) == len(set(names))
    for one in found:
        assert one.members >= 3
        assert len(one.groups) <= 5
        assert len({g.region_code[:9] for g in one.groups}) == 1
        assert one.form == Form.JOINT or len(one.groups) == 1


@pytest.fixture
def people_of(program):
    """Puts people with an affiliation into an establishment: ``people_of(shop, "中共党员", "群众", "")``."""

    def make(one, *written):
        for words in written:
            person = Person.objects.create(region_codes=[one.region_code])
            persons.seal_into(person, name="某某", political=words).save()
            Worker.objects.create(
                person=person, establishment=one, region_code=one.region_code, sector=one.sector
            )

    return make


@pytest.mark.django_db
def test_the_census_says_where_and_how_much_of_it_carries_an_affiliation(cast, found, shop, people_of):
    big, left, right = shop("甲店", "450311100"), shop("乙店", "450311101"), shop("丙店", "450311101")
    people_of(big, "中共党员", "党员", "中共党员", "预备党员", "")
    people_of(left, "中共党员", "中共党员")
    people_of(right, "中共党员", "群众", "")
    office = cast.actor("organisation")
    findings = possible.find_possible(actor=office)
    assert [(one.form, one.members) for one in findings.possible] == [(Form.FORMAL, 3), (Form.JOINT, 3)]
    assert (findings.told, findings.people, findings.percent) == (8, 10, 80)
    assert Entry.objects.filter(kind="party.affiliation_counted").count() == 1
    page = cast.client("organisation").get("/office/party/possible/").content.decode()
    for word in ("甲店", "乙店", "丙店", "80 %", "10 人"):
        assert word in page
    # the points of the map come with the page: one look opens every value once
    assert 'id="possible-points"' in page
    assert Entry.objects.filter(kind="party.affiliation_counted").count() == 2
    found("甲店党支部", "formal", establishments=[big.pk])
    assert [one.form for one in possible.find_possible(actor=office).possible] == [Form.JOINT]
    assert Establishment.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["office", "instructor", "auditor", "administrator", "yanshan"])
def test_nobody_else_may_ask(cast, part):
    with pytest.raises(NotAllowed):
        possible.find_possible(actor=cast.actor(part))
    assert cast.client(part).get("/office/party/possible/").status_code == 403


@pytest.mark.django_db
def test_who_stands_in_two_rosters_is_one_person_wherever_the_value_is_written(cast, shop, people_of):
    one, other = shop("甲店", "450311100"), shop("乙店", "450311100")
    people_of(one, "中共党员", "中共党员", "")
    people_of(other, "中共党员", "中共党员")
    first, _second, third, same_as_first, same_as_third = Worker.objects.order_by("pk")
    CountedWith.objects.create(worker=same_as_first, head=first)
    CountedWith.objects.create(worker=same_as_third, head=third)
    findings = possible.find_possible(actor=cast.actor("organisation"))
    assert [(one.form, one.members) for one in findings.possible] == [(Form.JOINT, 3)]
    assert (findings.told, findings.people) == (3, 3)


@pytest.mark.django_db
def test_a_value_that_does_not_open_is_left_out_and_said(cast, shop, people_of):
    one = shop("甲店", "450311100")
    people_of(one, "中共党员", "中共党员", "中共党员", "中共党员")
    Person.objects.filter(pk=Worker.objects.order_by("pk").last().person_id).update(
        sealed_political=b"\x01\x00\x01damaged"
    )
    answer = cast.client("organisation").get("/office/party/possible/")
    assert answer.status_code == 200
    found = answer.context["found"]
    assert ([one.members for one in found.possible], found.told, found.closed) == ([3], 3, 1)
    assert "1 个值打不开" in answer.content.decode()


@pytest.mark.django_db
def test_those_of_no_unit_who_have_a_roving_branch_are_not_proposed_again(cast, found, people_of, shop):
    one = shop("甲店", "450311100")
    people_of(one, "中共党员", "中共党员", "中共党员")
    Worker.objects.update(establishment=None)
    department = cast.actor("organisation")
    assert [row.form for row in possible.find_possible(actor=department).possible] == [Form.MOBILE]
    found("外卖流动党支部", "mobile", sector="delivery")
    assert len(possible.find_possible(actor=department).possible) == 1, "of another sector"
    found("快递流动党支部", "mobile", sector="courier")
    assert possible.find_possible(actor=department).possible == []


@pytest.mark.django_db
def test_what_is_possible_is_set_up_from_there_with_its_groups(cast, shop, people_of):
    left, right = shop("乙店", "450311101"), shop("丙店", "450311101")
    people_of(left, "中共党员", "中共党员")
    people_of(right, "中共党员")
    office = cast.client("organisation")
    begun = {
        "deed": "begin",
        "form": "joint",
        "region": "450311101",
        "sector": "courier",
        "members": "3",
        "establishments": [str(left.pk), str(right.pk)],
    }
    assert str(left.pk) in office.get("/office/party/possible/").content.decode()
    page = office.post("/office/party/", begun)
    assert page.status_code == 200
    assert not Organisation.objects.exists(), "nothing is written before it is sent"
    form = page.context["form"]
    assert [form[name].value() for name in ("form", "region", "members")] == ["joint", "450311101", "3"]
    told = {
        **begun,
        "deed": "",
        "name": "柘木镇快递联合党支部",
        "approval": "柘组〔2026〕1号",
        "founded": "2026-01-05",
    }
    assert office.post("/office/party/", {**told, "approval": ""}).status_code == 422
    assert office.post("/office/party/", told).status_code == 302
    made = Organisation.objects.get()
    assert set(made.reaches.values_list("establishment", flat=True)) == {left.pk, right.pk}
    assert possible.find_possible(actor=cast.actor("organisation")).possible == []
