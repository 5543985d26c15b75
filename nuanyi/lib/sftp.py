"""Files on another machine by SFTP (SSH, through paramiko). The other machine shows a key that we know, or nothing is sent."""

from __future__ import annotations

import posixpath
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from urllib.parse import unquote, urlsplit

import paramiko

from nuanyi.lib.digests import file_sha256_hex
from nuanyi.lib.env import envstr, home
from nuanyi.lib.errors import BadInput, Refusal

PORT = 22
SECONDS = 20


class Unreachable(Refusal):
    """The other machine does not answer, does not let us in, or has no such folder."""

    code = "sftp"
    status = 502


@dataclass(frozen=True)
class Place:
    """A folder on another machine."""

    user: str
    host: str
    port: int
    folder: str

    @property
    def known_as(self) -> str:
        """The host as ``known_hosts`` writes it."""
        return self.host if self.port == PORT else f"[{self.host}]:{self.port}"

    def __str__(self) -> str:
        port = "" if self.port == PORT else f":{self.port}"
        return f"sftp://{self.user}@{self.host}{port}{self.folder}"


def is_place(text: str) -> bool:
    """Whether a target is meant to be on another machine."""
    return text.startswith("sftp:")


def parse(text: str) -> Place:
    """``sftp://user@host[:port]/folder``. Raises BadInput; also for a password, which is none of a command line's business."""
    try:
        parts = urlsplit(text)
        port = parts.port or PORT
    except ValueError as exc:
        raise BadInput(f"{text} is not sftp://user@host/folder", code="bad-target") from exc
    if parts.password is not None:
        raise BadInput(
            "write no password into the address: everybody on this machine reads it. Use a key"
            " (NUANYI_SFTP_KEY) or NUANYI_SFTP_PASSWORD",
            code="bad-target",
        )
    folder = posixpath.normpath(unquote(parts.path) or "/")
    if parts.scheme != "sftp" or not parts.hostname or not parts.username or folder in ("/", "."):
        raise BadInput(f"{text} is not sftp://user@host/folder", code="bad-target")
    return Place(unquote(parts.username), parts.hostname, port, folder)


def _known_hosts() -> Path:
    return Path(envstr("NUANYI_SFTP_KNOWN_HOSTS") or home() / "keys" / "known_hosts")


def _refuse_stranger(place: Place, shown: paramiko.PKey) -> None:
    """Raise Unreachable unless the machine shows a key that was written down before."""
    file = _known_hosts()
    known = paramiko.HostKeys()
    if file.exists():
        known.load(str(file))
    if known.check(place.known_as, shown):
        return
    line = f"{place.known_as} {shown.get_name()} {shown.get_base64()}"
    there = known.lookup(place.known_as)
    if there is not None and shown.get_name() in there:
        raise Unreachable(
            f"{place.host} shows another key than the one in {file}: somebody may stand between. Ask who runs it;"
            f" if the key was changed, replace the line by: {line}",
            code="sftp-stranger",
        )
    raise Unreachable(
        f"{place.host} is not known yet. If its fingerprint {shown.fingerprint} is the one that whoever runs it tells"
        f" you, add this line to {file}: {line}",
        code="sftp-stranger",
    )


def _our_key() -> paramiko.PKey | None:
    file = Path(envstr("NUANYI_SFTP_KEY") or home() / "keys" / "sftp_key")
    if not file.exists():
        return None
    try:
        return paramiko.PKey.from_path(file)
    except (paramiko.SSHException, ValueError, OSError) as exc:
        raise BadInput(f"{file} is not a private key without a passphrase: {exc}", code="sftp-key") from exc


@contextmanager
def opened(place: Place) -> Iterator[paramiko.SFTPClient]:
    """A connection. Raises Unreachable in words that say what to do, BadInput where no key of ours is there."""
    key, password = _our_key(), envstr("NUANYI_SFTP_PASSWORD")
    if key is None and not password:
        raise BadInput(
            f"there is no key to sign in with: ssh-keygen -t ed25519 -N '' -f {home() / 'keys' / 'sftp_key'}, and give"
            f" the .pub file to whoever runs {place.host} (or set NUANYI_SFTP_KEY, NUANYI_SFTP_PASSWORD)",
            code="sftp-key",
        )
    try:
        transport = paramiko.Transport((place.host, place.port))
    except (OSError, paramiko.SSHException) as exc:
        raise Unreachable(f"{place.known_as} does not answer: {_short(exc)}") from exc
    try:
        transport.banner_timeout = transport.auth_timeout = SECONDS
        transport.start_client(timeout=SECONDS)
        _refuse_stranger(place, transport.get_remote_server_key())
        if key is not None:
            transport.auth_publickey(place.user, key)
        else:
            transport.auth_password(place.user, password)
        client = paramiko.SFTPClient.from_transport(transport)
        if client is None:
            raise Unreachable(f"{place.known_as} speaks SSH, but not SFTP")
        channel = client.get_channel()
        if channel is not None:
            channel.settimeout(SECONDS * 3)
        yield client
    except paramiko.AuthenticationException as exc:
        raise Unreachable(f"{place.known_as} does not let {place.user} in: {_short(exc)}") from exc
    except (paramiko.SSHException, OSError, EOFError) as exc:
        raise Unreachable(f"{place}: {_short(exc)}") from exc
    finally:
        transport.close()


def _short(exc: BaseException) -> str:
    return re.sub(r"\s+", " ", str(exc)).strip()[:200] or type(exc).__name__


def require_folder(client: paramiko.SFTPClient, place: Place) -> None:
    """Raise Unreachable where the folder is gone: making it would hide that a disk is not mounted."""
    try:
        if stat.S_ISDIR(client.stat(place.folder).st_mode or 0):
            return
    except OSError:
        pass
    raise Unreachable(
        f"{place}: there is no such folder. Make it, or mount what should be there", code="target-gone"
    )


def send(client: paramiko.SFTPClient, file: Path, target: str) -> None:
    """Send a file and read it back: a backup that cannot be read is none. Raises Unreachable."""
    client.put(str(file), target, confirm=True)
    if file_sha256_hex(_reading(client, target)) != file_sha256_hex(file.open("rb")):
        raise Unreachable(f"{target} reads back as something else than was sent", code="damaged")


def fetch(client: paramiko.SFTPClient, source: str, file: Path) -> None:
    """Take a file over. Raises Unreachable."""
    client.get(source, str(file))


def _reading(client: paramiko.SFTPClient, path: str) -> IO[bytes]:
    found = client.open(path, "rb")
    found.prefetch()
    return cast("IO[bytes]", found)


def names(client: paramiko.SFTPClient, folder: str) -> list[str]:
    """What is in a folder, by name."""
    return sorted(client.listdir(folder))


def exists(client: paramiko.SFTPClient, path: str) -> bool:
    """Whether there is such a file or folder."""
    try:
        client.stat(path)
    except OSError:
        return False
    return True


def remove_folder(client: paramiko.SFTPClient, folder: str) -> None:
    """Remove a folder of files."""
    for name in client.listdir(folder):
        client.remove(posixpath.join(folder, name))
    client.rmdir(folder)
