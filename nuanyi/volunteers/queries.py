"""Reads of volunteers, ready to show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import NotFound
from nuanyi.lib.form_parsing import number_of
from nuanyi.places import queries as places
from nuanyi.units.queries import of_own_units
from nuanyi.volunteers import rules
from nuanyi.volunteers.models import ACT, Campaign, Draw, Reward, Shift, Signup, StarStep, Team, Volunteer
from nuanyi.volunteers.rules import COME_BEFORE, Appeal, Place, Role, Standing, Topic


def own_shift(actor: Actor, pk: int) -> Shift:
    """A shift of the actor's unit. Raises NotAllowed, NotFound."""
    actor.require(ACT)
    found = Shift.objects.select_related("team__unit").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    actor.require_within(ACT, units=(found.team.unit_id,))
    return found


def teams(actor: Actor | None = None) -> list[Team]:
    """Active teams with how many are in them; those of the actor's unit, or all."""
    rows = Team.objects.select_related("unit", "captain").annotate(
        size=Count("volunteers", filter=Q(volunteers__standing=Standing.ACTIVE))
    )
    if actor is not None:
        rows = of_own_units(rows, actor, ACT)
    return list(rows.filter(active=True))


def thinnest_grid(region_code: str) -> str:
    """The grid of a region in which the least hours a week are promised; "" where it has none."""
    if not region_code:
        return ""
    with row_security.reader(system("grids")):  # hours promised in all, whoever asks
        promised = dict(
            Volunteer.objects.filter(standing=Standing.ACTIVE, grid_code__startswith=region_code)
            .order_by()
            .values_list("grid_code")
            .annotate(n=Sum("hours_a_week"))
        )
    codes = [grid.code for grid in places.all_grids() if grid.region_id.startswith(region_code)]
    return min(codes, key=lambda code: (promised.get(code, 0), code), default="")


def steps() -> list[tuple[int, int]]:
    """``(stars, hours)``."""
    return list(StarStep.objects.values_list("stars", "hours"))


@dataclass(frozen=True)
class Offer:
    """A shift to come as a volunteer sees it: each role with how many places are left, and how mine stands."""

    shift: Shift
    roles: list[tuple[str, str, int]]
    mine: Signup | None

    @property
    def may_come(self) -> bool:
        """Whether signing in counts now: see ``services.shifts.come``."""
        mine, now = self.mine, clock.now()
        if mine is None or mine.came or mine.place not in (Place.ON, Place.OFFERED):
            return False
        return self.shift.starts_at - now <= COME_BEFORE and now <= self.shift.ends_at


def coming(volunteer: Volunteer | None = None, most: int = 30) -> list[Offer]:
    """Shifts to come, the next first. Three statements, whatever their number."""
    shifts = list(
        Shift.objects.filter(ends_at__gte=clock.now(), closed_at=None)
        .select_related("team")
        .prefetch_related("needs")
        .order_by("starts_at", "id")[:most]
    )
    taken = Counter(
        Signup.objects.filter(shift__in=shifts, place__in=(Place.ON, Place.OFFERED)).values_list(
            "shift_id", "role"
        )
    )
    mine = (
        {row.shift_id: row for row in Signup.objects.filter(shift__in=shifts, volunteer=volunteer)}
        if volunteer
        else {}
    )
    return [
        Offer(
            shift,
            [
                (need.role, str(need.get_role_display()), max(0, need.count - taken[shift.pk, need.role]))
                for need in shift.needs.all()
            ],
            mine.get(shift.pk),
        )
        for shift in shifts
    ]


def history(volunteer: Volunteer) -> list[Signup]:
    """What somebody did, the newest first."""
    rows = volunteer.signups.filter(Q(minutes__isnull=False) | Q(shift__ends_at__lt=clock.now())).exclude(
        place=Place.OFF
    )
    return list(rows.select_related("shift").order_by("-shift__starts_at")[:100])


def listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Volunteer]:
    """Volunteers for staff, masked, filtered by what stands in the address."""
    rows = Volunteer.objects.visible_to(actor).select_related("team")
    chosen = filters.get("standing", "")
    if chosen in Standing.values:
        rows = rows.filter(standing=chosen)
    elif chosen != "all":
        rows = rows.exclude(standing=Standing.LEFT)
    if team := number_of(filters.get("team", "")):
        rows = rows.filter(team=team)
    if filters.get("role") in Role.values:
        rows = rows.filter(role=filters["role"])
    return rows


