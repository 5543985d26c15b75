"""Establishments are shared out by what each instructor can take on: how many, from which townships, in which language."""

from __future__ import annotations

import pytest

from nuanyi.party import coverage, instructor_queries, rules
from nuanyi.party.models.instructors import Assignment, InstructorTerms
from nuanyi.party.services import instructors
from nuanyi.people.services import accounts
from nuanyi.places import services as places

pytestmark = pytest.mark.django_db

PAGE = "/office/party/instructors/"


@pytest.fixture
def second(cast, program):
    """Makes another instructor, of one township or several."""

    def make(*regions, name="second"):
        account = accounts.make_account(
            actor=program, username=name, password="three-words-7", unit=None, must_change_password=False
        )
        for region in regions:
            accounts.give_role(
                actor=cast.actor("organisation"), account=account, role="instructor", region_code=region
            )
        return account

    return make


@pytest.fixture
def proposed(cast):
    """Who is proposed for what: name of the establishment -> username."""

    def ask(**more):
        rows = instructors.propose(actor=cast.actor("organisation"), **more)
        return {row.establishment.name: row.account.username for row in rows}

    return ask


def test_whoever_follows_many_already_gets_fewer():
    assert rules.shares(4, [10, 0], [None, None], spread=0) == rules.Shares((0, 4), (0, 4))
    assert rules.shares(10, [2, 0], [None, None], spread=0).least == (4, 6)
    # nobody beyond what they can, and what is left over is said
    assert rules.shares(10, [1, 0], [3, 4], spread=0) == rules.Shares((2, 4), (2, 4), left_over=4)


@pytest.mark.parametrize(
    ("count", "loads", "most"),
    [(1, [0], [None]), (7, [3, 0, 9], [None, 2, None]), (5, [0, 0], [0, None]), (3, [5, 5], [5, 5])],
)
def test_shares_can_always_be_kept(count, loads, most):
    found = rules.shares(count, loads, most)
    assert sum(found.least) <= count - found.left_over <= sum(found.most)
    assert all(low <= high for low, high in zip(found.least, found.most, strict=True))


def test_whom_nobody_has_room_for_are_those_that_would_cost_most():
    costs = [[1.0, 5.0], [2.0, 9.0], [3.0, 30.0]]
    given = rules.shares(3, [0, 0], [1, 1], spread=0)
    assert rules.assign(costs, given) == [1, 0, rules.NO_ROOM]
    assert rules.assign_greedily(costs, given) == [0, 1, rules.NO_ROOM]


def test_an_instructor_gets_no_more_than_they_can_and_the_rest_is_said(cast, shop, second, proposed):
    first, other = cast.accounts["instructor"], second("450311101")
    office = cast.client("organisation")
    for account, most in ((first, "2"), (other, "1")):
        told = {"deed": "terms", "account": account.pk, "capacity": most, "languages": ""}
        assert office.post(PAGE, told).status_code == 302
    for n in range(5):
        shop(f"店{n}", "450311100")
    assert sorted(proposed().values()).count(first.username) == 2
    assert len(proposed()) == 3
    page = office.get(PAGE).content.decode()
    assert "2 户" in page, "of five there is room for three"
    assert "可跟进 2 户" in " ".join(page.split())
    # what somebody follows already takes of their room
    shops = coverage.uncovered()
    instructors.assign(actor=cast.actor("organisation"), establishment=shops[0].pk, account=first.pk)
    assert sorted(proposed().values()) == sorted([first.username, other.username])


def test_what_is_no_number_is_refused_and_stands_again(cast):
    told = {
        "deed": "terms",
        "account": cast.accounts["instructor"].pk,
        "capacity": "很多",
        "languages": "壮语",
    }
    answer = cast.client("organisation").post(PAGE, told)
    assert answer.status_code == 422
    assert "很多" in answer.content.decode()
    assert not InstructorTerms.objects.exists()


def test_whoever_works_in_several_townships_counts_for_each(cast, program, shop, second, proposed):
    for n, code in enumerate(("450311100", "450311101", "450311200")):
        west, south = 110.0 + n, 25.0 + n
        ring = [
            [west, south],
            [west + 0.1, south],
            [west + 0.1, south + 0.1],
            [west, south + 0.1],
            [west, south],
        ]
        places.put_region(
            actor=program,
            code=code,
            name=code,
            level="township",
            parent="450311",
            geometry_wgs84={"type": "Polygon", "coordinates": [ring]},
        )
    both = second("450311101", "450311200")
    assert next(one for one in instructor_queries.instructors() if one.account == both).bases == (
        "450311101",
        "450311200",
    )
    shop("雁山店", "450311100")
    shop("柘木店", "450311101")
    shop("大埠店", "450311200")
    assert proposed() == {"雁山店": "instructor", "柘木店": "second", "大埠店": "second"}
    rows, compared = instructors.compare(actor=cast.actor("organisation"))
    assert compared.optimal_km == 0
    assert {str(row.reason) for row in rows} == {"就在那里工作"}
    # and whoever asks to join there finds them
    assert instructor_queries.instructor_for("450311200") == both.pk


def test_a_language_is_wished_and_its_reason_said(cast, shop, second, proposed):
    speaker = second("450311100", name="speaker")
    office = cast.client("organisation")
    told = {"deed": "terms", "account": speaker.pk, "capacity": "", "languages": "壮语，桂林话"}
    office.post(PAGE, told)
    shops = [shop(f"店{n}", "450311100") for n in range(4)]
    for one in shops[:2]:
        wish = {"deed": "language", "establishment": str(one.pk), "language": "壮语"}
        assert office.post(PAGE, wish).status_code == 302
    found = proposed()
    assert [found[one.name] for one in shops[:2]] == ["speaker", "speaker"]
    page = office.get(PAGE).content.decode()
    assert "会讲壮语" in page
    # a wish is no condition: somebody goes also where nobody speaks it
    office.post(PAGE, {"deed": "language", "establishment": str(shops[3].pk), "language": "瑶语"})
    assert len(proposed()) == 4
    assert "希望用瑶语交流" in office.get(PAGE).content.decode()


def test_the_instructor_notes_the_language_of_those_they_follow_and_of_no_others(cast, shop):
    own, other = shop("雁山店", "450311100"), shop("柘木店", "450311101")
    instructors.assign(
        actor=cast.actor("organisation"), establishment=own.pk, account=cast.accounts["instructor"].pk
    )
    phone = cast.client("instructor")
    assert (
        phone.post(f"/office/party/mine/{own.pk}/", {"deed": "language", "language": "平话"}).status_code
        == 302
    )
    assert instructor_queries.wishes() == {own.pk: "平话"}
    assert 'value="平话"' in phone.get(f"/office/party/mine/{own.pk}/").content.decode()
    refused = phone.post(f"/office/party/mine/{other.pk}/", {"deed": "language", "language": "平话"})
    assert refused.status_code == 404
    phone.post(f"/office/party/mine/{own.pk}/", {"deed": "language", "language": ""})
    assert instructor_queries.wishes() == {}


def test_what_somebody_can_take_on_goes_with_the_role(cast, program):
    account = cast.accounts["instructor"]
    instructors.save_terms(
        actor=cast.actor("organisation"), account=account.pk, capacity=30, languages="壮语"
    )
    accounts.close_account(actor=program, account=account)
    assert not InstructorTerms.objects.exists()
    assert not Assignment.objects.filter(until_date=None).exists()
