"""In a city the organisation department of a district sees its own applications, members, minutes and entries, and no
other's: neither by what the pages ask for nor by what the database shows."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from nuanyi.lib import clock, row_security, sealed
from nuanyi.lib.actor import Actor, Scope
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.party import instructor_queries, queries
from nuanyi.party.models.applications import Application
from nuanyi.party.models.life import Meeting
from nuanyi.party.models.members import Member
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.models.speaking import Brought
from nuanyi.party.services import instructors, joining, members, organisations
from nuanyi.people.models import RoleGrant
from nuanyi.places import services as places
from tests.declared import HERE, THERE

pytestmark = pytest.mark.django_db

ALL = (Application, Member, Meeting, Brought)


def department(cast, district):
    """The organisation department of one district of a city."""
    of = (Scope(region=district),)
    permissions = {f"party.{one}": of for one in ("organise", "applications", "members", "entries")}
    account = cast.accounts["organisation"].pk
    return Actor(
        "account", "department", account_id=account, roles=("organisation",), permissions=permissions
    )


def branch_in(region, n):
    return Organisation.objects.create(
        name=f"支部{n}", form="formal", region_code=region, members=5, founded_date=date(2021, 7, 1)
    )


@pytest.fixture
def here(cast):
    """One of everything in 雁山区; nothing in the district beside it but a branch."""
    branch = branch_in(f"{HERE}100", 1)
    asked = Application(key=uuid4(), work_code=f"{HERE}100", door="department", asked_date=clock.today())
    sealed.put(asked, "sealed_name", "周小明")
    sealed.put(asked, "sealed_phone", "19900001111")
    asked.save()
    member = Member(key=uuid4(), branch=branch, agreed="同意书", joined_date=date(2022, 7, 1))
    sealed.put(member, "sealed_name", "周小明")
    sealed.put(member, "sealed_phone", "19900001111")
    member.save()
    Meeting.objects.create(
        key=uuid4(), organisation=branch, kind="assembly", topic="学习", session=9, planned_date=clock.today()
    )
    Brought.objects.create(
        key=uuid4(), strand="culture", title="送书", region_code=f"{HERE}100", brought_date=clock.today()
    )
    return asked, member


@pytest.mark.parametrize(("place", "seen"), [(HERE, 1), (THERE, 0)])
def test_a_department_sees_what_is_its_own_and_nothing_of_the_district_beside_it(cast, here, place, seen):
    actor = department(cast, place)
    with row_security.reading_as(actor):
        for model in ALL:
            assert model.objects.visible_to(actor).count() == seen, model
            assert model.objects.count() == seen, f"{model} by the database alone"
    assert len(queries.branches_of(actor)) == seen


def test_only_the_own_department_opens_a_name_and_moves_an_application(cast, here):
    asked, member = here
    own, other = department(cast, HERE), department(cast, THERE)
    with row_security.reading_as(other):
        for deed in (
            lambda: members.open_member(actor=other, pk=member.pk, purpose="约谈入党意愿"),
            lambda: members.leave(actor=other, pk=member.pk, on=clock.today()),
            lambda: joining.open_application(actor=other, pk=asked.pk, purpose="约谈入党意愿"),
            lambda: joining.pause(actor=other, pk=asked.pk, to="paused"),
        ):
            with pytest.raises(NotFound):
                deed()
    with row_security.reading_as(own):
        assert members.open_member(actor=own, pk=member.pk, purpose="约谈入党意愿")[0] == "周小明"
        assert joining.open_application(actor=own, pk=asked.pk, purpose="约谈入党意愿")[0] == "周小明"


def test_a_member_who_is_away_is_seen_where_a_branch_received_them_until_the_absence_is_over(cast, here):
    _asked, member = here
    other = department(cast, THERE)
    member.receiving = branch_in(f"{THERE}100", 2)
    member.away_from_date = clock.today()
    for until, seen in ((clock.today(), 1), (clock.today() - timedelta(days=1), 0)):
        member.away_until_date = until
        member.save()
        with row_security.reading_as(other):
            assert Member.objects.visible_to(other).count() == Member.objects.count() == seen


@pytest.fixture
def instructed(cast, program, district):
    """An instructor in 雁山区, one in the district beside it, and one with no place, whose unit lies in 雁山区."""
    from nuanyi.people.services import accounts

    RoleGrant.objects.filter(role="instructor").delete()
    made = {}
    for name, region, unit in (
        ("here", f"{HERE}100", None),
        ("there", f"{THERE}001", None),
        ("unit", "", district["t100"]),
    ):
        account = accounts.make_account(
            actor=program, username=name, password="three-words-7", unit=unit, must_change_password=False
        )
        RoleGrant.objects.create(
            account=account, role="instructor", region_code=region, confirmed_at=clock.now()
        )
        made[name] = account.pk
    return made


def test_establishments_are_given_to_instructors_of_the_own_district_alone(cast, program, instructed, shop):
    mine, theirs = shop("雁山快递", f"{HERE}100"), shop("秀峰快递", f"{THERE}001")
    own, other = department(cast, HERE), department(cast, THERE)
    assert {one.account.pk for one in instructor_queries.instructors_of(own)} == {
        instructed["here"],
        instructed["unit"],
    }
    assert {one.account.pk for one in instructor_queries.instructors_of(other)} == {instructed["there"]}
    # seen by the program, so that nothing but the service itself holds it
    for actor, establishment, account in (
        (own, mine, "there"),
        (own, theirs, "here"),
        (other, mine, "there"),
    ):
        with row_security.reading_as(program), pytest.raises(NotFound):
            instructors.assign(actor=actor, establishment=establishment.pk, account=instructed[account])
    with row_security.reading_as(program):
        proposed = instructors.propose(actor=own)
        assert {one.establishment.pk for one in proposed} == {mine.pk}
        assert {one.account.pk for one in proposed} <= {instructed["here"], instructed["unit"]}
        assert instructors.assign(actor=own, establishment=mine.pk, account=instructed["here"])
        # whoever has it everywhere has all of them
        assert len(instructor_queries.instructors_of(program)) == 3


def test_an_application_is_handed_over_within_the_own_district(cast, program, here, instructed):
    asked, _member = here
    own = department(cast, HERE)
    beside, mine = branch_in(f"{THERE}100", 3), branch_in(f"{HERE}100", 4)
    with row_security.reading_as(program):
        for told in ({"organisation": beside.pk}, {"account": instructed["there"]}):
            with pytest.raises(NotFound):
                joining.hand_over(actor=own, pk=asked.pk, **told)
        told = joining.hand_over(actor=own, pk=asked.pk, organisation=mine.pk, account=instructed["here"])
    assert (told.organisation_id, told.instructor_id) == (mine.pk, instructed["here"])


def test_a_member_is_transferred_to_no_branch_that_one_leads_elsewhere(cast, program, here):
    """The department of 雁山区 is secretary of a branch beside it, too: that is no right to transfer people there."""
    _asked, member = here
    own, beside, mine = department(cast, HERE), branch_in(f"{THERE}100", 3), branch_in(f"{HERE}100", 4)
    Organisation.objects.filter(pk=beside.pk).update(secretary=own.account_id)
    assert [one.pk for one in queries.receiving(own, member.branch)] == [mine.pk]
    told = {"pk": member.pk, "on": clock.today(), "paper": "介绍信1号"}
    with row_security.reading_as(program):
        with pytest.raises(BadInput) as refused:
            members.transfer(actor=own, to=beside.pk, **told)
        assert set(refused.value.fields) == {"to"}
        assert members.transfer(actor=own, to=mine.pk, **told).branch_id == mine.pk


def test_nobody_puts_an_organisation_below_another_district_s_committee(cast, program, district):
    places.put_region(actor=program, code=THERE, name="秀峰区", level="district")
    own = department(cast, HERE)
    above = [
        Organisation.objects.create(
            name=f"{region}党委", form="committee", region_code=region, founded_date=date(2020, 7, 1)
        )
        for region in ("4503", HERE, THERE)
    ]

    def found(parent, name):
        told = organisations.OrganisationInput(
            name, "formal", f"{HERE}100", date(2022, 7, 1), parent=parent.pk, members=4, approval="x"
        )
        return organisations.found(actor=own, told=told)

    with pytest.raises(BadInput) as refused:
        found(above[2], "甲支部")
    assert set(refused.value.fields) == {"parent"}
    for number, parent in enumerate(above[:2]):
        made = found(parent, f"支部{number}")
        assert made.parent_id == parent.pk
    told = organisations.ChangeInput(clock.today(), "批复", made.name, f"{HERE}100", parent=above[2].pk)
    with pytest.raises(BadInput) as refused:
        organisations.rearrange(actor=own, pk=made.pk, told=told)
    assert set(refused.value.fields) == {"parent"}


def test_in_a_city_the_department_of_the_place_is_told_and_no_other(cast, program, district, asked):
    """Who asks to join in 雁山区 where nobody is instructor: the department beside it hears nothing of it."""
    from nuanyi.notices.models import Notice
    from nuanyi.people.models import Account
    from nuanyi.people.services import accounts

    beside = accounts.make_account(
        actor=program, username="beside", password="three-words-7", unit=None, must_change_password=False
    )
    RoleGrant.objects.create(account=beside, role="organisation", region_code=THERE, confirmed_at=clock.now())
    RoleGrant.objects.filter(role="instructor").delete()
    own = cast.accounts["organisation"]

    def told():
        return set(Notice.objects.filter(kind="talk-owed").values_list("account", flat=True))

    # whoever has the role everywhere is told where nobody has it for the place alone
    asked()
    assert told() == {own.pk}
    Notice.objects.all().delete()
    RoleGrant.objects.filter(account=own, role="organisation").update(region_code=HERE)
    asked(phone="19900004322")
    assert told() == {own.pk}
    assert Account.objects.get(pk=beside.pk).is_active
