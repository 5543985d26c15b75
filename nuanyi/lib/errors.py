"""What the program says when it will not do something.

A ``Refusal`` is raised by services and rules and turned into a page, an htmx fragment or
``application/problem+json`` (RFC 9457) by one handler per face. ``code`` is stable and may be
relied on by clients; ``message`` is for people and translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Refusal(Exception):
    """A request that cannot be carried out, with a reason for the person who made it."""

    code = "refused"
    status = 400
    message: Words = _("This cannot be done.")

    def __init__(
        self,
        message: Words | None = None,
        *,
        code: str | None = None,
        status: int | None = None,
        fields: Mapping[str, Words] | None = None,
        **facts: Any,
    ) -> None:
        self.code = code or self.code
        self.status = status or self.status
        self.message = message if message is not None else type(self).message
        self.fields: dict[str, Words] = dict(fields or {})
        self.facts = facts
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)

    def problem(self) -> dict[str, Any]:
        """The document of ``application/problem+json`` (RFC 9457), in the present language."""
        return {
            "type": f"about:blank#{self.code}",
            "title": str(self),
            "status": self.status,
            "code": self.code,
            "fields": {name: str(words) for name, words in self.fields.items()},
        }


class BadInput(Refusal):
    """What was sent does not make sense; ``fields`` says where."""

    code = "bad-input"
    status = 422
    message = _("Something in what you sent is not right.")


class NotAllowed(Refusal):
    """The actor's roles do not include this permission here."""

    code = "not-allowed"
    status = 403
    message = _("Your roles do not include this.")


class NotFound(Refusal):
    """There is no such thing, or it is none of the actor's business: the same answer for both."""

    code = "not-found"
    status = 404
    message = _("There is nothing here.")


class SignInFirst(Refusal):
    """The permission needs a signed-in person."""

    code = "sign-in"
    status = 401
    message = _("Please sign in first.")


class IllegalMove(Refusal):
    """The record is not in a state from which this step can be taken."""

    code = "illegal-move"
    status = 409
    message = _("This step is not possible now.")


class Conflict(Refusal):
    """The same key was used before for something else, or someone else was quicker."""

    code = "conflict"
    status = 409
    message = _("This was already done differently.")


class TooMuch(Refusal):
    """A quota or a limit on size or rate is reached."""

    code = "too-much"
    status = 429
    message = _("That is too much at once. Please wait a little.")
