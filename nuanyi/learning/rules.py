"""Tables of learning: categories, states, kinds of session, and the code on the screen that changes every 15
seconds. No database.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime, time
from random import Random

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import moves
from nuanyi.lib.clock import CHINA
from nuanyi.lib.errors import Words


class Category(models.TextChoices):
    """What a lesson is about."""

    ROAD = "road", _("Road safety")
    FRAUD = "fraud", _("Against fraud")
    LABOUR = "labour", _("Labour law")
    HEALTH = "health", _("Health and safety")
    POLICY = "policy", _("Policy")
    SKILLS = "skills", _("Skills")
    THEORY = "theory", _("Party theory")


class State(models.TextChoices):
    """The life of a lesson."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("Waiting for review")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


MOVES: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.REVIEW}),
    State.REVIEW: frozenset({State.PUBLISHED, State.DRAFT}),
    State.PUBLISHED: frozenset({State.WITHDRAWN}),
    State.WITHDRAWN: frozenset({State.DRAFT}),
}


#: What a button says that moves a lesson on.
MOVE_WORDS: dict[tuple[str, str], Words] = {
    (State.DRAFT, State.REVIEW): _("Hand it in for review"),
    (State.REVIEW, State.PUBLISHED): _("Publish it"),
    (State.REVIEW, State.DRAFT): _("Send it back to the author"),
    (State.PUBLISHED, State.WITHDRAWN): _("Withdraw it"),
    (State.WITHDRAWN, State.DRAFT): _("Take it up again as a draft"),
}


class SessionKind(models.TextChoices):
    """Kinds of session (场次)."""

    LECTURE = "lecture", _("Lecture")
    COURSE = "course", _("Training class")
    THEMED = "themed", _("Themed day")
    MEETING = "meeting", _("Three meetings and one lesson")
    ENTRIES = "entries", _("Three entries")
    ROAD = "road", _("Road safety training")


#: Kinds that are a branch's organisation life where no instructor holds them: meetings of members, no training.
ORGANISATION_LIFE = (SessionKind.MEETING, SessionKind.THEMED)


class SessionStanding(models.TextChoices):
    """Whether a session is still to be held."""

    COMING = "coming", _("Yet to come")
    HELD = "held", _("Held")
    OFF = "off", _("Called off")


class Role(models.TextChoices):
    """Who belongs to a lecture team (志愿宣讲服务队)."""

    INSTRUCTOR = "instructor", _("Instructor")
    MEMBER = "member", _("Party member")
    WORKER = "worker", _("Workers' representative")


class SpeakerKind(models.TextChoices):
    """Who may be said to speak on a day without naming anybody. Names come from the speakers of the weeks, with their consent."""

    MODEL = "model", _("Model Party member")
    PIONEER = "pioneer", _("Pioneer against the epidemic")
    BENCHMARK = "benchmark", _("Example of the trade")
    POLICE = "police", _("Traffic police")
    LAWYER = "lawyer", _("Legal adviser")
    DOCTOR = "doctor", _("Doctor")


class Media(models.TextChoices):
    """What a lesson may show or play."""

    PICTURE = "picture", _("Picture")
    AUDIO = "audio", _("Audio")
    VIDEO = "video", _("Video")


class Paper(models.TextChoices):
    """What a picture of a session shows."""

    PHOTO = "photo", _("Photo")
    SHEET = "sheet", _("Sign-in sheet on paper")


class PushState(models.TextChoices):
    """The life of a push."""

    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Delivered")
    DEAD = "dead", _("Given up")
    DOUBT = "doubt", _("In doubt: look into the group")


#: A rider reads some 300 Chinese characters a minute.
CHARACTERS_A_MINUTE = 300
MAX_BODY, MAX_QUESTIONS, MAX_MEDIA = 6000, 6, 8
MAX_PICTURES = 12
#: Where a lesson may lead to in Douyin.
DOUYIN = ("v.douyin.com", "www.douyin.com")
#: Attempts of a push before it is given up. Each group has a robot of its own and gets one lesson a day, far below the 20
#: messages a minute that the robots allow.
MAX_ATTEMPTS = 6
#: Nothing goes out by night, and no hour within it can be chosen (China time).
QUIET_FROM, QUIET_UNTIL = time(22, 0), time(5, 0)
#: A code for an address is good for so many minutes and tries.
CODE_MINUTES, CODE_TRIES = 30, 5


def quiet_at(at: time) -> bool:
    """Whether a time of China's clock lies in the night."""
    return at >= QUIET_FROM or at < QUIET_UNTIL


def quiet(now: datetime) -> bool:
    """Whether it is night in China."""
    return quiet_at(now.astimezone(CHINA).time())


check_move = moves.checker(MOVES)


def missing_roles(roles: Iterable[str]) -> list[str]:
    """The roles that a lecture team still lacks: instructor, Party member and worker make it complete."""
    there = set(roles)
    return [role for role in Role.values if role not in there]


# the code on the screen --------------------------------------------------------------------------

CODE_SECONDS = 15
#: How old a code may be when it arrives: the one on the screen, the one before, and the way through the network.
MOST_AGE = 32
#: How long the page that a fresh code opened may stay open.
PAGE_SECONDS = 600
#: For how long a phone may keep a sign-in that it took without network.
KEPT_SECONDS = 12 * 3600


def counter_at(moment: datetime) -> int:
    """Which code is on the screen at a moment."""
    return int(moment.timestamp()) // CODE_SECONDS


def token_of(secret: bytes, counter: int) -> str:
    """The code of a counter: the counter and the first 50 bits of HMAC-SHA-256 over it (RFC 2104), in letters and digits."""
    mac = hmac.new(secret, counter.to_bytes(8, "big"), "sha256").digest()
    return f"{counter:x}-{base64.b32encode(mac)[:10].decode().lower()}"


def counter_of(secret: bytes, token: str) -> int | None:
    """The counter that a token was made for; None where it was not made with this secret."""
    head, _dash, _tail = token.partition("-")
    try:
        counter = int(head, 16)
    except ValueError:
        return None
    if not 0 <= counter < 1 << 40 or not hmac.compare_digest(
        token_of(secret, counter).encode(), token.encode()
    ):
        return None
    return counter


def fresh(counter: int, now: datetime, waited: int = 0) -> bool:
    """Whether a code was on the screen when it was seen: now, or ``waited`` seconds ago on a phone without network.

    The phone's clock is not asked, only how long the phone waited; a code that was sent to a friend is older than the
    friend's phone has known it.
    """
    age = now.timestamp() - counter * CODE_SECONDS
    return 0 <= waited <= KEPT_SECONDS and -2 <= age - waited <= MOST_AGE


# the test ----------------------------------------------------------------------------------------

#: Questions of a paper, right answers to pass, minutes for it, minutes until the next try, tries a day.
PAPER, PASS_MARK, PAPER_MINUTES, WAIT_MINUTES, TRIES_A_DAY = 10, 8, 20, 10, 3


def draw_paper(bank: list[int], chance: Random) -> list[int]:
    """Ten questions at random, none twice; all of them where the bank is smaller."""
    return chance.sample(bank, min(PAPER, len(bank)))


def passed(right: int, asked: int) -> bool:
    """Eight of ten, and the same share of a smaller paper."""
    return asked > 0 and right * PAPER >= PASS_MARK * asked
