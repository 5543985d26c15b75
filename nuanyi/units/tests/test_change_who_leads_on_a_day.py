"""Who leads changes on a date, without a release: the answers before and after are both right."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from nuanyi.lib import clock
from nuanyi.units import queries, services
from nuanyi.units.models import ResponsibilityRule

pytestmark = pytest.mark.django_db
CHANGE = date(2023, 12, 1)


@pytest.fixture
def changed(district, program):
    """From a day on the department of social work leads where the organisation department did."""
    social = services.put_unit(
        actor=program, code="shegong", name="区委社会工作部", short_name="社会工作部", kind="department"
    )
    old = ResponsibilityRule.objects.get(role="lead")
    last = CHANGE - timedelta(days=1)
    for edit in (
        services.RuleEdit("lead", "", "", old.unit_id, "牵头抓总", rule_id=old.pk, until_date=last),
        services.RuleEdit("lead", "", "", social.pk, "统筹两新党建", from_date=CHANGE),
    ):
        services.change_rule(actor=program, edit=edit)
    return social


def lead(on=None):
    return [one.unit.short_name for one in queries.who_answers(on=on) if one.role == "lead"]


def test_the_answers_before_and_after_the_day_are_both_right(changed):
    assert lead(CHANGE - timedelta(days=1)) == ["组织部"]
    assert lead(CHANGE) == ["社会工作部"]
    assert lead() == ["社会工作部"]


def test_a_change_to_come_changes_nothing_until_its_day(changed):
    evening = datetime(2023, 11, 30, 23, 59, tzinfo=clock.CHINA)
    with clock.held_at(evening):
        assert lead() == ["组织部"]
    with clock.held_at(evening + timedelta(minutes=2)):
        assert lead() == ["社会工作部"]


def test_the_page_answers_for_the_day_that_is_asked(changed, cast):
    office = cast.client("office")

    def page(on):
        return office.get(reverse("units:ask"), {"on": on}).content.decode().split('class="answers"')[1]

    assert "组织部" in page("2023-11-30")
    assert "社会工作部" in page("2023-12-01")
    assert office.get(reverse("units:ask"), {"on": "x"}).status_code == 422


def test_opening_affiliation_stays_with_the_organisation_department_whoever_leads(changed, cast):
    assert cast.actor("organisation").can("people.reveal_political")
    assert not any(
        cast.actor(part).can("people.reveal_political") for part in ("office", "department", "instructor")
    )
