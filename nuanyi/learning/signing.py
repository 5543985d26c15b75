"""Certificates that anybody can check without asking us: Ed25519 (RFC 8032) over a short line that stands in
the QR code.

The line is ``number|day|name``; the QR leads to ``/verify/#line.signature`` (both in base64url): what stands
behind ``#`` never leaves the phone, and the page checks it by itself with the key that it carries. The key is
derived (HKDF, RFC 5869) from the digest key of the installation, so it needs no file of its own and is not in
the database.
"""

from __future__ import annotations

from datetime import date, datetime

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nuanyi.lib.base64url import b64, from_b64
from nuanyi.people.models import keys


def _private() -> Ed25519PrivateKey:
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"nuanyi certificates").derive(keys().digest_key)
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key() -> bytes:
    """The 32 bytes by which anybody checks."""
    return _private().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def text_of(number: str, day: date, name: str) -> str:
    """What the QR code carries behind ``#``."""
    line = f"{number}|{day:%Y-%m-%d}|{name}".encode()
    return f"{b64(line)}.{b64(_private().sign(line))}"


def read(text: str, key: bytes) -> tuple[str, str, str] | None:
    """``(number, day, name)`` of a genuine text, else None. Needs no network and no database."""
    line, _dot, signature = text.rpartition("#")[2].partition(".")
    try:
        raw = from_b64(line)
        Ed25519PublicKey.from_public_bytes(key).verify(from_b64(signature), raw)
        number, day, name = raw.decode().split("|", 2)
    except (InvalidSignature, ValueError):
        return None
    return number, day, name


def credential(base: str, number: str, day: datetime, name: str) -> str:
    """An Open Badges 3.0 credential as VC-JWT (1EdTech, section 8.2; JWS by RFC 7515 with EdDSA by RFC 8037)."""
    head = {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": b64(public_key())}}
    issuer = {"id": f"{base}/", "type": ["Profile"], "name": "Nuanyi"}
    body = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"{base}/certificates/{number}/",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": issuer,
        "validFrom": day.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "name": "道路交通安全学习合格证",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}
            ],
            "achievement": {
                "id": f"{base}/exam/",
                "type": ["Achievement"],
                "name": "道路交通安全学习",
                "description": "道路交通安全知识测试合格",
                "criteria": {"narrative": "随机十题，答对八题。"},
            },
        },
        "iss": issuer["id"],
        "jti": f"{base}/certificates/{number}/",
        "nbf": int(day.timestamp()),
        "sub": number,
    }
    return jwt.encode(body, _private(), algorithm="EdDSA", headers=head)
