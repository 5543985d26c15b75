"""Whoever wants to hears of the progress of a request without an account: by Web Push, WeChat or SMS."""

import json
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from nuanyi.cases import jobs
from nuanyi.cases.models import Case
from nuanyi.cases.services import desk, intake, joining
from nuanyi.lib import base64url, clock, retention
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import TooMuch
from nuanyi.lib.ids import new_id
from nuanyi.lib.outgoing import Gone
from nuanyi.lib.retention import Subject
from nuanyi.lib.row_security import reading_as
from nuanyi.notices import answers, progress, services
from nuanyi.notices.channels import sms, webpush, wechat
from nuanyi.notices.channels.wechat.answers import Message
from nuanyi.notices.models import Happening, Watcher

DAY = datetime(2026, 11, 25, 14, 17, tzinfo=clock.CHINA)
NIGHT = datetime(2026, 11, 25, 23, 30, tzinfo=clock.CHINA)


def browser():
    """What a browser gives."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return json.dumps(
        {
            "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
            "keys": {"p256dh": base64url.b64(raw), "auth": base64url.b64(b"1" * 16)},
        }
    )


@pytest.fixture
def came(monkeypatch):
    """``(way, address, title, text, link)`` of everything that went out."""
    found = []
    monkeypatch.setattr(
        webpush,
        "send",
        lambda to, title, text, link: found.append(("webpush", to.endpoint, title, text, link)),
    )
    monkeypatch.setattr(
        wechat, "send", lambda to, title, text, link: found.append(("wechat", to, title, text, link))
    )
    monkeypatch.setattr(sms, "send_progress", lambda to, title: found.append(("sms", to, title, "", "")))
    monkeypatch.setattr(wechat, "configured", lambda: True)
    monkeypatch.setattr(sms, "configured_for_progress", lambda: True)
    return found


def tell(program, moment=DAY):
    with clock.held_at(moment):
        return progress.tell_progress(actor=program)


def test_a_browser_that_asked_hears_that_something_moved_and_not_what(taken, desk_cast, came, program):
    with clock.held_at(DAY):
        case = taken()
        tell(program)
        rider, link = Client(), intake.link_of(case)
        page = rider.get(f"/c/{link}/").content.decode()
        assert "有进展告诉我" in page
        answer = rider.post(f"/c/{link}/watch/", {"way": "webpush", "to": browser()})
        assert answer.status_code == 302
        assert "本手机通知" in rider.get(f"/c/{link}/").content.decode()
        asked_at = Watcher.objects.get().code_at
        assert (asked_at.minute, asked_at.second) == (0, 0), "no row tells the moment at which somebody asked"
        for _again in range(2):
            desk.write(
                actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="已联系站长", inside=False
            )
        desk.write(actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="内部备注", inside=True)
    assert tell(program) == 1, "two answers within five minutes are told once"
    [(way, _to, title, text, where)] = came
    assert (way, where) == ("webpush", f"/c/{link}/")
    assert "站长" not in title + text
    assert "工资" not in title + text
    assert tell(program) == 0
    assert not Happening.objects.exists()


def test_by_night_nothing_is_sent_and_nothing_is_forgotten(taken, desk_cast, came, program):
    case = taken()
    link = intake.link_of(case)
    Client().post(f"/c/{link}/watch/", {"way": "webpush", "to": browser()})
    desk.write(actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="已联系", inside=False)
    Watcher.objects.update(due_at=None)
    assert tell(program, NIGHT) == 0
    assert came == []
    assert tell(program, datetime(2026, 11, 26, 7, 5, tzinfo=clock.CHINA)) == 1


def test_a_phone_is_told_once_its_code_was_entered(sent, desk_cast, came, program, monkeypatch):
    codes = []
    monkeypatch.setattr(services, "send_code_later", lambda way, to, code: codes.append((way, to, code)))
    case = sent()
    link, rider = intake.link_of(case), Client()
    address = f"/c/{link}/watch/"
    assert rider.post(address, {"way": "sms", "to": "1234"}).status_code == 422
    assert rider.post(address, {"way": "sms", "to": "199 0000 8888"})["Location"].endswith("?watch=sms#watch")
    [(_way, to, code)] = codes
    assert to == "19900008888"
    wrong = "000000" if code != "000000" else "111111"
    assert rider.post(address, {"code": wrong}).status_code == 422
    desk.take(actor=desk_cast.actor("clerk"), pk=case.pk)
    assert tell(program) == 0, "whoever did not enter the code is told nothing"
    assert rider.post(address, {"code": code}).status_code == 302
    desk.write(actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="已联系", inside=False)
    assert tell(program) == 1
    assert [(way, to) for way, to, *_rest in came] == [("sms", "19900008888")]


def test_a_follower_of_the_official_account_hears_of_it_by_the_code_of_the_page(
    sent, desk_cast, came, program
):
    case = sent()
    link, rider = intake.link_of(case), Client()
    shown = rider.post(f"/c/{link}/watch/", {"way": "wechat"})["Location"]
    code = shown.partition("say=")[2].partition("#")[0]
    assert f"进展 {code}" in rider.get(shown).content.decode()
    assert not Watcher.objects.get().active
    told = answers._answer(Message("o-1", "text", f"进展{code.lower()}"))
    assert told is not None
    assert Watcher.objects.get().active
    desk.take(actor=desk_cast.actor("clerk"), pk=case.pk)
    assert tell(program) == 1
    [(way, to, title, _text, where)] = came
    assert (way, to) == ("wechat", "o-1")
    assert link not in title + where, "the way back stands in no message that others carry"


def test_stop_and_a_browser_that_is_gone_leave_no_address(taken, desk_cast, came, program, monkeypatch):
    case = taken()
    link, rider = intake.link_of(case), Client()
    rider.post(f"/c/{link}/watch/", {"way": "webpush", "to": browser()})
    with reading_as(GUEST):
        assert not Watcher.objects.exists(), "without the link nobody sees that somebody listens"
    with reading_as(desk_cast.actor("clerk")):
        assert not Watcher.objects.exists()
    assert rider.post(f"/c/{link}/watch/", {"stop": "1"}).status_code == 302
    assert not Watcher.objects.exists()
    rider.post(f"/c/{link}/watch/", {"way": "webpush", "to": browser()})

    def gone(*_told):
        raise Gone("410")

    monkeypatch.setattr(webpush, "send", gone)
    desk.write(actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="已联系", inside=False)
    assert tell(program) == 0
    assert not Watcher.objects.exists()


def test_what_is_no_browser_is_refused_and_a_wrong_link_is_none(sent, came):
    case = sent()
    rider, link = Client(), intake.link_of(case)
    for to in ("", "{}", '{"endpoint": "https://evil.example/"}'):
        assert rider.post(f"/c/{link}/watch/", {"way": "webpush", "to": to}).status_code == 422
    assert rider.post(f"/c/{link}/watch/", {"way": "pigeon"}).status_code == 422
    assert rider.post(f"/c/{link[:-1]}x/watch/", {"way": "webpush", "to": browser()}).status_code == 404
    assert not Watcher.objects.exists()


# the end, and after it ---------------------------------------------------------------------------


def past_their_time(day):
    [rule] = [rule for rule in retention.rules() if rule.model is Watcher]
    with clock.held_at(day):
        return rule.waiting().exists()


def agreed(case, desk_cast, taken):
    desk.solve(actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="工资已补发")
    intake.judge(actor=GUEST, case=case, agrees=True)


def taken_back(case, desk_cast, taken):
    intake.withdraw(actor=GUEST, case=case)


def in_silence(case, desk_cast, taken):
    desk.solve(actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="工资已补发")
    Case.objects.filter(pk=case.pk).update(solved_at=DAY - timedelta(days=30))
    jobs.watch_cases.func()


def joined(case, desk_cast, taken):
    joining.join(actor=desk_cast.actor("clerk"), pk=case.pk, into=taken().pk)


@pytest.mark.parametrize("end", [agreed, taken_back, in_silence, joined])
def test_the_address_goes_30_days_after_the_end_however_it_ends(taken, desk_cast, came, program, end):
    with clock.held_at(DAY):
        case = taken()
        Client().post(f"/c/{intake.link_of(case)}/watch/", {"way": "webpush", "to": browser()})
        tell(program)
        end(case, desk_cast, taken)
        tell(program)
    assert not past_their_time(DAY + timedelta(days=30))
    assert past_their_time(DAY + timedelta(days=32))


def test_after_the_end_one_still_says_tell_me_no_more_and_asks_for_no_more(taken, desk_cast, came, program):
    with clock.held_at(DAY):
        case = taken()
        link, rider = intake.link_of(case), Client()
        rider.post(f"/c/{link}/watch/", {"way": "webpush", "to": browser()})
        tell(program)
        agreed(case, desk_cast, taken)
        assert tell(program) == 1, "of the unit's word, not of one's own"
        page = rider.get(f"/c/{link}/").content.decode()
        assert "不再提醒" in page
        assert "data-watch=" not in page
        again = rider.post(f"/c/{link}/watch/", {"way": "webpush", "to": browser()})
        assert again.status_code == 409
        # opened again it is heard of as before, and its address is kept as before
        intake.judge(actor=GUEST, case=case, agrees=False)
        assert tell(program) == 0
    assert not past_their_time(DAY + timedelta(days=32))
    with clock.held_at(DAY):
        assert rider.post(f"/c/{link}/watch/", {"stop": "1"}).status_code == 302
    assert not Watcher.objects.exists()


def test_who_has_the_request_forgotten_leaves_no_address(taken, desk_cast, came):
    case = taken()
    link, rider = intake.link_of(case), Client()
    rider.post(f"/c/{link}/watch/", {"way": "webpush", "to": browser()})
    assert Watcher.objects.exists()
    rider.post(f"/c/{link}/withdraw/")
    rider.post(f"/c/{link}/forget/")
    assert Case.objects.get(pk=case.pk).forgotten_at is not None
    assert not Watcher.objects.exists()


def test_one_phone_gets_so_many_codes_an_hour_whatever_they_are_for(sent, came, monkeypatch):
    codes = []
    monkeypatch.setattr(services, "send_code_later", lambda way, to, code: codes.append(to))

    def ask(to):
        case = sent()
        return progress.watch(
            subject="case", number=case.key.hex, link="/c/x/", way="sms", to=to, network="203.0.113.9"
        )

    with clock.held_at(DAY):
        for _case in range(progress.TO_A_PHONE):
            ask("19900008888")
        with pytest.raises(TooMuch):
            ask("19900008888")
        ask("19900009999")
    assert codes == ["19900008888"] * progress.TO_A_PHONE + ["19900009999"]


def test_who_asks_by_phone_what_is_kept_is_told_of_it(sent, came, monkeypatch):
    monkeypatch.setattr(services, "send_code_later", lambda way, to, code: None)
    Client().post(f"/c/{intake.link_of(sent())}/watch/", {"way": "sms", "to": "19900008888"})
    [rule] = [rule for rule in retention.rules() if rule.model is Watcher]
    assert [row.way for row in rule.of(Subject(phone="19900008888"))] == ["sms"]
    assert list(rule.of(Subject(phone="19900009999"))) == []
    assert list(rule.of(Subject())) == []


def test_what_is_refused_ends_that_message_and_keeps_the_address(
    taken, desk_cast, came, program, monkeypatch
):
    with clock.held_at(DAY):
        case = taken()
        Client().post(f"/c/{intake.link_of(case)}/watch/", {"way": "webpush", "to": browser()})
        tell(program)

        def refused(*_told):
            raise ValueError("HTTP 413")

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(webpush, "send", refused)
            desk.write(actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="已联系", inside=False)
            assert tell(program) == 0
        assert tell(program) == 0, "that message is over"
        desk.write(actor=desk_cast.actor("clerk"), pk=case.pk, key=new_id(), words="再联系", inside=False)
        assert tell(program) == 1


def test_two_taps_in_one_moment_make_one_row(sent, came, monkeypatch):
    case = sent()
    mark, make = progress.mark_of("case", case.key.hex), Watcher.objects.bulk_create

    def the_other_was_quicker(rows, **more):
        Watcher.objects.create(key=new_id(), mark=mark, way="webpush", made_date=clock.today())
        return make(rows, **more)

    monkeypatch.setattr(Watcher.objects, "bulk_create", the_other_was_quicker)
    answer = Client().post(f"/c/{intake.link_of(case)}/watch/", {"way": "webpush", "to": browser()})
    assert answer.status_code == 302
    assert Watcher.objects.get().active
