"""Stations and what hangs on them. Coordinates are WGS-84 degrees."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.ids import new_id
from nuanyi.lib.personal import NOBODY
from nuanyi.lib.region_codes import within
from nuanyi.people.models import Account
from nuanyi.stations import rules
from nuanyi.stations.hours import Schedule, Span, Spans, parse
from nuanyi.units.models import Unit

Texts = dict[str, Any]


class StationQuerySet(models.QuerySet["Station"]):
    """Filters."""

    def public(self) -> StationQuerySet:
        """What a worker may find: in service or paused."""
        return self.filter(state__in=[rules.State.OPEN, rules.State.PAUSED])

    def visible_to(self, actor: Actor) -> StationQuerySet:
        """Every station is public property: staff see all of them, whatever their state; a guest the public ones."""
        return self if actor.can("stations.view") else self.public()

    def kept_by(self, actor: Actor) -> StationQuerySet:
        """Those that the actor may keep: named as its keeper, or with a role for its place or unit."""
        if actor.kind == "system":
            return self
        named = (
            Keeper.objects.filter(account_id=actor.account_id or 0)
            if actor.can("stations.keep")
            else Keeper.objects.none()
        )
        allowed = Q(pk__in=named.values("station"))
        for scope in actor.scopes("stations.edit"):
            if scope.everywhere:
                return self
            if scope.region:
                allowed |= within(scope.region)
            if scope.unit is not None:
                allowed |= Q(unit_id=scope.unit)
        return self.filter(allowed)


class Station(models.Model):
    """One room with a door."""

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    tier = models.CharField(max_length=10, choices=rules.Tier)
    venue = models.CharField(max_length=16, choices=rules.Venue)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    #: ``[{"kind": "union", "name": "雁山区总工会"}, …]``: whose room it is; empty: that of the unit that answers
    owners: models.JSONField[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(default=list)
    region_code = models.CharField(max_length=12)
    place_words = models.CharField(max_length=120)
    lat_wgs84 = models.FloatField()
    lon_wgs84 = models.FloatField()
    how_to_find = models.CharField(max_length=300, blank=True)
    access = models.CharField(max_length=8, choices=rules.Access, default=rules.Access.OPEN)
    access_words = models.CharField(max_length=120, blank=True)
    step_free = models.BooleanField(default=False)
    capacity = models.PositiveIntegerField(default=0)
    functions: models.Field[list[str], list[str]] = ArrayField(models.CharField(max_length=12), default=list)
    desk_call = models.CharField(max_length=20, blank=True)
    #: ``{"1": "08:00-12:00 14:00-20:00", …, "7": "", "holiday": text or null, "make_up": text or null}``
    hours: models.JSONField[Texts, Texts] = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=rules.State, default=rules.State.PLANNED)
    reason = models.CharField(max_length=120, blank=True)
    opened_date = models.DateField(null=True, blank=True)
    #: the day from which it is given up; what stood before is still counted on the days before
    closed_date = models.DateField(null=True, blank=True)
    back_date = models.DateField(null=True, blank=True)
    live_open = models.BooleanField(null=True)
    live_from_at = models.DateTimeField(null=True)
    live_until_at = models.DateTimeField(null=True)
    check_in = models.CharField(max_length=8, choices=rules.CheckIn, default=rules.CheckIn.POSITION)
    grade = models.CharField(max_length=8, choices=rules.Grade, default=rules.Grade.UNPROVEN)
    #: the counts behind the grade, as ``rules.grade_of`` takes them
    graded: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    #: another record of the same room: whoever has this one's code is led there
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    secret = models.BinaryField()
    synthetic = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    objects = StationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("state", "id", name="station_state"),
            models.Index("region_code", "id", name="station_region"),
        ]

    def __str__(self) -> str:
        return self.name

    def schedule(self) -> Schedule:
        """When it is open, with its exceptions, pauses and taps. Uses ``exceptions`` (prefetch them)."""
        return schedule_of(
            self.hours,
            [(e.first_date, e.last_date, e.hours) for e in sorted(self.exceptions.all(), key=lambda e: e.pk)],
            state=self.state,
            back=self.back_date,
            live=(self.live_open, self.live_from_at, self.live_until_at),
        )

    @property
    def owner_names(self) -> list[str]:
        """Whose room it is, by name; a kind where no name is known."""
        return rules.owner_names(self.owners) or ([self.unit.name] if self.unit else [])

    @property
    def week_words(self) -> list[tuple[int, str]]:
        """``(weekday 1-7, hours)`` for showing."""
        return [(n, str(self.hours.get(str(n), ""))) for n in range(1, 8)]

    @property
    def week_folded(self) -> list[tuple[int, int, str]]:
        """``(first weekday, last weekday, hours)``: days after each other with the same hours are one."""
        return [
            (days[0][0], days[-1][0], text)
            for text, group in groupby(self.week_words, key=lambda day: day[1])
            if (days := list(group))
        ]


FOREVER = 1 << 40


def schedule_of(
    hours: Texts,
    exceptions: list[tuple[date, date, str]],
    *,
    state: str,
    back: date | None,
    live: tuple[bool | None, datetime | None, datetime | None],
) -> Schedule:
    """A schedule from what the tables keep; hours were checked when they were written."""
    shut: list[Span] = []
    opened: list[Span] = []
    if state == rules.State.PAUSED:
        shut.append((0, int(clock.midnight(back).timestamp()) if back else FOREVER))
    elif state != rules.State.OPEN:
        shut.append((0, FOREVER))
    is_open, first, last = live
    if is_open is not None and first and last:
        (opened if is_open else shut).append((int(first.timestamp()), int(last.timestamp())))
    return Schedule(
        week=tuple(_kept(hours.get(str(n), "")) for n in range(1, 8)),
        holiday=None if hours.get("holiday") is None else _kept(hours["holiday"]),
        make_up=None if hours.get("make_up") is None else _kept(hours["make_up"]),
        exceptions=tuple((first_day, last_day, _kept(text)) for first_day, last_day, text in exceptions),
        shut=tuple(shut),
        opened=tuple(opened),
    )


_spans: dict[str, Spans] = {}


def _kept(text: str) -> Spans:
    """Parsed hours, remembered: thousands of stations share a handful of texts."""
    found = _spans.get(text)
    if found is None:
        if len(_spans) > 20_000:
            _spans.clear()
        found = _spans[text] = parse(text)
    return found


class Keeper(models.Model):
    """An account keeps a station."""

    PERSONAL = NOBODY

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="keepers")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("station", "account", name="keeper_once")]


class Amenity(models.Model):
    """One thing that a station offers, how it is, how much is left, when it was looked at, when it expires."""

    PERSONAL = NOBODY

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="amenities")
    kind = models.CharField(max_length=20, choices=rules.AmenityKind)
    state = models.CharField(max_length=6, choices=rules.AmenityState, default=rules.AmenityState.OK)
    left = models.PositiveIntegerField(null=True, blank=True)
    threshold = models.PositiveIntegerField(null=True, blank=True)
    inspected_date = models.DateField(null=True, blank=True)
    expires_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("station", "kind", name="amenity_once")]
        indexes = [models.Index("expires_date", name="amenity_expires")]

    @property
    def expires_soon(self) -> bool:
        """Whether it expires within the days that keepers are warned of."""
        return self.expires_date is not None and self.expires_date <= clock.today() + timedelta(
            days=rules.EXPIRY_DAYS
        )


class HoursException(models.Model):
    """Other hours from one day to another; empty hours mean closed."""

    PERSONAL = NOBODY

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="exceptions")
    first_date = models.DateField()
    last_date = models.DateField()
    hours = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=60, blank=True)


class Photo(models.Model):
    """A picture rebuilt from its pixels: of the door, of the room, or of a fault. Kept in the database, so that it comes
    and goes in one transaction with what it shows and is in every backup.

    Its number is drawn by lot: one that sorts by time would tell the millisecond at which a fault was told.
    """

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="photos")
    shows = models.CharField(
        max_length=6, choices=[("door", _("The door")), ("room", _("The room")), ("fault", "")]
    )
    jpeg = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()


class VisitCount(models.Model):
    """How many checked in at a station in one hour, by what they do; who they were is not known."""

    PERSONAL = NOBODY

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="visits")
    hour_at = models.DateTimeField()
    sector = models.CharField(max_length=20, blank=True)
    count = models.PositiveIntegerField(default=0)
    in_ledger = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("station", "hour_at", "sector", name="visit_hour")]


class HourMark(models.Model):
    """That some device did something at some place in this hour: a digest under a salt that dies with the hour.

    After the hour nobody, with the whole database and all keys in hand, can tell which device it was.
    """

    PERSONAL = NOBODY

    mark = models.BinaryField(primary_key=True)
    hour_at = models.DateTimeField(db_index=True)


class HourSalt(models.Model):
    """The salt of an hour; deleted when the hour is over."""

    PERSONAL = NOBODY

    hour_at = models.DateTimeField(primary_key=True)
    salt = models.BinaryField()


class Confirmation(models.Model):
    """Workers on the spot said that it is open (or shut): a count an hour."""

    PERSONAL = NOBODY

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="confirmations")
    hour_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("station", "hour_at", name="confirmation_hour")]


class Rating(models.Model):
    """How many gave how many stars on a day."""

    PERSONAL = NOBODY

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="ratings")
    day = models.DateField()
    stars = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("station", "day", "stars", name="rating_day")]


class Fault(models.Model):
    """What a worker told the keeper. There is no column for who: the secret link alone connects.

    ``made_at`` is the hour, not the moment; ``key`` was made by the phone at random. The link is worked out from the
    key and is kept nowhere. Keepers are told by a job, so that no notice carries the moment either.
    """

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="faults")
    trouble = models.CharField(max_length=8, choices=rules.Trouble)
    kind = models.CharField(max_length=20, choices=rules.AmenityKind, blank=True)
    words = models.CharField(max_length=200, blank=True)
    photo = models.ForeignKey(Photo, null=True, on_delete=models.SET_NULL, related_name="+")
    body_digest = models.BinaryField()
    state = models.CharField(max_length=10, choices=rules.FaultState, default=rules.FaultState.OPEN)
    answer = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index("station", "made_at", name="fault_station"),
            models.Index(fields=["due_at"], condition=Q(ended_at=None), name="fault_due"),
        ]


class Wish(models.Model):
    """A small wish (微心愿) and what the keeper answered. No column for who."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="wishes")
    words = models.CharField(max_length=120)
    answer = models.CharField(max_length=200, blank=True)
    granted = models.BooleanField(null=True)
    made_date = models.DateField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("station", "made_date", name="wish_station")]


