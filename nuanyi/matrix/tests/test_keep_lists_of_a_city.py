"""In a city each district has its own list of key tasks, regulations and forms; none stands in another's way."""

from datetime import date
from urllib.parse import unquote

import pytest
from django.test import Client

from conftest import PASSWORD
from nuanyi.census.models import Worker
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, rooms, row_security
from nuanyi.lib.actor import system
from nuanyi.lib.errors import BadInput, NotAllowed, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.lib.periods import period_of
from nuanyi.matrix import briefs, screen_content, task_board
from nuanyi.matrix.models import FormAnswer
from nuanyi.matrix.services import briefs as brief_services
from nuanyi.matrix.services import forms, practice, screens, task_sheets, tasks
from nuanyi.matrix.services.tasks import StepInput, TaskInput
from nuanyi.matrix.tests.test_fill_anothers_form import of_rows, opened
from nuanyi.matrix.waiting import waiting_for
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, Person
from nuanyi.people.services import accounts
from nuanyi.places import services as places
from nuanyi.places.models import Region
from nuanyi.units import services as units
from nuanyi.units.models import Unit

HERE, THERE, POLICY = "450302", "450311", "service.policy_consultations"
SETUP = system("setup")
pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """Two districts with an office each: ``{district: (actor, unit)}``."""
    Region.objects.create(code="4503", name="桂林市", level="city")
    made = {}
    for code, name in ((HERE, "秀峰区"), (THERE, "雁山区")):
        places.put_region(actor=SETUP, code=code, name=name, level="district", parent="4503")
        unit = units.put_unit(
            actor=SETUP,
            code=f"office-{code}",
            name=f"{name}两新办",
            short_name=f"{name}两新办",
            kind="district_office",
            region_code=code,
        )
        account = accounts.make_account(
            actor=SETUP,
            username=f"office{code}",
            password=PASSWORD,
            unit=unit,
            must_change_password=False,
        )
        accounts.give_role(actor=SETUP, account=account, role="district_office", region_code=code)
        made[code] = (actor_for(account), unit)
    return made


def told(unit, **more):
    facts = {"figure": POLICY, "target": 99, "due_date": date(2022, 12, 31), **more}
    return TaskInput(year=2022, number=1, title="政策咨询", lead=unit, **facts)


def served(count, region):
    line = Delivered(day=date(2022, 6, 9), count=count, region_code=region)
    ledger.record(POLICY, [line], source=Unit.objects.first())


def test_each_district_numbers_its_own_tasks_and_counts_its_own(city):
    served(10, f"{HERE}001")
    served(35, f"{THERE}100")
    for code, count in ((HERE, 10), (THERE, 35)):
        actor, unit = city[code]
        with row_security.reading_as(actor):
            made = tasks.save_task(actor=actor, told=told(unit))
            assert task_board.one(actor, made.pk).value == count
            with pytest.raises(BadInput):
                tasks.save_task(actor=actor, told=told(unit))
            book = task_sheets.rows_of(task_sheets.workbook(actor, 2022))
            [line] = task_sheets.plan(actor=actor, rows=book, year=2022)
            assert (line.task, line.changes) == (made, [])
            assert "政策咨询" in "".join(task_board.sentences(period_of("2022"), code))


def test_two_districts_have_a_regulation_of_the_same_title(city):
    made = []
    for actor, unit in city.values():
        with row_security.reading_as(actor):
            made.append(
                practice.save_regulation(
                    actor=actor,
                    title="走访制度",
                    unit=unit,
                    text="每季度走访一次所联系的企业。",
                    from_date=date(2022, 1, 1),
                )
            )
    assert made[0].regulation_id != made[1].regulation_id
    assert [one.number for one in made] == [1, 1]


def test_a_form_without_a_place_is_filled_for_the_district_of_whoever_asks(city):
    served(5, f"{HERE}001")
    served(10, f"{THERE}100")
    form = of_rows(("指标", "数量"), ("政策咨询",), ("县区",), ("分管领导",))
    for code, count, name in ((HERE, 5, "秀峰区"), (THERE, 10, "雁山区")):
        actor, _unit = city[code]
        with row_security.reading_as(actor):
            sheet = opened(forms.fill(actor=actor, data=form, period="2022").data)
        assert [sheet["B2"].value, sheet["B3"].value] == [count, name]
    assert set(FormAnswer.objects.values_list("region_code", flat=True)) == {HERE, THERE}


def test_a_brief_of_a_whole_district_is_exact_for_who_counts_its_records(city):
    served(7, f"{THERE}100")
    actor, _unit = city[THERE]
    with row_security.reading_as(actor):
        made = brief_services.draft(actor=actor, period="2022-06", region_code=THERE)
    assert made.counts[POLICY]["value"] == 7
    assert not briefs.rounds(THERE) and briefs.rounds(f"{THERE}100")


def test_the_morning_of_a_district_asks_its_office_nothing_that_was_asked_of_others(city):
    actor, office = city[HERE]
    township = units.put_unit(
        actor=SETUP,
        code="t302001",
        name="甲街道办",
        short_name="甲街道",
        kind="township",
        region_code=f"{HERE}001",
    )
    with row_security.reading_as(actor):
        made = tasks.save_task(actor=actor, told=told(township, cooperating=[office]))
        asked = tasks.supervise(
            actor=actor, pk=made.pk, unit=township.pk, words="请说明进度", due_date=clock.today()
        )
        # who counts nothing is not shown: nothing waits for the office's own answer
        assert not any(one.count for one in waiting_for(actor) if one.route.name == "matrix:task_unit")
        report = task_board.tasks_of(actor, 2022)
    assert [one.task.pk for one in report] == [made.pk] and asked.unit_id == township.pk
    client = Client()
    client.force_login(Account.objects.get(username=f"office{HERE}"))
    head = client.get("/office/matrix/tasks/closing/2022/").headers["Content-Disposition"]
    assert "甲街道" not in unquote(head), "the list of a district is the district's, not that of one unit"


