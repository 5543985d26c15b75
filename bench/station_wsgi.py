"""The program's WSGI callable with two more addresses: an empty JSON view, and whether the snapshot is loaded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from nuanyi.program.wsgi import application  # noqa: F401 - what Granian serves


def empty(request: HttpRequest) -> JsonResponse:
    """Nothing, as JSON, behind the whole middleware."""
    return JsonResponse({})


def ready(request: HttpRequest) -> HttpResponse:
    """200 once the snapshot is in memory."""
    from nuanyi.stations.live import _live

    return HttpResponse(status=200 if _live and _live[0].current() is not None else 503)


def _add() -> None:
    from nuanyi.program import urls

    urls.urlpatterns += [path("bench/empty", empty), path("bench/ready", ready)]


_add()
