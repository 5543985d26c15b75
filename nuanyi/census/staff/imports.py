"""A roster on its way in, page by page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanyi.census import files, jobs, lists, queries, review
from nuanyi.census.columns import FIELDS
from nuanyi.census.forms import SendForm
from nuanyi.census.linkage.queries import PersonCount, count_persons
from nuanyi.census.linkage.queries import progress as linkage_progress
from nuanyi.census.models import CensusRound, Import, Match, Worker
from nuanyi.census.rules import Choice, ImportState, Kind, RoundState
from nuanyi.census.services import copies, imports
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import workbook
from nuanyi.lib.errors import BadInput, NotFound, Refusal, Words
from nuanyi.lib.form_parsing import number_of
from nuanyi.lib.listing import shown
from nuanyi.lib.sectors import Sector
from nuanyi.lib.sheets import REASONS as SHEET_REASONS
from nuanyi.places import queries as places

BUSY = (ImportState.READING, ImportState.WRITING)


@require_safe
@permission_required("census.import")
def imports_list(request: HttpRequest) -> HttpResponse:
    """All files that were sent, newest first."""
    context = {
        "list": shown(request, lists.imports_listing(actor_of(request))),
        "rows_template": "census/staff/imports_rows.html",
        "extra_template": "census/staff/imports_extra.html",
        "empty_template": "census/staff/imports_empty.html",
    }
    return render(request, "census/staff/imports.html", context)


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
                    actor=actor,
                    data=file.read() if file else told["pasted"].encode(),
                    file_name=file.name if file else str(_("pasted rows")),
                    source_name=told.pop("source"),
                    **{name: value for name, value in told.items() if name != "pasted"},
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


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 1


@require_safe
@permission_required("census.import")
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a file stands, and what can be done with it now."""
    of = _import(request, pk)
    context: dict[str, Any] = {
        "of": of,
        "busy": of.state in BUSY,
        "progress": files.progress(of.pk),
        "refusal_words": SHEET_REASONS.get(of.refusal.removeprefix("sheet-"), ""),
        "choices": Choice.choices,
        "kinds": Kind.choices,
        "has_file": files.has(of.pk, files.SENT),
        "has_rejected": files.has(of.pk, files.REJECTED),
        "figures": review.figures_of(of),
        "taken_in": _taken_in(of),
        "count": _persons_of(request, of),
        "linkage": linkage_progress()
        if of.state == ImportState.DONE and actor_of(request).can("census.link")
        else None,
        "all_fields": _all_fields(of),
        "sees_barred": actor_of(request).can("people.erase"),
    }
    if of.state in (ImportState.REVIEW, ImportState.COLUMNS):
        context |= _review(request, of)
    template = (
        "census/staff/import_body.html" if getattr(request, "htmx", False) else "census/staff/import.html"
    )
    return render(request, template, context)


def _taken_in(of: Import) -> str:
    """Where the records stand that an import brought; empty where it brought none."""
    if of.state != ImportState.DONE or not of.counts.get("new"):
        return ""
    return (
        f"{reverse('census:workers' if of.kind == Kind.WORKERS else 'census:establishments')}?import={of.pk}"
    )


def _all_fields(of: Import) -> dict[str, Words]:
    """What a column may hold, in the words of what the file lists; what only the other kind has stands last."""
    kinds = sorted(FIELDS, key=lambda kind: kind != of.kind)
    found: dict[str, Words] = {}
    for kind in kinds:
        for name, (title, _names) in FIELDS[kind].items():
            found.setdefault(name, title)
    return found


#: How many rows beside the differences the page shows; it says how many there are.
OTHERS = 200


def _review(request: HttpRequest, of: Import) -> dict[str, Any]:
    """What can be decided and mended before anything is taken in."""
    bad, notes = review.groups_of(of)
    page, group = _number(request.GET.get("page", "")), request.GET.get("group", "")[:80]
    rows, pages = review.differences(of, page=page, group=group)
    matches = Match.objects.filter(source_import=of)
    others = matches.exclude(sort="changed").order_by("pk")
    layouts = review.sheets_of(of)
    return {
        "bad_groups": bad,
        "notes": notes,
        "answered": review.answers_said(of),
        "differences": rows,
        "difference_groups": review.difference_groups(of),
        "page": min(max(page, 1), pages),
        "pages": pages,
        "group": group,
        "open": matches.filter(sort="changed", choice="").count(),
        "others": others[:OTHERS],
        "others_total": others.count(),
        "sheets": layouts,
        "left_out_political": not of.political_evidence
        and any("political" in layout["fields"] for layout in of.columns.values()),
        "hidden_rows": sum(layout.hidden_rows for layout in layouts),
        "sectors": Sector.choices,
        "townships": [(region.code, region.name) for region in places.townships()],
        "taught": review.words_of(of.source),
        "round_is_closed": of.round is not None and of.round.state == RoundState.CLOSED,
        "rounds": CensusRound.objects.exclude(state=RoundState.CLOSED),
    }


