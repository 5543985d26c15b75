"""Census rounds: planned, running, closed."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.census import events
from nuanyi.census.models import CensusRound
from nuanyi.census.rules import ROUND_MOVES, RoundState
from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.units.queries import require_unit


@transaction.atomic
def plan_round(
    *,
    actor: Actor,
    name: str,
    sectors: list[str],
    region_codes: list[str],
    units: list[Unit],
    start_date: date,
    end_date: date,
) -> CensusRound:
    """Plan a round. Raises NotAllowed, NotFound (a unit of another district), BadInput, Conflict (a round of this name)."""
    require_unit(actor, "census.rounds", *units)
    wrong = {}
    if not name.strip():
        wrong["name"] = _("Give the round a name.")
    if not sectors or set(sectors) - set(Sector.values):
        wrong["sectors"] = _("Choose at least one sector.")
    if not region_codes or set(region_codes) - set(places.names_by_code()):
        wrong["region_codes"] = _("Choose at least one place.")
    elif not all(actor.can("census.rounds", regions=(code,)) for code in region_codes):
        wrong["region_codes"] = _("Choose places of your own district.")
    if end_date < start_date:
        wrong["end_date"] = _("The end lies before the start.")
    if wrong:
        raise BadInput(fields=wrong)
    try:
        with transaction.atomic():
            made = CensusRound.objects.create(
                name=name.strip()[:120],
                sectors=sorted(set(sectors)),
                region_codes=sorted(set(region_codes)),
                start_date=start_date,
                end_date=end_date,
            )
    except IntegrityError as exc:
        raise Conflict(_("There is a round of this name."), code="name-taken") from exc
    made.units.set(units)
    journal.record(actor, events.ROUND_SAVED, made, sectors=made.sectors, regions=made.region_codes)
    return made


@transaction.atomic
def move_round(*, actor: Actor, census_round: CensusRound, state: str) -> CensusRound:
    """Begin, close or reopen a round. Raises NotAllowed, NotFound (it is in another district too), IllegalMove."""
    actor.require("census.rounds")
    found = CensusRound.objects.select_for_update().get(pk=census_round.pk)
    for code in found.region_codes:
        actor.require_within("census.rounds", regions=(code,))
    if state not in ROUND_MOVES[RoundState(found.state)]:
        raise IllegalMove()
    found.state = state
    found.closed_at = clock.now() if state == RoundState.CLOSED else None
    found.save()
    journal.record(actor, events.ROUND_MOVED, found, state=state)
    return found
