"""Briefs in the office: drafted, edited, signed, taken as a Word file; and the records behind a number."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.lib import clock, downloads
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.figures import Window, window
from nuanyi.lib.form_parsing import number_of, status_of
from nuanyi.lib.periods import shifted
from nuanyi.matrix import brief_paper, briefs, records, ways
from nuanyi.matrix.services import briefs as services
from nuanyi.places import queries as places
from nuanyi.units.queries import own_district


@require_safe
@permission_required("matrix.view")
def brief_list(request: HttpRequest) -> HttpResponse:
    """Which briefs are there, and what is the next?"""
    return _brief_list(request)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(briefs.ACT)
def draft(request: HttpRequest) -> HttpResponse:
    """Draft the brief of a period and a place."""
    return _brief_list(request)


def _brief_list(request: HttpRequest) -> HttpResponse:
    actor, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            made = services.draft(
                actor=actor, period=request.POST.get("period", ""), region_code=request.POST.get("region", "")
            )
            return redirect("matrix:brief", made.pk)
        except Refusal as wrong:
            refusal = wrong
    last = shifted(clock.today(), -1)  # this month is not over
    context = {
        "rows": list(briefs.listed(actor)[:200]),
        "may_write": actor.can(briefs.ACT),
        "refusal": refusal,
        "period": request.POST.get("period", f"{last.year}-{last.month:02d}"),
        "region": request.POST.get("region", own_district(actor)),
        "regions": [
            one
            for one in places.all_regions()
            if actor.everywhere(briefs.ACT) or actor.can(briefs.ACT, regions=(one.code,))
        ],
        "everywhere": actor.everywhere(briefs.ACT),
        "names": places.names_by_code(),
    }
    return render(request, "matrix/staff/briefs.html", context, status=status_of(refusal))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("matrix.view")
def brief(request: HttpRequest, pk: int) -> HttpResponse:
    """One brief: its words while they are edited, its numbers, what it says when it is signed."""
    actor, post, refusal = actor_of(request), request.POST, None
    found = briefs.one(actor, pk)
    sections = services.sections_of(found)
    if request.method == "POST":
        revision, does = number_of(post.get("revision", "")), post.get("does", "")
        try:
            if does == "again":
                services.ask_again(actor=actor, pk=pk)
            elif does == "drop":
                services.drop(actor=actor, pk=pk)
                return redirect("matrix:briefs")
            elif does == "sign":
                services.sign(actor=actor, pk=pk, revision=revision)
            else:
                services.edit(
                    actor=actor,
                    pk=pk,
                    revision=revision,
                    title=post.get("title", ""),
                    texts={key: post[f"text-{key}"] for key, *_rest in sections if f"text-{key}" in post},
                    red_head=bool(post.get("red_head")),
                )
            return redirect("matrix:brief", pk)
        except Refusal as wrong:
            refusal = wrong
            sections = [(key, title, post.get(f"text-{key}", text)) for key, title, text in sections]
    context = {
        "brief": found,
        "sections": sections,
        "numbers": briefs.numbers(found),
        "warnings": briefs.warnings(found),
        "may_edit": briefs.may_edit(actor, found) and not found.signed,
        "refusal": refusal,
        "place": briefs.region_words(found.region_code),
    }
    return render(request, "matrix/staff/brief.html", context, status=status_of(refusal))


@require_safe
@permission_required("matrix.view")
def brief_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The Word file: of a signed one the very file that was signed, of a draft one made now."""
    found = briefs.one(actor_of(request), pk)
    data = bytes(found.docx) if found.docx else brief_paper.document(found)
    return downloads.word(data, f"{found.title}.docx")


def asked_window(request: HttpRequest) -> tuple[Window, str, str]:
    """The window that an address names; all time and the whole district where it names none that is one."""
    period, region = request.GET.get("period", "").strip(), request.GET.get("region", "").strip()
    try:
        return window(period, region), period, region
    except BadInput:
        return Window(), "", ""


@require_safe
@permission_required("matrix.view")
def behind(request: HttpRequest, key: str) -> HttpResponse:
    """The very records that a number counts."""
    actor, sector, origin = actor_of(request), "", request.GET.get("from", "")
    asked, period, region = asked_window(request)
    if "task" in request.GET:
        number = number_of(request.GET["task"])
        asked, sector = records.of_task(actor, key, number)
        period, region, origin = "", asked.region, f"task:{number}"
    address, words = ways.back(origin, period, region)
    context = {
        "found": records.behind(actor, key, asked, sector),
        "asked": asked,
        "sector": sector,
        "period": period,
        "region": region,
        "most": records.MOST,
        "back": address,
        "back_words": words,
        **records.names(),
    }
    return render(request, "matrix/staff/records.html", context)
