"""What Granian serves, with a few more addresses: an empty JSON view, a bare INSERT, whether the snapshot is loaded."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from nuanyi.program.server import application  # noqa: F401 - what Granian serves


def empty(request: HttpRequest) -> JsonResponse:
    """Nothing, as JSON, behind the whole middleware."""
    return JsonResponse({})


@csrf_exempt
def insert(request: HttpRequest) -> JsonResponse:
    """One row with what was sent, committed: the least that an intake can do."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_rows (words) VALUES (%s)", [request.POST.get("words", "")])
    return JsonResponse({})


@csrf_exempt
def upload(request: HttpRequest) -> JsonResponse:
    """A photo through the picture gate and into a table: the least that may be done with one from a stranger."""
    from nuanyi.lib import pictures

    clean = pictures.rebuild(request.FILES["photo"].read())
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_photos (data) VALUES (%s)", [clean.jpeg])
    return JsonResponse({})


@csrf_exempt
def read(request: HttpRequest) -> JsonResponse:
    """A photo, read and thrown away."""
    return JsonResponse({"bytes": len(request.FILES["photo"].read())})


def ready(request: HttpRequest) -> HttpResponse:
    """200 once the snapshot is in memory."""
    from nuanyi.stations.live import _live

    return HttpResponse(status=200 if _live and _live[0].current() is not None else 503)


def _add() -> None:
    from nuanyi.cases import rules
    from nuanyi.program import urls
    from nuanyi.reports import rules as reports

    rules.SENT_AN_HOUR = reports.SENT_AN_HOUR = 10**9  # one machine plays many networks
    urls.urlpatterns += [
        path("bench/empty", empty),
        path("bench/insert", insert),
        path("bench/upload", upload),
        path("bench/read", read),
        path("bench/ready", ready),
    ]


_add()
