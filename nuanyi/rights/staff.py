"""The desk: find the person by an exact number, take the request, let a second person decide."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import dated, saved_as
from nuanyi.lib.errors import Refusal
from nuanyi.lib.form_parsing import status_of
from nuanyi.people.rules import FIELDS
from nuanyi.rights import queries
from nuanyi.rights.rules import CORRECTABLE, Deed
from nuanyi.rights.services import desk as services

LISTED = 100


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("rights.handle", unkeyed="a search, whose number stands in no address")
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, and the search. A number is sent in a form, so that it stands in no address and no log."""
    actor = actor_of(request)
    text = request.POST.get("number", "").strip()[:30]
    found = services.find(actor=actor, text=text) if text else None
    rows = [(row, services.may_decide(actor, row)) for row in queries.waiting_for(actor)[:LISTED]]
    context = {"rows": rows, "found": found, "mine": actor.account_id}
    response = render(request, "rights/staff/desk.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("rights.handle")
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What this person asks for."""
    actor = actor_of(request)
    found = services.person(actor=actor, pk=pk)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            services.ask(
                actor=actor,
                person_id=pk,
                deed=request.POST.get("deed", ""),
                reason=request.POST.get("reason", ""),
                field=request.POST.get("field", ""),
                value=request.POST.get("value", ""),
            )
            return redirect("rights:desk")
        except Refusal as wrong:
            refusal = wrong
    context = {
        "person": found,
        "refusal": refusal,
        "deeds": Deed.choices,
        "fields": [(name, FIELDS[name]) for name in CORRECTABLE],
        "told": request.POST,
    }
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
