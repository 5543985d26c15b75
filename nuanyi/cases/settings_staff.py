"""The office's face of what the desk is set up with: service list, routing rules, lengths of time, letters."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Count
from django.forms import HiddenInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.cases import queries
from nuanyi.cases.forms import ClockForm, ItemForm, KindForm, RuleForm
from nuanyi.cases.models import (
    Case,
    CaseKind,
    ClockRule,
    LetterTemplate,
    RoutingRule,
    ServiceItem,
    official_title,
)
from nuanyi.cases.rules import PAUSE_CLOCK, Kind, Part, PauseReason, Urgency
from nuanyi.cases.services import item_lists, letters, settings
from nuanyi.lib import clock, downloads
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import workbook
from nuanyi.lib.errors import BadInput, NotFound, Refusal, Words
from nuanyi.lib.form_parsing import number_of, rows_again, status_of
from nuanyi.lib.listing import Column, Filter, Listing, shown
from nuanyi.lib.terms import Term, TermUnit
from nuanyi.places import queries as places

COLUMNS = (
    Column("part", _("Part"), "part"),
    Column("title", _("Title"), "title", may_hide=False),
    Column("unit", _("Unit"), "unit__short_name"),
    Column("promised", _("Promised within days"), "promised_days", is_number=True),
    Column("law", _("Law and article"), "law"),
    Column("shown", _("Shown"), "active"),
)


def _listing() -> Listing:
    """The service list, which is public."""
    return Listing(
        "cases.items",
        COLUMNS,
        [
            Filter("part", _("Part"), Part.choices, "part"),
            Filter("shown", _("Shown"), [("True", _("yes")), ("False", _("no"))], "active"),
        ],
        queries.items_listed,
        order="pk",
        searches=_("Title or words"),
    )


@require_safe
@permission_required("front.office")
def items(request: HttpRequest) -> HttpResponse:
    """The service list, for those who keep it."""
    context = {
        "list": shown(request, _listing()),
        "may_edit": actor_of(request).can("cases.settings"),
        "rows_template": "cases/staff/items_rows.html",
        "extra_template": "cases/staff/items_extra.html",
        "empty_template": "cases/staff/items_empty.html",
    }
    return render(request, "cases/staff/items.html", context)


@require_safe
@permission_required("front.office")
def items_out(request: HttpRequest) -> HttpResponse:
    """The whole list as Excel; it can be sent back in."""
    body = item_lists.export_items(actor=actor_of(request))
    return workbook(body, f"{gettext('Service list')} {clock.today().isoformat()}")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.settings")
def items_in(request: HttpRequest) -> HttpResponse:
    """A list in: first what it would enter and change, then all of it or nothing."""
    refusal, lines, rows = None, [], []
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            rows = (
                item_lists.rows_of(file.read())
                if file is not None
                else [[str(cell) for cell in row] for row in rows_again(request.POST.get("rows", ""))]
            )
            lines = item_lists.read_lines(rows)
            if "sure" in request.POST:
                item_lists.take_items(actor=actor_of(request), rows=rows)
                return redirect("cases:items")
        except Refusal as wrong:
            refusal = wrong
    does = [line.does for line in lines]
    context = {
        "lines": [line for line in lines if line.does != "same"],
        "same": does.count("same"),
        "ready": bool(lines) and "bad" not in does,
        "rows": json.dumps(rows, ensure_ascii=False) if rows else "",
        "refusal": refusal,
    }
    return render(request, "cases/staff/items_in.html", context, status=status_of(refusal))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.settings")
def item(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One line of the service list."""
    found = ServiceItem.objects.filter(pk=pk).first() if pk else None
    if pk and found is None:
        raise NotFound()
    form = ItemForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        settings.save_item(actor=actor_of(request), told=form.cleaned_data, item=found)
        return redirect("cases:items")
    return render(
        request, "cases/staff/item.html", {"form": form}, status=422 if form.is_bound and form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.settings")
def kinds(request: HttpRequest) -> HttpResponse:
    """What may a request be about? Add a kind of one's own, give one other words, or close it."""
    form = KindForm(request.POST or None)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data | {"place": form.cleaned_data["place"] or 0}
        try:
            settings.save_kind(actor=actor_of(request), **told)
            return redirect("cases:kinds")
        except Refusal as wrong:
            refusal = wrong
    book = queries.kinds()
    chosen = book.get(request.GET.get("change", ""))
    if chosen and not form.is_bound:
        row = CaseKind.objects.filter(code=chosen.code).first()
        form = KindForm(
            initial={
                "code": chosen.code,
                "title": row.title if row else "",
                "english": row.english if row else "",
                "follows": chosen.follows,
                "part": chosen.part,
                "urgency": chosen.urgency,
                "place": row.place if row else 0,
                "active": chosen.active,
            }
        )
    if chosen and not chosen.own:
        form.fields["follows"].widget = HiddenInput()
        form.fields["title"].widget.attrs["placeholder"] = str(Kind(chosen.code).label)
    counted = dict(
        Case.objects.exclude(own_kind="").order_by().values_list("own_kind").annotate(n=Count("pk"))
    )
    context = {
        "form": form,
        "refusal": refusal,
        "chosen": chosen,
        "rows": [(kind, Kind(kind.follows).label, counted.get(kind.code)) for kind in book.values()],
        "parts": dict(Part.choices),
        "classes": dict(Urgency.choices),
    }
    return render(request, "cases/staff/kinds.html", context, status=status_of(refusal, form))


def _terms() -> list[dict[str, Any]]:
    """Every clock as a line of the page and as what its form begins with: first answer, classes, then the law's."""
    book = queries.clock_book()
    lines: list[tuple[str, str, Words, Words, Term, bool]] = [
        ("", "first", gettext("First answer"), "", book.first_answer, False)
    ]
    lines += [("", name, Urgency(name).label, "", term, False) for name, term in book.classes.items()]
    lines += [
        (
            "",
            f"{PAUSE_CLOCK}{reason}",
            gettext("Stands still at most"),
            PauseReason(reason).label,
            pause.most,
            False,
        )
        for reason, pause in book.pauses.items()
        if pause.most is not None
    ]
    lines += [
        (kind, row.name, official_title(kind), row.title, row.term, row.of_worker)
        for kind, rows in book.legal.items()
        for row in rows
    ]
    return [
        {
            "kind": kind,
            "name": name,
            "label": label,
            "title": title,
            "amount": term.amount,
            "counted": term.unit,
            "source": term.source,
            "of_worker": of_worker,
        }
        for kind, name, label, title, term, of_worker in lines
    ]


def _own(terms: list[dict[str, Any]]) -> list[tuple[ClockRule, str]]:
    """What was changed here, each with its words."""
    words = {(term["kind"], term["name"]): f"{term['label']} {term['title']}".strip() for term in terms}
    return [
        (row, words.get((row.kind, row.name), row.title))
        for row in ClockRule.objects.order_by("kind", "name")
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.settings")
def clocks(request: HttpRequest) -> HttpResponse:
    """How long may what take, and by which law? Change a length, or go back to what the program comes with."""
    actor, refusal = actor_of(request), None
    form = ClockForm(request.POST if request.method == "POST" and "drop" not in request.POST else None)
    if request.method == "POST":
        try:
            if request.POST.get("drop"):
                settings.drop_clock(actor=actor, pk=number_of(request.POST["drop"]))
                return redirect("cases:clocks")
            if form.is_valid():
                settings.save_clock(actor=actor, **form.cleaned_data)
                return redirect("cases:clocks")
        except Refusal as wrong:
            refusal = wrong
    terms = _terms()
    chosen = next(
        (term for term in terms if f"{term['kind']}:{term['name']}" == request.GET.get("change")), None
    )
    if chosen and not form.is_bound:
        form = ClockForm(initial=chosen)
    if chosen:
        form.fields["kind"].widget = HiddenInput()
    context = {
        "form": form,
        "refusal": refusal,
        "own": _own(terms),
        "terms": terms,
        "chosen": chosen,
        "units": dict(TermUnit.choices),
    }
    status = status_of(refusal, form)
    return render(request, "cases/staff/clocks.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.settings")
def letter_templates(request: HttpRequest) -> HttpResponse:
    """Which Word file is a letter made from? Use one's own, or the program's again."""
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            sent = request.FILES.get("file")
            if sent is None and not request.POST.get("drop"):
                raise BadInput(fields={"file": gettext("Choose a file.")})
            docx = sent.read() if sent is not None else None
            letters.save_template(actor=actor_of(request), name=request.POST.get("name", ""), docx=docx)
            return redirect("cases:letters")
        except Refusal as wrong:
            refusal = wrong
    context = {
        "letters": letters.LETTERS.items(),
        "own": set(LetterTemplate.objects.values_list("name", flat=True)),
        "fields": letters.FIELDS.items(),
        "refusal": refusal,
    }
    return render(request, "cases/staff/letters.html", context, status=status_of(refusal))


@require_safe
@permission_required("cases.settings")
def letter_template(request: HttpRequest, name: str) -> HttpResponse:
    """The Word file in use, to start one's own from."""
    if name not in letters.LETTERS:
        raise NotFound()
    return downloads.word(letters.template(name), f"{letters.LETTERS[name].title}.docx")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("cases.settings")
def rules(request: HttpRequest) -> HttpResponse:
    """Where does which case go? With a dry run against the latest cases."""
    form = RuleForm(request.POST or None)
    moved: list[tuple[str, str, str]] | None = None
    if request.method == "POST" and "drop" in request.POST:
        settings.drop_rule(actor=actor_of(request), pk=number_of(request.POST["drop"]))
        return redirect("cases:rules")
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        if request.POST.get("dry"):
            moved = queries.would_move(
                RoutingRule(
                    kind=told["kind"], sector=told["sector"], region_code=told["region"], unit=told["unit"]
                )
            )
        else:
            settings.save_rule(
                actor=actor_of(request),
                kind=told["kind"],
                sector=told["sector"],
                region_code=told["region"],
                unit=told["unit"],
                because=told["because"],
            )
            return redirect("cases:rules")
    context = {
        "form": form,
        "moved": moved,
        "rows": RoutingRule.objects.select_related("unit").order_by("kind", "region_code"),
        "unrouted": queries.kinds_without_route(),
        "names": places.names_by_code(),
    }
    return render(
        request, "cases/staff/rules.html", context, status=422 if form.is_bound and form.errors else 200
    )
