"""Group robots: a message into a WeCom, DingTalk or Feishu group by the published webhook protocols.

Each is one module with ``request`` (address and body of a message) and ``failure`` (what an answer means). ``send`` speaks
HTTP, to the robots' own hosts only: an address that somebody entered never makes this server talk to anybody else.
"""

from __future__ import annotations

from typing import Protocol

from nuanyi.lib import outgoing
from nuanyi.notices.robots import dingtalk, feishu, wecom


class Robot(Protocol):
    """What the module of a robot has."""

    HOST: str

    def request(
        self, address: str, secret: str, title: str, text: str, link: str, now: float
    ) -> tuple[str, dict[str, object]]:
        """The address to post to and the body."""
        ...

    def failure(self, answer: dict[str, object]) -> tuple[str, bool]:
        """What went wrong ("" for nothing) and whether it may be tried again."""
        ...


ROBOTS: dict[str, Robot] = {"wecom": wecom, "dingtalk": dingtalk, "feishu": feishu}


def right_address(robot: str, address: str) -> bool:
    """Whether an address is the robot's own: https and its host, or one that this installation was started to trust (tests)."""
    try:
        to = outgoing.parse(address)
    except outgoing.BadAddress:
        return False
    return to.named or to.host == ROBOTS[robot].HOST


def send(robot: str, *, address: str, secret: str, title: str, text: str, link: str, now: float) -> None:
    """Send one message. Raises ConnectionError to be tried again, ValueError where that is pointless."""
    if not right_address(robot, address):
        raise ValueError("not the robot's address")
    target, body = ROBOTS[robot].request(address, secret, title, text, link, now)
    told = outgoing.tell("POST", target, body)
    why, again = ROBOTS[robot].failure(told)
    if why:
        raise ConnectionError(why) if again else ValueError(why)
