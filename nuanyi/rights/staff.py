"""The desk: find the person by an exact number, take the request, let a second person decide."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import dated, saved_as
from nuanyi.lib.errors import Refusal
from nuanyi.lib.form_parsing import status_of
from nuanyi.people.rules import FIELDS, FIELDS_OF_ACCOUNT
from nuanyi.rights import queries
from nuanyi.rights.models import Request
from nuanyi.rights.rules import CORRECTABLE, DEEDS_OF_ACCOUNT, Deed
from nuanyi.rights.services import desk as services

LISTED = 100


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("rights.handle", unkeyed="a search, whose number stands in no address")
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, and the search. A number is sent in a form, so that it stands in no address and no log."""
    actor = actor_of(request)
    text = request.POST.get("number", "").strip()[:60]
    found = services.find(actor=actor, text=text) if text else None
    colleague = services.find_account(actor=actor, text=text) if text else None
    waiting = request.GET.get("waiting") == "1"
    listed = queries.open_to(actor) if waiting else queries.waiting_for(actor)
    rows = [(row, services.may_decide(actor, row), services.may_take(actor, row)) for row in listed[:LISTED]]
    context = {
        "rows": rows,
        "waiting": waiting,
        "found": found,
        "colleague": colleague,
    }
    response = render(request, "rights/staff/desk.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("rights.handle")
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What this person asks for."""
    found = services.person(actor=actor_of(request), pk=pk)
    return _ask(
        request,
        partial(services.ask, person_id=pk),
        {
            "title": f"{found.name} {found.phone} {found.id_number}",
            "deeds": Deed.choices,
            "fields": [(name, FIELDS[name]) for name in CORRECTABLE],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("rights.handle")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """What a colleague asks for."""
    found = services.account(actor=actor_of(request), pk=pk)
    return _ask(
        request,
        partial(services.ask_for_account, account_id=pk),
        {
            "title": f"{found} {found.username}",
            "deeds": [(deed.value, deed.label) for deed in DEEDS_OF_ACCOUNT],
            "fields": list(FIELDS_OF_ACCOUNT.items()),
        },
    )


def _ask(request: HttpRequest, ask: Callable[..., Request], context: dict[str, Any]) -> HttpResponse:
    """The form by which a request is taken; back to the desk when it is."""
    refusal: Refusal | None = None
    if request.method == "POST":
        told = {name: request.POST.get(name, "") for name in ("deed", "reason", "field", "value")}
        try:
            ask(actor=actor_of(request), **told)
            return redirect("rights:desk")
        except Refusal as wrong:
            refusal = wrong
    context |= {"refusal": refusal, "told": request.POST}
    return render(request, "rights/staff/person.html", context, status=status_of(refusal))


@require_POST
@permission_required("rights.handle")
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Yes or no."""
    services.decide(actor=actor_of(request), pk=pk, good=request.POST.get("good") == "1")
    return redirect("rights:desk")


@require_POST
@permission_required("rights.handle", unkeyed="shown once, and kept nowhere for a repeat")
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that is kept of the person, once: a page to print, or a file."""
    document = services.take(actor=actor_of(request), pk=pk)
    if request.POST.get("form") == "json":
        response: HttpResponse = JsonResponse(
            document, json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
        saved_as(response, f"{dated(gettext('Personal data'))}.json")
    else:
        response = render(request, "rights/staff/copy.html", {"document": document})
    response["Cache-Control"] = "no-store"
    return response