def shifts_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Shift]:
    """Shifts of the actor's unit, for the office's list."""
    rows = of_own_units(Shift.objects.select_related("team"), actor, ACT, "team__unit")
    if filters.get("state") in ("open", "closed"):
        rows = rows.filter(closed_at__isnull=filters["state"] == "open")
    if team := number_of(filters.get("team", "")):
        rows = rows.filter(team=team)
    if filters.get("topic") in Topic.values:
        rows = rows.filter(topic=filters["topic"])
    if words := filters.get("q"):
        rows = rows.filter(Q(title__icontains=words) | Q(place__icontains=words))
    return rows


@dataclass(frozen=True)
class ShiftNumbers:
    """Places taken or offered on a shift, hours confirmed, appeals to decide."""

    on: int
    hours: float
    appeals: int


def numbers_of_shifts(pks: list[int]) -> dict[int, ShiftNumbers]:
    """The numbers of each of these shifts. One query."""
    rows = Shift.objects.filter(pk__in=pks).order_by().values_list("pk")
    told = rows.annotate(
        on=Count("signups", filter=Q(signups__place__in=(Place.ON, Place.OFFERED))),
        minutes=Coalesce(Sum("signups__minutes"), 0),
        appeals=Count("signups", filter=Q(signups__appeal=Appeal.OPEN)),
    )
    return {pk: ShiftNumbers(on, round(minutes / 60, 1), appeals) for pk, on, minutes, appeals in told}


def needs_of(shift: Shift) -> list[tuple[str, int, int]]:
    """``(role, needed, taken)``."""
    taken = Counter(shift.signups.filter(place__in=(Place.ON, Place.OFFERED)).values_list("role", flat=True))
    return [
        (str(need.get_role_display()), need.count, taken[need.role]) for need in shift.needs.order_by("pk")
    ]


def rewards() -> list[Reward]:
    """What can be had for hours."""
    offered = Q(until=None) | Q(until__gte=clock.today())
    return list(
        Reward.objects.filter(offered, active=True, stock__gt=0)
        .select_related("unit")
        .order_by("hours", "pk")
    )


def left_of(campaign: Campaign) -> int:
    """How many leaflets are left: the stock, less what was drawn, and what came back."""
    gone = (
        Draw.objects.filter(campaign=campaign).aggregate(n=Sum(F("count") - Coalesce(F("back"), 0)))["n"] or 0
    )
    return campaign.stock - gone


def campaigns_for(actor: Actor) -> QuerySet[Campaign]:
    """The campaigns of the actor's units."""
    return of_own_units(Campaign.objects.select_related("unit"), actor, ACT)


def campaigns_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Campaign]:
    """Campaigns for the office's list."""
    rows = campaigns_for(actor)
    if filters.get("topic") in Topic.values:
        rows = rows.filter(topic=filters["topic"])
    if filters.get("q"):
        rows = rows.filter(title__icontains=filters["q"])
    return rows


@dataclass(frozen=True)
class CampaignNumbers:
    """Leaflets drawn and come back, places reached."""

    drawn: int
    back: int
    communities: int


def numbers_of_campaigns(pks: list[int]) -> dict[int, CampaignNumbers]:
    """The numbers of each of these campaigns. One query."""
    rows = Campaign.objects.filter(pk__in=pks).order_by().values_list("pk")
    told = rows.annotate(
        drawn=Coalesce(Sum("draws__count"), 0),
        back=Coalesce(Sum("draws__back"), 0),
        communities=Count("draws__region_code", distinct=True),
    )
    return {pk: CampaignNumbers(*numbers) for pk, *numbers in told}


def covered(campaign: Campaign) -> list[tuple[str, str, int]]:
    """``(code, name, leaflets handed out)`` of every township and of each community that was reached: the map
    of what is covered.
    """
    names = places.names_by_code()
    found: Counter[str] = Counter()
    for code, count, back in campaign.draws.values_list("region_code", "count", "back"):
        found[code] += count - (back or 0)
    codes = {region.code for region in places.townships()} | set(found)
    return [
        (code, names.get(code, code), sum(n for own, n in found.items() if own.startswith(code)))
        for code in sorted(codes)
    ]


def week_of_grid(grid_code: str, first: datetime) -> tuple[list[Volunteer], list[Shift], int]:
    """A grid's week: its volunteers, its shifts, minutes confirmed in them."""
    people = list(
        Volunteer.objects.filter(grid_code=grid_code, standing=Standing.ACTIVE)
        .select_related("team")
        .order_by("pk")
    )
    shifts = list(
        Shift.objects.filter(
            grid_code=grid_code, starts_at__gte=first, starts_at__lt=first + timedelta(days=7)
        )
        .select_related("team")
        .order_by("starts_at")
    )
    minutes = Signup.objects.filter(shift__in=shifts).aggregate(n=Sum("minutes"))["n"] or 0
    return people, shifts, minutes


def stars_of(volunteer: Volunteer) -> int:
    """Somebody's stars."""
    return rules.stars_for(volunteer.minutes, steps())
