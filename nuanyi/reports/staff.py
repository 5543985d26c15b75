"""The office's and the grid worker's face of reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.lib.access import PUBLIC, actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.downloads import dated, workbook
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import key_of, number_of, status_of
from nuanyi.lib.listing import Column, Filter, Listing, back_to, picked, shown
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.reports import queries
from nuanyi.reports.forms import KindForm, RuleForm
from nuanyi.reports.models import ApiKey, DispatchRule, Kind, Report
from nuanyi.reports.rules import MENDING_PHOTOS, OPEN, State, Why
from nuanyi.reports.services import exports, handling, outside
from nuanyi.reports.services import settings as office
from nuanyi.units import queries as units
from nuanyi.units.models import Unit
from nuanyi.units.queries import reason_words, units_for
from nuanyi.workflow import handover

FILTERS = ("state", "kind", "region", "late", "offered", "double", "q")
COLUMNS = (
    Column("ref", _("Number"), "ref", may_hide=False),
    Column("kind", _("Kind"), "kind_id"),
    Column("place", _("Place"), "region_code"),
    Column("due", _("Due"), "due_at"),
    Column("state", _("State"), "state"),
    Column("unit", _("Unit"), "unit__name"),
    Column("grid", _("Grid worker")),
    Column("voices", _("Voices"), "voices_count", is_number=True, is_summed=True),
)


def _listing(actor: Actor) -> Listing:
    """The list of reports as one actor may see it."""
    return Listing(
        "reports.reports",
        COLUMNS,
        [
            Filter(
                "state",
                _("State"),
                [*State.choices, ("all", _("All"))],
                "state",
                _("Still open"),
                ("all",),
                "all",
            ),
            Filter("kind", _("Kind"), queries.kind_choices(), "kind__code"),
            Filter("region", _("Township"), places.township_choices()[1:], Left("region_code", 9)),
            Filter("late", _("Deadline"), [("1", _("Overdue"))]),
            Filter("double", _("Doubles"), [("1", _("Probably told twice"))]),
            Filter("offered", _("Hand-over"), handover.CHOICES),
        ],
        lambda filters: queries.listed(actor, filters),
        searches=_("Number or place"),
    )


@require_safe
@permission_required("reports.handle")
def listed(request: HttpRequest) -> HttpResponse:
    """What is waiting out there?"""
    actor = actor_of(request)
    context = {
        "list": shown(request, _listing(actor)),
        "names": places.names_by_code(),
        "quality": queries.quality(Report.objects.visible_to(actor)),
        "rows_template": "reports/staff/list_rows.html",
        "bulk_action": reverse("reports:bulk"),
        "bulk_template": "reports/staff/list_bulk.html",
        "extra_template": "reports/staff/list_extra.html",
        "empty_template": "reports/staff/list_empty.html",
    }
    return render(request, "reports/staff/list.html", context)


@require_safe
@permission_required("reports.handle", journaled=True)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as Excel."""
    filters = {name: request.GET.get(name, "") for name in FILTERS}
    return workbook(exports.export_list(actor=actor_of(request), filters=filters), dated(gettext("Reports")))


