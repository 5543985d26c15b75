"""At the door: a page that a phone keeps, whose entries wait on the phone until there is a network."""

from __future__ import annotations

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from nuanyi.census.columns import FIELDS
from nuanyi.census.services import records
from nuanyi.lib import rooms
from nuanyi.lib.access import PUBLIC, actor_of, opens, permission_required
from nuanyi.lib.errors import BadInput
from nuanyi.lib.sectors import Sector
from nuanyi.people.access import owner_mark
from nuanyi.places import queries as places


def _onward() -> list[str]:
    """Where the page leads beside itself."""
    return [*(way.href for way in rooms.ways_from("doorstep:page")), reverse("office")]


@require_safe
@permission_required(PUBLIC)
def page(request: HttpRequest) -> HttpResponse:
    """The form. It holds nothing personal and is the same for everybody, so that a phone may keep it."""
    context = {
        "sectors": Sector.choices,
        "townships": places.townships(),
        # all of them: the page is the same for everybody, and the phone shows those that its account may open
        "ways": rooms.ways_from("doorstep:page"),
    }
    response = render(request, "census/worker/doorstep.html", context)
    response["Cache-Control"] = "no-cache"
    return response


@require_POST
@permission_required("census.enter")
def send(request: HttpRequest) -> HttpResponse:
    """One entry with the key that the phone made; a repeat gets the first answer."""
    if request.content_type != "application/json":
        raise BadInput()
    try:
        told = json.loads(request.body)
        key = UUID(str(told.pop("key")))
        kinds = set().union(*FIELDS.values()) | {"kind"}
        entry = {
            str(name): str(value)[:200]
            for name, value in told.items()
            if name in kinds and name != "political"
        }
    except (ValueError, KeyError, AttributeError, TypeError) as exc:
        raise BadInput() from exc
    made = records.record_at_doorstep(actor=actor_of(request), client_key=key, entry=entry)
    return JsonResponse({"key": str(made.client_key), "state": "kept"}, status=201)


@require_safe
@permission_required(PUBLIC)
def token(request: HttpRequest) -> JsonResponse:
    """A fresh form token and whether somebody is signed in, for a page that was kept for days."""
    actor = actor_of(request)
    # a first password opens nothing yet: what waits on the phone waits on until its owner chose one
    first = getattr(request.user, "must_change_password", False)
    body = {
        "token": get_token(request),
        "signed_in": actor.kind == "account" and not first,
        "may": actor.can("census.enter"),
        "opens": [address for address in _onward() if opens(actor, address)],
        "whose": owner_mark(actor),
    }
    response = JsonResponse(body)
    response["Cache-Control"] = "no-store"
    return response
