"""Web Push: a message to a browser that asked for it (RFC 8030), sealed for it alone (RFC 8291), signed by us (VAPID, RFC 8292).

The signing key is derived (HKDF, RFC 5869) from the digest key of the installation: it needs no file of its own, is not in
the database, and stays the same, so that phones need not ask again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock, outgoing
from nuanyi.lib.base64url import b64, from_b64
from nuanyi.notices.channels.port import AddressField, Channel, Message
from nuanyi.people.models import keys

#: The services that browsers use. An address that a page sent never makes this server talk to anybody else.
HOSTS = ("fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com")
BELOW = (".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
#: A lesson of this morning is of no use tomorrow.
KEEP_SECONDS = 6 * 3600
#: The order of P-256 (FIPS 186-4, D.1.2.3).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True)
class Subscription:
    """What a browser gives (W3C Push API): where to post to, its public key and its secret."""

    endpoint: str
    p256dh: bytes
    auth: bytes


def read(text: str) -> Subscription:
    """A subscription from the browser's JSON. Raises ValueError (damaged, or not one of the browsers' services)."""
    try:
        told: Any = json.loads(text)
        found = Subscription(
            str(told["endpoint"]), from_b64(told["keys"]["p256dh"]), from_b64(told["keys"]["auth"])
        )
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found.p256dh)
    except (TypeError, KeyError, AttributeError) as exc:
        raise ValueError("not a subscription") from exc
    if len(found.auth) != 16 or len(text) > 2000 or not right_address(found.endpoint):
        raise ValueError("not a browser's push service")
    return found


def right_address(address: str) -> bool:
    """Whether an address is that of a browser's push service, or one that this installation was started to trust (tests)."""
    try:
        to = outgoing.parse(address)
    except outgoing.BadAddress:
        return False
    return to.named or to.host in HOSTS or to.host.endswith(BELOW)


def _private() -> ec.EllipticCurvePrivateKey:
    seed = HKDF(hashes.SHA256(), 40, salt=None, info=b"nuanyi web push").derive(keys().digest_key)
    return ec.derive_private_key(int.from_bytes(seed, "big") % (ORDER - 1) + 1, ec.SECP256R1())


def public_key() -> str:
    """The application server key that a page hands to the browser, base64url."""
    return b64(_private().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(endpoint: str, now: float, subject: str) -> str:
    """The Authorization header: a JWT with ES256 for the origin of the endpoint, good for twelve hours (RFC 8292)."""
    to = outgoing.parse(endpoint)
    body = {"aud": f"{to.scheme}://{to.netloc}", "exp": int(now) + 12 * 3600, "sub": subject}
    told = jwt.encode(body, _private(), algorithm="ES256")
    return f"vapid t={told}, k={public_key()}"


def sealed(subscription: Subscription, raw: bytes) -> bytes:
    """A message that only this browser opens (aes128gcm, RFC 8188 and 8291), with a key of its own for each message."""
    mine = ec.generate_private_key(ec.SECP256R1())
    done: bytes = http_ece.encrypt(
        raw, private_key=mine, dh=subscription.p256dh, auth_secret=subscription.auth, version="aes128gcm"
    )
    return done


def send(subscription: Subscription, title: str, text: str, link: str) -> None:
    """Send one message. Raises ConnectionError (later again), Gone (the browser gave it up), ValueError (pointless)."""
    if not right_address(subscription.endpoint):
        raise ValueError("not a browser's push service")
    raw = json.dumps({"title": title[:80], "text": text[:200], "link": link}, ensure_ascii=False).encode()
    now = clock.now().timestamp()
    subject = settings.NUANYI_PUBLIC_URL or f"mailto:{settings.DEFAULT_FROM_EMAIL}"
    headers = {
        "TTL": str(KEEP_SECONDS),
        "Urgency": "normal",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": authorization(subscription.endpoint, now, subject),
    }
    status, _answer = outgoing.call("POST", subscription.endpoint, sealed(subscription, raw), headers)
    if status in (404, 410):
        raise outgoing.Gone(f"HTTP {status}")
    if status == 429 or status >= 500:
        raise ConnectionError(f"HTTP {status}")
    if status >= 300:
        raise ValueError(f"HTTP {status}")


class WebPushChannel(Channel):
    """Lessons as a message of the browser that asked for them."""

    name = "webpush"
    title = _("A message on this phone")
    order = 20
    field = AddressField("", "", _("This browser's push service is not known here."))
    for_readers = in_browser = True

    def speak(self, address: str, message: Message) -> None:
        """Sealed for the browser of a subscription."""
        send(read(address), message.title, message.text, message.link)

    def in_form(self, text: str) -> str:
        """The subscription as the browser gave it."""
        read(text)
        return text.strip()

    def browser_key(self) -> str:
        """The application server key."""
        return public_key()


CHANNEL = WebPushChannel()
