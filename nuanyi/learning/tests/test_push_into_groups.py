import base64
import hmac
import json
import threading
import time as real_time
from datetime import datetime, time, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest

from nuanyi.journal.models import Entry
from nuanyi.learning import events, kinds, queries
from nuanyi.learning.models import Channel, Group, PlanDay, Push
from nuanyi.learning.rules import PushState
from nuanyi.learning.services import groups, pushing, sessions, trials
from nuanyi.learning.tests.test_write_and_read_lessons import published  # noqa: F401
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, NotAllowed
from nuanyi.lib.figures import Window
from nuanyi.notices.channels import dingtalk, wecom

SECRET = "SEC0123456789"


class Loopback(BaseHTTPRequestHandler):
    """A server that speaks the three robots' protocols strictly, written apart from the senders."""

    came: list = []
    answers: list = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        good = self.headers["Content-Type"].startswith("application/json")
        if address.path == "/cgi-bin/webhook/send":
            good &= (
                body["msgtype"] == "markdown"
                and len(body["markdown"]["content"].encode()) <= 4096
                and "key" in query
            )
            wrong, right = {"errcode": 93000, "errmsg": "invalid webhook url"}, {"errcode": 0, "errmsg": "ok"}
        elif address.path == "/robot/send":
            stamp = query.get("timestamp", ["0"])[0]
            mac = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), sha256).digest()
            good &= (
                abs(int(stamp) / 1000 - real_time.time()) < 2 * 86400
                and query["sign"][0] == base64.b64encode(mac).decode()
            )
            good &= set(body["markdown"]) == {"title", "text"}
            wrong, right = {"errcode": 310000, "errmsg": "sign not match"}, {"errcode": 0, "errmsg": "ok"}
        else:
            mac = hmac.new(f"{body.get('timestamp')}\n{SECRET}".encode(), b"", sha256).digest()
            good &= body.get("sign") == base64.b64encode(mac).decode() and body["msg_type"] == "post"
            wrong, right = {"code": 19021, "msg": "sign match fail"}, {"code": 0, "msg": "success"}
        answer = type(self).answers.pop(0) if type(self).answers else (right if good else wrong)
        if answer in (right,):
            type(self).came.append(body)
        told = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_args):
        pass


@pytest.fixture
def loopback(settings):
    Loopback.came, Loopback.answers = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Loopback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    settings.NUANYI_OUTGOING_HOSTS = [host]
    yield f"http://{host}"
    server.shutdown()


PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=k",
    "dingtalk": "/robot/send?access_token=t",
    "feishu": "/open-apis/bot/v2/hook/x",
}


def make_group(cast, district, loopback, robot="wecom", **more):
    told = {
        "name": f"群{robot}",
        "robot": robot,
        "address": loopback + PATHS[robot],
        "secret": SECRET,
        "hour": time(7, 30),
        "unit": district["gonghui"],
        "region_code": "450311100",
        "sector": "delivery",
    }
    return groups.save_group(actor=cast.actor("office"), told=groups.GroupInput(**{**told, **more}))


def at(hour, minute=0):
    return datetime.combine(clock.today(), time(hour, minute), clock.CHINA)


@pytest.fixture
def planned(cast, published):  # noqa: F811
    lesson = published()
    pushing.plan_day(actor=cast.actor("office"), day=clock.today(), lesson=lesson, speaker="pioneer")
    return lesson


def test_the_page_of_pushes_shows_lessons_and_invitations(cast, district, loopback, planned):
    group = make_group(cast, district, loopback)
    pushing.queue_day(clock.today())
    now = clock.now()
    held = sessions.save_session(
        actor=cast.actor("office"),
        told=sessions.SessionInput(
            kind="lecture",
            title="夜里骑行",
            place="雁山镇",
            starts_at=now + timedelta(days=1),
            ends_at=now + timedelta(days=1, hours=1),
            unit=district["gonghui"],
        ),
    )
    sessions.invite(actor=cast.actor("office"), pk=held.pk, groups=[group.pk])
    page = cast.client("office").get("/office/learning/pushes/")
    assert page.status_code == 200
    assert "夜里骑行" in page.content.decode()
    assert "头盔怎么戴" in page.content.decode()


