import json
import threading
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from nuanyi.notices.channels import sms
from nuanyi.notices.channels.sms import aliyun, tencent
from nuanyi.notices.tests.others import Answering


def test_the_example_of_aliyuns_documentation_gets_its_signature():
    told = {
        "AccessKeyId": "testId",
        "Action": "SendSms",
        "Format": "XML",
        "OutId": "123",
        "PhoneNumbers": "15300000001",
        "RegionId": "cn-hangzhou",
        "SignName": "阿里云短信测试专用",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
        "SignatureVersion": "1.0",
        "TemplateCode": "SMS_71390007",
        "TemplateParam": '{"customer":"test"}',
        "Timestamp": "2017-07-12T02:42:19Z",
        "Version": "2017-05-25",
    }
    assert aliyun.sign(told, "testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


def test_the_example_of_tencents_documentation_gets_its_signature():
    payload = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    told = tencent.authorization(
        identity="AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******",
        secret="Gu5t9xGARNpq86cd98joQYCN3*******",
        service="cvm",
        headers={"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"},
        payload=payload,
        now=datetime.fromtimestamp(1551113065, UTC),
    )
    assert told.endswith("Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c")


class Cloud(Answering):
    """Both clouds on this machine, checking what they are sent."""

    came: list = []
    answer: dict = {}

    def do_GET(self):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        signature = query.pop("Signature")
        good = signature == aliyun.sign(query, "SECRET") and query["Action"] == "SendSms"
        type(self).came.append((query["PhoneNumbers"], json.loads(query["TemplateParam"])["code"]))
        self.tell(type(self).answer or {"Code": "OK" if good else "SignatureDoesNotMatch", "Message": ""})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        good = (
            "SignedHeaders=content-type;host," in self.headers["Authorization"]
            and self.headers["X-TC-Action"] == "SendSms"
        )
        type(self).came.append((body["PhoneNumberSet"][0], body["TemplateParamSet"][0]))
        self.tell(
            type(self).answer
            or {"Response": {"SendStatusSet": [{"Code": "Ok" if good else "Bad", "Message": ""}]}}
        )


@pytest.fixture
def cloud(settings):
    Cloud.came, Cloud.answer = [], {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    settings.NUANYI_OUTGOING_HOSTS = [f"127.0.0.1:{server.server_port}"]

    def use(kind):
        settings.NUANYI_SMS_URL = (
            f"{kind}://ID:SECRET@127.0.0.1:{server.server_port}/?sign=NAME&template=T1&app=1400&plain=1"
        )

    yield use
    server.shutdown()


@pytest.mark.parametrize(("kind", "phone"), [("aliyun", "19900001111"), ("tencent", "+8619900001111")])
def test_a_code_goes_out_signed(cloud, kind, phone):
    cloud(kind)
    sms.send("19900001111", "123456")
    assert Cloud.came == [(phone, "123456")]


def test_a_refusal_is_final_and_a_busy_cloud_is_not(cloud):
    cloud("aliyun")
    Cloud.answer = {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "bad"}
    with pytest.raises(ValueError, match="MOBILE_NUMBER_ILLEGAL"):
        sms.send("19900001111", "1")
    Cloud.answer = {"Code": "Throttling.User", "Message": "slow"}
    with pytest.raises(ConnectionError):
        sms.send("19900001111", "1")


def test_without_a_setting_it_says_that_it_is_not_configured(settings):
    settings.NUANYI_SMS_URL = ""
    assert not sms.configured()
    with pytest.raises(ValueError, match="not configured"):
        sms.send("19900001111", "1")
