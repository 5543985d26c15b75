"""What the official account answers about lessons."""

from __future__ import annotations

from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanyi.learning.services import readers
from nuanyi.lib.addresses import public_base
from nuanyi.notices.channels import wechat
from nuanyi.notices.channels.wechat.answers import Message, declare

WANT, STOP = ("1", "班前", "订阅"), ("0", "退订", "T", "TD")


def _answer(message: Message) -> str | None:
    if message.event == "unsubscribe":
        readers.unfollow(message.openid)
        return ""
    word = message.text.upper()
    if message.kind != "text" or word not in WANT + STOP:
        return None
    if word in STOP:
        readers.unfollow(message.openid)
        return _("Stopped. Nothing of you is kept here.")
    if not wechat.configured():
        base = public_base()
        if not base:
            return _("Lessons cannot be sent here yet.")
        return _("Lessons cannot be sent here yet. Read them at %(link)s") % {"link": f"{base}/learn/"}
    readers.follow(key=uuid4(), openid=message.openid)
    return _("Every morning at 7:00 you get a lesson of five minutes. Answer 0 to stop.")


declare(gettext_lazy("Answer 1: a lesson every morning. Answer 0: stop it."), _answer)
