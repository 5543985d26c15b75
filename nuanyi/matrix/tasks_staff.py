"""Key tasks in the office: the year's list, a task, a unit's own page, Excel, the year's closing report."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanyi.lib import clock, downloads, figures
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import day_of, number_of, rows_again, status_of
from nuanyi.lib.sectors import Sector
from nuanyi.matrix import closing_paper, task_board
from nuanyi.matrix.services import task_sheets, tasks
from nuanyi.matrix.services.tasks import StepInput, TaskInput
from nuanyi.matrix.task_board import KEEP, REPORT, SEE, TaskRow
from nuanyi.matrix.task_rules import Light, Part, TaskState
from nuanyi.places import queries as places
from nuanyi.units.models import Unit

FIELDS = (
    "number",
    "title",
    "words",
    "lead",
    "sector",
    "region",
    "figure",
    "target",
    "start_date",
    "due_date",
    "steps",
)


def _year(request: HttpRequest, years: list[int]) -> int:
    asked = number_of(request.GET.get("year", "") or request.POST.get("year", ""))
    if tasks.FIRST_YEAR <= asked <= tasks.LAST_YEAR:
        return asked
    return years[0] if years else clock.today().year


@require_safe
@permission_required(SEE)
def task_list(request: HttpRequest) -> HttpResponse:
    """How does each key task of the year stand, and why?"""
    return _task_list(request)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP)
def take_in(request: HttpRequest) -> HttpResponse:
    """Take a list in that was sent as Excel."""
    return _task_list(request)


def _task_list(request: HttpRequest) -> HttpResponse:
    actor, refusal, taken = actor_of(request), None, None
    kept: list[list[Any]] = []
    planned: list[task_sheets.Planned] = []
    years = task_board.years(actor)
    year = _year(request, years)
    if request.method == "POST":
        try:
            sent = request.FILES.get("file")
            kept = (
                task_sheets.rows_of(sent.read())
                if sent is not None
                else rows_again(request.POST.get("rows", ""))
            )
            if "sure" in request.POST:
                taken = task_sheets.take_in(actor=actor, rows=kept, year=year)
            else:
                planned = task_sheets.plan(actor=actor, rows=kept, year=year)
        except Refusal as wrong:
            refusal = wrong
    rows = task_board.tasks_of(actor, year)
    light, unit = request.GET.get("light", ""), number_of(request.GET.get("unit", ""))
    shown = [
        row
        for row in rows
        if (not light or row.verdict.light == light)
        and (not unit or row.has_part([unit]))
        and ("answered" not in request.GET or any(one.answered_at for one in row.open_supervisions))
    ]
    known: dict[int, str] = {}
    for row in rows:
        for parts in row.parts.values():
            known.update({one.pk: one.short_name or one.name for one in parts})
    context = {
        "own_units": None if actor.everywhere(SEE) else actor.units(SEE),
        "own_unit": actor.unit_id,
        "rows": shown,
        "year": year,
        "years": sorted({*years, clock.today().year, year}, reverse=True),
        "lights": [(one, Light(one).label, count) for one, count in task_board.lights(rows)],
        "light_choices": [(one.value, Light(one).label) for one in Light],
        "unit_choices": sorted(known.items(), key=lambda line: line[1]),
        "may_keep": actor.can(KEEP),
        "refusal": refusal,
        "taken": taken,
        "planned": [one for one in planned if one.task is None or one.changes],
        "same": sum(one.task is not None and not one.changes for one in planned),
        "kept": json.dumps(kept, ensure_ascii=False) if planned else "",
        "names": places.names_by_code(),
    }
    return render(request, "matrix/staff/tasks.html", context, status=status_of(refusal))


@require_safe
@permission_required(SEE)
def task_book(request: HttpRequest) -> HttpResponse:
    """The year's list as Excel; it goes back in unchanged."""
    actor = actor_of(request)
    year = _year(request, task_board.years(actor))
    return downloads.workbook(task_sheets.workbook(actor, year), f"{year}年重点任务清单")


