"""The envelope of WeChat's callbacks: who signed it, and what is in it (消息加解密, AES-256-CBC with the key's first half as IV)."""

from __future__ import annotations

import base64
import hmac
import os
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from nuanyi.lib.digests import sha1_hex

BLOCK = 32


class BadEnvelope(ValueError):
    """Not from WeChat, or not for this account."""


def signature(*parts: str) -> str:
    """SHA-1 over the parts in order of their bytes."""
    return sha1_hex("".join(sorted(parts)).encode())


def check(told: str, *parts: str) -> None:
    """Return if the signature is right. Raises BadEnvelope."""
    if not hmac.compare_digest(told.encode(), signature(*parts).encode()):
        raise BadEnvelope("signature")


def _cipher(aes: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def sealed(text: str, aes: str, app: str) -> str:
    """A text in Base64: 16 random bytes, its length, itself, the account; padded to 32 bytes."""
    raw = text.encode()
    whole = os.urandom(16) + len(raw).to_bytes(4, "big") + raw + app.encode()
    pad = BLOCK - len(whole) % BLOCK
    encryptor = _cipher(aes).encryptor()
    return base64.b64encode(encryptor.update(whole + bytes([pad]) * pad) + encryptor.finalize()).decode()


def opened(told: str, aes: str, app: str) -> str:
    """The text again. Raises BadEnvelope."""
    try:
        decryptor = _cipher(aes).decryptor()
        whole = decryptor.update(base64.b64decode(told, validate=True)) + decryptor.finalize()
        whole = whole[: -whole[-1]]
        length = int.from_bytes(whole[16:20], "big")
        text, ours = whole[20 : 20 + length].decode(), whole[20 + length :].decode()
    except (ValueError, IndexError) as exc:
        raise BadEnvelope("cipher") from exc
    if not hmac.compare_digest(ours.encode(), app.encode()):
        raise BadEnvelope("account")
    return text


def read(body: bytes) -> dict[str, str]:
    """The elements of a message. Raises BadEnvelope for anything but one flat, plain XML document."""
    if b"<!DOCTYPE" in body.upper() or b"<!ENTITY" in body.upper():
        raise BadEnvelope("doctype")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - without document type there are no entities
    except ElementTree.ParseError as exc:
        raise BadEnvelope("xml") from exc
    return {element.tag: element.text or "" for element in root}
