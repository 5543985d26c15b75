"""What the official account answers. Each room says which words it understands; whoever is first to answer answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nuanyi.lib.errors import Words


@dataclass(frozen=True)
class Message:
    """What a follower sent. The place of a ``location`` is in GCJ-02, as WeChat speaks."""

    openid: str
    kind: str
    text: str = ""
    event: str = ""
    lat_gcj02: float | None = None
    lon_gcj02: float | None = None


Answer = Callable[[Message], str | None]
_answers: list[tuple[Words, Answer]] = []


def declare(hint: Words, answer: Answer) -> Answer:
    """Register an answer and one line that tells followers what to write."""
    _answers.append((hint, answer))
    return answer


def answer(message: Message) -> str:
    """The first answer that fits; else what can be asked."""
    for _hint, one in _answers:
        found = one(message)
        if found is not None:
            return found
    return "" if message.kind == "event" and message.event != "subscribe" else hints()


def hints() -> str:
    """What can be asked, a line each."""
    return "\n".join(str(hint) for hint, _one in _answers)
