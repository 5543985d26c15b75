"""A trial over each channel, from its own page, against servers that speak each protocol."""

import pytest
from django.core import mail

from nuanyi.learning import jobs
from nuanyi.learning.models import Channel, Reader
from nuanyi.learning.services import channels, readers, trials
from nuanyi.learning.tests.test_ask_for_a_lesson_every_morning import ask, code_in, confirmed, mails  # noqa: F401
from nuanyi.learning.tests.test_push_into_groups import PATHS, Loopback, loopback, make_group  # noqa: F401
from nuanyi.lib import outgoing
from nuanyi.notices.channels import of_lessons
from nuanyi.notices.tests.test_push_to_a_browser import Service, browser  # noqa: F401
from nuanyi.notices.tests.test_send_an_sms import Cloud, cloud  # noqa: F401
from nuanyi.notices.tests.test_speak_with_wechat import Server, server  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial(cast, monkeypatch):
    """``trial(channel, to)``: asks on the page, lets the job run, and looks at the page again."""
    waiting = []
    monkeypatch.setattr(trials, "defer", lambda number, sealed: waiting.append((number, sealed)))

    def send(name, to):
        office = cast.client("office")
        answer = office.post(f"/office/learning/channels/{name}/", {"to": to})
        if answer.status_code != 302:
            assert waiting == []
            return answer
        assert "data" not in waiting[0][1]
        if len(to) > 3:  # a digit or two, the number of a group, stand in any Base64
            assert to not in waiting[0][1]
        assert "稍后" in office.get(answer["Location"]).content.decode()
        jobs.send_trial(*waiting.pop())
        return office.get(answer["Location"])

    return send


def test_every_channel_has_a_page_that_says_whether_it_is_set_up(cast):
    for name in [channel.name for channel in of_lessons()]:
        page = cast.client("office").get(f"/office/learning/channels/{name}/")
        assert page.status_code == 200
        setting = channels.row(name).port.setting
        assert setting in page.content.decode()
    assert cast.client("office").get("/office/learning/channels/pigeon/").status_code == 404
    assert cast.client("clerk").get("/office/learning/channels/email/").status_code == 403


def test_a_trial_goes_out_by_e_mail(trial, mails):  # noqa: F811
    assert trial("email", "me@example.org").status_code == 200
    assert [sent.to for sent in mails] == [["me@example.org"]]


def test_a_trial_goes_out_by_sms_with_the_template_of_lessons(trial, cloud, settings):  # noqa: F811
    cloud("aliyun")
    settings.NUANYI_SMS_URL += "&lesson=T2"
    assert trial("sms", "199 0000 1111").status_code == 200
    assert [phone for phone, _code in Cloud.came] == ["19900001111"]


def test_a_trial_goes_to_a_follower_in_wechat(trial, server):  # noqa: F811
    assert trial("wechat", "oFollower-0001").status_code == 200
    assert [told["touser"] for told in Server.came] == ["oFollower-0001"]
    Server.answers = [{"errcode": 43004, "errmsg": "require subscribe"}]
    refused = trial("wechat", "oFollower-0001")
    assert "note bad" in refused.content.decode()
    assert "43004" in refused.content.decode()


def test_a_trial_comes_to_the_officers_own_browser(trial, browser):  # noqa: F811
    assert trial("webpush", browser[0]).status_code == 200
    assert len(Service.came) == 1
    assert not Reader.objects.exists()


def test_a_trial_goes_into_a_group_by_its_robot(trial, cast, district, loopback):  # noqa: F811
    for robot in PATHS:
        group = make_group(cast, district, loopback, robot)
        assert group.name in cast.client("office").get(f"/office/learning/channels/{robot}/").content.decode()
        assert trial(robot, str(group.pk)).status_code == 200
    assert len(Loopback.came) == 3
    assert trial("wecom", "999999").status_code == 404
    assert trial("wecom", "x").status_code == 404


@pytest.mark.parametrize(
    ("name", "to"), [("email", "me"), ("sms", "12"), ("wechat", "我"), ("webpush", "{}")]
)
def test_a_wrong_address_is_refused_in_words_and_nothing_goes_out(trial, mails, name, to):  # noqa: F811
    assert trial(name, to).status_code == 422
    assert mail.outbox == []


def test_a_channel_that_is_not_set_up_says_so_instead_of_trying(trial):
    refused = trial("wechat", "oFollower-0001")
    assert "note bad" in refused.content.decode()
    assert "not configured" in refused.content.decode()


def test_nobody_floods_an_address_with_trials(trial, mails):  # noqa: F811
    answers = [trial("email", "me@example.org").status_code for _n in range(trials.TRIALS + 1)]
    assert answers[-1] == 429
    assert len(mails) == trials.TRIALS


def test_no_page_waits_for_a_server_of_others(cast, monkeypatch):
    """The page only asks for the trial: where it would call out by itself, it is refused by the one way out."""
    called = []
    monkeypatch.setattr(trials, "defer", lambda number, sealed: called.append(number))
    monkeypatch.setattr(outgoing, "_call", lambda *_args: pytest.fail("a page called out"))
    answer = cast.client("office").post("/office/learning/channels/email/", {"to": "me@example.org"})
    assert (answer.status_code, len(called)) == (302, 1)
    page = cast.client("office").get(f"/office/learning/trials/{called[0]}/")
    assert "hx-get" in page.content.decode()
    unknown = cast.client("office").get("/office/learning/channels/email/?trial=x")
    assert unknown.status_code == 200


def test_readers_who_stop_are_counted_and_forgotten(cast, mails):  # noqa: F811
    reader = confirmed(mails)
    for _again in range(2):
        readers.stop(reader.stop_code)
    row = channels.row("email")
    assert (row.stops, row.readers, row.a_minute) == (1, 0, Channel(a_minute=600).a_minute)
    assert not Reader.objects.exists()