@require_POST
@permission_required("census.import")
def mend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mend bad cells, one by one or as a group, and have the file read again."""
    of = _import(request, pk)
    cells: dict[int, str] = {}
    words: dict[str, dict[str, str]] = {"sector": {}, "region": {}}
    answers: dict[str, list[str]] = {name: list(of.answers.get(name, ())) for name in ("leave", "hints")}
    for name, value in request.POST.items():
        value = str(value).strip()
        sort, _dash, rest = name.partition("-")
        if sort == "cell" and value and rest.isdecimal() and len(rest) < 15:
            cells[int(rest)] = value
        elif sort in words and value:
            words[sort][rest[:60]] = value[:20]
        elif sort == "group" and value in answers:
            answers[value].append(rest[:50])
    for key in request.POST.getlist("take_back"):
        for keys in answers.values():
            keys[:] = [one for one in keys if one != key]
    if "hidden_rows" in request.POST:
        answers["hidden_rows"] = list(of.columns) if request.POST["hidden_rows"] else []
    field, _colon, word = request.POST.get("forget_word", "").partition(":")
    if word:
        imports.forget_word(actor=actor_of(request), of=of, field=field, word=word)
        transaction.on_commit(lambda: _later(jobs.read_import, of.pk))
        return redirect("census:import", pk)
    imports.mend(
        actor=actor_of(request),
        of=of,
        answers=answers,
        words=words,
        cells=cells,
        shown=_shown(request),
    )
    transaction.on_commit(lambda: _later(jobs.read_import, of.pk))
    return redirect("census:import", pk)


@require_POST
@permission_required("census.import")
def columns(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct which column is which; the file is read again."""
    of = _import(request, pk)
    told: dict[str, dict[str, Any]] = {}
    for number, sheet in enumerate(review.sheets_of(of)):
        fields = {
            request.POST[f"c{number}-{column.index}"]: column.index
            for column in sheet.columns
            if request.POST.get(f"c{number}-{column.index}")
        }
        row = request.POST.get(f"row{number}", "")
        if fields or sheet.used:
            told[sheet.name] = {
                "row": int(row) if row.isdecimal() and len(row) < 4 else sheet.row,
                "fields": fields,
            }
    imports.choose_columns(actor=actor_of(request), of=of, kind=request.POST.get("kind", ""), columns=told)
    transaction.on_commit(lambda: _later(jobs.read_import, of.pk))
    return redirect("census:import", pk)


@require_POST
@permission_required("census.import")
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What to do where rows meet known records: for all, for those that differ alike, or for one."""
    of, actor, shown = _import(request, pk), actor_of(request), _shown(request)
    if "one" in request.POST:
        number, _colon, choice = request.POST["one"].partition(":")
        if not number.isdecimal():
            raise BadInput()
        imports.choose(actor=actor, of=of, choice=choice, rows=[int(number)], shown=shown)
    elif "alike" in request.POST:
        choice, _colon, group = request.POST["alike"].partition(":")
        imports.choose(actor=actor, of=of, choice=choice, group=group, shown=shown)
    else:
        imports.choose(actor=actor, of=of, choice=request.POST.get("choice", ""), shown=shown)
    back = QueryDict(mutable=True)
    back.update({name: request.POST[name] for name in ("page", "group") if request.POST.get(name)})
    return redirect(f"{reverse('census:import', args=[pk])}?{back.urlencode()}#differences")


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
    shown = _shown(request)
    if request.POST.get("choice"):
        imports.choose(actor=actor, of=of, choice=request.POST["choice"], shown=shown)
    if "round" in request.POST:
        shown = _choose_round(request, of, shown)
    imports.decide(actor=actor, of=of, only_if_clean="clean" in request.POST, shown=shown)
    transaction.on_commit(lambda: _later(jobs.write_import, of.pk))
    return redirect("census:import", pk)


def _shown(request: HttpRequest) -> int:
    """Which preview the page showed on which somebody decides."""
    return number_of(request.POST.get("preview", ""))


def _choose_round(request: HttpRequest, of: Import, shown: int) -> int:
    """Where the round was closed meanwhile: another one, or none. Returns the preview that is shown by this."""
    text = request.POST["round"]
    found = None
    if text != "none":
        number = number_of(text)
        if not number:
            raise BadInput(fields={"round": _("Choose a round, or none.")})
        found = CensusRound.objects.filter(pk=number).first()
        if found is None:
            raise NotFound()
    return imports.choose_round(actor=actor_of(request), of=of, census_round=found, shown=shown).preview


@require_POST
@permission_required("census.import")
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a whole import back."""
    imports.undo(actor=actor_of(request), of=_import(request, pk))
    return redirect("census:import", pk)


@require_safe
@permission_required("census.import", journaled=True)
def copy(request: HttpRequest, pk: UUID, part: str) -> HttpResponse:
    """The annotated copy (bad cells marked, with reasons) or the rejected rows, for whoever sent the file."""
    of = _import(request, pk)
    body = copies.copy_of(actor=actor_of(request), of=of, part=part)
    what = _("bad cells marked") if part == copies.ANNOTATED else _("not taken in")
    return workbook(body, f"{of.file_name.rpartition('.')[0] or of.file_name} {what}")
