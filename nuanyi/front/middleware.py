"""Headers that protect people, the gate for uploads, refusals, first passwords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import urljoin

from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.front import bodies
from nuanyi.front.refusals import answer, in_office, wants_json
from nuanyi.front.within import allowed_within
from nuanyi.lib import known_browsers, limits, outgoing, rooms
from nuanyi.lib.access import PUBLIC, actor_of
from nuanyi.lib.errors import BadInput, Refusal, SignInFirst, TooMuch
from nuanyi.lib.proxies import client_address
from nuanyi.people.models import Account
from nuanyi.people.queries import lacks_second_factor

GetResponse = Callable[[HttpRequest], HttpResponse]


def safe_headers() -> list[tuple[str, str]]:
    """The headers of every answer, for those that are given ahead of Django."""
    headers = [
        ("Content-Security-Policy", build_policy()),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    if settings.SECURE_HSTS_SECONDS:
        headers.append(("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"))
    return headers


class CopiesSetNothing:
    """A page that the service worker fetches for itself (``X-Kept-Copy``) sets and takes away no cookie.

    It is asked for beside what its owner does: were it answered just after somebody signed in, it would put the form token
    from before the sign-in back and end the session that has just begun.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        if "X-Kept-Copy" in request.headers:
            response.cookies.clear()
        return response


class NoCallsOut:
    """While a page is made nobody outside is asked (``lib.outgoing``): one slow server of others would hold a thread and rows."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        with outgoing.serving():
            return self.get_response(request)


class PlainText:
    """Refuses text that no database and no page can hold: NUL, halves of surrogate pairs, in addresses, queries and forms."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        if _spoilt(request.path) or any(
            _spoilt(name) or _spoilt(value) for name, value in _pairs(request.GET)
        ):
            return answer(request, BadInput(code="not-text", status=400))
        if request.method == "POST":
            self._look_when_read(request)
        return self.get_response(request)

    @staticmethod
    def _look_when_read(request: HttpRequest) -> None:
        """A form is looked at when somebody reads it: a view that wants the bare body finds it untouched."""
        load = request._load_post_and_files

        def looked_at() -> None:
            load()
            if any(_spoilt(name) or _spoilt(value) for name, value in _pairs(request.POST)):
                raise SuspiciousOperation("text that no database holds")

        request._load_post_and_files = looked_at  # type: ignore[method-assign]


def _pairs(sent: QueryDict) -> Iterator[tuple[str, str]]:
    return ((name, str(value)) for name, values in sent.lists() for value in values)


def _of_accounts(request: HttpRequest) -> bool:
    """Whether this is one of the pages of signing in and of one's own account."""
    return request.path.startswith(urljoin(reverse("account_login"), ".."))


def _spoilt(text: str) -> bool:
    return "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text if sign > "\ud7ff")


#: What runs nothing when it is opened by itself, nor is the script of a worker: policies about documents say nothing on it.
_PARTS = frozenset({"text/css", "text/javascript", "image/png"})


def _is_part_of_a_page(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this is a style sheet, a script or a picture of pixels among the static files: none is a page by itself."""
    kind = response.get("Content-Type", "").partition(";")[0]
    return request.path.startswith(settings.STATIC_URL) and response.status_code == 200 and kind in _PARTS


class SafeHeaders:
    """Headers beside the content policy (django-csp), and for it the sheet within a page.

    Pages of signed-in people are never stored.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.for_other_pages = re.compile(rooms.for_other_pages())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        if _is_part_of_a_page(request, response):
            # read by no browser there; at a first visit over a slow line they are as long as a whole script
            response._csp_exempt = True  # type: ignore[attr-defined]
            del response["Cross-Origin-Opener-Policy"]
            return response
        if within := allowed_within(request):
            response._csp_update = within  # type: ignore[attr-defined]
        response.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self), payment=()"
        )
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if request.method in ("GET", "HEAD") and self.for_other_pages.match(request.path):
            response.setdefault("Access-Control-Allow-Origin", "*")
        user = getattr(request, "user", None)
        if in_office(request) or _of_accounts(request) or (user is not None and user.is_authenticated):
            response["Cache-Control"] = "no-store"
        return response


class KnownBrowsers:
    """A guest's browser that is shown a form for the first time gets a mark, by which it is known from the next day on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        held = request.COOKIES.get(known_browsers.COOKIE, "")
        if (
            settings.SESSION_COOKIE_NAME in request.COOKIES
            or settings.CSRF_COOKIE_NAME not in response.cookies
        ):
            return response
        mark = known_browsers.renewed(held)
        if mark == "":
            return response
        if mark is None:
            try:
                limits.count(
                    "known browser", client_address(request.META), at_most=known_browsers.GIVEN_AN_HOUR
                )
            except (TooMuch, DatabaseError):
                return response  # it is counted with the others, as before
            mark = known_browsers.new_mark()
        response.set_cookie(
            known_browsers.COOKIE,
            mark,
            max_age=known_browsers.DAYS * 86_400,
            httponly=True,
            samesite="Lax",
            secure=settings.CSRF_COOKIE_SECURE,
        )
        return response


class UploadGate:
    """Answers a request whose body is known not to be whole, or too large, before anything of it is read.

    The server has looked already (``front.bodies``) and says what is wrong; behind another server the announced length is
    looked at here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        problem = request.META.get(bodies.PROBLEM) or bodies.announced(request.META)[0]
        if problem:
            return answer(request, bodies.refusal_of(problem))
        return self.get_response(request)


class Refusals:
    """Refusals raised before a door opened; and what somebody must do first: a password of one's own, a second factor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; a program whose method an address does not take hears so in its own form."""
        response = self.get_response(request)
        if response.status_code != 405 or not wants_json(request):
            return response
        told = answer(
            request, Refusal(_("This address takes other methods."), code="wrong-method", status=405)
        )
        told["Allow"] = response.get("Allow", "")
        return cast(HttpResponse, told)

    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponseBase | None:
        """Send holders of a first password to change it, and whoever reaches everything to set a second factor up, before
        anything that is not open to everybody.

        What a phone kept for later stays with it: programs are answered as where somebody must sign in first.
        """
        if getattr(view, "permission", PUBLIC) == PUBLIC or _of_accounts(request):
            return None
        user = request.user
        if not isinstance(user, Account):
            return None
        if user.must_change_password:
            wanted = SignInFirst(_("First choose a password of your own."), code="first-password")
            return self._first(request, wanted, reverse("account_change_password"))
        if lacks_second_factor(user, actor_of(request).roles):
            wanted = SignInFirst(_("First set a second factor up."), code="second-factor")
            return self._first(request, wanted, f"{reverse('mfa_index')}?first=1")
        return None

    @staticmethod
    def _first(request: HttpRequest, wanted: SignInFirst, address: str) -> HttpResponseBase:
        """Lead there, in the way that whoever asks understands."""
        if wants_json(request):
            return answer(request, wanted)
        if getattr(request, "htmx", False):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponseBase | None:
        """Answer a refusal; anything else is Django's."""
        return answer(request, exc) if isinstance(exc, Refusal) else None
