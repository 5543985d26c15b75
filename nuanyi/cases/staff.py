"""The office's face: the worklist, one case, the overview, the service list, routing rules, registers."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.cases import queries
from nuanyi.cases.forms import AskForm, ItemForm, RuleForm
from nuanyi.cases.models import Case, Register, RegisterLine, RoutingRule, ServiceItem
from nuanyi.cases.rules import Channel, Kind, Part, State, Urgency
from nuanyi.cases.services import desk, intake, registers
from nuanyi.lib.doors import actor_of, door
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.paging import page_of
from nuanyi.lib.sectors import Sector
from nuanyi.people.models import Account, DutyGrant
from nuanyi.places import queries as places
from nuanyi.units.models import Unit


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name].strip()[:60] for name in queries.FILTERS if request.GET.get(name)}


def _clerks(units: list[int]) -> list[Account]:
    with_duty = DutyGrant.objects.filter(duty__in=["clerk", "unit_staff"]).values("account")
    return list(Account.objects.filter(unit__in=units, is_active=True, pk__in=with_duty).order_by("username"))


def _units_of(request: HttpRequest) -> list[int]:
    return [scope.unit for scope in actor_of(request).scopes("cases.handle") if scope.unit is not None]


@require_safe
@door("cases.handle")
def worklist(request: HttpRequest) -> HttpResponse:
    """What must be done next?"""
    actor, filters = actor_of(request), _filters(request)
    rows, cursor = queries.worklist(actor, filters, request.GET.get("after", ""))
    kind_names = dict(Kind.choices)
    context = {
        "rows": rows, "cursor": cursor, "filters": filters, "kinds": Kind.choices, "kind_names": kind_names, "names": places.names_by_code(),
        "states": [("late", gettext("Late")), *[(s.value, s.label) for s in State], ("all", gettext("All of them"))],
        "people": [("me", gettext("Mine")), ("nobody", gettext("Nobody's yet"))], "clerks": _clerks(_units_of(request)),
        "mine": set(_units_of(request)), "townships": [(r.code, r.name) for r in places.townships()],
    }  # fmt: skip
    return render(request, "cases/staff/worklist.html", context)


@require_POST
@door("cases.handle")
def assign(request: HttpRequest) -> HttpResponse:
    """Give the picked cases to somebody of the unit."""
    pks = [int(pk) for pk in request.POST.getlist("id") if pk.isdecimal() and len(pk) < 19]
    chosen = request.POST.get("clerk", "")
    clerk = Account.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 12 else None
    desk.assign(actor=actor_of(request), pks=pks, clerk=clerk)
    return redirect("/office/cases/")


@require_safe
@door("cases.handle")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One case on one screen."""
    actor = actor_of(request)
    found = desk.read_case(actor=actor, pk=pk)
    found = Case.objects.select_related("unit", "offered_unit", "clerk", "item").get(pk=found.pk)
    here = found.unit_id in _units_of(request)
    claim = list(found.claim_lines.order_by("first_date"))
    instalments = list(found.instalments.order_by("due_date"))
    context = {
        "case": found, "words": queries.words_of(found), "messages": queries.messages_of(found, inside=True),
        "caller": queries.opened(found.sealed_caller, found.key.bytes + b"caller"), "clocks": queries.clocks_of(found),
        "here": here, "offered_here": found.offered_unit_id in _units_of(request), "may_take": found.state == State.NEW and here and not found.offered_unit_id,
        "may_work": here and found.open, "units": Unit.objects.filter(active=True).exclude(pk=found.unit_id).order_by("name"),
        "urgencies": Urgency.choices, "message_key": uuid4(), "solve_key": uuid4(), "names": places.names_by_code(),
        "sector_names": dict(Sector.choices), "claim": claim, "claimed": sum(line.cents for line in claim) / 100,
        "instalments": instalments, "paid": sum(part.cents for part in instalments if part.paid_date) / 100,
        "wage": found.kind in (Kind.WAGE, Kind.INJURY), "phone": request.session.pop(f"phone-{pk}", ""),
    }  # fmt: skip
    return render(request, "cases/staff/case.html", context)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise BadInput(fields={"date": gettext("Which day?")}) from exc


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError as exc:
        raise BadInput(code="bad-key") from exc


