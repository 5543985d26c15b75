"""One message out of the house, over whichever channel. No database: several go out side by side.

Each way raises ConnectionError (later again), ``outgoing.Gone`` (never again to this address) or ValueError (pointless).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from nuanyi.learning.models import Group, Push, Reader
from nuanyi.learning.rules import Way
from nuanyi.lib import clock
from nuanyi.lib.addresses import link_to
from nuanyi.notices import robots, sms, webpush, wechat
from nuanyi.notices import services as notices
from nuanyi.notices.channels.email import mail
from nuanyi.people.models import keys


@dataclass(frozen=True)
class Message:
    """What is said: a heading, a sentence, the link that counts its opening, and where a reader stops it."""

    title: str
    text: str
    link: str
    stop: str = ""


def message_of(push: Push) -> Message:
    """What a push says."""
    link, stop = (
        link_to(f"l/{push.code}/"),
        link_to(f"daily/stop/{push.reader.stop_code}/") if push.reader else "",
    )
    if push.session is not None:
        held = push.session
        when = f"{held.starts_at.astimezone(clock.CHINA):%m-%d %H:%M}"
        head = (
            _("Called off: %(title)s")
            if held.cancelled_at
            else _("Moved: %(title)s")
            if push.sequence
            else _("Come along: %(title)s")
        )
        return Message(head % {"title": held.title}, f"{when} · {held.place}", link, stop)
    assert push.lesson is not None
    text = push.lesson.lead or push.lesson.body[:120]
    return Message(push.lesson.title, f"{push.speaker}：{text}" if push.speaker else text, link, stop)


def speak_in_group(group: Group, title: str, text: str, link: str, now: float) -> None:
    """Let a group's robot say something."""
    address = keys().open("person", bytes(group.sealed_address), b"group-address")
    secret = keys().open("person", bytes(group.sealed_secret), b"group-secret") if group.sealed_secret else ""
    robots.send(group.robot, address=address, secret=secret, title=title, text=text, link=link, now=now)


def ready(way: str) -> bool:
    """Whether this installation can send that way at all."""
    if way == Way.EMAIL:
        return bool(settings.EMAIL_HOST)
    if way == Way.SMS:
        return sms.configured_for_lessons()
    return wechat.configured() if way == Way.WECHAT else True


def send_code(way: str, address: str, code: str) -> None:
    """Send the code that shows whose address it is, once this transaction is committed."""
    if way == Way.SMS:
        notices.send_code_later("sms", address, code)
    else:
        words = _(
            "Your code is %(code)s. Enter it on the page to get the lesson of the day. If you asked for nothing, do nothing."
        )
        title = _("Your code for the lesson of the day")
        notices.send_code_later("email", address, code, title, words % {"code": code})


def address_of(reader: Reader) -> str:
    """Where a reader gets it, opened."""
    return keys().open("person", bytes(reader.sealed_address), reader.key.bytes)


def deliver(push: Push, now: float) -> None:
    """Send one push."""
    said = message_of(push)
    if push.group is not None:
        speak_in_group(push.group, said.title, said.text, said.link, now)
        return
    if push.reader is None:
        raise ValueError("the reader stopped")
    speak_to(push.channel, address_of(push.reader), said, push.code)


def speak_to(way: str, address: str, said: Message, code: str) -> None:
    """Say something to one address; an SMS carries the title and ``code`` only, since clouds want templates."""
    if way == Way.WEBPUSH:
        webpush.send(webpush.read(address), said.title, said.text, said.link)
    elif way == Way.WECHAT:
        wechat.send(address, said.title, said.text, said.link)
    elif way == Way.SMS:
        sms.send_lesson(address, said.title, code)
    else:
        end = "\n\n" + _("To stop: %(link)s") % {"link": said.stop} if said.stop else ""
        mail(address, said.title, f"{said.text}\n\n{said.link}{end}", said.stop)