def test_the_three_robots_take_the_lesson_signed_at_the_groups_hour_once(cast, district, loopback, planned):
    for robot in PATHS:
        make_group(cast, district, loopback, robot)
    for _again in range(3):
        pushing.queue_day(clock.today())
    assert Push.objects.count() == 3
    with clock.held_at(at(7, 0)):
        assert pushing.send_due() == 0
    with clock.held_at(at(7, 31)):
        assert pushing.send_due() == 3
        assert pushing.send_due() == 0
    assert len(Loopback.came) == 3
    assert all("头盔怎么戴" in json.dumps(body, ensure_ascii=False) for body in Loopback.came)
    assert ledger.sums((kinds.LESSONS_PUSHED,), Window())[()] == 1


def test_a_lesson_whose_link_would_lead_nowhere_waits_until_the_address_is_set(
    cast, district, loopback, planned, settings
):
    make_group(cast, district, loopback)
    settings.NUANYI_PUBLIC_URL = ""
    pushing.queue_day(clock.today())
    with clock.held_at(at(7, 31)):
        assert pushing.send_due() == 0
        assert Push.objects.get().state == "queued"
        settings.NUANYI_PUBLIC_URL = "https://nuanyi.example"
        assert pushing.send_due() == 1


def test_a_robot_that_says_too_often_is_tried_again_later_and_one_that_refuses_is_given_up_and_told(
    cast, district, loopback, planned
):
    make_group(cast, district, loopback)
    pushing.queue_day(clock.today())
    Loopback.answers = [{"errcode": 45009, "errmsg": "api freq out of limit"}]
    with clock.held_at(at(8)):
        assert pushing.send_due() == 0
        waiting = Push.objects.get()
        assert (waiting.state, waiting.attempts) == (PushState.QUEUED, 1)
        assert "45009" in waiting.last_error
        assert waiting.due_at > clock.now()
        assert pushing.send_due() == 0
    with clock.held_at(waiting.due_at + timedelta(seconds=1)):
        Loopback.answers = [{"errcode": 93000, "errmsg": "invalid webhook url"}]
        assert pushing.send_due() == 0
    assert Push.objects.get().state == PushState.DEAD
    pushing.settle(actor=cast.actor("office"), pk=Push.objects.get().pk, came=False)
    Push.objects.update(due_at=at(9))
    with clock.held_at(at(9, 1)):
        assert pushing.send_due() == 1


def test_whoever_is_killed_while_sending_leaves_it_in_doubt_neither_twice_nor_forgotten(
    cast, district, loopback, planned
):
    make_group(cast, district, loopback)
    pushing.queue_day(clock.today())
    with clock.held_at(at(8)):
        [taken] = pushing._take(Channel(name="wecom"), clock.now())
        assert taken.state == PushState.SENDING
    with clock.held_at(at(8, 10)):
        assert pushing.send_due() == 0
    push = Push.objects.get()
    assert push.state == PushState.DOUBT
    assert Loopback.came == []
    pushing.settle(actor=cast.actor("office"), pk=push.pk, came=True)
    assert ledger.sums((kinds.LESSONS_PUSHED,), Window())[()] == 1


def test_a_wrong_secret_is_told_in_the_robots_words_at_the_trial(cast, district, loopback, monkeypatch):
    waiting, browser = [], cast.client("office")
    monkeypatch.setattr(trials, "defer", lambda number, sealed: waiting.append((number, sealed)))
    for robot, secret, words in (("dingtalk", "SECwrong", "310000"), ("feishu", None, "note good")):
        more = {"secret": secret} if secret else {}
        group = make_group(cast, district, loopback, robot, **more)
        page = browser.post(f"/office/learning/groups/{group.pk}/try/")["Location"]
        trials.send(*waiting.pop())
        assert words in browser.get(page).content.decode()
    assert len(Loopback.came) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://qyapi.weixin.qq.com/x",
        "https://qyapi.weixin.qq.com.evil.example/x",
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "https://oapi.dingtalk.com/x",
        "",
    ],
)
def test_an_address_that_is_not_the_robots_own_is_refused(cast, district, address):
    with pytest.raises(BadInput):
        make_group(cast, district, "", address=address)
    assert not Group.objects.exists()


def test_address_and_secret_are_sealed_and_never_shown(cast, district, loopback):
    group = make_group(cast, district, loopback)
    assert b"webhook" not in bytes(group.sealed_address)
    page = cast.client("office").get(f"/office/learning/groups/{group.pk}/").content.decode()
    assert "webhook/send" not in page
    assert SECRET not in page
    with pytest.raises(NotAllowed):
        trials.ask_for_group(actor=cast.actor("clerk"), pk=group.pk)