@require_safe
@permission_required("reports.handle", journaled=True)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: where it is, what is wrong, what to do."""
    actor = actor_of(request)
    found = handling.own(actor, pk, lock=False)
    holds = actor.can(
        "reports.handle", units=(found.unit_id,), regions=(found.region_code,) if found.region_code else ()
    )
    offered = handover.is_asked(found, actor, "reports.handle")
    server = request.GET.get("server", "")
    context = {
        "report": found,
        "route_words": reason_words(found.route_reason),
        "kind": queries.shown_kind(found),
        "words": handling.words(actor=actor, pk=pk),
        "holds": holds,
        "offered": offered,
        "steps": found.steps.select_related("unit", "account"),
        "pictures": found.pictures.order_by("after", "pk").values_list("pk", "after"),
        "units": units.bodies().exclude(pk=found.unit_id),
        "reasons": Why.choices,
        "kinds": queries.kind_choices(),
        "names": places.names_by_code(),
        "phones": found.voices.exclude(phone_mask="").values_list("phone_mask", flat=True),
        "open": found.state in OPEN,
        "may_take": found.state not in (State.TAKEN, State.MENDED, State.CLOSED),
        "servers": sorted(outside.servers()),
        "server": server,
        "services": outside.services_of(server) if server else [],
        "key": uuid4(),
        "doubles": found.doubles.all(),
    }
    return render(request, "reports/staff/report.html", context)


@require_safe
@permission_required("reports.handle", journaled=True)
def picture(request: HttpRequest, pk: int, number: UUID) -> HttpResponse:
    """A photo of a report; looking at it is journaled."""
    response = HttpResponse(
        handling.picture(actor=actor_of(request), pk=pk, picture=number), content_type="image/jpeg"
    )
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required("reports.handle")
def phones(request: HttpRequest, pk: int) -> HttpResponse:
    """The phones that senders left, to ask where it is."""
    found = handling.phones(actor=actor_of(request), pk=pk, purpose=request.POST.get("purpose", ""))
    response = render(request, "reports/staff/phones.html", {"phones": found, "pk": pk})
    response["Cache-Control"] = "no-store"
    return response


def _photos(request: HttpRequest) -> list[bytes]:
    return [file.read() for file in request.FILES.getlist("photo")[:MENDING_PHOTOS]]


def _unit(request: HttpRequest, field: str = "unit") -> Unit:
    found = Unit.objects.filter(pk=number_of(request.POST.get(field, "")), active=True).first()
    if found is None:
        raise BadInput(fields={field: _("Choose from the list.")})
    return found


def _point(request: HttpRequest) -> tuple[float, float] | None:
    """The place that was set; None where both fields are empty."""
    lat, lon = request.POST.get("lat", ""), request.POST.get("lon", "")
    if not lat and not lon:
        return None
    try:
        return float(lat), float(lon)
    except ValueError as exc:
        raise BadInput(fields={"place": f"{lat}, {lon}"}) from exc


def _hand_out(request: HttpRequest, actor: Actor, pk: int) -> Report:
    server, service = request.POST.get("server", ""), request.POST.get("service", "")
    return outside.hand_out(actor=actor, pk=pk, server=server, service=service)


Deed = Callable[[HttpRequest, Actor, int], Any]
DEEDS: dict[str, Deed] = {
    "take": lambda r, a, pk: handling.take(actor=a, pk=pk, key=key_of(r), mine=bool(r.POST.get("mine"))),
    "mend": lambda r, a, pk: handling.mend(
        actor=a, pk=pk, words=r.POST.get("words", ""), photos=_photos(r), key=key_of(r)
    ),
    "answer": lambda r, a, pk: handling.answer(
        actor=a, pk=pk, words=r.POST.get("words", ""), shown=not r.POST.get("inside")
    ),
    "refuse": lambda r, a, pk: handling.refuse(
        actor=a, pk=pk, why=r.POST.get("why", ""), words=r.POST.get("words", "")
    ),
    "offer": lambda r, a, pk: handling.offer(
        actor=a, pk=pk, unit=_unit(r, "to"), words=r.POST.get("words", "")
    ),
    "accept": lambda r, a, pk: handling.reply(actor=a, pk=pk, accepts=True),
    "decline": lambda r, a, pk: handling.reply(actor=a, pk=pk, accepts=False, words=r.POST.get("words", "")),
    "correct": lambda r, a, pk: handling.correct(
        actor=a,
        pk=pk,
        kind=r.POST.get("kind", ""),
        point_wgs84=_point(r),
        where=r.POST.get("where", ""),
    ),
    "join": lambda r, a, pk: handling.join(actor=a, pk=pk, into=number_of(r.POST.get("into", ""))),
    "apart": lambda r, a, pk: handling.not_a_double(actor=a, pk=pk),
    "outside": lambda r, a, pk: _hand_out(r, a, pk),
}


@require_POST
@permission_required("reports.handle")
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """One deed at one report."""
    if deed not in DEEDS:
        raise NotFound()
    done = DEEDS[deed](request, actor_of(request), pk)
    if request.POST.get("from") == "grid":
        return redirect("grid:today")
    gone = (
        isinstance(done, Report)
        and not Report.objects.visible_to(actor_of(request)).filter(pk=done.pk).exists()
    )
    return redirect(
        reverse("reports:list")
        if gone
        else reverse("reports:report", args=[done.pk if deed == "join" else pk])
    )


@require_POST
@permission_required("reports.handle")
def bulk(request: HttpRequest) -> HttpResponse:
    """Take several at once, or join several with what they are doubles of; each stands for itself."""
    actor, did, failed = actor_of(request), 0, 0
    for pk in picked(request, _listing(actor)):
        try:
            found = handling.own(actor, pk, lock=False)
            if request.POST.get("deed") == "join" and found.double_of_id:
                handling.join(actor=actor, pk=found.pk, into=found.double_of_id)
            elif request.POST.get("deed") == "take":
                handling.take(actor=actor, pk=found.pk)
            else:
                raise NotFound()
            did += 1
        except Refusal:
            failed += 1
    return redirect(back_to(request, reverse("reports:list"), did=did, failed=failed))


# grid worker -------------------------------------------------------------------------------------


@require_safe
@permission_required("reports.handle")
def grid(request: HttpRequest) -> HttpResponse:
    """My grid today, in the order in which I walk it."""
    rows = queries.of_grids(actor_of(request))
    try:
        lat, lon = float(request.GET.get("lat", "")), float(request.GET.get("lon", ""))
    except ValueError:
        lat, lon = next((row.point for row in rows if row.point), (0.0, 0.0))
    way = queries.in_walking_order([row for row in rows if row.open], lat, lon)
    names = places.names_by_code()
    context = {
        "way": [(row, metres, queries.shown_kind(row)) for row, metres in way],
        "mended": [row for row in rows if not row.open],
        "names": names,
        "ways": queries.way_to(way[0][0]) if way else None,
        "paper": [queries.on_paper(row, names) for row, _metres in way],
    }
    return render(request, "reports/grid/today.html", context)


@require_safe
@permission_required(PUBLIC)
def grid_kept(request: HttpRequest) -> HttpResponse:
    """The empty page that shows, without network, the list that the grid worker's phone kept sealed."""
    return render(request, "reports/grid/kept.html", {"most_photos": MENDING_PHOTOS})


