"""Channels. Each is a folder beside this file with one ``CHANNEL`` that serves notices and lessons without being named.

Progress (``notices.progress``) alone names the three by which somebody without an account may hear of it: each asks for
its address in a way of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

from nuanyi.lib.errors import Words
from nuanyi.notices.channels.port import Channel, RobotChannel

#: Every channel by its name, in their order.
CHANNELS: dict[str, Channel] = {}


def collect() -> None:
    """Look into the folders: every one that is there is a channel."""
    folders = sorted({found.name for found in iter_modules(__path__) if found.ispkg})
    found: list[Channel] = [import_module(f"{__name__}.{name}").CHANNEL for name in folders]
    CHANNELS.clear()
    CHANNELS.update((channel.name, channel) for channel in sorted(found, key=lambda one: one.order))


def of_lessons() -> list[Channel]:
    """The channels over which lessons go: into groups, and to single readers."""
    return [channel for channel in CHANNELS.values() if channel.robot or channel.for_readers]


def of_readers() -> list[Channel]:
    """The channels over which lessons go to single readers."""
    return [channel for channel in CHANNELS.values() if channel.for_readers]


def of_groups() -> list[RobotChannel]:
    """The robots that speak into groups."""
    return [channel for channel in CHANNELS.values() if isinstance(channel, RobotChannel)]


def of_staff() -> list[Channel]:
    """The channels by which staff may be told."""
    return [channel for channel in CHANNELS.values() if channel.for_staff]


def choices(channels: Iterable[Channel]) -> list[tuple[str, Words]]:
    """Channels as the choices of a form or a filter."""
    return [(channel.name, channel.title) for channel in channels]


def robot(name: str) -> RobotChannel | None:
    """A robot by its name."""
    found = CHANNELS.get(name)
    return found if isinstance(found, RobotChannel) else None


def title_of(name: str) -> str:
    """A channel in words; its name where there is none any more."""
    found = CHANNELS.get(name)
    return str(found.title) if found else name


collect()
