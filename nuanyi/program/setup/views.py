"""The first pages of an empty home. Whoever holds the one-time key goes through them; each step can be left and come back to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.cases.rules import Kind
from nuanyi.lib import clock, limits, row_security, sheets
from nuanyi.lib.access import PUBLIC, actor_of, address_of, permission_required
from nuanyi.lib.actor import system
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import status_of
from nuanyi.lib.sectors import Sector
from nuanyi.people import queries as people
from nuanyi.people.passwords import Slip
from nuanyi.people.rules import Role
from nuanyi.people.slips import slips_page
from nuanyi.places import division
from nuanyi.places import queries as places
from nuanyi.program.setup import queries, services
from nuanyi.program.setup import trial as trials
from nuanyi.program.setup.services import AccountInput, RuleInput
from nuanyi.program.setup.template import template
from nuanyi.units import reading
from nuanyi.units.models import Role as UnitRole
from nuanyi.units.models import Unit
from nuanyi.units.queries import own_district
from nuanyi.units.reading import UnitInput

ACTOR = system("setup")
SESSION = "setup"
TRIES_AN_HOUR = 30
ORDER = ("district", "units", "responsibility", "services", "accounts")

View = Callable[..., HttpResponse]


def step(view: View) -> View:
    """A page of setting up: only for the browser that gave the key up; anybody else finds nothing there.

    That is asked before anything else: an answer that was kept for a repeat is for that browser too.
    """

    @permission_required(PUBLIC)
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with row_security.reading_as(ACTOR):
            return view(request, *args, **kwargs)

    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with row_security.reading_as(ACTOR):
            holds = services.holds_session(str(request.session.get(SESSION, "")))
        if not holds:
            raise NotFound()
        return page(request, *args, **kwargs)

    return guarded


def _page(request: HttpRequest, name: str, refusal: Refusal | None = None, **context: Any) -> HttpResponse:
    district = places.district()
    steps = {one.key: one for one in queries.steps()}
    context |= {
        "refusal": refusal,
        "district": district,
        "here": name,
        "line": [(key, steps[key]) for key in ORDER],
    }
    response = render(request, f"setup/{name}.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response


@permission_required(PUBLIC)
def begin(request: HttpRequest) -> HttpResponse:
    """Where the printed address leads: a button gives the key up, so that a link looked at by a machine is not used up."""
    if services.holds_session(str(request.session.get(SESSION, ""))):
        return redirect("setup:overview")
    if queries.is_set_up():
        raise NotFound()
    refusal = None
    key = request.POST.get("key") or request.GET.get("key", "")
    if request.method == "POST":
        limits.count("setup-key", address_of(request), at_most=TRIES_AN_HOUR)
        try:
            token = services.use_key(actor=ACTOR, key=key)
        except NotFound as wrong:
            refusal = wrong
        else:
            request.session.cycle_key()
            request.session[SESSION] = token
            return redirect("setup:district")
    return render(
        request,
        "setup/begin.html",
        {"key": key, "refusal": refusal},
        status=status_of(refusal),
    )


@step
def district(request: HttpRequest) -> HttpResponse:
    """Which district: by name or code, or step by step from its province."""
    refusal = None
    if request.method == "POST":
        try:
            services.choose_district(
                actor=ACTOR, code=request.POST.get("district", ""), villages="villages" in request.POST
            )
            return redirect("setup:units")
        except Refusal as wrong:
            refusal = wrong
    text, below = request.GET.get("q", "").strip(), request.GET.get("below", "")
    found = services.districts_named(text) if text else []
    return _page(
        request,
        "district",
        refusal,
        q=text,
        found=found,
        below=division.node(below),
        nodes=division.below(below) if not text else [],
        records=trials.held(),
    )


@step
def units(request: HttpRequest) -> HttpResponse:
    """The usual units as ticks, and a list that is pasted or sent."""
    refusal = None
    proposed = services.proposed_units()
    there = set(Unit.objects.filter(active=True).values_list("code", flat=True))
    ticked = set(request.POST.getlist("unit")) if request.method == "POST" else there
    if request.method == "POST":
        try:
            services.save_units(actor=ACTOR, ticked=ticked, more=_list_of(request))
            return redirect("setup:responsibility")
        except Refusal as wrong:
            refusal = wrong
    lines = [(line, line.required or not there or line.code in ticked) for line in proposed]
    others = Unit.objects.filter(active=True).exclude(code__in=[line.code for line in proposed])
    return _page(
        request,
        "units",
        refusal,
        lines=[pair for pair in lines if pair[0].kind != "township"],
        townships=[pair for pair in lines if pair[0].kind == "township"],
        others=others,
        pasted=request.POST.get("units", ""),
    )


def _list_of(request: HttpRequest) -> list[UnitInput]:
    """What was pasted, and what a sent sheet holds."""
    found: list[UnitInput] = []
    if request.POST.get("units", "").strip():
        found += reading.pasted(request.POST["units"])
    file = request.FILES.get("file")
    if file is not None:
        for sheet in sheets.read(file.read()):
            found += reading.units_of(sheet.rows)
            break
    return found


@step
def responsibility(request: HttpRequest) -> HttpResponse:
    """Who leads, guides and cooperates: a filled proposal by sector, from a day on."""
    refusal = None
    proposed = services.proposed_rules()
    # in a city the page shows its own; those of each district are taken as proposed, and changed on their own page
    rules = [rule for rule in proposed if not rule.region]
    if request.method == "POST":
        rules = [
            RuleInput(
                rule.role,
                rule.sector,
                request.POST.get(f"unit-{place}", ""),
                rule.because,
                _day(request),
            )
            for place, rule in enumerate(rules)
        ]
        try:
            services.save_rules(actor=ACTOR, rules=[*rules, *(rule for rule in proposed if rule.region)])
            return redirect("setup:services")
        except Refusal as wrong:
            refusal = wrong
    sectors, roles = dict(Sector.choices), dict(UnitRole.choices)
    rows = [(place, roles[UnitRole(r.role)], sectors.get(r.sector, ""), r) for place, r in enumerate(rules)]
    return _page(
        request,
        "responsibility",
        refusal,
        rows=rows,
        units=Unit.objects.filter(active=True, **_of_the_root()),
        day=request.POST.get("day") or clock.today().isoformat(),
    )


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return clock.today()


@step
def service_list(request: HttpRequest) -> HttpResponse:
    """The service list in six parts with its law, and where each kind of request goes."""
    refusal = None
    lines, routes = services.default_lines(), services.default_routes()
    if request.method == "POST":
        chosen = [
            (line, request.POST.get(f"unit-{place}", unit))
            for place, (line, unit) in enumerate(lines)
            if f"line-{place}" in request.POST
        ]
        routes = [(kind, request.POST.get(f"route-{kind}", "")) for kind, _unit in routes]
        try:
            services.save_services(actor=ACTOR, lines=chosen, routes=routes)
            return redirect("setup:accounts")
        except Refusal as wrong:
            refusal = wrong
    kinds = dict(Kind.choices)
    return _page(
        request,
        "services",
        refusal,
        rows=[(place, line, unit) for place, (line, unit) in enumerate(lines)],
        routes=[(kind, kinds[Kind(kind)], unit) for kind, unit in routes],
        units=Unit.objects.filter(active=True),
    )


@step
def accounts(request: HttpRequest) -> HttpResponse:
    """The first accounts; their one-time passwords are shown once, as slips to print."""
    refusal = None
    rows = [(place, one, ticked) for place, (one, ticked) in enumerate(services.proposed_accounts())]
    if request.method == "POST" and "again" in request.POST:
        return _slips(request, services.renew_slips(actor=ACTOR))
    if request.method == "POST":
        rows = _account_rows(request)
        chosen = [one for _place, one, ticked in rows if ticked]
        try:
            slips = services.make_accounts(actor=ACTOR, accounts=chosen)
        except Refusal as wrong:
            refusal = wrong
        else:
            return _slips(request, slips)
    choices = _choices()
    return _page(
        request,
        "accounts",
        refusal,
        rows=[(*row, choices.get(row[1].unit, choices[""])) for row in rows],
        roles=[(value, label) for value, label in Role.choices if value != Role.WORKER],
        unused=services.unused_accounts(),
    )


def _of_the_root() -> dict[str, str]:
    """In a city the lists of these pages hold the city's own units: all of its districts' would be hundreds."""
    return {"region_code": ""} if services.parts() else {}


def _choices() -> dict[str, list[Unit]]:
    """The units that each unit's account may be moved to on this page, by its code: all, in a city those of its place."""
    units = list(Unit.objects.filter(active=True))
    if not services.parts():
        return {"": units} | {unit.code: units for unit in units}
    by_place: dict[str, list[Unit]] = {"": []}
    for unit in units:
        by_place.setdefault(unit.region_code, []).append(unit)
    return {"": by_place[""]} | {unit.code: by_place[unit.region_code] for unit in units}


