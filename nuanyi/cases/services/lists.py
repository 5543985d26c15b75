"""The three lists (三张清单): needs, resources that units pledge, and the projects in which the one meets the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import events, kinds
from nuanyi.cases.models import Need, Pledge, Project
from nuanyi.cases.rules import Part, ProjectState
from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places
from nuanyi.units.models import Unit

ACT = "cases.lists"


@dataclass
class ListLineInput:
    """A line of a list as somebody enters it; dates and measure are a pledge's, sector and source a need's."""

    part: str
    title: str
    region_code: str
    amount: int
    unit: Unit
    measure: str = ""
    first: date | None = None
    last: date | None = None
    times: str = ""
    desk_call: str = ""
    sector: str = ""
    source: str = ""


def _check(actor: Actor, told: ListLineInput) -> None:
    actor.require(ACT, units=(told.unit.pk,))
    wrong: dict[str, object] = {}
    if told.part not in Part.values:
        wrong["part"] = _("Choose from the list.")
    if len(told.title.strip()) < 2:
        wrong["title"] = _("Give it a title.")
    if not 1 <= told.amount <= 1_000_000:
        wrong["amount"] = _("A number from 1.")
    if told.region_code and told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if told.sector and told.sector not in Sector.values:
        wrong["sector"] = _("Choose a sector.")
    if wrong:
        raise BadInput(fields=wrong)  # type: ignore[arg-type]


@transaction.atomic
def add_need(*, actor: Actor, told: ListLineInput) -> Need:
    """Enter a need. Raises NotAllowed, BadInput."""
    _check(actor, told)
    made = Need.objects.create(
        part=told.part,
        title=told.title.strip()[:80],
        region_code=told.region_code,
        sector=told.sector,
        amount=told.amount,
        source=told.source.strip()[:80],
        unit=told.unit,
    )
    journal.record(actor, events.LISTS_CHANGED, made)
    return made


@transaction.atomic
def add_pledge(*, actor: Actor, told: ListLineInput) -> Pledge:
    """Enter what a unit offers. Raises NotAllowed, BadInput."""
    _check(actor, told)
    first, last = told.first or clock.today(), told.last
    if last is None or last < first:
        raise BadInput(fields={"last": _("Until which day? Not before the first.")})
    made = Pledge.objects.create(
        part=told.part,
        title=told.title.strip()[:80],
        region_code=told.region_code,
        amount=told.amount,
        measure=told.measure.strip()[:12] or "次",
        first_date=first,
        last_date=last,
        times=told.times.strip()[:80],
        desk_call=told.desk_call.strip()[:20],
        unit=told.unit,
    )
    journal.record(actor, events.LISTS_CHANGED, made)
    return made


def serves(region: str, field: str = "region_code") -> Q:
    """Lines whose place holds a region or lies in it; "" asks for no place."""
    if not region:
        return Q()
    around = [region[:length] for length in range(len(region))]
    return Q(**{f"{field}__in": around}) | Q(**{f"{field}__startswith": region})


def open_pledges(region: str = "", units: Sequence[int] | None = None) -> list[Pledge]:
    """Pledges that serve a place (of these units alone), with something left of them (``left``), the first to end first.

    One query.
    """
    taken = Coalesce(Sum("projects__amount", filter=~Q(projects__state=ProjectState.DROPPED)), 0)
    rows = Pledge.objects.filter(serves(region), ended_at=None, last_date__gte=clock.today()).annotate(
        left=F("amount") - F("given") - taken
    )
    if units is not None:
        rows = rows.filter(unit__in=units)
    return list(rows.filter(left__gt=0).select_related("unit").order_by("last_date", "pk")[:200])


def open_needs(region: str = "") -> list[Need]:
    """Needs that serve a place and are not met yet (``left``), the largest first. One query."""
    met = Coalesce(Sum("projects__amount", filter=~Q(projects__state=ProjectState.DROPPED)), 0)
    rows = Need.objects.filter(serves(region), ended_at=None).annotate(left=F("amount") - met)
    return list(rows.filter(left__gt=0).select_related("unit").order_by("-left", "pk")[:200])


def matches(needs: list[Need], pledges: list[Pledge]) -> dict[int, list[Pledge]]:
    """For each need the pledges that fit: the same part, a place that holds the other; nearest place first,
    then what ends first.
    """
    found: dict[int, list[Pledge]] = {}
    for need in needs:
        fits = [
            pledge
            for pledge in pledges
            if pledge.part == need.part
            and (
                pledge.region_code.startswith(need.region_code)
                or need.region_code.startswith(pledge.region_code)
            )
        ]
        found[need.pk] = sorted(fits, key=lambda pledge: (-len(pledge.region_code), pledge.last_date))[:5]
    return found


def left_of(pledge: Pledge) -> int:
    """How much of a pledge is neither planned for nor given to volunteers."""
    taken = pledge.projects.exclude(state=ProjectState.DROPPED).aggregate(n=Coalesce(Sum("amount"), 0))["n"]
    return int(pledge.amount - pledge.given - taken)


def _check_left(pledge: Pledge, amount: int) -> None:
    left = left_of(pledge)
    if not 1 <= amount <= left:
        raise BadInput(fields={"amount": _("%(left)d are left of it.") % {"left": left}})


def _pledge(actor: Actor, pk: int) -> Pledge:
    actor.require(ACT)
    found = (
        Pledge.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(pk=pk, ended_at=None)
        .first()
    )
    if found is None:
        raise NotFound()
    actor.require_within(ACT, units=(found.unit_id,))
    return found


@transaction.atomic
def set_aside(*, actor: Actor, pk: int, amount: int) -> Pledge:
    """So much of a pledge is for volunteers' hours. Never more than is left. Raises NotAllowed, NotFound, BadInput."""
    found = _pledge(actor, pk)
    if found.last_date < clock.today():
        raise BadInput(fields={"pledge": _("It is not offered any more.")})
    _check_left(found, amount)
    found.given += amount
    found.save(update_fields=["given"])
    journal.record(actor, events.LISTS_CHANGED, found, given=amount)
    return found