def test_who_takes_part_in_another_districts_task_finishes_no_step_of_it(city):
    _actor, lead = city[THERE]
    helper, unit = city[HERE]
    steps = [StepInput("完成摸排", date(2022, 6, 30))]
    with row_security.reading_as(SETUP):
        made = tasks.save_task(actor=SETUP, told=told(lead, cooperating=[unit], steps=steps))
        step = made.milestones.get().pk
    with row_security.reading_as(helper):
        tasks.report(actor=helper, pk=made.pk, words="已配合摸排")
        with pytest.raises(NotAllowed):
            tasks.finish_step(actor=helper, pk=made.pk, step=step)
    keeper, _unit = city[THERE]
    with row_security.reading_as(keeper):
        assert tasks.finish_step(actor=keeper, pk=made.pk, step=step).done_date


def test_no_district_measures_a_task_in_anothers_place(city):
    """Whether the target is reached tells of exact counts: by halving it, of how many there are in a village of theirs."""
    actor, unit = city[HERE]
    with row_security.reading_as(actor):
        for place in (THERE, f"{THERE}100"):
            with pytest.raises(BadInput) as refused:
                tasks.save_task(actor=actor, told=told(unit, region_code=place))
            assert set(refused.value.fields) == {"region"}
        assert tasks.save_task(actor=actor, told=told(unit, region_code=HERE)).region_code == HERE


def test_each_district_hangs_up_and_lists_its_own_screens(city):
    here, there = (city[code][0] for code in (HERE, THERE))
    with row_security.reading_as(here):
        screens.make_link(actor=here, name="大厅")
    with row_security.reading_as(there):
        made, _link = screens.make_link(actor=there, name="大厅")
    for code in (HERE, THERE):
        browser = Client()
        browser.force_login(Account.objects.get(username=f"office{code}"))
        rows = browser.get("/office/matrix/screen/links/").context["rows"]
        assert [row.unit.region_code for row in rows] == [code]
    with row_security.reading_as(here), pytest.raises(NotFound):
        screens.revoke_link(actor=here, pk=made.pk)


def test_the_city_sees_its_districts_side_by_side_and_a_district_its_own(city):
    """What the city's screen says is the sum of what is shown of its districts: nothing can be subtracted."""
    for count, region in ((9, f"{HERE}001"), (14, f"{THERE}100"), (4, f"{THERE}101"), (3, "")):
        served(count, region)
    for number, region in enumerate((f"{HERE}001",) * 7 + (f"{THERE}100",) * 4):
        Worker.objects.create(
            person=Person.objects.create(id=new_id(), region_codes=[]),
            sector="courier",
            region_code=region,
            first_seen_date=date(2022, 1, 1 + number),
        )
    seen = {}
    for code in (HERE, THERE, ""):
        name = f"office{code}"
        if not code:
            whole = accounts.make_account(
                actor=SETUP, username=name, password=PASSWORD, unit=None, must_change_password=False
            )
            accounts.give_role(actor=SETUP, account=whole, role="district_office")
        browser = Client()
        browser.force_login(Account.objects.get(username=name))
        seen[code] = browser.get("/office/matrix/screen/numbers.json").json()
        page = browser.get("/office/matrix/screen/").content.decode()
        assert ("data-district=" in page) is (code == "")
        assert ("秀峰区 ·" in page, "桂林市 ·" in page) == (code == HERE, code == "")
    keys = [*(one.key for one in rooms.screen_figures() if one.head), screen_content.PER_100]
    beside = {code: dict(zip(keys, values, strict=True)) for code, values in seen[""]["districts"].items()}
    assert {code: row["service"] for code, row in beside.items()} == {HERE: 5, THERE: 15}, "14 and 4 are 18"
    assert {code: row["census.workers"] for code, row in beside.items()} == {HERE: 5, THERE: None}
    for key in ("service", "census.workers"):
        parts = [row[key] or 0 for row in beside.values()]
        assert seen[""]["numbers"][key] == sum(parts), "parts and sum agree"
        for code in (HERE, THERE):
            assert seen[code]["numbers"][key] == (beside[code][key])
    assert seen[""]["trend"]["spec"]["series"][0]["values"][5] == 20, (
        "30 in June, of which each district in fives"
    )
    assert seen[HERE]["districts"] == {} and "hours" in seen[HERE] and "hours" not in seen[""]


def test_the_link_of_a_district_shows_this_district_on_its_wall(city):
    served(10, f"{HERE}001")
    served(35, f"{THERE}100")
    for code, count, name in ((HERE, 10, "秀峰区"), (THERE, 35, "雁山区")):
        actor, _unit = city[code]
        with row_security.reading_as(actor):
            _made, link = screens.make_link(actor=actor, name="大厅")
        assert name in Client().get(f"/wall/{link}/").content.decode()
        assert Client().get(f"/wall/{link}/numbers.json").json()["numbers"]["service"] == count
