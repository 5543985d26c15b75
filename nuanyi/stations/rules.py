"""Tables of the stations: tiers, venues, functions, amenities, states and their moves, deadlines. No database."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tier(models.TextChoices):
    """At which step of the tree a station stands (三级)."""

    DISTRICT = "district", _("District station")
    TOWNSHIP = "township", _("Township station")
    VILLAGE = "village", _("Village station")


class Venue(models.TextChoices):
    """What kind of room it is."""

    SERVICE_CENTRE = "service_centre", _("Party-service centre")
    CARE_STATION = "care_station", _("Care station")
    LOUNGE = "lounge", _("Opened lounge of a member unit")
    UNION_STATION = "union_station", _("Service point for outdoor workers")
    BANK = "bank", _("Bank branch")
    PLATFORM = "platform_station", _("Platform's own riders' station")
    DRIVERS_HOME = "drivers_home", _("Drivers' home")


class OwnerKind(models.TextChoices):
    """Whose room it is. Several may own one: the union's sign on a bank's door."""

    PARTY = "party", _("Party service")
    UNION = "union", _("Trade union")
    BANK = "bank", _("Bank")
    PLATFORM = "platform", _("Platform")
    TRANSPORT = "transport", _("Transport authority")
    COMMUNITY = "community", _("Village or community")
    COMPANY = "company", _("Shop or company")


def owner_names(owners: list[dict[str, str]]) -> list[str]:
    """Owners by name; by their kind where no name is known."""
    kinds = dict(OwnerKind.choices)
    return [one["name"] or str(kinds.get(one["kind"], "")) for one in owners]


class Function(models.TextChoices):
    """The five functions of a station."""

    EDUCATION = "education", _("Education")
    REST = "rest", _("Rest")
    SUPPLY = "supply", _("Supplies")
    MEDIATION = "mediation", _("Mediation")
    HEALTH = "health", _("Health care")


class AmenityKind(models.TextChoices):
    """What a station offers. Toilets, water and charging are asked for first, so they stand first."""

    TOILET = "toilet", _("Toilet")
    CHARGING = "charging", _("Phone charging")
    DRINKING_WATER = "drinking_water", _("Drinking water")
    BATTERY_SWAP = "battery_swap", _("Battery swap")
    KETTLE = "kettle", _("Kettle")
    MICROWAVE = "microwave", _("Microwave")
    FAN = "fan", _("Fan")
    AIR_CONDITIONING = "air_conditioning", _("Air conditioning")
    SOFA = "sofa", _("Sofa")
    FIRST_AID = "first_aid", _("First aid kit")
    RAIN_GEAR = "rain_gear", _("Rain gear")
    TV = "tv", _("TV")
    NEWSPAPERS_BOOKS = "newspapers_books", _("Newspapers and books")
    WIFI = "wifi", _("Wi-Fi")
    FRIDGE = "fridge", _("Fridge")


class AmenityState(models.TextChoices):
    """How an amenity is."""

    OK = "ok", _("All right")
    LOW = "low", _("Running low")
    BROKEN = "broken", _("Broken")


class Access(models.TextChoices):
    """How one gets in."""

    OPEN = "open", _("Open to all")
    CODE = "code", _("Code at the door")
    STAFFED = "staffed", _("Only while somebody is there")


class CheckIn(models.TextChoices):
    """How a copied code is kept from counting; the keeper chooses."""

    POSITION = "position", _("The phone must be near")
    ROTATING = "rotating", _("A code on a screen that changes")
    PLAIN = "plain", _("The code alone")


class State(models.TextChoices):
    """The life of a station."""

    PLANNED = "planned", _("Planned")
    OPEN = "open", _("In service")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Given up")


MOVES: dict[str, frozenset[str]] = {
    State.PLANNED: frozenset({State.OPEN, State.CLOSED}),
    State.OPEN: frozenset({State.PAUSED, State.CLOSED}),
    State.PAUSED: frozenset({State.OPEN, State.CLOSED}),
    State.CLOSED: frozenset({State.PLANNED}),
}


class Trouble(models.TextChoices):
    """What a worker tells the keeper."""

    BROKEN = "broken", _("Something is broken")
    EMPTY = "empty", _("Something is used up")
    DIRTY = "dirty", _("It is dirty")
    SHUT = "shut", _("It is shut though it should be open")


class FaultState(models.TextChoices):
    """The life of what was told."""

    OPEN = "open", _("The keeper was told")
    SEEN = "seen", _("The keeper is on it")
    MENDED = "mended", _("Mended")
    UNFOUNDED = "unfounded", _("Looked at, nothing found")


FAULT_MOVES: dict[str, frozenset[str]] = {
    FaultState.OPEN: frozenset({FaultState.SEEN, FaultState.MENDED, FaultState.UNFOUNDED}),
    FaultState.SEEN: frozenset({FaultState.MENDED, FaultState.UNFOUNDED}),
    FaultState.MENDED: frozenset({FaultState.OPEN}),
    FaultState.UNFOUNDED: frozenset({FaultState.OPEN}),
}


class Grade(models.TextChoices):
    """How well a station serves, worked out and never given (:data:`GRADES`)."""

    THREE = "three", _("Three stars")
    TWO = "two", _("Two stars")
    ONE = "one", _("One star")
    UNPROVEN = "unproven", _("To be looked at")


@dataclass(frozen=True)
class GradeRule:
    """What a grade asks for: of what is there now, and of how it was found in the last :data:`GRADE_DAYS`."""

    grade: Grade
    core: int  # of CORE_KINDS that work
    works: int  # amenities that work, those included
    broken: int  # at most so many broken ones
    shut: int  # told at most so often that it was shut though it should be open
    seen_open: (
        int  # found open at least so often: confirmed on the spot, or an hour in which somebody checked in
    )


#: Without these nobody stops: they count apart.
CORE_KINDS = (AmenityKind.TOILET, AmenityKind.CHARGING, AmenityKind.DRINKING_WATER)
GRADE_DAYS = 90
#: The first that fits is the grade; where none fits it is to be looked at. Our own rule, said on each station's page.
GRADES = (
    GradeRule(Grade.THREE, core=3, works=6, broken=0, shut=0, seen_open=10),
    GradeRule(Grade.TWO, core=2, works=4, broken=1, shut=1, seen_open=3),
    GradeRule(Grade.ONE, core=1, works=1, broken=3, shut=2, seen_open=1),
)


def grade_of(*, core: int, works: int, broken: int, shut: int, seen_open: int) -> Grade:
    """The grade of these counts."""
    for rule in GRADES:
        enough = core >= rule.core and works >= rule.works and seen_open >= rule.seen_open
        if enough and broken <= rule.broken and shut <= rule.shut:
            return rule.grade
    return Grade.UNPROVEN


MOST_STARS = 5


def star_row(stars: float) -> str:
    """A mean of ratings as full and empty stars, to the nearest whole one (a half goes up)."""
    full = min(MOST_STARS, max(0, int(stars + 0.5)))
    return "★" * full + "☆" * (MOST_STARS - full)


#: Two stations this near are the same room whatever they are called; that near if their names are alike or their telephone
#: is the same. In metres: two lists measure one door some ten metres apart, and another map puts it half a street away.
SAME_DOOR_METRES, SAME_STREET_METRES = 25, 200
#: How alike two names are (0 to 1, pairs of signs that both have) to be asked about.
ALIKE = 0.5
#: Words of which every other station's name is made: they tell nothing apart.
_COMMON = re.compile(
    "户外劳动者|新就业群体|劳动者|暖“?新|暖心|爱心|职工|工会|骑手|小哥|服务站点|服务中心|服务站|服务点|党群|驿站|司机之家|"
    "站点|之家|港湾|示例|[“”\"'（）()·\\-\\s]"
)


def alikeness(one: str, other: str) -> float:
    """How alike two names of stations are, from 0 to 1: Dice over pairs of signs, without the words that all have."""
    first, second = (_COMMON.sub("", name) or name for name in (one, other))
    pairs = [{name[n : n + 2] for n in range(max(1, len(name) - 1))} for name in (first, second)]
    return 2 * len(pairs[0] & pairs[1]) / (len(pairs[0]) + len(pairs[1]))


def may_be_the_same(*, metres: float, one: str, other: str, same_call: bool) -> bool:
    """Whether two stations are near and alike enough that a person should look at them."""
    if metres <= SAME_DOOR_METRES:
        return True
    return metres <= SAME_STREET_METRES and (same_call or alikeness(one, other) >= ALIKE)


#: Hours within which a keeper mends what was told: our own promise, editable here, by kind of trouble.
MEND_HOURS: dict[str, int] = {Trouble.SHUT: 2, Trouble.DIRTY: 24, Trouble.EMPTY: 24, Trouble.BROKEN: 72}

#: A confirmation by a worker on the spot fades after so many hours.
CONFIRMED_HOURS = 6
#: A phone that counts by its position must be this near, in metres: a room, its yard and a phone's error.
NEAR_METRES = 200
#: A rotating code changes every so many seconds; the one before still counts.
ROTATES_SECONDS = 30
#: First-aid kits that expire within so many days are shown.
EXPIRY_DAYS = 30
#: One network in an hour: check-ins a station, messages a station, messages in all.
VISITS_AN_HOUR, TOLD_AN_HOUR, TOLD_IN_ALL = 120, 20, 60
#: Whoever is farther than this from every station is told so: a wrong map, or another district.
FAR_METRES = 30_000
WALK_METRES_A_MINUTE, RIDE_METRES_A_MINUTE = 75, 250

#: Where a position outside this box is refused: the mainland with its islands (degrees, WGS-84).
CHINA_BOX = (3.0, 73.0, 54.0, 136.0)