@transaction.atomic
def give_back(*, actor: Actor, pk: int, amount: int) -> Pledge:
    """What volunteers did not take is free again. Raises NotAllowed, NotFound, BadInput (more than was set aside)."""
    found = _pledge(actor, pk)
    if not 0 <= amount <= found.given:
        raise BadInput(fields={"amount": _("Not so many were set aside.")})
    found.given -= amount
    found.save(update_fields=["given"])
    journal.record(actor, events.LISTS_CHANGED, found, given=-amount)
    return found


@transaction.atomic
def plan(*, actor: Actor, need: int, pledge: int, amount: int, day: date) -> Project:
    """Make a project: so much of a pledge for a need. Never more than is left. Raises NotAllowed, NotFound, BadInput."""
    actor.require(ACT)
    wanted = Need.objects.select_for_update().filter(pk=need, ended_at=None).first()
    offered = Pledge.objects.select_for_update().filter(pk=pledge, ended_at=None).first()
    if wanted is None or offered is None:
        raise NotFound()
    actor.require_within(ACT, units=(wanted.unit_id, offered.unit_id))
    _check_left(offered, amount)
    if not offered.first_date <= day <= offered.last_date:
        raise BadInput(fields={"day": _("It is not offered on this day.")})
    made = Project.objects.create(need=wanted, pledge=offered, amount=amount, day=day)
    journal.record(actor, events.LISTS_CHANGED, made, need=need, pledge=pledge)
    return made


@transaction.atomic
def finish(*, actor: Actor, pk: int, state: str, reached: int = 0, words: str = "") -> Project:
    """A project was done (how many workers it reached goes to the ledger) or dropped. Raises NotAllowed,
    NotFound, IllegalMove.
    """
    actor.require(ACT)
    found = (
        Project.objects.select_for_update(of=("self",)).select_related("need", "pledge").filter(pk=pk).first()
    )
    if found is None:
        raise NotFound()
    actor.require_within(ACT, units=(found.need.unit_id, found.pledge.unit_id))
    if found.state != ProjectState.PLANNED or state not in (ProjectState.DONE, ProjectState.DROPPED):
        raise IllegalMove()
    if state == ProjectState.DONE and not 0 < reached <= 1_000_000:
        raise BadInput(fields={"reached": _("How many workers did it reach?")})
    found.state, found.words, found.ended_at = state, words.strip()[:200], clock.now()
    found.reached = reached if state == ProjectState.DONE else 0
    found.save()
    if state == ProjectState.DONE:
        line = Delivered(
            day=clock.today(),
            count=reached,
            region_code=found.need.region_code,
            sector=found.need.sector,
            unit_id=found.pledge.unit_id,
        )
        ledger.record(kinds.PROJECT_REACH, [line], source=found)
    journal.record(actor, events.LISTS_CHANGED, found, state=state)
    return found
