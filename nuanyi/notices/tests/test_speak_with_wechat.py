import json
import re
import threading
import time
from http.server import ThreadingHTTPServer
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from nuanyi.lib.geo import wgs84_to_gcj02
from nuanyi.lib.outgoing import Gone
from nuanyi.notices.channels import wechat
from nuanyi.notices.channels.wechat import envelope
from nuanyi.notices.tests.others import Answering

AES, APP, TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx2c2769f8efd9abc2", "spamtest"
#: The example of WeChat's own sample code.
EXAMPLE = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn"
    "896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSV"
    "CZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCum"
    "EPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)


def test_the_example_of_wechats_sample_code_has_its_signature_and_opens():
    envelope.check("5d197aaffba7e9b25a30732f161a50dee96bd5fa", TOKEN, "1409735669", "1320562132", EXAMPLE)
    told = envelope.read(envelope.opened(EXAMPLE, AES, APP).encode())
    assert (told["MsgType"], told["Content"], told["MsgId"]) == ("text", "abcdteT", "6054768590064713728")


def test_the_example_of_wecoms_sample_code_opens():
    told = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
    envelope.check("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "QDG6eK", "1409659589", "263014780", told)
    assert (
        envelope.opened(told, "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
        == "1616140317555161061"
    )


def test_an_envelope_for_another_account_or_with_another_key_or_cut_does_not_open():
    whole = envelope.sealed("<xml/>", AES, APP)
    assert envelope.opened(whole, AES, APP) == "<xml/>"
    for told, aes, app in (
        (whole, AES, "wxother"),
        (whole, AES[::-1], APP),
        (whole[:-8], AES, APP),
        ("!", AES, APP),
    ):
        with pytest.raises(envelope.BadEnvelope):
            envelope.opened(told, aes, app)


@pytest.mark.parametrize("body", [b"<xml><a>", b'<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>', b"", b"\xff"])
def test_what_is_not_one_plain_document_is_refused(body):
    with pytest.raises(envelope.BadEnvelope):
        envelope.read(body)


@pytest.fixture
def account(settings):
    settings.NUANYI_WECHAT_URL = (
        f"wechat://{APP}:SECRET@api.weixin.qq.com/?token={TOKEN}&aes={AES}&template=T"
    )


def call(fields, *, stamp=None, nonce="n1", aes=AES, spoil=False):
    """A callback as WeChat makes it, written apart from the product."""
    stamp = str(stamp or int(time.time()))
    xml = (
        "<xml>"
        + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
        + "</xml>"
    )
    told = envelope.sealed(xml, aes, APP)
    mark = envelope.signature(TOKEN, stamp, nonce, told)
    query = {
        "timestamp": stamp,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": mark[::-1] if spoil else mark,
    }
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{told}</Encrypt></xml>"
    return Client().post(f"/wechat/?{urlencode(query)}", body, content_type="text/xml")


def said(answer):
    """The text of an encrypted answer, its signature checked."""
    told = envelope.read(answer.content)
    envelope.check(told["MsgSignature"], TOKEN, told["TimeStamp"], told["Nonce"], told["Encrypt"])
    return envelope.read(envelope.opened(told["Encrypt"], AES, APP).encode())


TEXT = {"ToUserName": "gh", "FromUserName": "oA", "CreateTime": "1", "MsgType": "text"}


@pytest.mark.django_db
def test_wechat_is_shown_that_the_address_is_ours(account):
    stamp, nonce = "1", "2"
    query = {
        "timestamp": stamp,
        "nonce": nonce,
        "echostr": "42",
        "signature": envelope.signature(TOKEN, stamp, nonce),
    }
    assert Client().get("/wechat/", query).content == b"42"
    assert Client().get("/wechat/", query | {"nonce": "3"}).status_code == 403


@pytest.mark.django_db
def test_a_follower_is_told_what_can_be_asked_and_where_to_send_his_place(account):
    answer = said(call({**TEXT, "Content": "你好"}))
    assert answer["ToUserName"] == "oA"
    assert "附近驿站" in answer["Content"]
    assert "位置" in said(call({**TEXT, "Content": "附近驿站"}, nonce="n2"))["Content"]


@pytest.mark.django_db
def test_a_wrong_signature_an_old_callback_and_one_in_clear_are_refused_and_a_replay_does_nothing_again(
    account,
):
    from nuanyi.learning.models import Reader

    assert call({**TEXT, "Content": "1"}, spoil=True).status_code == 403
    assert call({**TEXT, "Content": "1"}, stamp=int(time.time()) - 3600).status_code == 403
    plain = {"timestamp": str(int(time.time())), "nonce": "p"}
    plain["signature"] = envelope.signature(TOKEN, plain["timestamp"], "p")
    assert Client().post(f"/wechat/?{urlencode(plain)}", "<xml/>", content_type="text/xml").status_code == 403
    assert not Reader.objects.exists()

    stamp = int(time.time())
    xml = "<xml><FromUserName>oA</FromUserName><MsgType>text</MsgType><Content>1</Content></xml>"
    told = envelope.sealed(xml, AES, APP)
    query = {"timestamp": stamp, "nonce": "r", "encrypt_type": "aes"}
    query["msg_signature"] = envelope.signature(TOKEN, str(stamp), "r", told)
    send = lambda: Client().post(  # noqa: E731
        f"/wechat/?{urlencode(query)}", f"<xml><Encrypt>{told}</Encrypt></xml>", content_type="text/xml"
    )
    assert "7:00" in said(send())["Content"]
    assert Reader.objects.count() == 1
    call({**TEXT, "Content": "0"}, nonce="z")
    assert send().content == b"success"
    assert not Reader.objects.exists()


@pytest.mark.django_db
def test_a_place_in_gcj_02_is_answered_with_the_nearest_stations(account, put, settings):
    settings.NUANYI_PUBLIC_URL = (
        "https://nuanyi.example"  # an address that leads somewhere, else no link is given
    )
    near, far = put("近站", 25.05, 110.32), put("远站", 25.08, 110.32)
    lat, lon = wgs84_to_gcj02(25.0501, 110.3201)
    answer = said(
        call(
            {**TEXT, "MsgType": "location", "Location_X": f"{lat:.6f}", "Location_Y": f"{lon:.6f}"}, nonce="l"
        )
    )["Content"]
    assert re.search(r"近站 · [12]0 米.*\n.*\n远站 · 3\.3 公里", answer), answer
    assert f"/stations/{near.code}/" in answer
    assert f"/stations/{far.code}/" in answer
    assert (
        "中国"
        in said(call({**TEXT, "MsgType": "location", "Location_X": "48.8", "Location_Y": "2.3"}, nonce="m"))[
            "Content"
        ]
    )


def test_without_the_setting_there_is_no_such_address(db, client):
    assert client.get("/wechat/").status_code == 404


class Server(Answering):
    """WeChat's interface on this machine: strict about token, fields and lengths."""

    tokens = 0
    answers: list = []
    came: list = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = urlsplit(self.path)
        mine = type(self)
        if path.path == "/cgi-bin/stable_token":
            mine.tokens += 1
            good = body == {
                "grant_type": "client_credential",
                "appid": APP,
                "secret": "SECRET",
                "force_refresh": False,
            }
            self.tell(
                {"access_token": f"t{mine.tokens}", "expires_in": 7200}
                if good
                else {"errcode": 40125, "errmsg": "x"}
            )
        elif path.path == "/cgi-bin/message/template/send":
            if mine.answers:
                self.tell(mine.answers.pop(0))
                return
            if path.query != f"access_token=t{mine.tokens}":
                self.tell({"errcode": 40001, "errmsg": "invalid credential"})
                return
            short = all(len(field["value"]) <= 20 for field in body["data"].values())
            good = set(body) == {"touser", "template_id", "url", "data"} and short
            mine.came.append(body) if good else None
            self.tell(
                {"errcode": 0, "errmsg": "ok", "msgid": 1}
                if good
                else {"errcode": 47003, "errmsg": "argument invalid"}
            )
        else:
            self.send_error(404)


@pytest.fixture
def server(settings):
    Server.tokens, Server.answers, Server.came = 0, [], []
    wechat._tokens.clear()
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    settings.NUANYI_OUTGOING_HOSTS = [f"127.0.0.1:{running.server_port}"]
    settings.NUANYI_WECHAT_URL = (
        f"wechat://{APP}:SECRET@127.0.0.1:{running.server_port}/?token={TOKEN}&template=T&plain=1"
    )
    yield Server
    running.shutdown()


def test_a_message_goes_out_with_a_token_that_is_fetched_once_and_again_when_it_is_old(server):
    for _n in range(3):
        wechat.send("oA", "头盔怎么戴" * 6, "扣好", "https://x.invalid/l/1/")
    assert (len(server.came), server.tokens) == (3, 1)
    server.tokens = 7  # somebody else fetched another: ours is void
    wechat.send("oA", "头盔", "扣好", "https://x.invalid/l/1/")
    assert (len(server.came), server.tokens) == (4, 8)


def test_too_often_is_tried_later_and_a_reader_who_left_is_gone(server):
    server.answers = [{"errcode": 45009, "errmsg": "reach max api daily quota limit"}]
    with pytest.raises(ConnectionError, match="45009"):
        wechat.send("oA", "a", "b", "c")
    server.answers = [{"errcode": 43004, "errmsg": "require subscribe"}]
    with pytest.raises(Gone):
        wechat.send("oA", "a", "b", "c")
    server.answers = [{"errcode": 40037, "errmsg": "invalid template_id"}]
    with pytest.raises(ValueError, match="40037"):
        wechat.send("oA", "a", "b", "c")


def test_answers_escape_what_a_follower_sent(account, db):
    answer = said(call({**TEXT, "FromUserName": "o<x>&", "Content": "你好"}, nonce="e"))
    assert answer["ToUserName"] == "o<x>&"