@require_safe
@permission_required(SEE)
def closing(request: HttpRequest, year: int) -> HttpResponse:
    """The year's closing report as a Word file; a unit's that sees its own tasks only says whose they are."""
    actor = actor_of(request)
    rows = task_board.tasks_of(actor, year)
    if not rows:
        raise NotFound()
    whole = actor.everywhere(SEE) or actor.regions(SEE)  # a district of a city has a list of its own
    own = [] if whole else Unit.objects.filter(pk__in=actor.units(SEE)).order_by("pk")
    part_of = "、".join(map(str, own))
    return downloads.word(
        closing_paper.document(year, rows, part_of), f"{part_of}{year}年重点任务完成情况报告.docx"
    )


@require_safe
@permission_required(SEE)
def unit_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit's own page: what it leads, cooperates in, guides by line and holds by place, and what is asked of it."""
    actor = actor_of(request)
    if not actor.everywhere(SEE) and pk not in actor.units(SEE):
        raise NotFound()
    unit = Unit.objects.filter(pk=pk).first()
    if unit is None:
        raise NotFound()
    year = _year(request, task_board.years(actor))
    rows = [row for row in task_board.tasks_of(actor, year) if row.has_part([pk])]
    groups = [(part, Part(part).label, [row for row in rows if part in row.has_part([pk])]) for part in Part]
    asked = task_board.supervisions_of(actor, pk)
    context = {
        "unit": unit,
        "year": year,
        "groups": [group for group in groups if group[2]],
        "asked": [one for one in asked if one.answered_at is None],
        "answered": [one for one in asked if one.answered_at is not None],
        "late": task_board.late_steps(pk),
    }
    return render(request, "matrix/staff/task_unit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(KEEP)
def task_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Enter a task, or change one."""
    actor, refusal = actor_of(request), None
    row = task_board.one(actor, pk) if pk is not None else None
    typed: dict[str, Any] = _typed(row) if row is not None else _empty(request)
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip() for name in ("year", *FIELDS)}
        typed["cooperating"] = [number_of(one) for one in request.POST.getlist("cooperating")]
        try:
            made = tasks.save_task(actor=actor, told=_told(typed), pk=pk)
            return redirect("matrix:task", made.pk)
        except Refusal as wrong:
            refusal = wrong
    context = {
        "row": row,
        "typed": typed,
        "refusal": refusal,
        "units": Unit.objects.filter(active=True).order_by("pk"),
        "sectors": Sector.choices,
        "regions": places.all_regions(),
        "figures": sorted(figures.offered().values(), key=lambda one: one.key),
    }
    return render(request, "matrix/staff/task_edit.html", context, status=status_of(refusal))


def _empty(request: HttpRequest) -> dict[str, Any]:
    year = number_of(request.GET.get("year", "")) or clock.today().year
    return {"year": year, "start_date": f"{year}-01-01", "due_date": f"{year}-12-31", "cooperating": []}


def _typed(row: TaskRow) -> dict[str, Any]:
    task = row.task
    return {
        "year": task.year,
        "number": task.number,
        "title": task.title,
        "words": task.words,
        "lead": str(task.lead_id),
        "cooperating": [unit.pk for unit in row.parts.get(Part.COOPERATE, [])],
        "sector": task.sector,
        "region": task.region_code,
        "figure": task.figure,
        "target": "" if task.target is None else task.target,
        "start_date": task.start_date.isoformat(),
        "due_date": task.due_date.isoformat(),
        "steps": "\n".join(f"{one.due_date.isoformat()} {one.title}" for one in row.milestones),
    }


def _told(typed: dict[str, Any]) -> TaskInput:
    lead = Unit.objects.filter(pk=number_of(typed["lead"]), active=True).first()
    if lead is None:
        raise BadInput(fields={"lead": _("Choose the unit that leads.")})
    target = typed["target"]
    if target and not (target.isascii() and target.isdecimal() and len(target) < 10):
        raise BadInput(fields={"target": _("A whole number from 0.")})
    return TaskInput(
        year=number_of(str(typed["year"])),
        number=number_of(typed["number"]),
        title=typed["title"],
        words=typed["words"],
        lead=lead,
        cooperating=list(Unit.objects.filter(pk__in=typed["cooperating"], active=True)),
        sector=typed["sector"],
        region_code=typed["region"],
        figure=typed["figure"],
        target=int(target) if target else None,
        start_date=day_of(typed["start_date"], "start_date") if typed["start_date"] else None,
        due_date=day_of(typed["due_date"], "due_date"),
        steps=_steps(typed["steps"]),
    )


def _steps(text: str) -> list[StepInput]:
    found = []
    for line in text.splitlines():
        if line.strip():
            day, _space, title = line.strip().partition(" ")
            try:
                found.append(StepInput(title.strip(), date.fromisoformat(day)))
            except ValueError as exc:
                raise BadInput(fields={"steps": _("Each line begins with a day: 2022-06-30.")}) from exc
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SEE)
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: how it stands and why, its steps, what was reported, supervision."""
    actor, post, refusal = actor_of(request), request.POST, None
    row = task_board.one(actor, pk)
    if request.method == "POST":
        try:
            _act(request, pk)
            return redirect("matrix:task", pk)
        except Refusal as wrong:
            refusal = wrong
    own = set(actor.units(REPORT))
    context = {
        "row": row,
        "refusal": refusal,
        "progress": row.task.progress.select_related("unit")[:100],
        "parts": [(Part(part).label, row.parts[part]) for part in Part if part in row.parts],
        "own_units": None if actor.everywhere(SEE) else actor.units(SEE),
        "asked_of": [unit for parts in row.parts.values() for unit in parts],
        "may_keep": actor.can(KEEP),
        "may_report": row.task.state == TaskState.RUNNING
        and (actor.everywhere(REPORT) or bool(row.has_part(own))),
        "leads": actor.can(KEEP) or row.task.lead_id in own,
        "answers": {one.pk for one in row.supervisions if actor.everywhere(REPORT) or one.unit_id in own},
        "sectors": dict(Sector.choices),
        "names": places.names_by_code(),
        # what was refused stands again in the form that it was typed in, and in no other
        "typed": {
            "does": post.get("does", ""),
            "words": post.get("words", ""),
            "due_date": post.get("due_date", ""),
            "unit": number_of(post.get("unit", "")),
            "supervision": number_of(post.get("supervision", "")),
        },
    }
    return render(request, "matrix/staff/task.html", context, status=status_of(refusal))


def _act(request: HttpRequest, pk: int) -> None:
    actor, post = actor_of(request), request.POST
    does, words = post.get("does", ""), post.get("words", "")
    supervision = number_of(post.get("supervision", ""))
    if does == "report":
        tasks.report(actor=actor, pk=pk, words=words)
    elif does in ("step", "unstep"):
        tasks.finish_step(actor=actor, pk=pk, step=number_of(post.get("step", "")), done=does == "step")
    elif does == "supervise":
        due, unit = day_of(post.get("due_date", ""), "due_date"), number_of(post.get("unit", ""))
        tasks.supervise(actor=actor, pk=pk, unit=unit, words=words, due_date=due)
    elif does == "answer":
        tasks.answer(actor=actor, pk=pk, supervision=supervision, words=words)
    elif does in ("accept", "return"):
        due_date = day_of(post["due_date"], "due_date") if post.get("due_date") else None
        tasks.decide(
            actor=actor,
            pk=pk,
            supervision=supervision,
            accept=does == "accept",
            words=words,
            due_date=due_date,
        )
    elif does in TaskState.values:
        tasks.end_task(actor=actor, pk=pk, state=does, words=words)
    else:
        raise NotFound()
