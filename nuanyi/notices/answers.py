"""What the official account answers to the code of a page: its follower hears of the progress of what the page shows."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanyi.notices import progress
from nuanyi.notices.channels.wechat.answers import Message, declare

#: The word before the code, and eight signs of base32.
SAID = re.compile(r"\s*进展\s*([A-Za-z2-7]{8})\s*")


def _answer(message: Message) -> str | None:
    found = SAID.fullmatch(message.text) if message.kind == "text" else None
    if found is None:
        return None
    if progress.follow(code=found[1], openid=message.openid):
        return _("You hear of it here as soon as it moves. Stop it on its page.")
    return _("This code is not right or too old. Ask for a new one on the page of your request.")


declare(gettext_lazy("Write 进展 and the code of your request's page: you hear when it moves."), _answer)
