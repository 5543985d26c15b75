from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.cases import jobs, queries
from nuanyi.cases.models import Case, Hearing, ServiceItem
from nuanyi.cases.services import desk, intake, settings, wages
from nuanyi.lib import clock
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import BadInput, IllegalMove
from nuanyi.notices import services as notices
from nuanyi.notices.models import Happening, Notice

JUNE = clock.midnight(date(2026, 6, 1)) + timedelta(hours=9)


def test_the_worker_learns_when_and_where_and_what_came_of_it_but_not_who_comes(desk_cast, taken):
    case, clerk, key = taken(), desk_cast.actor("clerk"), uuid4()
    for _again in range(2):
        hearing = wages.appoint(
            actor=clerk,
            pk=case.pk,
            key=key,
            at=clock.now() + timedelta(days=1),
            where="雁山镇司法所",
            participants="王站长 19900001234",
        )
    assert Hearing.objects.count() == 1
    assert "王站长".encode() not in bytes(hearing.sealed_participants)
    page = Client().get(f"/c/{intake.link_of(case)}/").content.decode()
    assert "雁山镇司法所" in page
    assert "王站长" not in page
    wages.end_hearing(actor=clerk, pk=case.pk, hearing=hearing.pk, outcome="failed", words="站点不认")
    page = Client().get(f"/c/{intake.link_of(case)}/").content.decode()
    assert "未达成协议：站点不认" in page
    assert "14" in page
    with pytest.raises(IllegalMove):
        wages.end_hearing(actor=clerk, pk=case.pk, hearing=hearing.pk, outcome="agreed", words="又认了")


def test_a_request_that_was_taken_back_announces_no_appointment_any_more(desk_cast, taken):
    case = taken()
    wages.appoint(
        actor=desk_cast.actor("clerk"),
        pk=case.pk,
        key=uuid4(),
        at=clock.now() + timedelta(days=1),
        where="雁山镇司法所",
        participants="王站长",
    )
    link = f"/c/{intake.link_of(case)}/"
    assert "<b>调解</b>" in Client().get(link).content.decode()
    intake.withdraw(actor=GUEST, case=case)
    assert "<b>调解</b>" not in Client().get(link).content.decode()


def test_an_appointment_in_the_past_or_nowhere_is_refused(desk_cast, taken):
    case = taken()
    with pytest.raises(BadInput) as refused:
        wages.appoint(
            actor=desk_cast.actor("clerk"),
            pk=case.pk,
            key=uuid4(),
            at=clock.now() - timedelta(days=1),
            where="",
            participants="",
        )
    assert set(refused.value.fields) == {"at", "where"}


def test_a_clock_stands_still_only_for_a_reason_that_the_law_knows_and_runs_on_by_the_time_it_stood(
    desk_cast, taken
):
    clerk = desk_cast.actor("clerk")
    with clock.held_at(JUNE):
        case = taken(kind="legal_aid")
        due = case.due_at
        for reason in ("both", "busy", ""):
            with pytest.raises(BadInput):
                desk.pause(actor=clerk, pk=case.pk, reason=reason, words="太忙")
        desk.pause(actor=clerk, pk=case.pk, reason="papers", words="请补工资流水")
        page = Client().get(f"/c/{intake.link_of(case)}/").content.decode()
        assert "请补工资流水" in page
        with pytest.raises(IllegalMove):
            desk.pause(actor=clerk, pk=case.pk, reason="papers", words="再来一次")
    with clock.held_at(JUNE + timedelta(days=20)):
        jobs.watch_cases.func()
        notices.spread_calls()
        assert not Notice.objects.filter(kind="case-late").exists()
        desk.resume(actor=clerk, pk=case.pk)
    moved = Case.objects.get()
    assert moved.due_at == due + timedelta(days=20)
    decision = next(shown for shown in queries.clocks_of(moved) if "四十三" in str(shown.source))
    assert decision.due_at == clock.midnight(date(2026, 6, 9)) + timedelta(days=20)


