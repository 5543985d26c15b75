"""The office's face: the worklist, what comes by telephone, the overview, registers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, Left, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.cases import queries
from nuanyi.cases.forms import CallForm
from nuanyi.cases.models import Case, Register, RegisterLine
from nuanyi.cases.rules import OFFICIAL, Kind, State
from nuanyi.cases.services import desk, exports, intake, phones, registers
from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.addresses import public_base
from nuanyi.lib.downloads import dated, workbook
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.form_parsing import chosen, key_of, number_of, status_of
from nuanyi.lib.listing import Column, Filter, Listing, back_to, picked, shown
from nuanyi.lib.sectors import Sector
from nuanyi.people.models import Account, RoleGrant
from nuanyi.places import queries as places
from nuanyi.workflow import handover

#: What the select of clerks sends for a case that is to be nobody's.
NOBODY = "nobody"


def _clerks(units: list[int]) -> list[Account]:
    with_role = RoleGrant.objects.filter(role__in=["clerk", "unit_staff"]).values("account")
    return list(Account.objects.filter(unit__in=units, is_active=True, pk__in=with_role).order_by("username"))


@dataclass(slots=True)
class Line:
    """A case as the worklist shows it; its words are looked up once for the page, not once for the row."""

    pk: int
    href: str
    ref: str
    kind: str
    due: datetime | None
    stands: bool
    tone: str
    state: str
    clerk: Account | None
    place: str
    employer: str


def _lines(rows: list[Case], mine: set[int]) -> list[Line]:
    kinds = dict(queries.official_kinds())
    states = {value: str(words) for value, words in State.choices}
    names, to_us, offered = places.names_by_code(), gettext("offered to us"), gettext("offered")
    tones = {State.NEW.value: "new", State.OPEN.value: "running"}
    made = []
    # reversed once and not for every row
    address = reverse("cases:case", args=[0])
    for case in rows:
        tone, words = tones.get(case.state, "done"), states[case.state]
        if case.offered_unit_id:
            tone, words = ("busy", offered) if case.unit_id in mine else ("asked", to_us)
        made.append(
            Line(
                case.pk,
                address.replace("/0/", f"/{case.pk}/"),
                case.ref,
                kinds.get(case.kind_code, case.kind_code),
                case.due_at if case.open else None,
                case.paused_at is not None,
                tone,
                words,
                case.clerk,
                names.get(case.region_code, case.region_code or "—"),
                case.employer or "—",
            )
        )
    return made


COLUMNS = (
    Column("ref", _("Number"), "ref", may_hide=False),
    Column("kind", _("What about"), "kind"),
    Column("due", _("Due"), "due_at"),
    Column("state", _("State"), "state"),
    Column("clerk", _("Clerk"), "clerk__username"),
    Column("region", _("Township"), "region_code"),
    Column("employer", _("Employer"), "employer"),
)


def _listing(actor: Actor) -> Listing:
    """The worklist as one actor may see it."""
    townships = [(region.code, region.name) for region in places.townships()]
    states = [("late", _("Late")), *State.choices, ("all", _("All of them"))]
    return Listing(
        "cases.worklist",
        COLUMNS,
        [
            Filter("state", _("State"), states, "state", _("Still open"), ("late", "all"), "all"),
            Filter(
                "kind",
                _("What about"),
                queries.official_kinds(),
                Coalesce(NullIf("own_kind", Value("")), "kind"),
            ),
            Filter("who", _("Whose"), [("me", _("Mine")), ("nobody", _("Nobody's yet"))]),
            Filter("region", _("Township"), townships, Left("region_code", 9)),
            Filter("offered", _("Hand-over"), handover.CHOICES),
        ],
        lambda filters: queries.filtered(actor, filters).select_related("clerk").only(*queries.SHOWN),
        order="due_at",
        parts=lambda filters: [rows.only(*queries.SHOWN) for rows in queries.worklist_parts(actor, filters)],
        searches=_("Number or employer"),
    )


@require_safe
@permission_required("cases.handle")
def worklist(request: HttpRequest) -> HttpResponse:
    """What must be done next?"""
    actor = actor_of(request)
    page = shown(request, _listing(actor))
    page.rows = _lines(page.rows, set(actor.units("cases.handle")))
    context = {
        "list": page,
        "clerks": _clerks(actor.units("cases.handle")),
        "rows_template": "cases/staff/worklist_rows.html",
        "bulk_action": reverse("cases:assign"),
        "bulk_template": "cases/staff/worklist_bulk.html",
        "extra_template": "cases/staff/worklist_extra.html",
        "empty_template": "cases/staff/worklist_empty.html",
        "undo": request.session.pop("undo_clerks", None),
        "undo_template": "cases/staff/worklist_undo.html",
    }
    return render(request, "cases/staff/worklist.html", context)


@require_safe
@permission_required("cases.handle", journaled=True)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered worklist as Excel."""
    return workbook(
        exports.export_list(actor=actor_of(request), filters=chosen(request.GET, queries.FILTERS)),
        dated(gettext("Cases")),
    )


