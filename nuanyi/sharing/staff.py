"""Handing months up, taking districts' in, publishing open data."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from nuanyi.lib import clock, downloads
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput, NotFound, Words
from nuanyi.lib.form_parsing import day_of, number_of
from nuanyi.lib.periods import period_of
from nuanyi.places import queries as places
from nuanyi.sharing import queries, rules
from nuanyi.sharing.models import Received, SenderKey, SigningKey, Summary
from nuanyi.sharing.services import releases as publishing
from nuanyi.sharing.services import summaries

#: What was just done, in words; the address says which.
DONE: dict[str, Words] = {
    "signed": gettext_lazy("%(month)s is signed, revision %(n)s. Download it and hand it up."),
    "key": gettext_lazy("There is a new key. Tell it to the city before the next month is handed up."),
    "sender": gettext_lazy("The district's key is entered."),
    "received": gettext_lazy("%(code)s, %(month)s, revision %(n)s was checked and taken in."),
    "void": gettext_lazy("%(code)s, %(month)s, revision %(n)s does not count any more."),
    "known": gettext_lazy("%(code)s, %(month)s, revision %(n)s was here already; nothing changed."),
}


def _done(what: str, **facts: object) -> HttpResponse:
    return redirect(f"{reverse('sharing:upward')}?{urlencode({'done': what, **facts})}")


def _words(request: HttpRequest) -> str:
    words = DONE.get(request.GET.get("done", ""))
    if words is None:
        return ""
    return str(words) % {name: request.GET.get(name, "")[:12] for name in ("month", "n", "code")}


def _period(text: str) -> tuple[date, date, str]:
    text = text.strip() or str(queries.month_before(clock.today()).year)
    try:
        asked = period_of(text)
    except ValueError as exc:
        raise BadInput(
            _("“%(typed)s” is no period. Write 2022 or 2022-06.") % {"typed": text[:20]}, code="bad-period"
        ) from exc
    first, last = asked.first, asked.last.replace(day=1)
    return first, min(last, max(first, queries.month_before(clock.today()))), text


@require_safe
@permission_required("sharing.view")
def upward(request: HttpRequest) -> HttpResponse:
    """A district's months and its key; a city's table of districts."""
    first, last, period = _period(request.GET.get("period", ""))
    district = places.district()
    years = queries.own_years()
    year = number_of(request.GET.get("year", ""))
    year = year if year in years else 0
    context: dict[str, Any] = {
        "years": years,
        "year": year,
        "is_district": district is not None and len(district.code) == 6,
        "months": queries.own_months(year or None),
        "key": queries.key_in_force(),
        "old_keys": SigningKey.objects.exclude(until_date=None),
        "senders": SenderKey.objects.all(),
        "period": period,
        "table": queries.city_table(first, last),
        "received": Received.objects.order_by("-received_at")[:20],
        "done": _words(request),
    }
    return render(request, "sharing/staff/upward.html", context)


@require_POST
@permission_required("sharing.publish")
def sign(request: HttpRequest) -> HttpResponse:
    """Sign a month."""
    month = day_of(f"{request.POST.get('month', '')}-01", "month")
    made = summaries.sign_month(actor=actor_of(request), month=month)
    return _done("signed", month=f"{month:%Y-%m}", n=made.revision, year=month.year)


@require_POST
@permission_required("sharing.publish")
def change_key(request: HttpRequest) -> HttpResponse:
    """Sign with a new key from now on."""
    summaries.change_key(actor=actor_of(request))
    return _done("key")


@require_safe
@permission_required("sharing.view")
def summary(request: HttpRequest, month: str, revision: int) -> HttpResponse:
    """A signed month as a file."""
    if not rules.MONTH.fullmatch(month) or revision > 10_000:
        raise NotFound()
    found = Summary.objects.filter(month=date.fromisoformat(f"{month}-01"), revision=revision).first()
    if found is None:
        raise NotFound()
    text = json.dumps(found.document, ensure_ascii=False, indent=1, sort_keys=True)
    response = HttpResponse(text, content_type="application/json")
    code = found.document["district"]["code"]
    title = _("Monthly summary")
    return downloads.saved_as(response, f"{title} {code}-{month}-{revision}.json")


@require_POST
@permission_required("sharing.receive")
def set_sender(request: HttpRequest) -> HttpResponse:
    """Enter a district's key."""
    since = request.POST.get("from_date", "")
    summaries.set_sender(
        actor=actor_of(request),
        code=request.POST.get("code", ""),
        name=request.POST.get("name", ""),
        public_key=request.POST.get("public_key", ""),
        from_date=day_of(since, "from_date") if since else None,
    )
    return _done("sender")


@require_POST
@permission_required("sharing.receive")
def receive(request: HttpRequest) -> HttpResponse:
    """Check a district's summary and take it in."""
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(fields={"file": _("Choose the file of the district.")})
    raw = file.read(rules.MOST_BYTES + 1)
    made, new = summaries.receive(actor=actor_of(request), raw=raw)
    return _done(
        "received" if new else "known", code=made.district_code, month=f"{made.month:%Y-%m}", n=made.revision
    )


@require_POST
@permission_required("sharing.receive")
def make_void(request: HttpRequest) -> HttpResponse:
    """Take a received summary out of the count."""
    pk = request.POST.get("pk", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
        raise NotFound()
    found = summaries.make_void(actor=actor_of(request), pk=int(pk), because=request.POST.get("because", ""))
    return _done("void", code=found.district_code, month=f"{found.month:%Y-%m}", n=found.revision)


@require_safe
@permission_required("sharing.view")
def releases(request: HttpRequest) -> HttpResponse:
    """What is public, and what each release corrected."""
    return render(request, "sharing/staff/releases.html", {"releases": queries.all_releases()[:60]})


@require_POST
@permission_required("sharing.publish")
def release(request: HttpRequest) -> HttpResponse:
    """Publish all months that are over."""
    publishing.release(actor=actor_of(request), note=request.POST.get("note", ""))
    return redirect("sharing:releases")
