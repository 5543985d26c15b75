"""Two cases of one worker become one: found by phone or by firm and kind, joined by a clerk, split again by the worker's word."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import events, rules
from nuanyi.cases.models import Case
from nuanyi.cases.rules import State
from nuanyi.cases.services.desk import held, note
from nuanyi.cases.services.intake import tell_worker
from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput
from nuanyi.workflow import joining

MOST = 5


def likely_doubles(case: Case) -> list[Case]:
    """Open cases of the same unit within 30 days with the same masked phone, or the same kind and firm; the clerk decides."""
    same = Q(pk=None)
    if case.phone_mask:
        same |= Q(phone_mask=case.phone_mask)
    if case.employer:
        same |= Q(employer=case.employer, kind=case.kind)
    near = timedelta(days=rules.DOUBLE_DAYS)
    rows = Case.objects.filter(
        same,
        unit_id=case.unit_id,
        state__in=[State.NEW, State.OPEN],
        made_at__range=(case.made_at - near, case.made_at + near),
    )
    return list(rows.exclude(pk=case.pk).order_by("pk")[:MOST])


@transaction.atomic
def join(*, actor: Actor, pk: int, into: int) -> Case:
    """Join a case to another of the same unit. Its worker reads where it went and can say no.

    Its words stay where they are and are shown beside the other case, so that they go when their worker deletes them.
    Nothing of the other case is shown to whoever holds this one's link: two links stay two doors. Raises BadInput, IllegalMove.
    """
    double, main = joining.both(pk, into, lambda number: held(actor, number))
    rules.check_move(double.state, State.JOINED)
    if double.unit_id != main.unit_id:
        raise BadInput(fields={"into": _("Choose an open case of your unit.")})
    note(actor, main, _("%(ref)s was joined with this request.") % {"ref": double.ref})
    double.state, double.merged_into, double.ended_at, double.offered_unit = (
        State.JOINED,
        main,
        clock.now(),
        None,
    )
    double.save()
    told = _(
        "Joined with your other request %(ref)s; the answers are there. If that is not yours, say so below."
    )
    tell_worker(double)
    note(actor, double, str(told % {"ref": main.ref}), of="unit")
    journal.record(actor, events.CASES_JOINED, double, into=main.pk)
    return main