@require_POST
@permission_required("cases.handle")
def assign(request: HttpRequest) -> HttpResponse:
    """Give the picked cases to somebody of the unit, or take that back."""
    actor, back = actor_of(request), back_to(request, reverse("cases:worklist"))
    if "undo" in request.POST:
        before = _clerks_before(request.POST["undo"])
        given = number_of(request.POST.get("given", "")) or None
        done = desk.undo_assign(actor=actor, before=before, given=given)
        if done < len(before):
            told = {"did": done, "failed": len(before) - done}
            back = back_to(request, reverse("cases:worklist"), **told)
        return redirect(back)
    asked = request.POST.get("clerk", "")
    clerk = Account.objects.filter(pk=number_of(asked)).first()
    if clerk is None and asked != NOBODY:
        raise BadInput(fields={"clerk": _("Choose who gets them.")})
    before = desk.assign(actor=actor, pks=picked(request, _listing(actor)), clerk=clerk)
    request.session["undo_clerks"] = {
        "count": len(before),
        "before": json.dumps(before),
        "given": clerk.pk if clerk else "",
    }
    return redirect(back)


def _clerks_before(text: str) -> dict[int, int | None]:
    """``{case: its clerk}`` as the toast sends it back. Raises BadInput."""
    try:
        told = json.loads(text[:60_000])
        return {int(pk): None if clerk is None else int(clerk) for pk, clerk in told.items()}
    except (ValueError, AttributeError, TypeError, RecursionError) as exc:
        raise BadInput() from exc


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.handle")
def by_call(request: HttpRequest) -> HttpResponse:
    """Write down what somebody says on the telephone; read him the code to come back by."""
    form = CallForm(request.POST or None, request.FILES or None)
    refusal: Refusal | None = None
    kept: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            case = intake.send_case(
                actor=actor_of(request),
                key=form.cleaned_data["key"],
                told=form.request(channel=form.cleaned_data["came"]),
            )
            kept = {
                "code": intake.claim_code_of(case.key),
                "ref": case.ref,
                "way_back": _address_of(request, reverse("help:mine")),
                "by_phone": bool(form.cleaned_data.get("phone")) and phones.ready(),
            }
            form = CallForm()
        except Refusal as wrong:
            refusal = wrong
    status = status_of(refusal, form)
    context = {"form": form, "refusal": refusal, "kept": kept, "today": clock.today()}
    response = render(request, "cases/staff/call.html", context, status=status)
    response["Cache-Control"] = "no-store"  # it shows a code once
    return response


def _address_of(request: HttpRequest, path: str) -> str:
    """The whole address of a page; where no public one is known, that by which this office came."""
    base = public_base(request)
    return f"{base}{path}" if base else str(request.build_absolute_uri(path))


@require_safe
@permission_required("cases.oversee")
def overview(request: HttpRequest) -> HttpResponse:
    """Which unit leaves whom waiting? Counts only."""
    return render(request, "cases/staff/overview.html", {"rows": queries.overview()})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.register")
def register(request: HttpRequest) -> HttpResponse:
    """Take in what was done before the program came, or take it back."""
    actor, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            if request.POST.get("undo"):
                registers.undo(actor=actor, pk=UUID(request.POST["undo"]))
            else:
                sent = request.FILES.get("file")
                if sent is None:
                    raise BadInput(fields={"file": gettext("Choose a file.")})
                registers.take_in(actor=actor, key=key_of(request), name=sent.name or "", data=sent.read())
            return redirect("cases:registers")
        except ValueError as exc:
            raise BadInput(code="bad-key") from exc
        except Refusal as wrong:
            refusal = wrong
    rows = Register.objects.filter(account_id=actor.account_id or 0).order_by("-made_at")[:50]
    context = {"rows": rows, "key": uuid4(), "refusal": refusal}
    return render(request, "cases/staff/registers.html", context, status=status_of(refusal))


@require_safe
@permission_required("cases.register", journaled=True)
def register_out(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The lines of a register as Excel."""
    name = f"{gettext('Registers of services')} {pk.hex[:8]}"
    return workbook(registers.export_register(actor=actor_of(request), pk=pk), name)


def _served_listing() -> Listing:
    """The lines of every register that counts; they name nobody."""

    def rows(filters: dict[str, str]) -> QuerySet[RegisterLine]:
        found = RegisterLine.objects.filter(register__undone_at=None).select_related("register", "unit")
        if filters.get("kind") in Kind.values:
            found = found.filter(kind=filters["kind"])
        if filters.get("sector") in Sector.values:
            found = found.filter(sector=filters["sector"])
        if filters.get("region", "").isdecimal():
            found = found.filter(region_code__startswith=filters["region"])
        if filters.get("q"):
            found = found.filter(register__name__icontains=filters["q"])
        return found

    return Listing(
        "cases.served",
        (
            Column("day", _("Day"), "day", may_hide=False),
            Column("kind", _("What about"), "kind"),
            Column("region", _("Township"), "region_code"),
            Column("sector", _("Sector"), "sector"),
            Column("unit", _("Unit"), "unit__short_name"),
            Column("register", _("Register of services"), "register__name"),
        ),
        [
            Filter("kind", _("What about"), list(OFFICIAL.items()), "kind"),
            Filter("sector", _("Sector"), Sector.choices, "sector"),
            Filter(
                "region",
                _("Township"),
                [(region.code, region.name) for region in places.townships()],
                Left("region_code", 9),
            ),
        ],
        rows,
        order="-day",
        searches=_("Name of the register"),
    )


@require_safe
@permission_required("cases.served")
def served(request: HttpRequest) -> HttpResponse:
    """The lines that the figures count from registers; solved cases are counted too and stay with their unit."""
    context = {
        "list": shown(request, _served_listing()),
        "rows_template": "cases/staff/served_rows.html",
        "empty_template": "cases/staff/served_empty.html",
        "may_register": actor_of(request).can("cases.register"),
        "names": places.names_by_code(),
        "sector_names": dict(Sector.choices),
    }
    return render(request, "cases/staff/served.html", context)
