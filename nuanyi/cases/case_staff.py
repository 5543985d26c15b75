"""The office's face of one case: everything that is seen of it and done with it, its files and letters."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from nuanyi.cases import queries
from nuanyi.cases.models import AnswerTemplate, Case
from nuanyi.cases.rules import Kind, Outcome, PauseReason, State, Urgency
from nuanyi.cases.services import desk, joining, letters, settings, wages
from nuanyi.cases.time_line import time_line
from nuanyi.lib import clock, downloads
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.form_parsing import day_of, key_of, moment_of, number_of
from nuanyi.lib.seal import CannotOpen
from nuanyi.lib.sectors import Sector
from nuanyi.people.models import keys
from nuanyi.places import queries as places
from nuanyi.units import queries as units
from nuanyi.units.models import Unit
from nuanyi.units.queries import reason_words
from nuanyi.workflow import clocks, handover


@require_safe
@permission_required("cases.handle", journaled=True)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One case on one screen."""
    actor = actor_of(request)
    found = desk.read_case(actor=actor, pk=pk)
    found = Case.objects.select_related("unit", "offered_unit", "clerk", "item").get(pk=found.pk)
    pauses = queries.clock_book().pauses
    here = found.unit_id in actor.units("cases.handle")
    answer = AnswerTemplate.objects.filter(unit=found.unit_id)
    used = answer.filter(pk=number_of(request.GET.get("use", ""))).first()
    hearings = [
        (hearing, queries.opened(hearing.sealed_participants, hearing.key.bytes) if here else "")
        for hearing in found.hearings.order_by("at")
    ]
    claim = list(found.claim_lines.order_by("first_date"))
    instalments = list(found.instalments.order_by("due_date"))
    context = {
        "case": found,
        "route_words": reason_words(found.route_reason),
        "words": queries.words_of(found),
        # whoever is only offered it reads what it is about: no names, and nothing that stays inside the unit that has it
        "messages": queries.messages_of(found, inside=here),
        "caller": queries.opened(found.sealed_caller, found.key.bytes + b"caller") if here else "",
        "clocks": queries.clocks_of(found),
        "here": here,
        "offered_here": handover.is_asked(found, actor, "cases.handle"),
        "may_take": found.state == State.NEW and here and not found.offered_unit_id,
        "may_work": here and found.open,
        "units": units.bodies().exclude(pk=found.unit_id),
        "urgencies": Urgency.choices,
        "message_key": uuid4(),
        "solve_key": uuid4(),
        "names": places.names_by_code(),
        "sector_names": dict(Sector.choices),
        "claim": claim,
        "claimed": sum(line.cents for line in claim),
        "instalments": instalments,
        "paid": sum(part.cents for part in instalments if part.paid_date),
        "wage": found.kind in (Kind.WAGE, Kind.INJURY),
        "phone": _opened_phone(request, pk),
        "files": found.attachments.defer("sealed_file").order_by("made_at") if here else [],
        "hearings": hearings,
        "hearing_key": uuid4(),
        "outcomes": Outcome.choices[1:],
        "joined": [(double.ref, queries.words_of(double)) for double in found.doubles.order_by("pk")],
        "doubles": joining.likely_doubles(found) if here and found.open else [],
        "letters": letters.letters_for(found) if here else [],
        "pauses": [
            (name, PauseReason(name).label, known.source)
            for name, known in clocks.pauses_for(pauses, found.kind).items()
        ],
        "runs_on_at": clocks.runs_on_at(found, pauses),
        "steps": time_line(found),
        "answers": answer.order_by("title"),
        "used": used,
        "now_min": clock.now(),
    }
    return render(request, "cases/staff/case.html", context)


def _take(request: HttpRequest, pk: int) -> None:
    desk.take(actor=actor_of(request), pk=pk)


def _offer(request: HttpRequest, pk: int) -> None:
    to = Unit.objects.filter(pk=number_of(request.POST.get("to", ""))).first()
    if to is None:
        raise BadInput(fields={"to": gettext("Choose another unit.")})
    desk.offer(actor=actor_of(request), pk=pk, to=to, words=request.POST.get("words", ""))


def _refuse(request: HttpRequest, pk: int) -> str:
    desk.refuse_offer(actor=actor_of(request), pk=pk, words=request.POST.get("words", ""))
    return reverse("cases:worklist")


def _write(request: HttpRequest, pk: int) -> None:
    post = request.POST
    desk.write(
        actor=actor_of(request),
        pk=pk,
        key=key_of(request),
        words=post.get("words", ""),
        inside=post.get("inside") == "1",
    )