@require_safe
@permission_required("reports.handle", journaled=True)
def grid_report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report of my grid, on the phone: go there, mend it, photograph it; offline too."""
    actor = actor_of(request)
    found = handling.own(actor, pk, lock=False)
    context = {
        "report": found,
        "kind": queries.shown_kind(found),
        "words": handling.words(actor=actor, pk=pk),
        "key": uuid4(),
        "take_key": uuid4(),
        "pictures": found.pictures.order_by("after", "pk").values_list("pk", "after"),
        "reasons": Why.choices,
        "names": places.names_by_code(),
        "most_photos": MENDING_PHOTOS,
        "ways": queries.way_to(found),
    }
    return render(request, "reports/grid/report.html", context)


# settings ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("reports.settings")
def kinds(request: HttpRequest) -> HttpResponse:
    """What can be reported, and how fast must it be mended?"""
    change = Kind.objects.filter(code=request.GET.get("code", "")).first()
    first = (
        {
            f: getattr(change, f)
            for f in ("code", "title", "english", "keywords", "amount", "counted", "active")
        }
        if change
        else None
    )
    form, refusal = KindForm(request.POST or None, initial=first), None
    if request.method == "POST" and form.is_valid():
        try:
            office.save_kind(actor=actor_of(request), **form.cleaned_data)
            return redirect("reports:kinds")
        except Refusal as wrong:
            refusal = wrong
    context = {"form": form, "refusal": refusal, "rows": Kind.objects.all()}
    return render(
        request,
        "reports/staff/kinds.html",
        context,
        status=status_of(refusal, form),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("reports.settings")
def dispatch(request: HttpRequest) -> HttpResponse:
    """Where do reports go? With a dry run against past ones."""
    form, refusal, moved = RuleForm(request.POST or None), None, None
    if request.method == "POST":
        actor = actor_of(request)
        try:
            if request.POST.get("drop"):
                office.drop_rule(actor=actor, pk=number_of(request.POST["drop"]))
                return redirect("reports:rules")
            if form.is_valid():
                rule = office.rule_of(**form.cleaned_data)
                if request.POST.get("try"):
                    moved = queries.would_move(rule)
                else:
                    office.save_rule(actor=actor, rule=rule)
                    return redirect("reports:rules")
        except Refusal as wrong:
            refusal = wrong
    context = {
        "form": form,
        "refusal": refusal,
        "moved": moved,
        "rows": DispatchRule.objects.select_related("kind", "unit"),
        "names": places.names_by_code(),
    }
    return render(
        request,
        "reports/staff/rules.html",
        context,
        status=status_of(refusal, form),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("reports.settings")
def grids(request: HttpRequest) -> HttpResponse:
    """Who walks which grid?"""
    if request.method == "POST":
        account = Account.objects.filter(
            pk=number_of(request.POST.get("account", "")), is_active=True
        ).first()
        office.set_grid_worker(
            actor=actor_of(request), grid_code=request.POST.get("grid", ""), account=account
        )
        return redirect("reports:grids")
    return render(
        request, "reports/staff/grids.html", {"rows": queries.grids(), "workers": queries.grid_workers()}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("reports.settings")
def api_keys(request: HttpRequest) -> HttpResponse:
    """Which platforms may send reports by Open311?"""
    actor, shown, refusal = actor_of(request), "", None
    if request.method == "POST":
        try:
            if request.POST.get("stop"):
                office.stop_key(actor=actor, pk=number_of(request.POST["stop"]))
                return redirect("reports:keys")
            _made, shown = office.make_key(
                actor=actor, name=request.POST.get("name", ""), unit=_unit(request)
            )
        except Refusal as wrong:
            refusal = wrong
    context = {
        "rows": ApiKey.objects.select_related("unit").order_by("-pk"),
        "shown": shown,
        "address": "/open311/v2/",
        "units": units_for(actor, "reports.settings"),
        "refusal": refusal,
        "servers": sorted(outside.servers()),
    }
    response = render(request, "reports/staff/keys.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response
