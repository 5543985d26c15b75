"""While a home is not set up, every address but those of setting up leads to a page that says so."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nuanyi.front.refusals import problem, wants_json
from nuanyi.lib.errors import Refusal
from nuanyi.program.setup import queries

#: What answers in an empty home.
OPEN = ("/setup/", "/static/", "/healthz", "/metrics", "/language/", "/manifest.webmanifest")


class NotSetUp(Refusal):
    """This installation serves no district yet."""

    code = "not-set-up"
    status = 503
    message = _("This service is not set up yet.")


class SetupGate:
    """Used only where ``serve`` found an empty home; asks the database until the district is open, then never again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.NUANYI_AWAITS_SETUP:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.opened = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        if self.opened or request.path.startswith(OPEN):
            return self.get_response(request)
        self.opened = queries.is_set_up()
        if self.opened:
            return self.get_response(request)
        if wants_json(request):
            return problem(NotSetUp())
        response = render(request, "setup/not_set_up.html", status=503)
        response["Retry-After"] = "60"
        response["Cache-Control"] = "no-store"
        return response
