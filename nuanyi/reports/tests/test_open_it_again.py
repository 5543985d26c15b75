"""A report that somebody opens again, and two that are joined."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nuanyi.lib import clock
from nuanyi.lib.errors import IllegalMove
from nuanyi.notices import services as notices
from nuanyi.notices.models import Notice
from nuanyi.people.services import accounts
from nuanyi.reports import kinds, queries
from nuanyi.reports.models import Report
from nuanyi.reports.rules import State
from nuanyi.reports.services import handling, sending, settings
from nuanyi.units import services as units

pytestmark = pytest.mark.django_db


@pytest.fixture
def mended_late(sent, cast, program):
    """Mended after its time was over, of which unit and district were warned."""
    voice = sent()
    handling.take(actor=cast.actor("zhemu"), pk=voice.report_id)
    Report.objects.update(due_at=clock.now() - timedelta(days=1))
    assert handling.warn_late(program) == 1
    handling.mend(actor=cast.actor("zhemu"), pk=voice.report_id, words="修了", photos=[])
    return voice


def two_passers_say_no(ref):
    for number in (1, 2):
        sending.check(ref=ref, good=False, network=f"203.0.113.{number}")


def test_opened_by_passers_by_it_has_a_new_deadline_and_a_warning_when_that_is_over(mended_late, program):
    two_passers_say_no(Report.objects.get().ref)
    report = Report.objects.get()
    assert (report.state, report.reopened, report.warned) == (State.TAKEN, 1, False)
    assert report.due_at > clock.now()
    assert handling.warn_late(program) == 0
    Report.objects.update(due_at=clock.now() - timedelta(minutes=1))
    assert handling.warn_late(program) == 1
    notices.spread_calls()
    told = Notice.objects.filter(kind=kinds.LATE, account__username="zhemu").order_by("pk")
    assert [notice.once.rsplit(":", 1)[1] for notice in told] == ["0", "1"]


def test_a_sender_has_thirty_days_and_not_up_to_thirty_one(mended_late):
    sending.judge(voice=mended_late, good=True, key=uuid4())
    Report.objects.update(ended_at=clock.now() - timedelta(days=30, hours=12))
    with pytest.raises(IllegalMove) as refused:
        sending.judge(voice=mended_late, good=False, words="又黑了", key=uuid4())
    assert refused.value.code == "too-late"


def test_two_are_joined_in_one_order_of_locks_whichever_goes_into_which(sent, cast):
    first, second = sent(), sent(words="同一盏路灯，还是黑的")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        handling.join(actor=cast.actor("zhemu"), pk=second.report_id, into=first.report_id)
    locked = [q["sql"] for q in seen if "FOR UPDATE" in q["sql"] and "reports_report" in q["sql"]]
    assert f'"reports_report"."id" = {first.report_id}' in locked[0]
    assert f'"reports_report"."id" = {second.report_id}' in locked[1]


def test_a_dry_run_says_where_it_would_really_go(sent, cast, district, program):
    """To a unit in which nobody can sign in nothing goes: it comes to the district office, in the dry run as well."""
    office = units.put_unit(
        actor=program, code="liangxin", name="两新工委", short_name="两新工委", kind="district_office"
    )
    account = accounts.make_account(
        actor=program, username="banshi", password="lantern-in-the-rain-7", unit=office
    )
    accounts.give_role(actor=program, account=account, role="clerk", region_code="")
    ref = sent().report.ref
    rule = settings.rule_of(kind="lamp", region="450311101", unit=district["gonghui"], because="")
    assert queries.would_move(rule) == [(ref, "柘木镇", "两新工委")]
    settings.save_rule(actor=cast.actor("office"), rule=rule)
    assert sent(words="又一盏路灯").report.unit == office