def _account_rows(request: HttpRequest) -> list[tuple[int, AccountInput, bool]]:
    count = request.POST.get("count", "")
    rows = []
    for place in range(min(int(count) if count.isdecimal() and len(count) < 5 else 0, 500)):
        of = {
            name: request.POST.get(f"{name}-{place}", "").strip()
            for name in ("username", "name", "unit", "role")
        }
        one = AccountInput(of["username"], of["name"], of["unit"], of["role"])
        rows.append((place, one, f"tick-{place}" in request.POST))
    return rows


def _slips(request: HttpRequest, slips: list[Slip], onward: str = "") -> HttpResponse:
    """The slips, once; the way on leads to the overview."""
    onward = onward or reverse("setup:overview")
    return slips_page(request, slips, onward=onward, onward_words=str(_("Printed; go on")))


@step
def overview(request: HttpRequest) -> HttpResponse:
    """What is there, what is missing, what happens meanwhile; and the button that opens the district."""
    refusal = None
    if request.method == "POST":
        try:
            services.open_district(actor=ACTOR, trial="trial" in request.POST)
            request.session.pop(SESSION, None)
            return redirect(f"{settings.LOGIN_URL}?opened=1")
        except Refusal as wrong:
            refusal = wrong
    steps = queries.steps()
    return _page(
        request,
        "overview",
        refusal,
        steps=steps,
        missing=[one for one in steps if one.needed and not one.done],
        order=ORDER,
    )