def test_a_clock_that_stood_as_long_as_its_reason_gives_runs_on_by_itself_and_both_sides_read_it(
    desk_cast, taken
):
    clerk = desk_cast.actor("clerk")
    with clock.held_at(JUNE):
        case = taken(kind="legal_aid")
        due = case.due_at
        desk.pause(actor=clerk, pk=case.pk, reason="papers", words="请补工资流水")
        page = " ".join(desk_cast.client("clerk").get(f"/office/cases/{case.pk}/").content.decode().split())
        assert "到期自动续计" in page
    ends_at = clock.midnight(date(2026, 7, 2))
    with clock.held_at(ends_at - timedelta(minutes=1)):
        jobs.watch_cases.func()
        assert Case.objects.get().paused_at is not None
    with clock.held_at(ends_at + timedelta(hours=3)):
        jobs.watch_cases.func()
        jobs.watch_cases.func()
        notices.spread_calls()
        case = Case.objects.get()
        # the three hours in which nobody looked are the unit's, not the worker's
        assert (case.paused_at, case.due_at) == (None, due + (ends_at - JUNE))
        assert Notice.objects.filter(kind="case-runs-on").exists()
        assert "时间继续计算" in Client().get(f"/c/{intake.link_of(case)}/").content.decode()
        desk.pause(actor=clerk, pk=case.pk, reason="papers", words="还差一份证明")


def test_one_clock_that_somebody_let_run_on_meanwhile_holds_up_none_of_the_others(
    desk_cast, taken, monkeypatch
):
    with clock.held_at(JUNE):
        first, second = taken(kind="legal_aid"), taken(kind="legal_aid", words="另一件")
        for case in (first, second):
            desk.pause(actor=desk_cast.actor("clerk"), pk=case.pk, reason="papers", words="请补工资流水")
    resume = desk.resume

    def meanwhile(*, actor, pk):
        if pk == first.pk:
            resume(actor=actor, pk=pk)
        return resume(actor=actor, pk=pk)

    monkeypatch.setattr(desk, "resume", meanwhile)
    Happening.objects.all().delete()
    with clock.held_at(JUNE + timedelta(days=60)):
        jobs.watch_cases.func()
    second.refresh_from_db()
    assert second.paused_at is None
    assert Happening.objects.count() == 1, "whoever wants to hears that the time runs on"


def test_a_district_says_how_long_a_clock_may_stand_and_by_which_rule(desk_cast, taken, program):
    settings.save_clock(
        actor=program,
        kind="",
        name="pause-papers",
        title="",
        amount=5,
        counted="days",
        source="本区承诺",
    )
    page = desk_cast.client("office").get("/office/cases/clocks/").content.decode()
    assert "本区承诺" in page
    with clock.held_at(JUNE):
        case = taken(kind="legal_aid")
        desk.pause(actor=desk_cast.actor("clerk"), pk=case.pk, reason="papers", words="请补工资流水")
    with clock.held_at(JUNE + timedelta(days=6)):
        jobs.watch_cases.func()
    assert Case.objects.get().paused_at is None
    with pytest.raises(BadInput):
        settings.save_clock(
            actor=program,
            kind="",
            name="pause-lunch",
            title="",
            amount=5,
            counted="days",
            source="本区承诺",
        )


def test_a_request_from_a_line_of_the_service_list_is_due_as_the_line_promises_also_in_another_class_or_opened_again(
    desk_cast, sent
):
    item = ServiceItem.objects.create(part="rights", title="欠薪调解", words="三天内", promised_days=3)
    with clock.held_at(JUNE):
        case = sent(item=item)
        assert (case.due_at.date(), str(case.due_source)) == (date(2026, 6, 5), "服务清单的承诺")
        clerk = desk_cast.actor("clerk")
        desk.take(actor=clerk, pk=case.pk)
        desk.set_class(actor=clerk, pk=case.pk, urgency="ordinary")
        assert Case.objects.get().due_at == case.due_at
        desk.solve(actor=clerk, pk=case.pk, key=uuid4(), words="谈好了")
    with clock.held_at(JUNE + timedelta(days=9)):
        intake.judge(actor=GUEST, case=case, agrees=False)
        assert Case.objects.get().due_at == case.due_at + timedelta(days=9)


def test_a_deadline_near_is_told_to_the_superior_unit_too_as_a_number_and_nothing_else(desk_cast, taken):
    case = taken()
    case.unit.superior = desk_cast.accounts["yanshan"].unit
    case.unit.save()
    with clock.held_at(case.due_at - timedelta(hours=5)):
        jobs.watch_cases.func()
        jobs.watch_cases.func()
    notices.spread_calls()
    told = list(Notice.objects.filter(kind="case-late").exclude(account__unit=case.unit_id))
    assert told
    for notice in told:
        assert notice.facts.keys() == {"ref", "due"}
        assert notice.address == "/office/"
