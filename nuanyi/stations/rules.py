"""Tables of the stations: tiers, venues, functions, amenities, states and their moves, deadlines. No database."""

from __future__ import annotations

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
