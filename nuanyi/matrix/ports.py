"""What other rooms of its floor are to Party work: sessions, the plan before the shift, the three lists, stations (adr/0014)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from nuanyi.cases.models import Need, Project
from nuanyi.cases.rules import ProjectState
from nuanyi.cases.services import lists
from nuanyi.learning import queries as learning
from nuanyi.learning.models import Session
from nuanyi.learning.rules import SessionKind
from nuanyi.learning.services import pushing, sessions
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.dates import moment_words
from nuanyi.lib.errors import BadInput
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.party import ports
from nuanyi.party.ports import Line, SessionPlan, SessionStand, StationPlan, ThreeLists
from nuanyi.stations.rules import Function, Tier, Venue
from nuanyi.stations.services import stations
from nuanyi.units.models import Unit


class Sessions:
    """Answers for ``party.ports.SessionPort``."""

    def plan(self, actor: Actor, told: SessionPlan) -> int:
        """See ``SessionPort``."""
        unit = Unit.objects.filter(pk=actor.unit_id or 0, active=True).first()
        if unit is None:
            raise BadInput(_("Your account belongs to no unit: the administrator sets it."), code="no-unit")
        made = sessions.save_session(
            actor=actor,
            told=sessions.SessionInput(
                kind=SessionKind.THEMED if told.themed else SessionKind.MEETING,
                title=told.title,
                place=told.place,
                starts_at=told.starts_at,
                ends_at=told.ends_at,
                unit=unit,
                region_code=told.region_code,
                sector=told.sector,
                announced=told.announced,
            ),
        )
        return made.pk

    def stand(self, numbers: Sequence[int]) -> Mapping[int, SessionStand]:
        """See ``SessionPort``. One query."""
        rows = Session.objects.filter(pk__in=numbers).annotate(signed=Count("attendances"))
        return {
            row.pk: SessionStand(
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                place=row.place,
                signed=row.signed,
                heads=row.head_count,
                held=row.held_at is not None,
                cancelled=row.cancelled_at is not None,
                page=reverse("learning:session", args=[row.pk]),
                screen=reverse("learning:screen", args=[row.pk]),
            )
            for row in rows
        }

    def close(self, actor: Actor, number: int, heads: int | None) -> None:
        """See ``SessionPort``."""
        sessions.close(actor=actor, pk=number, head_count=heads)

    def cancel(self, actor: Actor, number: int) -> None:
        """See ``SessionPort``."""
        sessions.cancel(actor=actor, pk=number)

    def coming(self, actor: Actor) -> Sequence[tuple[int, str]]:
        """See ``SessionPort``."""
        rows = learning.shown_to(actor).filter(starts_at__gte=clock.now(), cancelled_at=None)
        return [
            (row.pk, f"{moment_words(row.starts_at)} {row.title}")
            for row in rows.order_by("starts_at", "pk")[:50]
            if actor.can(sessions.ACT, units=(row.unit_id,))
        ]

    def put_team(self, actor: Actor, number: int, team: Sequence[tuple[str, str]]) -> None:
        """See ``SessionPort``."""
        sessions.put_team(actor=actor, pk=number, team=team)


class Plan:
    """Answers for ``party.ports.PlanPort``."""

    def name_speaker(
        self, actor: Actor, first: date, last: date, said: str, before: str | None, name: str = ""
    ) -> int:
        """See ``PlanPort``."""
        return pushing.name_speaker(
            actor=actor, first=first, last=last, speaker=said, before=before, name=name
        )


class Lists:
    """Answers for ``party.ports.ListsPort``."""

    def of_place(self, region_code: str) -> ThreeLists:
        """See ``ListsPort``. Three queries."""
        pledges: list[Any] = lists.open_pledges(region_code)
        needs: list[Any] = lists.open_needs(region_code)
        projects = Project.objects.exclude(state=ProjectState.DROPPED).select_related("need", "pledge__unit")
        projects = projects.filter(lists.serves(region_code, "need__region_code"))
        return ThreeLists(
            resources=[_offered(row) for row in pledges],
            needs=[Line(_short(row.unit), row.title, _waiting(row), None) for row in needs],
            projects=[
                Line(_short(row.pledge.unit), row.need.title, _reached(row), row.day)
                for row in projects.order_by("-day", "-pk")[:200]
            ],
            page=reverse("cases:lists"),
        )

    def of_units(self, units: Sequence[int]) -> list[Line]:
        """See ``ListsPort``. One query."""
        return [_offered(row) for row in lists.open_pledges(units=units)]


def _offered(row: Any) -> Line:
    return Line(_short(row.unit), row.title, f"{row.left} {row.measure}", row.last_date)


def _waiting(need: Need) -> str:
    left: int = need.left  # type: ignore[attr-defined]
    return gettext("%(left)s of %(all)s still wait") % {"left": left, "all": need.amount}


def _reached(project: Project) -> str:
    """How much of what was offered, and whom it reached once it did: the two are no share of each other."""
    words = f"{project.amount} {project.pledge.measure}"
    if not project.reached:
        return words
    of = ngettext("%(n)s worker reached", "%(n)s workers reached", project.reached) % {"n": project.reached}
    return f"{words} · {of}"


def _short(unit: Unit) -> str:
    return unit.short_name or unit.name


class Stations:
    """Answers for ``party.ports.StationPort``."""

    def plan(self, actor: Actor, told: StationPlan) -> tuple[str, str]:
        """See ``StationPort``."""
        made = stations.save_station(
            actor=actor,
            draft=stations.StationDraft(
                name=told.name,
                tier=Tier.VILLAGE if len(told.region_code) > TOWNSHIP else Tier.TOWNSHIP,
                venue=Venue.LOUNGE,
                lat=told.lat_wgs84,
                lon=told.lon_wgs84,
                region_code=told.region_code,
                place_words=told.how_to_find or told.name,
                how_to_find=told.how_to_find,
                unit=Unit.objects.filter(pk=told.unit or 0).first(),
                functions=[Function.REST],
            ),
        )
        return made.code, reverse("stations:one", args=[made.pk])


ports.serve_sessions(Sessions())
ports.serve_plan(Plan())
ports.serve_lists(Lists())
ports.serve_stations(Stations())
