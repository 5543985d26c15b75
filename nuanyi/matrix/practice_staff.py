"""Good practice and the shelf of regulations in the office."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.lib import clock, figures
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import day_of, number_of, status_of
from nuanyi.lib.listing import Column, Filter, Listing, shown
from nuanyi.matrix import shelf
from nuanyi.matrix import year as year_report
from nuanyi.matrix.models import Practice
from nuanyi.matrix.practice_rules import Shelf
from nuanyi.matrix.services import practice as services
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.units.queries import unit_choices, units_for

NAMES = ("title", "text", "period", "region", "unit")


@require_safe
@permission_required("matrix.view")
def practices(request: HttpRequest) -> HttpResponse:
    """What worked elsewhere, and what does a unit write up?"""
    return _practices(request)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(services.WRITE)
def write(request: HttpRequest) -> HttpResponse:
    """Write a good practice up."""
    return _practices(request)


def _listing(actor: Actor) -> Listing:
    """What is shared, and what the actor's units are writing."""

    def rows(filters: dict[str, str]) -> QuerySet[Practice]:
        found = shelf.practices(actor)
        if filters.get("state") in Shelf.values:
            found = found.filter(state=filters["state"])
        if unit := number_of(filters.get("unit", "")):
            found = found.filter(unit=unit)
        if filters.get("q"):
            found = found.filter(title__icontains=filters["q"])
        return found

    return Listing(
        "matrix.practices",
        (
            Column("title", _("Good practice"), "title", may_hide=False),
            Column("unit", _("Unit"), "unit__short_name"),
            Column("place", _("Place"), "region_code"),
            Column("state", _("State"), "state"),
            Column("day", _("Day"), "changed_at"),
        ),
        [
            Filter("state", _("State"), Shelf.choices, "state"),
            Filter("unit", _("Unit"), unit_choices(), "unit_id"),
        ],
        rows,
        searches=_("Words of the heading"),
    )


def _practices(request: HttpRequest) -> HttpResponse:
    actor, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            made = _saved(request, None)
            return redirect("matrix:practice", made.pk)
        except Refusal as wrong:
            refusal = wrong
    context = {
        "list": shown(request, _listing(actor)),
        "rows_template": "matrix/staff/practices_rows.html",
        "empty_template": "matrix/staff/practices_empty.html",
        "typed": {name: request.POST.get(name, "") for name in NAMES},
        "may_write": actor.can(services.WRITE),
        "refusal": refusal,
        **_choices(request),
    }
    return render(request, "matrix/staff/practices.html", context, status=status_of(refusal))


def _choices(request: HttpRequest) -> dict[str, object]:
    actor = actor_of(request)
    return {
        "units": units_for(actor, services.WRITE) if actor.can(services.WRITE) else [],
        "regions": places.all_regions(),
        "figures": sorted(figures.offered().values(), key=lambda one: one.key),
        "names": places.names_by_code(),
    }


def _saved(request: HttpRequest, pk: int | None) -> Practice:
    actor, post = actor_of(request), request.POST
    unit = Unit.objects.filter(pk=number_of(post.get("unit", "")), active=True).first()
    if unit is None:
        raise BadInput(fields={"unit": _("Choose a unit.")})
    return services.save_practice(
        actor=actor,
        unit=unit,
        title=post.get("title", ""),
        text=post.get("text", ""),
        period=post.get("period", "").strip(),
        region_code=post.get("region", ""),
        pk=pk,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("matrix.view")
def practice(request: HttpRequest, pk: int) -> HttpResponse:
    """One good practice, its figures as they are now."""
    actor, post, refusal = actor_of(request), request.POST, None
    found = shelf.practice(actor, pk)
    typed = {
        "title": found.title,
        "text": found.text,
        "period": found.period,
        "region": found.region_code,
        "unit": str(found.unit_id),
    }
    if request.method == "POST":
        try:
            if post.get("to"):
                services.move_practice(actor=actor, pk=pk, to=post["to"], words=post.get("words", ""))
            else:
                _saved(request, pk)
            return redirect("matrix:practice", pk)
        except Refusal as wrong:
            refusal = wrong
            typed |= {name: post[name] for name in NAMES if name in post}
    own = shelf.may_write(actor, found)
    context = {
        "practice": found,
        "text": shelf.text_of(actor, found),
        "typed": typed,
        "refusal": refusal,
        "may_edit": own and found.state in (Shelf.DRAFT, Shelf.WITHDRAWN),
        "may_hand_in": own and found.state == Shelf.DRAFT,
        "may_review": found.state == Shelf.REVIEW
        and actor.can(services.REVIEW)
        and not found.written_by(actor.account_id),
        "may_withdraw": own and found.state == Shelf.SHARED,
        **_choices(request),
    }
    return render(request, "matrix/staff/practice.html", context, status=status_of(refusal))


@require_safe
@permission_required("matrix.view")
def year_page(request: HttpRequest, year: int) -> HttpResponse:
    """A published report beside the records of its year."""
    found = year_report.report(actor_of(request), year)
    return render(request, "matrix/staff/year.html", {"report": found})


@require_safe
@permission_required("matrix.view")
def regulations(request: HttpRequest) -> HttpResponse:
    """The regulations of the district, each with the version that holds."""
    return _regulations(request)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(services.KEEP)
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a regulation, or a new version of one."""
    return _regulations(request)


def _regulations(request: HttpRequest) -> HttpResponse:
    actor, post, refusal = actor_of(request), request.POST, None
    if request.method == "POST":
        try:
            unit = Unit.objects.filter(pk=number_of(post.get("unit", "")), active=True).first()
            if unit is None:
                raise BadInput(fields={"unit": _("Choose a unit.")})
            made = services.save_regulation(
                actor=actor,
                title=post.get("title", ""),
                unit=unit,
                text=post.get("text", ""),
                from_date=day_of(post.get("from_date", ""), "from_date"),
                paper=post.get("paper", ""),
                why=post.get("why", ""),
            )
            return redirect("matrix:regulation", made.regulation_id)
        except Refusal as wrong:
            refusal = wrong
    context = {
        "rows": shelf.regulations(),
        "may_keep": actor.can(services.KEEP),
        "units": Unit.objects.filter(active=True).order_by("pk"),
        "typed": {
            name: post.get(name, "") for name in ("title", "text", "paper", "why", "from_date", "unit")
        },
        "today": clock.today(),
        "refusal": refusal,
    }
    return render(request, "matrix/staff/regulations.html", context, status=status_of(refusal))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("matrix.view")
def regulation(request: HttpRequest, pk: int) -> HttpResponse:
    """One regulation with all its versions."""
    actor, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            if request.POST.get("does") != "end":
                raise NotFound()
            services.end_regulation(actor=actor, pk=pk, on=day_of(request.POST.get("on", ""), "on"))
            return redirect("matrix:regulation", pk)
        except Refusal as wrong:
            refusal = wrong
    held, shown = shelf.regulation(pk, number_of(request.GET.get("version", "")))
    context = {"held": held, "shown": shown, "may_keep": actor.can(services.KEEP), "refusal": refusal}
    return render(request, "matrix/staff/regulation.html", context, status=status_of(refusal))
