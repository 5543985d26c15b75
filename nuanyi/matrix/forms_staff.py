"""One form for everything (一表通) in the office."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from nuanyi.lib import clock, downloads
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.form_parsing import number_of, status_of
from nuanyi.matrix.models import FormAnswer
from nuanyi.matrix.services import forms as services
from nuanyi.places import queries as places
from nuanyi.units.queries import own_district


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(services.ACT)
def forms(request: HttpRequest) -> HttpResponse:
    """Send a blank form and get it back filled; answer once what is missing."""
    actor, post, refusal = actor_of(request), request.POST, None
    if request.method == "POST":
        try:
            if post.get("answer"):
                services.answer(
                    actor=actor,
                    pk=number_of(post["answer"]),
                    value=post.get("value", ""),
                    source=post.get("source", ""),
                    lasting=bool(post.get("lasting")),
                )
                return redirect("matrix:forms")
            sent = request.FILES.get("file")
            if sent is None:
                raise BadInput(fields={"file": _("Choose a file.")})
            made = services.fill(
                actor=actor,
                data=sent.read(),
                period=post.get("period", ""),
                region_code=post.get("region", ""),
            )
            return downloads.workbook(made.data, (sent.name or "").rsplit(".", 1)[0] + "（已填）")
        except Refusal as wrong:
            refusal = wrong
    rows = FormAnswer.objects.select_related("unit").order_by("-at")
    if not actor.everywhere(services.ACT):  # whose form asked answers; an answer may name somebody
        own = actor.units(services.ACT)
        rows = rows.filter(Q(unit__in=own) | Q(asked_units__overlap=own))
    waiting = rows.filter(value="")
    context = {
        "open": waiting[:200],
        "answered": [
            (one, actor.can(services.ACT, regions=(), units=one.answering))
            for one in rows.exclude(value="")[:200]
        ],
        "period": post.get("period", str(clock.today().year)),
        "region": post.get("region", own_district(actor)),
        "regions": places.all_regions(),
        "names": places.names_by_code(),
        "refusal": refusal,
    }
    return render(request, "matrix/staff/forms.html", context, status=status_of(refusal))
