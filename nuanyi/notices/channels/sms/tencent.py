"""Tencent Cloud SMS, SendSms 2021-01-11, signed by TC3-HMAC-SHA256."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import Any

from nuanyi.lib.digests import sha256_hex
from nuanyi.notices.channels.sms.message import CloudRequest, Message

AGAIN = ("InternalError", "RequestLimitExceeded", "LimitExceeded.")


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), "sha256").digest()


def authorization(
    *, identity: str, secret: str, service: str, headers: dict[str, str], payload: bytes, now: datetime
) -> str:
    """The Authorization header of a POST to ``/``; ``headers`` are those that are signed, in small letters."""
    day = now.astimezone(UTC).strftime("%Y-%m-%d")
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{sha256_hex(payload)}"
    scope = f"{day}/{service}/tc3_request"
    told = f"TC3-HMAC-SHA256\n{int(now.timestamp())}\n{scope}\n{sha256_hex(canonical.encode())}"
    key = _mac(_mac(_mac(f"TC3{secret}".encode(), day), service), "tc3_request")
    return f"TC3-HMAC-SHA256 Credential={identity}/{scope}, SignedHeaders={names}, Signature={_mac(key, told).hex()}"


def request(
    base: str, host: str, identity: str, secret: str, told: dict[str, str], message: Message, now: datetime
) -> CloudRequest:
    """The request that sends one message."""
    payload = json.dumps(
        {
            "PhoneNumberSet": [f"+86{message.phone}"],
            "SmsSdkAppId": told.get("app", ""),
            "SignName": message.sign,
            "TemplateId": message.template,
            "TemplateParamSet": list(message.values.values()),
        }
    ).encode()
    signed = {"content-type": "application/json; charset=utf-8", "host": host}
    headers = {
        "Content-Type": signed["content-type"],
        "Host": host,
        "X-TC-Action": "SendSms",
        "X-TC-Version": "2021-01-11",
        "X-TC-Region": told.get("region", "ap-guangzhou"),
        "X-TC-Timestamp": str(int(now.timestamp())),
        "Authorization": authorization(
            identity=identity, secret=secret, service="sms", headers=signed, payload=payload, now=now
        ),
    }
    return CloudRequest(f"{base}/", payload, headers)


def failure(answer: dict[str, Any]) -> tuple[str, bool]:
    """What went wrong ("" for nothing) and whether it may be tried again."""
    told = answer.get("Response", {})
    error = told.get("Error")
    if error is None:
        states = told.get("SendStatusSet") or [{"Code": "no answer", "Message": ""}]
        error = None if states[0].get("Code") == "Ok" else states[0]
    if error is None:
        return "", False
    code = str(error.get("Code", ""))
    return f"{code} {error.get('Message', '')}"[:160], code.startswith(AGAIN)
