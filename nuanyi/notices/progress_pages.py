"""What a page of a request or a report shows of hearing of its progress, and what it does when somebody asks for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from nuanyi.lib.access import address_of
from nuanyi.lib.errors import BadInput, IllegalMove
from nuanyi.lib.sent import wants_json
from nuanyi.notices import progress
from nuanyi.notices.channels import webpush
from nuanyi.notices.models import Way


def context(request: HttpRequest, subject: str, number: str, address: str) -> dict[str, Any]:
    """What ``notices/worker/watch.html`` shows. ``address`` is where its forms are posted to."""
    return {
        "watch_address": address,
        "watch_ways": progress.ways_ready(),
        "watching": [str(Way(way).label) for way in progress.watching(subject, number)],
        "watch_key": webpush.public_key(),
        "watch_asked": request.GET.get("watch", ""),
        "watch_code": request.GET.get("say", "")[:12],
    }


def act(request: HttpRequest, subject: str, number: str, back: str, *, over: bool) -> HttpResponse:
    """Begin (not of what is ``over``), confirm or stop; ``back`` is the secret address of the page.

    The caller has checked the link.
    """
    post, network = request.POST, address_of(request)
    if post.get("stop"):
        progress.stop(subject=subject, number=number)
        return redirect(f"{back}#watch")
    if post.get("code"):
        right = progress.confirm(subject=subject, number=number, code=post["code"][:12], network=network)
        if not right:
            raise BadInput(fields={"code": gettext("This code is not right or too old.")})
        return redirect(f"{back}#watch")
    if over:
        raise IllegalMove(gettext("This has ended: there is nothing more to hear of."), code="over")
    way = post.get("way", "")
    _watcher, code = progress.watch(
        subject=subject, number=number, link=back, way=way, to=post.get("to", "")[:2000], network=network
    )
    if wants_json(request):
        return JsonResponse({"way": way, "say": code}, status=201)
    asked = {Way.SMS: "?watch=sms", Way.WECHAT: f"?say={code}"}.get(Way(way), "")
    return redirect(f"{back}{asked}#watch")
