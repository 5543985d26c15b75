"""What a channel is: one declaration for notices to staff, for lessons to readers and to groups, its setting, its pages.

Sending raises ConnectionError (later again), ``outgoing.Gone`` (never again to this address) or ValueError (pointless).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nuanyi.lib import outgoing
from nuanyi.lib.errors import Words
from nuanyi.people.models import Account


@dataclass(frozen=True)
class Message:
    """What is said: a heading, a sentence, a link, where a reader stops it, and the link's code where only that has room."""

    title: str
    text: str
    link: str
    stop: str = ""
    code: str = ""


@dataclass(frozen=True)
class AddressField:
    """How a page asks for an address: of a worker, of somebody who tries the channel out; and what is said of a wrong one."""

    label: Words
    own: Words
    wrong: Words
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = "off"


class Channel:
    """A channel. What it does not say it does not do."""

    name: str
    title: Words
    #: Its place among the others.
    order: int = 100
    #: The setting of the installation that it needs, and how one looks.
    setting: str = ""
    example: str = ""
    #: Messages a minute where the office sets nothing (0: without limit).
    a_minute: int = 0
    #: How an address of a single reader is asked for; None where no page asks.
    field: AddressField | None = None
    #: Staff may choose it for their notices.
    for_staff: bool = False
    #: Lessons go over it to single readers.
    for_readers: bool = False
    #: Lessons go over it into groups.
    robot: bool = False
    #: The address is the browser's own, and its page needs no code.
    in_browser: bool = False
    #: A code that was sent there shows whose address it is.
    proves_by_code: bool = False
    #: The other side calls us: the route that whoever runs the installation enters there.
    callback: str = ""

    def configured(self) -> bool:
        """Whether it can send at all on this installation."""
        return True

    def configured_for_lessons(self) -> bool:
        """Whether lessons can go over it."""
        return self.configured()

    def send(self, account: Account, subject: str, body: str) -> None:
        """Deliver a notice."""
        raise ValueError(f"{self.name} takes no notices")

    def speak(self, address: str, message: Message) -> None:
        """Deliver a lesson to one address."""
        raise ValueError(f"{self.name} takes no lessons")

    def send_code(self, address: str, code: str, title: str, text: str) -> None:
        """Send a code to an address, by its own template or as title and text."""
        raise ValueError(f"{self.name} sends no codes")

    def in_form(self, text: str) -> str:
        """An address in the one form that is kept. Raises ValueError."""
        raise ValueError(f"{self.name} has no addresses")

    def browser_key(self) -> str:
        """The key that a browser must be told before it gives its address."""
        return ""

    def how_to_follow(self) -> Words:
        """What a worker does to get lessons where no page can ask for it; "" where there is nothing to do."""
        return ""


#: ``request``: address and body of a message; ``failure``: what an answer means ("" for nothing) and whether to try again.
Request = Callable[[str, str, str, str, str, float], tuple[str, dict[str, object]]]
Failure = Callable[[dict[str, object]], tuple[str, bool]]


class RobotChannel(Channel):
    """A robot that speaks into a group by a published webhook protocol.

    It speaks HTTP to its own host only: an address that somebody entered never makes this server talk to anybody else.
    """

    robot = True

    def __init__(
        self, name: str, title: Words, order: int, *, host: str, request: Request, failure: Failure
    ) -> None:
        self.name, self.title, self.order = name, title, order
        self.host, self.request, self.failure = host, request, failure

    def right_address(self, address: str) -> bool:
        """Whether an address is the robot's own.

        That is https and its host, or one that this installation was started to trust (tests).
        """
        try:
            to = outgoing.parse(address)
        except outgoing.BadAddress:
            return False
        return to.named or to.host == self.host

    def speak_in_group(self, address: str, secret: str, message: Message, now: float) -> None:
        """Send one message into the group of an address."""
        if not self.right_address(address):
            raise ValueError("not the robot's address")
        target, body = self.request(address, secret, message.title, message.text, message.link, now)
        why, again = self.failure(outgoing.tell("POST", target, body))
        if why:
            raise ConnectionError(why) if again else ValueError(why)
