"""A roster on its way in, page by page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from nuanyi.census import files, jobs, queries
from nuanyi.census.columns import FIELDS
from nuanyi.census.forms import SendForm
from nuanyi.census.linkage.queries import PersonCount, count_persons
from nuanyi.census.models import Finding, Import, Match, Worker
from nuanyi.census.rules import REASONS, Choice, ImportState, Kind
from nuanyi.census.services import copies, imports
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import workbook
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.paging import page_of
from nuanyi.lib.sheets import REASONS as SHEET_REASONS
from nuanyi.places import queries as places

BUSY = (ImportState.READING, ImportState.WRITING)


@require_safe
@permission_required("census.import")
def imports_list(request: HttpRequest) -> HttpResponse:
    """All files that were sent, newest first."""
    rows = queries.imports_for(actor_of(request))
    page = page_of(rows, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return render(request, "census/staff/imports.html", {"page": page})


@permission_required("census.import")
def new(request: HttpRequest) -> HttpResponse:
    """Send a file."""
    actor = actor_of(request)
    political, refusal = actor.can("people.reveal_political"), None
    form = SendForm(political=political)
    if request.method == "POST":
        form = SendForm(request.POST, request.FILES, political=political)
        if form.is_valid():
            told = dict(form.cleaned_data)
            file = told.pop("file")
            try:
                of = imports.send_file(
                    actor=actor, data=file.read(), file_name=file.name, source_name=told.pop("source"), **told
                )
            except Refusal as wrong:
                refusal = wrong
            else:
                transaction.on_commit(lambda: _later(jobs.read_import, of.pk))
                return redirect("census:import", of.pk)
    context = {"form": form, "refusal": refusal, "sources": queries.sources(actor_of(request))}
    return render(
        request, "census/staff/import_new.html", context, status=422 if refusal or form.errors else 200
    )


def _later(task: Any, pk: UUID) -> None:
    task.defer(pk=str(pk))


def _import(request: HttpRequest, pk: UUID) -> Import:
    found = queries.imports_for(actor_of(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _persons_of(request: HttpRequest, of: Import) -> PersonCount | None:
    """How many persons stand behind the roster's entries, within the importer's own sight."""
    if of.state != ImportState.DONE or of.kind != Kind.WORKERS:
        return None
    actor = actor_of(request)
    rows = Worker.objects.visible_to(actor).filter(appearances__source_import=of).distinct()
    return count_persons(actor, rows)


@require_safe
@permission_required("census.import")
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a file stands, and what can be done with it now."""
    of = _import(request, pk)
    findings = page_of(
        Finding.objects.filter(source_import=of),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    matches = Match.objects.filter(source_import=of).order_by("-sort", "id")
    context = {
        "of": of,
        "busy": of.state in BUSY,
        "progress": files.progress(of.pk),
        "findings": findings,
        "reasons": REASONS,
        "refusal_words": SHEET_REASONS.get(of.refusal.removeprefix("sheet-"), ""),
        "changed": matches.filter(sort="changed")[:100],
        "open": matches.filter(sort="changed", choice="").count(),
        "others": matches.exclude(sort="changed")[:50],
        "choices": Choice.choices,
        "kinds": Kind.choices,
        "sheets": _sheets(of),
        "titles": {n: t for n, (t, _names) in FIELDS.get(of.kind, {}).items()},
        "has_file": files.has(of.pk, files.SENT),
        "has_rejected": files.has(of.pk, files.REJECTED),
        "count": _persons_of(request, of),
        "names": places.names_by_code(),
        "all_fields": {name: title for table in FIELDS.values() for name, (title, _names) in table.items()},
    }
    template = (
        "census/staff/import_body.html" if getattr(request, "htmx", False) else "census/staff/import.html"
    )
    return render(request, template, context)


def _sheets(of: Import) -> list[dict[str, Any]]:
    """Every sheet with its titles and what each column is taken for."""
    found = []
    for name, layout in of.columns.items():
        by_column = {column: field for field, column in layout["fields"].items()}
        columns = [
            (index, title, by_column.get(index, "")) for index, title in enumerate(layout["titles"]) if title
        ]
        found.append({"name": name, "row": layout["row"], "columns": columns, "used": bool(layout["fields"])})
    return found


@require_POST
@permission_required("census.import")
def columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct which column is which; the file is read again."""
    of = _import(request, pk)
    told: dict[str, dict[str, Any]] = {}
    for number, sheet in enumerate(_sheets(of)):
        fields = {
            request.POST[f"c{number}-{index}"]: index
            for index, _title, _field in sheet["columns"]
            if request.POST.get(f"c{number}-{index}")
        }
        row = request.POST.get(f"row{number}", "")
        if fields:
            told[sheet["name"]] = {
                "row": int(row) if row.isdecimal() and len(row) < 4 else sheet["row"],
                "fields": fields,
            }
    imports.choose_columns(actor=actor_of(request), of=of, kind=request.POST.get("kind", ""), columns=told)
    transaction.on_commit(lambda: _later(jobs.read_import, of.pk))
    return redirect("census:import", pk)


@require_POST
@permission_required("census.import")
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What to do where rows meet known records: for all, or for the ticked ones."""
    of = _import(request, pk)
    if "one" in request.POST:
        number, _, choice = request.POST["one"].partition(":")
        if not number.isdecimal():
            raise BadInput()
        imports.choose(actor=actor_of(request), of=of, choice=choice, rows=[int(number)])
    else:
        imports.choose(actor=actor_of(request), of=of, choice=request.POST.get("choice", ""))
    return redirect("census:import", pk)


@require_POST
@permission_required("census.import")
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take in the good rows, or all or nothing; or discard."""
    of, actor = _import(request, pk), actor_of(request)
    if "discard" in request.POST:
        imports.discard(actor=actor, of=of)
        return redirect("census:imports")
    if "again" in request.POST:
        imports.try_again(actor=actor, of=of)
        transaction.on_commit(lambda: _later(jobs.read_import, of.pk))
        return redirect("census:import", pk)
    if request.POST.get("choice"):
        imports.choose(actor=actor, of=of, choice=request.POST["choice"])
    imports.decide(actor=actor, of=of, only_if_clean="clean" in request.POST)
    transaction.on_commit(lambda: _later(jobs.write_import, of.pk))
    return redirect("census:import", pk)


@require_POST
@permission_required("census.import")
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a whole import back."""
    imports.undo(actor=actor_of(request), of=_import(request, pk))
    return redirect("census:import", pk)


@require_safe
@permission_required("census.import")
def copy(request: HttpRequest, pk: UUID, part: str) -> HttpResponse:
    """The annotated copy (bad cells marked, with reasons) or the rejected rows, for whoever sent the file."""
    body = copies.copy_of(actor=actor_of(request), of=_import(request, pk), part=part)
    return workbook(body, f"{part}-{str(pk)[:8]}")
