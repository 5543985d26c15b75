"""Whoever asked to hear of a report: told by everybody's act but their own, and their address goes after the end."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from nuanyi.lib import clock
from nuanyi.lib.actor import GUEST
from nuanyi.lib.row_security import reader
from nuanyi.notices import progress
from nuanyi.notices.models import Watcher
from nuanyi.reports import retention
from nuanyi.reports.models import Report
from nuanyi.reports.services import handling, sending

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 11, 25, 14, 17, tzinfo=clock.CHINA)


@pytest.fixture
def two(sent, cast):
    """Two senders of one mended thing, both listening: ``(first, second)``."""
    with clock.held_at(DAY):
        first = sent()
        second = sending.me_too(key=uuid4(), ref=first.report.ref, network="203.0.113.9")
        handling.take(actor=cast.actor("zhemu"), pk=first.report_id)
        handling.mend(actor=cast.actor("zhemu"), pk=first.report_id, words="修了", photos=[])
    for voice in (first, second):
        Watcher.objects.create(
            key=voice.key,
            mark=progress.mark_of("report", voice.key.hex),
            way="webpush",
            active=True,
            made_date=DAY.date(),
        )
    return first, second


def gathered(program):
    """``(waiting, ended)`` of every listener, by its sending."""
    progress.gather(actor=program)
    told = {row.key: (row.waiting, row.ended_date is not None) for row in Watcher.objects.all()}
    Watcher.objects.update(waiting=False)
    return told


def test_the_other_sender_hears_what_one_sender_says_of_it(two, program):
    first, second = two
    gathered(program)
    # as a phone does it, which sees no sending but its own
    with reader(GUEST):
        sending.judge(voice=first, good=True, key=uuid4())
    assert gathered(program) == {first.key: (False, True), second.key: (True, True)}
    with reader(GUEST):
        sending.judge(voice=second, good=False, words="又黑了", key=uuid4())
    assert gathered(program) == {first.key: (True, False), second.key: (False, False)}


def test_what_a_passer_by_closes_has_ended_for_its_senders(two, program):
    first, second = two
    gathered(program)
    with reader(GUEST):
        sending.check(ref=Report.objects.get().ref, good=True, network="203.0.113.1")
    assert gathered(program) == {first.key: (True, True), second.key: (True, True)}


def test_silence_ends_it_without_a_message(two, program):
    first, second = two
    gathered(program)
    with clock.held_at(DAY + timedelta(days=30)):
        assert handling.close_silent(program) == 1
    assert gathered(program) == {first.key: (False, True), second.key: (False, True)}


def test_a_report_that_is_forgotten_leaves_no_address(two, program):
    retention.forget_reports(program, [Report.objects.get()])
    assert not Watcher.objects.exists()
