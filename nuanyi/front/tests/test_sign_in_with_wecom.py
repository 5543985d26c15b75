"""Signing in with WeCom against a loopback that speaks its published interface, written apart from the sender."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from conftest import PASSWORD
from nuanyi.journal.models import Entry
from nuanyi.people import wecom
from nuanyi.people.models import WecomLink

PAGE = "/accounts/mine/"


class Loopback(BaseHTTPRequestHandler):
    """``gettoken`` and ``auth/getuserinfo``: a token for the right secret, a member for a code, each code once."""

    codes: dict = {}
    tokens: list = []
    asked: list = []

    def do_GET(self):
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        type(self).asked.append(address.path)
        if address.path == "/cgi-bin/gettoken":
            if query != {"corpid": "ww1", "corpsecret": "s3cret"}:
                return self._say(errcode=40013, errmsg="invalid corpid")
            type(self).tokens.append(f"token-{len(type(self).tokens)}")
            return self._say(errcode=0, errmsg="ok", access_token=type(self).tokens[-1], expires_in=7200)
        if address.path == "/cgi-bin/auth/getuserinfo":
            if not type(self).tokens or query.get("access_token") != type(self).tokens[-1]:
                return self._say(errcode=42001, errmsg="access_token expired")
            found = type(self).codes.pop(query.get("code"), None)
            if found is None:
                return self._say(errcode=40029, errmsg="invalid code")
            return self._say(errcode=0, errmsg="ok", **found)
        return self.send_error(404)

    def _say(self, **answer):
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        pass


@pytest.fixture
def office_of_wecom(settings):
    Loopback.codes, Loopback.tokens, Loopback.asked = {}, [], []
    wecom._tokens.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Loopback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    settings.NUANYI_OUTGOING_HOSTS = [host]
    settings.NUANYI_WECOM_URL = f"wecom://ww1:s3cret@{host}/?agent=1000002&plain=1"
    settings.NUANYI_PUBLIC_URL = "https://nuanyi.example"
    yield Loopback
    server.shutdown()


def asked(browser, **more):
    """The state that a browser takes along to WeCom."""
    answer = browser.post("/accounts/wecom/", **more)
    assert answer.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def confirm(browser):
    """The password once more, as whoever adds a way in is asked for."""
    told = browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": PAGE})
    assert (told.status_code, told["Location"]) == (302, PAGE)


@pytest.mark.parametrize(
    "address", ["/accounts/wecom/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/activate/"]
)
def test_a_way_in_is_added_by_who_knows_the_password_not_by_who_finds_an_open_browser(
    cast, office_of_wecom, address
):
    browser = cast.client("office")
    way = browser.post if address == "/accounts/wecom/" else browser.get
    refused = way(address)
    assert (refused.status_code, urlsplit(refused["Location"]).path) == (302, "/accounts/reauthenticate/")
    assert browser.get(refused["Location"]).status_code == 200
    assert way(address, {}).status_code == 302
    wrong = browser.post("/accounts/reauthenticate/", {"password": "not-mine-at-all", "next": PAGE})
    assert wrong.status_code == 200
    confirm(browser)
    allowed = way(address)
    assert allowed.status_code == 200 or "weixin" in allowed["Location"]


def come_back(browser, state, code="c1"):
    page = browser.get("/accounts/wecom/answer/", {"state": state, "code": code})
    assert f'value="{code}"' in page.content.decode()
    return browser.post("/accounts/wecom/answer/", {"state": state, "code": code})


def linked(cast, loopback, part="office", member="WeiDaShan"):
    browser = cast.client(part)
    confirm(browser)
    state = asked(browser)["state"]
    loopback.codes["link"] = {"userid": member}
    assert come_back(browser, state, "link")["Location"] == PAGE
    return browser


def test_who_linked_the_account_once_signs_in_by_scanning(cast, office_of_wecom):
    linked(cast, office_of_wecom)
    assert b"WeiDaShan" not in bytes(WecomLink.objects.get().member_digest)
    rider = Client()
    assert "用企业微信登录" in rider.get("/accounts/login/").content.decode()
    taken = asked(rider, data={"next": "/office/cases/"})
    assert taken["redirect_uri"] == "https://nuanyi.example/accounts/wecom/answer/"
    assert (taken["appid"], taken["agentid"], taken["login_type"]) == ("ww1", "1000002", "CorpApp")
    office_of_wecom.codes["c1"] = {"userid": "WeiDaShan"}
    answer = come_back(rider, taken["state"])
    assert answer["Location"] == "/office/cases/"
    assert rider.get(PAGE).status_code == 200
    assert Entry.objects.filter(kind="people.wecom_linked").count() == 1
    # the token is kept: it was asked for once
    assert office_of_wecom.asked.count("/cgi-bin/gettoken") == 1


def test_inside_wecom_the_page_asks_without_a_code_to_scan(office_of_wecom, client, db):
    answer = client.post("/accounts/wecom/", headers={"user-agent": "Mozilla/5.0 wxwork/4.1.0"})
    assert answer["Location"].startswith("https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&")
    assert answer["Location"].endswith("#wechat_redirect")
    assert "scope=snsapi_base" in answer["Location"]


def test_a_token_that_ended_is_asked_for_anew(cast, office_of_wecom):
    linked(cast, office_of_wecom)
    office_of_wecom.tokens.append("another-server-took-one")
    rider = Client()
    state = asked(rider)["state"]
    office_of_wecom.codes["c1"] = {"userid": "WeiDaShan"}
    assert come_back(rider, state).status_code == 302


@pytest.mark.parametrize(
    "said",
    [{"userid": "Stranger"}, {"openid": "o1", "external_userid": "w1"}, None],
    ids=["not linked", "no member of this office", "a code that was used"],
)
def test_whom_wecom_does_not_name_as_one_of_us_is_not_signed_in_and_told_so(cast, office_of_wecom, said):
    linked(cast, office_of_wecom)
    rider = Client()
    state = asked(rider)["state"]
    if said:
        office_of_wecom.codes["c1"] = said
    answer = come_back(rider, state)
    assert answer.status_code == 403
    assert "密码" in answer.content.decode()
    assert rider.get(PAGE).status_code == 302


def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in_and_links_nothing(cast, office_of_wecom):
    linked(cast, office_of_wecom)
    office_of_wecom.codes["c1"] = {"userid": "WeiDaShan"}
    victim = Client()
    assert come_back(victim, "made-up").status_code == 403
    state = asked(victim)["state"]
    assert come_back(victim, state + "x").status_code == 403
    assert come_back(victim, state).status_code == 403  # a state is good for one answer
    assert victim.get(PAGE).status_code == 302
    assert "c1" in office_of_wecom.codes  # WeCom was not even asked


def test_a_second_factor_is_asked_for_after_wecom_too(cast, office_of_wecom):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    linked(cast, office_of_wecom)
    TOTP.activate(cast.accounts["office"], "JBSWY3DPEHPK3PXP")
    assert Authenticator.objects.exists()
    rider = Client()
    state = asked(rider)["state"]
    office_of_wecom.codes["c1"] = {"userid": "WeiDaShan"}
    assert "/accounts/2fa/authenticate/" in come_back(rider, state)["Location"]
    assert rider.get(PAGE).status_code == 302


def test_a_member_belongs_to_one_account_and_a_closed_one_is_shut(cast, office_of_wecom):
    linked(cast, office_of_wecom)
    other = cast.client("clerk")
    confirm(other)
    state = asked(other)["state"]
    office_of_wecom.codes["c1"] = {"userid": "WeiDaShan"}
    assert come_back(other, state).status_code == 409
    account = cast.accounts["office"]
    account.is_active = False
    account.save()
    rider = Client()
    state = asked(rider)["state"]
    office_of_wecom.codes["c1"] = {"userid": "WeiDaShan"}
    assert come_back(rider, state).status_code == 403


def test_the_link_is_taken_away_by_its_owner(cast, office_of_wecom):
    browser = linked(cast, office_of_wecom)
    assert "解除绑定" in browser.get(PAGE).content.decode()
    assert browser.post("/accounts/wecom/unlink/")["Location"] == PAGE
    assert not WecomLink.objects.exists()


def test_where_wecom_is_not_set_up_the_page_says_so_and_nothing_is_offered(cast, settings):
    settings.NUANYI_WECOM_URL = ""
    browser = cast.client("office")
    page = browser.get(PAGE).content.decode()
    assert "NUANYI_WECOM_URL" in page
    for link in ("/accounts/password/change/", "/accounts/2fa/", "/office/notices/"):
        assert link in page
    assert "企业微信" not in Client().get("/accounts/login/").content.decode()
    assert browser.post("/accounts/wecom/").status_code == 404
