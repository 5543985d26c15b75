"""Casts of the room's tests."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from nuanyi.census.models import Establishment
from nuanyi.census.rules import FollowUp
from nuanyi.party import application_queries
from nuanyi.party.models.applications import Application
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.services import joining, organisations


@pytest.fixture
def shop(db):
    """Makes an establishment: ``shop("柘木快递", "450311101")``."""

    def make(name="柘木快递", region="450311101", sector="courier"):
        return Establishment.objects.create(
            name=name, name_key=name, region_code=region, sector=sector, follow_up=FollowUp.NEW
        )

    return make


@pytest.fixture
def appointed(cast, program, district):
    """Somebody with the role of a branch secretary."""
    from nuanyi.people.services import accounts

    def make():
        if "appointed" not in cast.accounts:
            account = accounts.make_account(
                actor=program,
                username="appointed",
                password="three-words-7",
                unit=district["t100"],
                must_change_password=False,
            )
            accounts.give_role(
                actor=cast.actor("organisation"), account=account, role="branch", region_code=""
            )
            cast.accounts["appointed"] = account
        return cast.accounts["appointed"]

    return make


@pytest.fixture
def found(cast, appointed):
    """Sets an organisation up as the organisation department does: below the nearest committee of its place, if there is
    one; a temporary one with somebody to lead it."""

    def above(form, region):
        committees = Organisation.objects.filter(form="committee", ended_date=None)
        near = [
            one
            for one in committees
            if region.startswith(one.region_code) and (form != "committee" or region != one.region_code)
        ]
        return max(near, key=lambda one: len(one.region_code)).pk if near else None

    def make(name="雁山镇党委", form="committee", region="450311100", **more):
        told = {
            "founded_date": date(2021, 7, 1),
            "members": 5,
            "approval": "雁组〔2021〕3号",
            "parent": above(form, region),
            "secretary": appointed().pk if form == "temporary" else None,
            **more,
        }
        return organisations.found(
            actor=cast.actor("organisation"), told=organisations.OrganisationInput(name, form, region, **told)
        )

    return make


@pytest.fixture
def asked(district):
    """Somebody asks from a phone."""

    def make(key=None, **more):
        told = {
            "name": "覃大海",
            "phone": "19900004321",
            "work_code": "450311100",
            "home_code": "450311100",
            "agrees": True,
            **more,
        }
        return joining.ask(key=key or uuid4(), told=joining.ApplicationInput(**told), network="203.0.113.77")

    return make


@pytest.fixture
def walked(cast):
    """Goes on to a step, each as early as it may be: ``walked(made, "contacts")``; returns the day of the last one."""

    def go(made, until, *, days=1, part="instructor"):
        on = made.asked_date
        while (path := application_queries.path_of(Application.objects.get(pk=made.pk))).step is not None:
            if until in {step.code for step, _day in path.done}:
                break
            on = max(on + timedelta(days=days), path.earliest)
            joining.take_step(actor=cast.actor(part), pk=made.pk, code=path.step.code, on=on, paper="纸质")
        return on

    return go


@pytest.fixture
def secretary(cast, program, found, district):
    """Makes the secretary of a branch: ``secretary("甲支部")`` gives the branch.

    The account is ``cast.accounts["甲支部"]``.
    """
    from nuanyi.people.services import accounts

    def make(name="甲支部", region="450311100", form="formal", **more):
        branch = found(name, form, region, **more)
        account = accounts.make_account(
            actor=program,
            username=f"secretary-{branch.pk}",
            password="three-words-7",
            unit=district["t100"],
            must_change_password=False,
        )
        accounts.give_role(actor=cast.actor("organisation"), account=account, role="branch", region_code="")
        cast.accounts[name] = account
        organisations.change(actor=cast.actor("organisation"), pk=branch.pk, members=5, secretary=account.pk)
        return branch

    return make


@pytest.fixture
def entered(cast):
    """A secretary enters a member: ``entered(branch)``."""
    from nuanyi.party.services import members

    def make(branch, key=None, **more):
        told = {
            "name": "梁远行",
            "phone": "19900005678",
            "standing": "full",
            "joined_date": date(2022, 7, 1),
            "agreed": "同意书3号",
            **more,
        }
        return members.add_member(
            actor=cast.actor(branch.name),
            key=key or uuid4(),
            branch=branch.pk,
            told=members.MemberInput(**told),
        )

    return make
