"""Who leads changes on a date, without a release: the answers before and after are both right."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.lib.errors import Conflict
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


def test_what_was_closed_since_still_answers_for_the_days_before(changed, district, program):
    """The organisation department is merged into the new one: of a day before, the page must not say that nobody led."""
    social, old = changed, district["zuzhi"]
    services.merge_units(actor=program, unit=old, into=social)
    assert lead(CHANGE - timedelta(days=1)) == ["组织部"]
    assert lead() == ["社会工作部"]


def test_a_merge_ends_the_rules_of_today_and_begins_the_same_for_the_other_unit(district, program):
    into = services.put_unit(
        actor=program, code="shegong", name="区委社会工作部", short_name="社会工作部", kind="department"
    )
    district["zuzhi"].rules.filter(role="lead").update(from_date=date(2022, 1, 1))
    services.merge_units(actor=program, unit=district["zuzhi"], into=into)
    today = clock.today()
    assert lead() == ["社会工作部"]
    assert lead(today - timedelta(days=1)) == ["组织部"]
    rows = ResponsibilityRule.objects.filter(role="lead").order_by("from_date")
    assert [(row.unit.short_name, row.from_date, row.until_date) for row in rows] == [
        ("组织部", date(2022, 1, 1), today - timedelta(days=1)),
        ("社会工作部", today, None),
    ]


def test_a_unit_closes_once_its_rules_have_ended_and_is_named_for_the_days_before(district, program):
    unit = district["gonghui"]
    rule = unit.rules.get()
    assert services.blocking(unit)
    rule.until_date = clock.today()
    rule.save()
    assert services.blocking(unit), "it answers until tonight"
    rule.until_date = clock.today() - timedelta(days=1)
    rule.save()
    assert not services.blocking(unit)
    services.close_unit(actor=program, unit=unit)
    before = queries.who_answers(sector="courier", region_code="450311100", on=date(2022, 6, 1))
    assert unit in [one.unit for one in before]
    assert unit not in [one.unit for one in queries.who_answers(sector="courier", region_code="450311100")]


def test_a_unit_leads_in_two_periods(changed, district, program):
    """It led, another did, it does again: a rule of each period stands beside the others."""
    old = district["zuzhi"]
    edit = services.RuleEdit("lead", "", "", old.pk, from_date=date(2030, 1, 1))
    services.change_rule(actor=program, edit=edit)
    changed.rules.update(until_date=date(2029, 12, 31))
    with pytest.raises(Conflict):
        services.change_rule(actor=program, edit=edit)
    assert [(one.unit.short_name, one.from_date) for one in queries.who_led()] == [
        ("组织部", None),
        ("社会工作部", CHANGE),
        ("组织部", date(2030, 1, 1)),
    ]


def test_the_dry_run_says_on_which_day_something_moves(district, program, cast):
    Establishment.objects.create(name="a", name_key="a", sector="delivery", region_code="450311100")
    day = clock.today() + timedelta(days=30)
    edit = services.RuleEdit(
        "guide", "delivery", "", district["shichang"].pk, from_date=day, until_date=day + timedelta(days=9)
    )
    begins, ends = services.preview(edit)
    assert (begins.on, begins.before, begins.after) == (day, "—", "市场监管局")
    assert (ends.on, ends.before, ends.after) == (day + timedelta(days=10), "市场监管局", "—")
    rule = services.change_rule(actor=program, edit=edit)
    # and a rule that is yet to begin can be changed and taken away
    told = {"role": "guide", "sector": "delivery", "unit": rule.unit_id, "from_date": day.isoformat()}
    page = cast.client("office").post(reverse("units:edit_rule", args=[rule.pk]), {**told, "look": "1"})
    assert page.status_code == 200
    services.change_rule(
        actor=program,
        edit=services.RuleEdit("guide", "delivery", "", rule.unit_id, rule_id=rule.pk, remove=True),
    )
    assert not ResponsibilityRule.objects.filter(pk=rule.pk).exists()


def test_the_page_shows_who_led_before_and_since_when_who_leads(changed, cast):
    page = cast.client("office").get(reverse("units:ask")).content.decode()
    shown = " ".join(page.split("谁牵头、从何时起")[1].split("</ul>")[0].split())
    assert shown.index("2023-11-30") < shown.index("区委社会工作部")
    assert "2023-12-01" in shown


def test_a_merge_leaves_no_day_on_which_nobody_leads(district, program):
    """The other unit had the same rule from next year on: until then nobody answered."""
    into = services.put_unit(
        actor=program, code="shegong", name="区委社会工作部", short_name="社会工作部", kind="department"
    )
    begins = clock.today() + timedelta(days=60)
    services.change_rule(
        actor=program, edit=services.RuleEdit("lead", "", "", into.pk, "统筹两新党建", from_date=begins)
    )
    services.merge_units(actor=program, unit=district["zuzhi"], into=into)
    for on in (clock.today(), begins - timedelta(days=1), begins, begins + timedelta(days=400)):
        assert lead(on) == ["社会工作部"], on


def test_of_two_townships_of_one_place_the_one_in_use_answers_for_days_gone_by(district, program):
    """One was entered twice and merged away before closing days were kept: it answered for every day before."""
    twice = services.put_unit(
        actor=program,
        code="twice",
        name="雁山镇（重）",
        short_name="重",
        kind="township",
        region_code="450311100",
    )
    type(twice).objects.filter(pk=twice.pk).update(active=False, closed_date=None)
    before = queries.directory(clock.today() - timedelta(days=300))
    assert before.townships["450311100"] == district["t100"].pk