def _keep_answer(request: HttpRequest, pk: int) -> None:
    settings.save_answer(
        actor=actor_of(request), title=request.POST.get("title", ""), words=request.POST.get("words", "")
    )


def _drop_answer(request: HttpRequest, pk: int) -> None:
    settings.drop_answer(actor=actor_of(request), pk=number_of(request.POST.get("answer", "")))


def _class(request: HttpRequest, pk: int) -> None:
    desk.set_class(actor=actor_of(request), pk=pk, urgency=request.POST.get("urgency", ""))


def _pause(request: HttpRequest, pk: int) -> None:
    desk.pause(
        actor=actor_of(request),
        pk=pk,
        reason=request.POST.get("reason", ""),
        words=request.POST.get("words", ""),
    )


def _resume(request: HttpRequest, pk: int) -> None:
    desk.resume(actor=actor_of(request), pk=pk)


def _solve(request: HttpRequest, pk: int) -> None:
    desk.solve(actor=actor_of(request), pk=pk, key=key_of(request), words=request.POST.get("words", ""))


def _phone(request: HttpRequest, pk: int) -> None:
    # sessions lie in a table: what was opened waits there sealed until the next page shows it once
    phone = desk.open_phone(actor=actor_of(request), pk=pk, purpose=request.POST.get("purpose", ""))
    request.session[f"phone-{pk}"] = keys().seal_for_good("opened phone", phone)


def _opened_phone(request: HttpRequest, pk: int) -> str:
    sealed = request.session.pop(f"phone-{pk}", "")
    try:
        return keys().open_for_good("opened phone", sealed) if sealed else ""
    except CannotOpen:
        return ""


def _join(request: HttpRequest, pk: int) -> str:
    main = joining.join(actor=actor_of(request), pk=pk, into=number_of(request.POST.get("into", "")))
    return reverse("cases:case", args=[main.pk])


def _claim(request: HttpRequest, pk: int) -> None:
    post = request.POST
    wages.add_claim(
        actor=actor_of(request),
        pk=pk,
        first=day_of(post.get("first", "")),
        last=day_of(post.get("last", "")),
        work=post.get("work", ""),
        sum_text=post.get("sum", ""),
        evidence=post.get("evidence", ""),
    )


def _instalment(request: HttpRequest, pk: int) -> None:
    due = day_of(request.POST.get("due", ""))
    wages.add_instalment(actor=actor_of(request), pk=pk, due=due, sum_text=request.POST.get("sum", ""))


def _paid(request: HttpRequest, pk: int) -> None:
    came = "mistaken" not in request.POST
    number = number_of(request.POST.get("instalment" if came else "mistaken", ""))
    wages.note_paid(actor=actor_of(request), pk=pk, instalment=number, came=came)


def _appoint(request: HttpRequest, pk: int) -> None:
    post = request.POST
    wages.appoint(
        actor=actor_of(request),
        pk=pk,
        key=key_of(request),
        at=moment_of(post.get("at", "")),
        where=post.get("where", ""),
        participants=post.get("participants", ""),
    )


def _heard(request: HttpRequest, pk: int) -> None:
    post = request.POST
    wages.end_hearing(
        actor=actor_of(request),
        pk=pk,
        hearing=number_of(post.get("hearing", "")),
        outcome=post.get("outcome", ""),
        words=post.get("words", ""),
    )


DEEDS: dict[str, Callable[[HttpRequest, int], str | None]] = {
    "take": _take,
    "offer": _offer,
    "refuse": _refuse,
    "write": _write,
    "keep-answer": _keep_answer,
    "drop-answer": _drop_answer,
    "class": _class,
    "pause": _pause,
    "resume": _resume,
    "solve": _solve,
    "phone": _phone,
    "join": _join,
    "claim": _claim,
    "instalment": _instalment,
    "paid": _paid,
    "appoint": _appoint,
    "heard": _heard,
}


@require_POST
@permission_required("cases.handle")
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Everything that is done with a case."""
    if deed not in DEEDS:
        raise NotFound()
    return redirect(DEEDS[deed](request, pk) or reverse("cases:case", args=[pk]))


@require_safe
@permission_required("cases.handle", journaled=True)
def file(request: HttpRequest, pk: int, number: UUID) -> HttpResponse:
    """A photo or a voice note; that it was opened is journaled."""
    kind, raw = desk.open_file(actor=actor_of(request), pk=pk, number=number)
    return HttpResponse(raw, content_type=kind)


@require_POST
@permission_required("cases.handle")
def letter(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A letter or record as a Word file."""
    title, docx = letters.write_letter(actor=actor_of(request), pk=pk, name=name)
    return downloads.word(docx, title)
