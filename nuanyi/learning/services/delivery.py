"""One message out of the house, over whichever channel. No database: several go out side by side.

Each way raises ConnectionError (later again), ``outgoing.Gone`` (never again to this address) or ValueError (pointless).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from nuanyi.learning.models import Group, Push, Reader
from nuanyi.lib.addresses import link_to
from nuanyi.lib.dates import moment_words
from nuanyi.notices import channels
from nuanyi.notices import services as notices
from nuanyi.notices.channels.port import Message
from nuanyi.people.models import keys


def message_of(push: Push) -> Message:
    """What a push says."""
    link, stop = (
        link_to(f"l/{push.code}/"),
        link_to(f"daily/stop/{push.reader.stop_code}/") if push.reader else "",
    )
    if push.session is not None:
        held = push.session
        when = moment_words(held.starts_at)
        head = (
            _("Called off: %(title)s")
            if held.cancelled_at
            else _("Moved: %(title)s")
            if push.sequence
            else _("Come along: %(title)s")
        )
        return Message(head % {"title": held.title}, f"{when} · {held.place}", link, stop, push.code)
    assert push.lesson is not None
    text = push.lesson.lead or push.lesson.body[:120]
    said = f"{push.speaker}：{text}" if push.speaker else text
    return Message(push.lesson.title, said, link, stop, push.code)


def speak_in_group(group: Group, said: Message, now: float) -> None:
    """Let a group's robot say something."""
    robot = channels.robot(group.robot)
    if robot is None:
        raise ValueError("no such robot")
    address = keys().open("person", bytes(group.sealed_address), b"group-address")
    secret = keys().open("person", bytes(group.sealed_secret), b"group-secret") if group.sealed_secret else ""
    robot.speak_in_group(address, secret, said, now)


def ready(way: str) -> bool:
    """Whether this installation can send that way at all."""
    channel = channels.CHANNELS.get(way)
    return channel is not None and channel.configured_for_lessons()


def send_code(way: str, address: str, code: str) -> None:
    """Send the code that shows whose address it is, once this transaction is committed."""
    words = _(
        "Your code is %(code)s. Enter it on the page to get the lesson of the day. If you asked for nothing, do nothing."
    )
    title = _("Your code for the lesson of the day")
    notices.send_code_later(way, address, code, title, words % {"code": code})


def address_of(reader: Reader) -> str:
    """Where a reader gets it, opened."""
    return keys().open("person", bytes(reader.sealed_address), reader.key.bytes)


def deliver(push: Push, now: float) -> None:
    """Send one push."""
    said = message_of(push)
    if push.group is not None:
        speak_in_group(push.group, said, now)
        return
    if push.reader is None:
        raise ValueError("the reader stopped")
    speak_to(push.channel, address_of(push.reader), said)


def speak_to(way: str, address: str, said: Message) -> None:
    """Say something to one address."""
    channel = channels.CHANNELS.get(way)
    if channel is None:
        raise ValueError("no such channel")
    channel.speak(address, said)