class HandOver(models.Model):
    """What one keeper leaves for the next."""

    PERSONAL = NOBODY

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="hand_overs")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    words = models.CharField(max_length=400)
    made_at = models.DateTimeField(default=clock.now)


class StationList(models.Model):
    """A list of stations that an office sent, read and not yet taken in."""

    PERSONAL = NOBODY

    id = models.UUIDField(primary_key=True, editable=False)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=120)
    file_digest = models.CharField(max_length=64)
    crs = models.CharField(max_length=6)
    #: whose stations these are, where a row does not say it itself
    owner_kind = models.CharField(max_length=10, choices=rules.OwnerKind, blank=True)
    owner_name = models.CharField(max_length=60, blank=True)
    #: ``[{"row": 2, "name": …, "values": {…}, "does": "new|change|same|double|bad", "station": id, "changes": […],
    #: "problems": […], "like": [{"id", "name", "owners", "metres"}], "decided": "" | "new" | id}]``
    rows: models.JSONField[list[Texts], list[Texts]] = models.JSONField(default=list)
    #: what changed stations were before, and which are new: what an undo needs
    before: models.JSONField[Texts, Texts] = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)


class StationPair(models.Model):
    """What somebody decided of two stations that look like one: that they are one, or that they are two."""

    PERSONAL = NOBODY

    #: the one that stays, where they are one
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="+")
    same = models.BooleanField()
    #: what the first took over, so that both can be told apart again: ``{"owners": […], "amenities": […], …}``
    taken_over: models.JSONField[Texts, Texts] = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint("station", "other", name="station_pair_once")]
