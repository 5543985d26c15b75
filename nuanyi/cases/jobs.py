"""Background work of the service desk. Every job can be run again."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from procrastinate.contrib.django import app

from nuanyi.cases import events, kinds
from nuanyi.cases.models import Case, Instalment, PhoneCode
from nuanyi.cases.rules import WARN_HOURS, State
from nuanyi.cases.services import desk
from nuanyi.cases.services.intake import tell_unit
from nuanyi.journal import services as journal
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import system
from nuanyi.lib.dates import due_words
from nuanyi.notices import progress
from nuanyi.notices import services as notices
from nuanyi.workflow import clocks


@app.periodic(cron="*/10 * * * *")
@app.task(queue="cases", queueing_lock="watch-cases")
def watch_cases(timestamp: int = 0) -> int:
    """Warn the clerk and the superior unit a day before a deadline; when it is over, the district office too.
    Close what was solved in silence.
    """
    program, now = system("cases"), clock.now()
    PhoneCode.objects.filter(made_at__lt=now - timedelta(hours=1)).delete()
    with row_security.reader(program):  # each in a transaction of its own
        desk.resume_stood_out(actor=program)
    with row_security.reading_as(program):
        soon = Case.objects.filter(
            ended_at=None, solved_at=None, paused_at=None, due_at__lte=now + timedelta(hours=WARN_HOURS)
        ).exclude(warned="over")
        done = sum(_warn(case) for case in soon.select_related("unit__superior")[:1000])
    with row_security.reading_as(program):
        silent = Case.objects.filter(state=State.SOLVED, solved_at__lt=clocks.silent_since(now))
        keys = []
        for case in silent.select_for_update(of=("self",))[:1000]:
            keys.append(case.key.hex)
            case.state, case.ended_at = State.CLOSED, now
            case.save()
            journal.record(program, events.CASE_MOVED, case, after=case.state, why="silent")
        progress.happened("case", keys, over=True, told=False)
    with row_security.reading_as(program):
        for instalment in Instalment.objects.filter(
            paid_date=None, reminded=False, due_date__lte=clock.today()
        ).select_related("case__unit")[:1000]:
            tell_unit(
                instalment.case,
                instalment.case.unit,
                kinds.INSTALMENT_DUE,
                once=f"instalment:{instalment.pk}",
                ref=instalment.case.ref,
            )
            instalment.reminded = True
            instalment.save(update_fields=["reminded"])
    return done


def _warn(case: Case) -> bool:
    stage = clocks.stage(case.due_at, clock.now())
    if case.warned == stage:
        return False
    due = due_words(case.due_at)
    tell_unit(case, case.unit, kinds.CASE_LATE, once=f"{stage}:{case.pk}:{due}", ref=case.ref, due=due)
    if case.unit.superior is not None:
        # a number and a day, nothing of the case: the superior unit cannot open it
        tell_unit(
            case, case.unit.superior, kinds.CASE_LATE, once=f"{stage}:{case.pk}:{due}", ref=case.ref, due=due
        )
    if stage == "over":
        with transaction.atomic():
            notices.queue_to_role(
                "district_office", kinds.CASE_LATE, once=f"over:{case.pk}:{due}", ref=case.ref, due=due
            )
    Case.objects.filter(pk=case.pk).update(warned=stage)
    return True