@require_POST
@door("cases.handle")
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Everything that is done with a case."""
    actor, post = actor_of(request), request.POST
    if deed == "take":
        desk.take(actor=actor, pk=pk)
    elif deed == "offer":
        to = Unit.objects.filter(pk=int(post["to"])).first() if post.get("to", "").isdecimal() else None
        if to is None:
            raise BadInput(fields={"to": gettext("Choose another unit.")})
        desk.offer(actor=actor, pk=pk, to=to, words=post.get("words", ""))
    elif deed == "refuse":
        desk.refuse_offer(actor=actor, pk=pk, words=post.get("words", ""))
        return redirect("/office/cases/")
    elif deed == "write":
        desk.write(actor=actor, pk=pk, key=_key(request), words=post.get("words", ""), inside=post.get("inside") == "1")
    elif deed == "class":
        desk.set_class(actor=actor, pk=pk, urgency=post.get("urgency", ""))
    elif deed == "solve":
        desk.solve(actor=actor, pk=pk, key=_key(request), words=post.get("words", ""))
    elif deed == "phone":
        request.session[f"phone-{pk}"] = desk.open_phone(actor=actor, pk=pk, purpose=post.get("purpose", ""))
    elif deed == "claim":
        desk.add_claim(
            actor=actor, pk=pk, first=_date(post.get("first", "")), last=_date(post.get("last", "")), work=post.get("work", ""),
            sum_text=post.get("sum", ""), evidence=post.get("evidence", ""),
        )  # fmt: skip
    elif deed == "instalment":
        desk.add_instalment(actor=actor, pk=pk, due=_date(post.get("due", "")), sum_text=post.get("sum", ""))
    elif deed == "paid" and post.get("instalment", "").isdecimal():
        desk.note_paid(actor=actor, pk=pk, instalment=int(post["instalment"]))
    else:
        raise NotFound()
    return redirect(f"/office/cases/{pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@door("cases.handle")
def by_call(request: HttpRequest) -> HttpResponse:
    """Write down what somebody says on the telephone; read him the code to come back by."""
    form = AskForm(request.POST or None)
    refusal: Refusal | None = None
    code = ""
    if request.method == "POST" and form.is_valid():
        try:
            case = intake.send_case(
                actor=actor_of(request), key=form.cleaned_data["key"], told=form.request(channel=Channel.CALL)
            )
            code = intake.claim_code_of(case.key)
            form = AskForm()
        except Refusal as wrong:
            refusal = wrong
    status = refusal.status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "cases/staff/call.html", {"form": form, "refusal": refusal, "code": code}, status=status)


@require_safe
@door("cases.oversee")
def overview(request: HttpRequest) -> HttpResponse:
    """Which unit leaves whom waiting? Counts only."""
    return render(request, "cases/staff/overview.html", {"rows": queries.overview()})


@require_safe
@door("front.office")
def items(request: HttpRequest) -> HttpResponse:
    """The service list, for those who keep it."""
    rows = ServiceItem.objects.select_related("unit")
    context = {"rows": rows, "part_names": dict(Part.choices), "may_edit": actor_of(request).can("cases.settings")}
    return render(request, "cases/staff/items.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@door("cases.settings")
def item(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One line of the service list."""
    found = ServiceItem.objects.filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise NotFound()
    form = ItemForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        desk.save_item(actor=actor_of(request), told=form.cleaned_data, item=found)
        return redirect("/office/cases/items/")
    return render(
        request, "cases/staff/item.html", {"form": form}, status=422 if form.is_bound and form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@door("cases.settings")
def rules(request: HttpRequest) -> HttpResponse:
    """Where does which case go? With a dry run against the latest cases."""
    form = RuleForm(request.POST or None)
    moved: list[tuple[str, str, str]] | None = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if request.POST.get("dry"):
            moved = queries.would_move(
                RoutingRule(kind=told["kind"], sector=told["sector"], region_code=told["region"], unit=told["unit"])
            )
        else:
            desk.save_rule(
                actor=actor_of(request), kind=told["kind"], sector=told["sector"], region_code=told["region"],
                unit=told["unit"], because=told["because"],
            )  # fmt: skip
            return redirect("/office/cases/rules/")
    context = {
        "form": form, "moved": moved, "rows": RoutingRule.objects.select_related("unit").order_by("kind", "region_code"),
        "names": places.names_by_code(),
    }  # fmt: skip
    return render(request, "cases/staff/rules.html", context, status=422 if form.is_bound and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@door("cases.register")
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
                registers.take_in(actor=actor, key=_key(request), name=sent.name or "", data=sent.read())
            return redirect("/office/cases/registers/")
        except ValueError as exc:
            raise BadInput(code="bad-key") from exc
        except Refusal as wrong:
            refusal = wrong
    rows = Register.objects.filter(account_id=actor.account_id or 0).order_by("-made_at")[:50]
    context = {"rows": rows, "key": uuid4(), "refusal": refusal}
    return render(request, "cases/staff/registers.html", context, status=refusal.status if refusal else 200)


@require_safe
@door("matrix.view")
def served(request: HttpRequest) -> HttpResponse:
    """The lines that the figures count from registers; solved cases are counted too and stay with their unit."""
    rows = RegisterLine.objects.filter(register__undone_at=None).select_related("register", "unit")
    if request.GET.get("kind") in Kind.values:
        rows = rows.filter(kind=request.GET["kind"])
    page = page_of(rows, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "page": page,
        "kinds": Kind.choices,
        "names": places.names_by_code(),
        "sector_names": dict(Sector.choices),
    }
    return render(request, "cases/staff/served.html", context)
