"""One place where a refusal becomes a page, an htmx fragment or ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render

from nuanyi.lib import sent
from nuanyi.lib.errors import Refusal, SignInFirst


def wants_json(request: HttpRequest) -> bool:
    """Whether the client is a program."""
    if request.path.startswith(("/api/", "/open311/", "/hsds/")):
        return True
    return sent.wants_json(request)


def problem(refusal: Refusal) -> JsonResponse:
    """The refusal as problem+json with its stable code."""
    return JsonResponse(refusal.problem(), status=refusal.status, content_type="application/problem+json")


def _before(request: HttpRequest) -> str:
    """The page of ours that somebody came from, to go back to; empty where that would lead here again."""
    before = urlsplit(request.headers.get("Referer", ""))
    again = before.path == request.path and request.method in ("GET", "HEAD")
    return before.path if before.netloc == request.get_host() and not again else ""


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """Answer a refused request in the form that its client understands."""
    if wants_json(request):
        return problem(refusal)
    if isinstance(refusal, SignInFirst):
        target = f"/accounts/login/?next={quote(request.get_full_path())}"
        if getattr(request, "htmx", False):
            response = HttpResponse(status=204)
            response["HX-Redirect"] = target
            return response
        return redirect(target)
    if getattr(request, "htmx", False):
        return render(request, "front/fragments/refusal.html", {"refusal": refusal}, status=refusal.status)
    from nuanyi.people.access import explain

    permission = str(refusal.facts.get("permission", ""))
    actor = getattr(request, "actor", None)
    context = {
        "refusal": refusal,
        "back": _before(request),
        "why": explain(actor, permission) if permission and actor is not None else None,
    }
    return render(request, "front/refused.html", context, status=refusal.status)
