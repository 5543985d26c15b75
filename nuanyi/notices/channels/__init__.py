"""Channels. Each is a folder with one module; a new one is a copied folder, named in ``CHANNELS``."""

from __future__ import annotations

from typing import Protocol

from nuanyi.notices.channels.console import ConsoleChannel
from nuanyi.notices.channels.email import EmailChannel
from nuanyi.people.models import Account


class Channel(Protocol):
    """What a channel does."""

    name: str

    def configured(self) -> bool:
        """Whether it can send at all on this installation."""
        ...

    def send(self, account: Account, subject: str, body: str) -> None:
        """Deliver. Raises ``ConnectionError`` to be tried again, ``ValueError`` where that is pointless."""
        ...


CHANNELS: dict[str, Channel] = {channel.name: channel for channel in (ConsoleChannel(), EmailChannel())}
