"""Aliyun SMS, SendSms 2017-05-25, signed by the RPC signature 1.0 (HMAC-SHA1 over the sorted, percent-encoded query)."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from nuanyi.notices.channels.sms.message import CloudRequest, Message

AGAIN = frozenset({"isp.SYSTEM_ERROR", "isv.SYSTEM_ERROR", "Throttling.User", "Throttling"})


def _escaped(text: str) -> str:
    """RFC 3986: letters, digits and ``-_.~`` stay."""
    return quote(text, safe="~")


def query(parameters: dict[str, str]) -> str:
    """The canonical query."""
    return "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in sorted(parameters.items()))


def sign(parameters: dict[str, str], secret: str) -> str:
    """The signature of a GET request."""
    told = f"GET&{_escaped('/')}&{_escaped(query(parameters))}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), told.encode(), "sha1").digest()).decode()


def request(
    base: str, host: str, identity: str, secret: str, told: dict[str, str], message: Message, now: datetime
) -> CloudRequest:
    """The request that sends one message."""
    parameters = {
        "AccessKeyId": identity,
        "Action": "SendSms",
        "Format": "JSON",
        "PhoneNumbers": message.phone,
        "RegionId": "cn-hangzhou",
        "SignName": message.sign,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": str(uuid4()),
        "SignatureVersion": "1.0",
        "TemplateCode": message.template,
        "TemplateParam": json.dumps(message.values, ensure_ascii=False),
        "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Version": "2017-05-25",
    }
    return CloudRequest(f"{base}/?Signature={_escaped(sign(parameters, secret))}&{query(parameters)}")


def failure(answer: dict[str, Any]) -> tuple[str, bool]:
    """What went wrong ("" for nothing) and whether it may be tried again."""
    code = str(answer.get("Code", "no answer"))
    return ("", False) if code == "OK" else (f"{code} {answer.get('Message', '')}"[:160], code in AGAIN)
