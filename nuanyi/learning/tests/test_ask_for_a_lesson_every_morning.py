import re
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from nuanyi.learning import kinds
from nuanyi.learning.models import Channel, Push, Reader
from nuanyi.learning.rules import PushState
from nuanyi.learning.services import channels, pushing, readers
from nuanyi.learning.tests.test_push_into_groups import at, planned  # noqa: F401
from nuanyi.learning.tests.test_write_and_read_lessons import published  # noqa: F401
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, NotAllowed, Refusal
from nuanyi.lib.figures import Window
from nuanyi.notices.tests.test_push_to_a_browser import Service, browser  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def mails(settings):
    settings.EMAIL_HOST = "mail.invalid"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    return mail.outbox


def ask(way="email", to="xiao@example.org", hour=time(7), key=None):
    return readers.ask(key=key or uuid4(), way=way, to=to, hour=hour, network="10.0.0.1")


def code_in(message):
    return re.search(r"\d{6}", message.body)[0]


def confirmed(mails, **more):
    reader = ask(**more)
    return readers.confirm(key=reader.key, code=code_in(mails[-1]), hour=time(7), network="10.0.0.1")


def test_an_e_mail_reader_shows_a_code_gets_the_lesson_once_and_stops_with_one_click(mails, planned):  # noqa: F811
    reader = confirmed(mails)
    assert b"xiao" not in bytes(reader.sealed_address)
    for _again in range(3):
        pushing.queue_day(clock.today())
    with clock.held_at(at(7, 1)):
        assert pushing.send_due() == 1
        assert pushing.send_due() == 0
    sent = mails[-1]
    assert sent.subject == "头盔怎么戴"
    assert ledger.sums((kinds.LESSONS_PUSHED,), Window())[()] == 1
    link = re.search(r"<(.*)>", sent.extra_headers["List-Unsubscribe"])[1]
    path = "/" + link.split("/", 3)[3]
    assert Client(enforce_csrf_checks=True).get(path).status_code == 200
    assert Reader.objects.exists()
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Reader.objects.exists()
    assert Push.objects.get().state == PushState.SENT


def test_a_wrong_code_and_one_that_is_too_old_let_nobody_be_written_to(mails):
    reader = ask()
    right = code_in(mails[-1])
    for _n in range(5):
        assert readers.confirm(key=reader.key, code="1", hour=time(7), network="10.0.0.1") is None
    assert readers.confirm(key=reader.key, code=right, hour=time(7), network="10.0.0.1") is None
    with clock.held_at(clock.now() + timedelta(hours=1)):
        again = ask(to="other@example.org")
        with clock.held_at(clock.now() + timedelta(minutes=31)):
            assert (
                readers.confirm(key=again.key, code=code_in(mails[-1]), hour=time(7), network="10.0.0.2")
                is None
            )
    with clock.held_at(clock.now() + timedelta(days=2)):
        assert readers.forget_unconfirmed() == 2


def test_the_same_address_twice_is_one_reader_and_nobody_learns_that_it_was_known(mails):
    confirmed(mails)
    first = Client().post(
        "/daily/", {"key": uuid4(), "way": "email", "to": "xiao@example.org", "hour": "07:30"}
    )
    other = Client().post(
        "/daily/", {"key": uuid4(), "way": "email", "to": "new@example.org", "hour": "07:30"}
    )
    shape = lambda page: re.sub(r'value="[^"]*"', "", page.content.decode())  # noqa: E731
    assert shape(first) == shape(other)
    assert Reader.objects.filter(active=True).count() == 1


@pytest.mark.parametrize(
    "more",
    [
        {"to": "nonsense"},
        {"way": "sms", "to": "123"},
        {"way": "wechat"},
        {"way": "pigeon"},
        {"hour": time(23)},
        {"way": "webpush", "to": "{}"},
    ],
)
def test_a_wrong_way_address_or_hour_is_refused(mails, more):
    with pytest.raises(Refusal):
        ask(**more)
    assert not Reader.objects.exists()


def test_a_way_that_is_not_set_up_is_said_plainly(settings):
    settings.EMAIL_HOST = ""
    with pytest.raises(Refusal) as refused:
        ask()
    assert refused.value.code == "no-such-way"


def test_a_browser_gets_its_lesson_and_one_that_gave_it_up_is_forgotten(browser, planned):  # noqa: F811
    ask(way="webpush", to=browser[0])
    pushing.queue_day(clock.today())
    with clock.held_at(at(7, 1)):
        assert pushing.send_due() == 1
    assert len(Service.came) == 1
    Push.objects.all().delete()
    Service.status = 410
    pushing.queue_day(clock.today())
    with clock.held_at(at(7, 1)):
        assert pushing.send_due() == 0
    assert not Reader.objects.exists()
    assert Push.objects.get().state == PushState.DEAD


def test_by_night_nothing_goes_out(mails, planned):  # noqa: F811
    confirmed(mails)
    pushing.queue_day(clock.today())
    with clock.held_at(at(23)):
        assert pushing.send_due() == 0
    with clock.held_at(datetime.combine(clock.today() + timedelta(days=1), time(5, 1), clock.CHINA)):
        assert pushing.send_due() == 1


def test_a_channel_sends_no_more_a_minute_than_the_office_says_and_nothing_when_stopped(cast, mails, planned):  # noqa: F811
    for n in range(5):
        confirmed(mails, to=f"r{n}@example.org")
    pushing.queue_day(clock.today())
    channels.set_channel(actor=cast.actor("office"), name="email", active=True, a_minute=2)
    with clock.held_at(at(7, 1)):
        assert pushing.send_due() == 2
        assert pushing.send_due() == 0
    channels.set_channel(actor=cast.actor("office"), name="email", active=False, a_minute=0)
    with clock.held_at(at(7, 3)):
        assert pushing.send_due() == 0
    channels.set_channel(actor=cast.actor("office"), name="email", active=True, a_minute=0)
    with clock.held_at(at(7, 5)):
        assert pushing.send_due() == 3
    [row] = [row for row in channels.rows() if row.name == "email"]
    assert (row.readers, row.sent, row.waiting) == (5, 5, 0)


def test_only_the_office_sets_a_channel(cast):
    with pytest.raises(NotAllowed):
        channels.set_channel(actor=cast.actor("clerk"), name="email", active=False, a_minute=0)
    with pytest.raises(BadInput):
        channels.set_channel(actor=cast.actor("office"), name="email", active=True, a_minute=-1)
    page = cast.client("office").get("/office/learning/channels/wechat/")
    assert "NUANYI_WECHAT_URL" in page.content.decode()
    assert not Channel.objects.exists()


def test_a_lesson_leads_to_douyin_and_nowhere_else(published):  # noqa: F811
    with pytest.raises(BadInput):
        published(slug="a", douyin="https://evil.example/x")
    lesson = published(slug="b", douyin="https://v.douyin.com/abc/")
    assert "https://v.douyin.com/abc/" in Client().get(f"/learn/{lesson.slug}/").content.decode()


def test_the_page_hands_the_browser_the_servers_key(db):
    page = Client().get("/daily/")
    assert 'data-key="B' in page.content.decode()
