"""An establishment that an instructor follows is reached by a visit, and by a regular activity as well."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from nuanyi.lib import clock
from nuanyi.party import coverage
from nuanyi.party.models.alliances import AllianceFirm, JointActivity
from nuanyi.party.models.coverage import CoverageDefinition
from nuanyi.party.models.life import Meeting
from nuanyi.party.models.speaking import Brought
from nuanyi.party.services import instructors
from nuanyi.units.models import Alliance

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(cast, shop):
    made = shop("雁山快递站", "450311100")
    instructors.assign(
        actor=cast.actor("organisation"), establishment=made.pk, account=cast.accounts["instructor"].pk
    )
    return made


def brought(one, _found, on):
    Brought.objects.create(
        key=uuid4(),
        strand="culture",
        title="送书",
        establishment=one,
        region_code=one.region_code,
        brought_date=on,
    )


def joint(one, _found, on):
    belt = Alliance.objects.create(name="示范带")
    AllianceFirm.objects.create(alliance=belt, establishment=one, paper="意向书", from_date=on)
    JointActivity.objects.create(alliance=belt, title="义诊", activity_date=on, present=12)


def met(one, found, on):
    branch = found("甲支部", "formal", establishments=[one.pk])
    Meeting.objects.create(
        key=uuid4(),
        organisation=branch,
        kind="themed",
        topic="学习",
        session=9,
        planned_date=on,
        held_date=on,
        present=5,
    )


@pytest.mark.parametrize("activity", [brought, joint, met])
@pytest.mark.parametrize(("days", "counts"), [(0, True), (89, True), (90, False)])
def test_what_was_done_there_counts_for_its_days_and_no_longer(one, found, activity, days, counts):
    assert not coverage.by_one("sector", {})[-1].worked
    activity(one, found, clock.today() - timedelta(days=days))
    assert coverage.covered().get(pk=one.pk).worked is counts
    assert coverage.by_one("sector", {})[-1].worked == int(counts), (
        "what was kept before is not used any more"
    )


def test_what_is_only_planned_does_not_count_nor_what_nobody_follows(one, found, shop):
    joint(one, found, clock.today())
    JointActivity.objects.update(present=None)
    assert not coverage.covered().get(pk=one.pk).worked
    other = shop("没有指导员", "450311100")
    brought(other, found, clock.today())
    assert not coverage.covered().get(pk=other.pk).worked


def test_the_definition_says_for_how_many_days(one, found):
    brought(one, found, clock.today() - timedelta(days=40))
    assert coverage.by_one("sector", {})[-1].worked == 1
    CoverageDefinition.objects.create(
        from_date=clock.today(), activity_within_days=30, target_date=date(2027, 12, 31), source="桂组通"
    )
    assert coverage.by_one("sector", {})[-1].worked == 0


def test_two_who_look_see_the_same_also_where_one_may_not_see_what_was_brought(cast, one, found):
    brought(one, found, clock.today())
    for part in ("office", "organisation"):
        page = cast.client(part).get("/office/party/coverage/?which=worked").content.decode()
        assert "雁山快递站" not in page, part
