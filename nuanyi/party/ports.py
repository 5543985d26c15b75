"""What Party work needs of rooms on its own floor. Rooms of one floor never meet: a room above them hands itself in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from nuanyi.lib.actor import Actor


@dataclass(frozen=True)
class SessionPlan:
    """A session that a branch holds. ``announced``: everybody may come and reads of it; else only who is told."""

    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    themed: bool
    announced: bool
    region_code: str
    sector: str


@dataclass(frozen=True)
class SessionStand:
    """How it stands with a session: when and where, how many signed in, its pages."""

    starts_at: datetime
    ends_at: datetime
    place: str
    signed: int
    heads: int | None
    held: bool
    cancelled: bool
    page: str
    screen: str

    @property
    def present(self) -> int:
        """How many came: those who signed in, or the heads that were counted."""
        return max(self.signed, self.heads or 0)


class SessionPort(Protocol):
    """Sessions with their sign-in, as this room sees them."""

    def plan(self, actor: Actor, told: SessionPlan) -> int:
        """Plan one for the actor's unit; its number. Raises NotAllowed, BadInput."""
        ...

    def stand(self, numbers: Sequence[int]) -> Mapping[int, SessionStand]:
        """How it stands with these."""
        ...

    def close(self, actor: Actor, number: int, heads: int | None) -> None:
        """It was held. Raises NotAllowed, NotFound, IllegalMove, BadInput."""
        ...

    def cancel(self, actor: Actor, number: int) -> None:
        """It does not take place. Raises NotAllowed, NotFound, IllegalMove."""
        ...

    def coming(self, actor: Actor) -> Sequence[tuple[int, str]]:
        """Sessions to come that the actor plans for, with their title and day."""
        ...

    def put_team(self, actor: Actor, number: int, team: Sequence[tuple[str, str]]) -> None:
        """Name a lecture team (part, name) for a session, in place of the one before. Raises NotFound, IllegalMove."""
        ...


class PlanPort(Protocol):
    """What is told before the shift, day by day."""

    def name_speaker(
        self, actor: Actor, first: date, last: date, said: str, before: str | None, name: str = ""
    ) -> int:
        """Say who speaks on the planned days from ``first`` to ``last`` ("": nobody); how many days were changed.

        A day of which something else was said than ``before`` keeps it, unless it says ``name``: somebody set it by hand.
        None: whatever was said goes.
        """
        ...


@dataclass(frozen=True)
class Line:
    """A line of one of the three lists: whose, what, how much of it is left or reached, until when."""

    unit: str
    title: str
    amount: str
    until: date | None


@dataclass(frozen=True)
class ThreeLists:
    """资源清单, 需求清单 and 项目清单 of a place, and the page on which they are kept."""

    resources: Sequence[Line]
    needs: Sequence[Line]
    projects: Sequence[Line]
    page: str


class ListsPort(Protocol):
    """The three lists."""

    def of_place(self, region_code: str) -> ThreeLists:
        """Open lines that serve a place: its own, and those of what lies around or within it."""
        ...

    def of_units(self, units: Sequence[int]) -> Sequence[Line]:
        """What these units offer and still have left (资源清单)."""
        ...


@dataclass(frozen=True)
class StationPlan:
    """A lounge that becomes a station."""

    name: str
    lat_wgs84: float
    lon_wgs84: float
    region_code: str
    how_to_find: str
    unit: int | None


class StationPort(Protocol):
    """Stations."""

    def plan(self, actor: Actor, told: StationPlan) -> tuple[str, str]:
        """Enter a planned station: its code and page. Raises NotAllowed, BadInput."""
        ...


_plans: list[PlanPort] = []
_lists: list[ListsPort] = []
_stations: list[StationPort] = []
_sessions: list[SessionPort] = []


def serve_plan(port: PlanPort) -> None:
    """Hand the plan in; the last one counts."""
    _plans.append(port)


def plan() -> PlanPort:
    """The plan. Raises LookupError where none was handed in."""
    if not _plans:
        raise LookupError("no plan was handed in")
    return _plans[-1]


def serve_lists(port: ListsPort) -> None:
    """Hand the lists in; the last one counts."""
    _lists.append(port)


def lists() -> ListsPort:
    """The lists. Raises LookupError where none were handed in."""
    if not _lists:
        raise LookupError("no lists were handed in")
    return _lists[-1]


def serve_stations(port: StationPort) -> None:
    """Hand stations in; the last one counts."""
    _stations.append(port)


def stations() -> StationPort:
    """Stations. Raises LookupError where none were handed in."""
    if not _stations:
        raise LookupError("no stations were handed in")
    return _stations[-1]


def serve_sessions(port: SessionPort) -> None:
    """Hand sessions in; the last one counts."""
    _sessions.append(port)


def sessions() -> SessionPort:
    """Sessions. Raises LookupError where none were handed in."""
    if not _sessions:
        raise LookupError("no sessions were handed in")
    return _sessions[-1]
