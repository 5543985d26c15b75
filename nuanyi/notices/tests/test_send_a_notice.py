from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nuanyi.lib import clock
from nuanyi.notices import rules, services
from nuanyi.notices.models import Notice, State


@given(
    st.datetimes(datetime(2022, 1, 1), datetime(2023, 1, 2)).map(lambda d: d.replace(tzinfo=UTC)),
    st.times(),
    st.times(),
)
def test_nothing_is_sent_within_quiet_hours_and_nothing_waits_longer_than_a_day(now, start, end):
    due = rules.not_before(now, start, end, urgent=False)
    assert now <= due <= now + timedelta(days=1)
    if due != now:
        assert due.astimezone(clock.CHINA).time() == end


def test_quiet_hours_that_end_within_a_minute_end_then_and_not_before_now():
    now = datetime(2022, 6, 1, 8, 0, 15, tzinfo=clock.CHINA)
    assert rules.not_before(now, time(21), time(8, 0, 30), urgent=False) == now + timedelta(seconds=15)


def test_urgent_notices_do_not_wait():
    midnight = datetime(2022, 6, 1, 16, 0, tzinfo=UTC)
    assert rules.not_before(midnight, time(21), time(8), urgent=True) == midnight
    assert rules.not_before(midnight, time(21), time(8), urgent=False) > midnight


def test_the_same_thing_is_told_once(cast):
    for _turn in range(3):
        services.queue(cast.accounts["office"], "test", once="a")
    assert Notice.objects.count() == 1
    assert services.send_due() == 1
    assert services.send_due() == 0


def test_a_channel_that_fails_is_tried_again_later_and_given_up_in_the_end(cast, settings, monkeypatch):
    services.set_preference(
        actor=cast.actor("office"),
        account=cast.accounts["office"],
        channel="email",
        quiet_from=time(0),
        quiet_until=time(0),
        wanted=True,
    )
    cast.accounts["office"].email = "someone@example.invalid"
    cast.accounts["office"].save()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
        1,
    )
    services.queue(cast.accounts["office"], "test", once="b")
    notice = Notice.objects.get(once__endswith=":b")
    waits = []
    for _turn in range(rules.MAX_ATTEMPTS):
        Notice.objects.update(due_at=clock.now())
        services.send_due()
        notice.refresh_from_db()
        waits.append(notice.due_at)
    assert notice.state == State.DEAD
    assert notice.attempts == rules.MAX_ATTEMPTS


def test_e_mail_really_arrives(cast, settings, mailoutbox):
    cast.accounts["office"].email = "someone@example.invalid"
    cast.accounts["office"].save()
    services.set_preference(
        actor=cast.actor("office"),
        account=cast.accounts["office"],
        channel="email",
        quiet_from=time(0),
        quiet_until=time(0),
        wanted=True,
    )
    services.queue(cast.accounts["office"], "test", once="c")
    services.send_due()
    assert [mail.to for mail in mailoutbox] == [["someone@example.invalid"]]
    assert mailoutbox[0].subject == "暖驿测试通知"


def test_of_the_unread_no_more_than_was_shown_counts_as_read(cast):
    account = cast.accounts["office"]
    for number in range(53):
        services.queue(account, "test", once=f"unread-{number}", address="/office/")
    page = cast.client("office").get("/office/notices/?unread=1")
    assert page.status_code == 200
    assert Notice.objects.filter(account=account, seen_at=None).count() == 3
    assert cast.client("office").get("/office/notices/").status_code == 200
    assert not Notice.objects.filter(account=account, seen_at=None).exists()
