"""Open data for everybody: CSV and JSON with a schema, a licence and a log of changes."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nuanyi.ledger import rules as kinds
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.downloads import saved_as
from nuanyi.lib.errors import NotFound
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places
from nuanyi.sharing import queries, rules
from nuanyi.sharing.models import Release

#: What an address may ask for, as examples.
EXAMPLES = ("?dataset=months", "?dataset=townships&period=2022", "?dataset=sectors&kind=service.legal_aid")
CACHE = "public, max-age=3600"


def _release(request: HttpRequest) -> Release:
    wanted = request.GET.get("release", "")
    found = (
        Release.objects.filter(number=int(wanted)).first()
        if wanted.isdecimal() and len(wanted) < 9
        else None
        if wanted
        else queries.latest()
    )
    if found is None:
        raise NotFound()
    return found


def _about(release: Release) -> dict[str, Any]:
    return {
        "release": release.number,
        "made_at": release.made_at.isoformat(timespec="seconds"),
        "until": f"{release.until_month:%Y-%m}",
        "licence": rules.LICENCE,
        "licence_address": rules.LICENCE_ADDRESS,
    }


@require_safe
@permission_required(PUBLIC)
def page(request: HttpRequest) -> HttpResponse:
    """What there is, under which licence, and what was corrected."""
    release = queries.latest()
    names = {kind.name: kind for kind in kinds.kinds().values()}
    months = queries.filtered(release.rows, {"dataset": "months"}) if release else []
    context = {
        "release": release,
        "releases": Release.objects.defer("rows")[:24],
        "rows": [{**row, "words": names.get(row["kind"])} for row in months[-60:][::-1]],
        "examples": EXAMPLES,
        "licence": rules.LICENCE,
        "licence_address": rules.LICENCE_ADDRESS,
        "sectors": dict(Sector.choices),
        "names": places.names_by_code(),
    }
    return render(request, "sharing/open/page.html", context)


@require_safe
@permission_required(PUBLIC)
def as_json(request: HttpRequest) -> JsonResponse:
    """The rows that fit the filters, and what they are."""
    release = _release(request)
    rows = queries.filtered(release.rows, request.GET.dict())
    response = JsonResponse({**_about(release), "rows": rows}, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = CACHE
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@permission_required(PUBLIC)
def as_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV (RFC 4180) in UTF-8, with the words of kind, township and sector behind their codes."""
    release = _release(request)
    rows = queries.filtered(release.rows, request.GET.dict())
    names, sectors, known = places.names_by_code(), dict(Sector.choices), kinds.kinds()
    out = io.StringIO()
    out.write("\ufeff")  # Excel reads it as UTF-8 only with this sign
    writer = csv.writer(out)
    writer.writerow([*queries.FILTERS, "value", "kind_title", "unit", "township_name", "sector_title"])
    for row in rows:
        kind = known.get(row["kind"])
        writer.writerow(
            [
                *[row[name] for name in queries.FILTERS],
                "" if row["value"] is None else row["value"],
                kind.title if kind else "",
                kind.unit if kind else "",
                names.get(row["township"], ""),
                sectors.get(row["sector"], ""),
            ]
        )
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    title = _("Services delivered")
    saved_as(response, f"{title} {release.number}.csv")
    response["Cache-Control"] = CACHE
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@permission_required(PUBLIC)
def schema(request: HttpRequest) -> JsonResponse:
    """The fields, and what the codes mean."""
    told = {"title": _("Services delivered"), "licence": rules.LICENCE, **queries.schema()}
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = CACHE
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@permission_required(PUBLIC)
def changes(request: HttpRequest) -> JsonResponse:
    """Every release, the latest first, with the cells that it corrected."""
    told = [
        {**_about(one), "note": one.note, "corrected": one.changes}
        for one in Release.objects.defer("rows")[:120]
    ]
    response = JsonResponse({"releases": told}, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = CACHE
    response["Access-Control-Allow-Origin"] = "*"
    return response
