"""When the certificate of a server ends, as a browser would see it."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime

SECONDS = 10.0


class NotTrusted(Exception):
    """A browser would warn: expired, of another name, or signed by nobody it knows."""


def ends_at(host: str, port: int) -> datetime:
    """The end of the certificate that ``host`` shows, in UTC. Raises NotTrusted, OSError (no answer)."""
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            shown = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as wrong:
        raise NotTrusted(wrong.verify_message or str(wrong)) from wrong
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
