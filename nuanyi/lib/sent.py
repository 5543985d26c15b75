"""What a phone hears of a form that it sent: a browser gets the next page, a script that sends what waited gets JSON.

The script may send from any page, long after the form was left: the link and the code that belong to the sender have to be in
the answer itself, or they are lost with the page that would have shown them.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from nuanyi.lib.errors import BadInput, Refusal, Words


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks and not a person."""
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def sent(
    request: HttpRequest, link: str, *, title: Words = "", number: str = "", code: str = ""
) -> HttpResponse:
    """The way back to what was sent: ``{link, title, number, code}`` for a program, the page at ``link`` for a person."""
    if not wants_json(request):
        return redirect(f"{link}?sent=1")
    response = JsonResponse({"link": link, "title": str(title), "number": number, "code": code}, status=201)
    response["Cache-Control"] = "no-store"
    return response


def refuse_program(request: HttpRequest, form: Any, refusal: Refusal | None) -> None:
    """Raise what is wrong where a program asked: it marks the fields itself, and no photo has to be chosen again."""
    if not wants_json(request):
        return
    if refusal is not None:
        raise refusal
    if form.is_bound and form.errors:
        raise BadInput(fields={name: " ".join(map(str, words)) for name, words in form.errors.items()})
