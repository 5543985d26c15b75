"""One place where a refusal becomes a page, an htmx fragment or ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from typing import Any
from urllib.parse import quote, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import resolve, reverse

from nuanyi.front.within import name_files
from nuanyi.lib import rooms, sent
from nuanyi.lib.errors import Refusal, SignInFirst

#: Refusals of steps that were right when their page was made: somebody else was quicker. Others of 409 are steps too early.
OVERTAKEN = frozenset({"preview-changed", "changed-meanwhile", "moved-on"})


def wants_json(request: HttpRequest) -> bool:
    """Whether the client is a program."""
    if request.path.startswith(("/api/", "/open311/", "/hsds/")):
        return True
    return sent.wants_json(request)


def own_form(request: HttpRequest) -> Callable[[HttpRequest, Refusal], HttpResponse] | None:
    """How an interface with errors of its own (Open311) writes one; None where there is none, or no address was found."""
    return getattr(request.resolver_match and request.resolver_match.func, "error_form", None)


def in_office(request: HttpRequest) -> bool:
    """Whether an address belongs to the staff's own shell."""
    return request.path.startswith(reverse("office"))


def _shell(request: HttpRequest) -> str:
    """The page around a refusal: the office's, that of staff on the phone, or the riders'."""
    if _is_office(request):
        return "front/staff.html"
    actor = getattr(request, "actor", None)
    staff = actor is not None and actor.kind == "account" and request.path.startswith(rooms.staff_phone())
    return "front/phone_staff.html" if staff else "front/phone.html"


def problem(refusal: Refusal) -> JsonResponse:
    """The refusal as problem+json with its stable code."""
    return JsonResponse(refusal.problem(), status=refusal.status, content_type="application/problem+json")


def _before(request: HttpRequest) -> str:
    """The page of ours that somebody came from, to go back to; empty where that would lead here again."""
    before = urlsplit(request.headers.get("Referer", ""))
    again = before.path == request.path and request.method in ("GET", "HEAD")
    return before.path if before.netloc == request.get_host() and not again else ""


#: Refusals of what somebody typed; others are about the page itself.
_OF_A_FORM = frozenset({400, 409, 422})
#: Never written into a page again.
_SECRET = re.compile(r"(.+_)?(password\d?|secret|token|pin)|code|claim_code", re.IGNORECASE)
_MOST_TYPED = 20_000


def _is_office(request: HttpRequest) -> bool:
    """Whether this is a page of the office, asked for by somebody of it."""
    actor = getattr(request, "actor", None)
    return in_office(request) and actor is not None and actor.kind == "account"


def _in_its_form(request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
    """The office's page that the refused form stands in, with the refusal on top and what was typed in its fields.

    The page is made anew as if it was asked for; None where there is no such page, or it cannot be shown.
    """
    before = urlsplit(request.headers.get("Referer", ""))
    if (
        request.method != "POST"
        or refusal.status not in _OF_A_FORM
        or not _is_office(request)
        or before.netloc != request.get_host()
        or not before.path.startswith(reverse("office"))
    ):
        return None
    again: Any = copy(request)
    again.method = "GET"
    again.path = again.path_info = before.path
    again.GET, again.POST = QueryDict(before.query), QueryDict()
    again.META = {
        **request.META,
        "REQUEST_METHOD": "GET",
        "PATH_INFO": before.path,
        "QUERY_STRING": before.query,
    }
    again.refused = {
        "message": "" if refusal.fields else str(refusal),
        "is_overtaken": refusal.code in OVERTAKEN,
        "fields": [(name, str(words)) for name, words in refusal.fields.items()],
        "typed": {"action": request.path, "fields": _typed(request), "wrong": _words(refusal)},
    }
    try:
        match = resolve(before.path)
        again.resolver_match = match
        response = match.func(again, *match.args, **match.kwargs)
    except (Http404, Refusal):
        return None
    if not isinstance(response, HttpResponse) or response.status_code != 200:
        return None
    response.status_code = refusal.status
    return response


def _words(refusal: Refusal) -> dict[str, str]:
    return {name: str(words) for name, words in refusal.fields.items()}


def _typed(request: HttpRequest) -> dict[str, list[str]]:
    """What was typed, but for secrets and what a page gives itself."""
    told: dict[str, list[str]] = {}
    signs = 0
    for name, values in request.POST.lists():
        signs += sum(len(str(value)) for value in values)
        if (
            not _SECRET.fullmatch(name)
            and name not in ("csrfmiddlewaretoken", "key", "next")
            and signs < _MOST_TYPED
        ):
            told[name] = [str(value) for value in values]
    return told


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """Answer a refused request in the form that its client understands."""
    name_files(request)
    in_form = own_form(request)
    if in_form is not None:
        return in_form(request, refusal)
    if wants_json(request):
        return problem(refusal)
    if isinstance(refusal, SignInFirst):
        target = f"{reverse('account_login')}?next={quote(request.get_full_path())}"
        if getattr(request, "htmx", False):
            response = HttpResponse(status=204)
            response["HX-Redirect"] = target
            return response
        return redirect(target)
    if getattr(request, "htmx", False):
        response = render(
            request, "front/fragments/refusal.html", {"refusal": refusal}, status=refusal.status
        )
        # whatever part of an answer the list would have taken, and however: a refusal is all shown where refusals stand
        response["HX-Reselect"], response["HX-Reswap"] = ".toast", "innerHTML"
        return response
    in_place = _in_its_form(request, refusal)
    if in_place is not None:
        return in_place
    from nuanyi.people.access import explain

    permission = str(refusal.facts.get("permission", ""))
    actor = getattr(request, "actor", None)
    context = {
        "refusal": refusal,
        "back": _before(request),
        "shell": _shell(request),
        "why": explain(actor, permission) if permission and actor is not None else None,
    }
    return render(request, "front/refused.html", context, status=refusal.status)
