"""Error pages, health, metrics, language, and the installable shell (service worker, manifest, offline page)."""

from __future__ import annotations

import hmac
import json
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from nuanyi import __version__
from nuanyi.front import bodies, measures
from nuanyi.front.refusals import answer, in_office, own_form, problem, wants_json
from nuanyi.lib import rooms
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.database_errors import refusal_for
from nuanyi.lib.digests import entity_tag
from nuanyi.lib.errors import NotAllowed, NotFound, Refusal, TooMuch
from nuanyi.lib.proxies import asked_from_here

#: Pictures of the parts of the phone's bar, made by ``scripts/gallery.py``, and how large each is.
SCREENS = Path(__file__).parent / "static/front/screens"
SCREEN_SIZES = "360x740"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """400; a form with more in it than is read says so, and that it was not kept."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        words = _("This is more than one form holds. Nothing was kept: send less at once, rows as a file.")
        return answer(request, TooMuch(words, code="form-too-large", status=413))
    return answer(request, Refusal(code="bad-request"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """403, a stale form among them."""
    return answer(request, NotAllowed())


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form whose token is missing or old: say so, and that nothing was kept."""
    words = _(
        "This page was open for too long, or it came from elsewhere. Nothing was kept. Load it again and send once more."
    )
    return answer(request, NotAllowed(words, code="stale-form"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    """404."""
    return answer(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500: a page without database or session, in both languages; 503 and 507 where we know that it is not a mistake."""
    refusal = refusal_for(sys.exc_info()[1])
    if refusal is not None:
        return unanswerable(request, refusal)
    return HttpResponse((Path(__file__).parent / "static/front/500.html").read_bytes(), status=500)


def unanswerable(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """What can be said without the database: in the form of the interface that was asked, else a page in both languages."""
    form = own_form(request)
    response: HttpResponseBase
    if form is not None:
        response = form(request, refusal)
    elif wants_json(request):
        response = problem(refusal)
    elif in_office(request):
        # without the request: nothing of the shell may ask the database who is signed in
        page = render_to_string("front/away.html", {"refusal": refusal, "again": request.method == "GET"})
        response = HttpResponse(page, status=refusal.status)
    else:
        response = HttpResponse(bodies.short_page(refusal), status=refusal.status)
    response["Cache-Control"] = "no-store"
    if refusal.status == 503:
        response["Retry-After"] = "5"
    return response


@require_safe
@permission_required(PUBLIC)
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the program and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok", "version": __version__})


@require_safe
@permission_required(PUBLIC)
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus (text format): from this machine, or with the token in ``Authorization``."""
    token = settings.NUANYI_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    right = hmac.compare_digest(given.encode(errors="replace"), token.encode())
    if not (right if token else asked_from_here(request.META)):
        raise NotFound()
    return HttpResponse(measures.text(), content_type=CONTENT_TYPE_LATEST)


@require_POST
@permission_required(PUBLIC)
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language for this browser and go back."""
    target = request.POST.get("next", "/")
    here = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    # an address of this site, and no name of a view, which a redirect would look up
    response = HttpResponseRedirect(target if here and target.startswith("/") and len(target) < 2000 else "/")
    wanted = request.POST.get("language", "")
    if check_for_language(wanted) and wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax"
        )
    return response


@require_safe
@permission_required(PUBLIC)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker: keeps public shells only, never a page of the office."""
    shell = [what.address if isinstance(what, rooms.Route) else static(what.name) for what in rooms.offline()]
    kept = [(pattern, page.address) for pattern, page in rooms.kept_pages()]
    script = (Path(__file__).parent / "static/front/sw.js").read_text()
    declared = {"VERSION": _version(shell), "SHELL": shell, "KEPT": kept, "ASKED": rooms.answered_online()}
    body = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in declared.items()) + script
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


def screen_of(part: rooms.BarItem) -> str:
    """The file of a part's picture among ``SCREENS``."""
    return f"{part.route.replace(':', '-')}.png"


@require_safe
@permission_required(PUBLIC)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest."""
    body = {
        "name": gettext("Nuanyi: help for workers on the road"),
        "short_name": gettext("Nuanyi"),
        # who has it on the home screen keeps it, whatever its first page may be one day
        "id": "/",
        "start_url": "/",
        "display": "standalone",
        "background_color": "#FFFDF9",
        "theme_color": "#9A2F0A",
        # a long press on the icon; the parts of the bar, as the rooms declare them
        "shortcuts": [
            {
                "name": str(part.title),
                "url": part.href,
                "icons": [{"src": static("front/icon-192.png"), "sizes": "192x192", "type": "image/png"}],
            }
            for part in rooms.bar()
        ],
        # what somebody sees before it is put on the home screen; fetched then only, and kept on no phone
        "screenshots": [
            {
                "src": static(f"front/screens/{name}"),
                "sizes": SCREEN_SIZES,
                "type": "image/png",
                "form_factor": "narrow",
                "label": str(part.title),
            }
            for part in rooms.bar()
            if (SCREENS / (name := screen_of(part))).is_file()
        ],
        "lang": request.LANGUAGE_CODE,
        "icons": [
            {"src": static("front/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": static("front/icon-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
            {
                "src": static("front/icon-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
    }
    return HttpResponse(json.dumps(body, ensure_ascii=False), content_type="application/manifest+json")


@require_safe
@permission_required(PUBLIC)
def offline(request: HttpRequest) -> HttpResponse:
    """What a phone shows without network."""
    # the phone keeps one page for whoever holds it: what is for staff is shown where one of them signed in
    return render(request, "front/offline.html", {"ways": rooms.ways_from("offline")})


def _version(shell: list[str]) -> str:
    """Changes with the program and with any file of the shell (their names carry a digest of their content)."""
    return entity_tag("\n".join([__version__, *shell]).encode())[:12]