def test_an_opened_link_leads_to_the_lesson_and_is_only_counted(cast, district, loopback, planned, client):
    make_group(cast, district, loopback)
    pushing.queue_day(clock.today())
    push = Push.objects.get()
    assert "头盔怎么戴" in client.get(f"/l/{push.code}/").content.decode()
    client.get(f"/l/{push.code}/")
    assert queries.reach_by_lesson([planned.pk])[planned.pk].opened == 2
    assert client.get("/l/0000000000/").status_code == 404


def test_a_long_lesson_is_cut_to_what_wecom_takes_without_breaking_a_sign():
    _address, body = wecom.request("", "", "标题", "字" * 3000, "https://x.invalid/l/1/", 0)
    content = body["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert content.endswith("(https://x.invalid/l/1/)")


def test_the_signature_of_dingtalk_goes_into_the_address_escaped():
    address, _body = dingtalk.request(
        "https://oapi.dingtalk.com/robot/send?access_token=t", SECRET, "a", "b", "c", 1700000000.5
    )
    told = parse_qs(urlsplit(address).query)
    assert told["timestamp"] == ["1700000000500"]
    assert unquote_plus(told["sign"][0]) == dingtalk.sign(SECRET, 1700000000500)


def test_a_killed_batch_stands_in_doubt_whole_and_the_rest_is_sent(cast, district, loopback, planned):
    for n in range(pushing.BATCH + 3):
        make_group(cast, district, loopback, name=f"群{n}")
    pushing.queue_day(clock.today())
    with clock.held_at(at(8)):
        assert len(pushing._take(Channel(name="wecom"), clock.now())) == pushing.BATCH
    Push.objects.filter(state=PushState.SENDING).update(taken_at=at(8))
    with clock.held_at(at(8, 10)):
        assert pushing.send_due() == 3
    assert Push.objects.filter(state=PushState.DOUBT).count() == pushing.BATCH
    assert len(Loopback.came) == 3


def test_no_hour_by_night_can_be_chosen(cast, district, loopback):
    with pytest.raises(BadInput) as refused:
        make_group(cast, district, loopback, hour=time(23, 30))
    assert "hour" in refused.value.fields


def test_many_in_doubt_are_settled_at_once_with_their_count_shown_first_and_one_entry(
    cast, district, loopback, planned
):
    make_group(cast, district, loopback)
    pushing.queue_day(clock.today())
    push = Push.objects.get()
    Push.objects.bulk_create(
        Push(channel="email", lesson=push.lesson, day=push.day, code=f"many{n}", due_at=push.due_at)
        for n in range(128)
    )
    Push.objects.update(state=PushState.DOUBT)
    office = cast.client("office")
    page = office.get("/office/learning/pushes/").content.decode()
    assert 'name="shown" value="128"' in page
    assert 'name="shown" value="129"' in page
    form = {"day": push.day.isoformat(), "group": "", "came": "1"}
    assert office.post("/office/learning/pushes/settle/", form | {"shown": "127"}).status_code == 409
    assert Push.objects.filter(state=PushState.DOUBT).count() == 129
    assert office.post("/office/learning/pushes/settle/", form | {"shown": "128"}).status_code == 302
    assert Push.objects.filter(state=PushState.SENT).count() == 128
    assert ledger.sums((kinds.LESSONS_PUSHED,), Window())[()] == 1
    assert Entry.objects.filter(kind=events.PUSH_ENDED).last().detail["settled"] == 128
    assert pushing.settle_many(actor=cast.actor("office"), shown=1, came=False) == 1
    assert Push.objects.get(pk=push.pk).state == PushState.QUEUED


def test_nobody_is_named_by_hand_before_the_shift(cast, planned):
    """A name becomes public by its owner's consent alone: the plan takes kinds, and what the week says already."""
    office, browser = cast.actor("office"), cast.client("office")
    with pytest.raises(BadInput) as refused:
        pushing.plan_day(actor=office, day=clock.today(), lesson=planned, speaker="先锋周师傅")
    assert "speaker" in refused.value.fields
    assert PlanDay.objects.get(day=clock.today()).speaker == "抗疫先锋"
    pushing.name_speaker(actor=office, first=clock.today(), last=clock.today(), speaker="党员模范 陆师傅")
    page = browser.get("/office/learning/plan/").content.decode()
    assert "党员模范 陆师傅" in page
    assert 'name="speaker"' in page
    assert "maxlength" not in page.split('name="speaker"')[1].split("</form>")[0]
    told = {"day": clock.today().isoformat(), "lesson": planned.pk, "speaker": "党员模范 陆师傅"}
    assert browser.post("/office/learning/plan/", told).status_code == 302
    assert PlanDay.objects.get(day=clock.today()).speaker == "党员模范 陆师傅"