@require_safe
@permission_required("setup.view")
def state(request: HttpRequest) -> HttpResponse:
    """The same overview for a district that is open, with the page of each part."""
    context = {
        "steps": queries.steps(),
        "template": template(),
        "trial": trials.is_trial(),
        "alone": people.units_without_hands(own_district(actor_of(request))).order_by("name"),
    }
    return render(request, "setup/state.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("setup.empty")
def trial(request: HttpRequest) -> HttpResponse:
    """Empty a try-out, or turn it into the real district; what would go is counted first, and the name is typed."""
    refusal = None
    if request.method == "POST":
        try:
            went, slips = trials.empty(
                actor=actor_of(request),
                name=request.POST.get("name", ""),
                real=request.POST.get("then") == "real",
                keep_stations="stations" in request.POST,
            )
        except Refusal as wrong:
            refusal = wrong
        else:
            if slips:
                return _slips(request, slips, onward=reverse("setup-state"))
            return render(request, "setup/trial_done.html", {"rows": sum(went.values())})
    context = {
        "refusal": refusal,
        "trial": trials.is_trial(),
        "held": trials.held(),
        "district": places.district(),
        "name": request.POST.get("name", ""),
        "real": request.POST.get("then") == "real",
    }
    return render(request, "setup/trial.html", context, status=status_of(refusal))
