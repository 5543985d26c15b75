"""Reads of instructors: who can act, who follows what, whose visit is due, what to do next where nobody was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    F,
    Max,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.region_codes import township_of
from nuanyi.party import application_queries, coverage, queries, rules
from nuanyi.party.models.applications import Application
from nuanyi.party.models.instructors import Assignment, InstructorTerms, LanguageWish, Visit
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import FORMS, ORGANISE, Form, State
from nuanyi.people.models import Account


@dataclass(frozen=True)
class Instructor:
    """An active instructor: the regions of the role ("" for the whole district), how many establishments they can follow
    (None: a fair share), the languages they speak."""

    account: Account
    bases: tuple[str, ...]
    capacity: int | None = None
    languages: tuple[str, ...] = ()


def instructors() -> list[Instructor]:
    """Every active instructor. Two queries."""
    bases: dict[int, list[str]] = defaultdict(list)
    accounts: dict[int, Account] = {}
    for row in queries.able().select_related("account__unit").order_by("account_id", "region_code"):
        accounts[row.account_id] = row.account
        bases[row.account_id].append(row.region_code)
    terms = {row.account_id: row for row in InstructorTerms.objects.filter(account__in=accounts)}
    return [
        Instructor(
            account,
            tuple(bases[pk]),
            terms[pk].capacity if pk in terms else None,
            rules.languages_of(terms[pk].languages) if pk in terms else (),
        )
        for pk, account in accounts.items()
    ]


def instructors_of(actor: Actor) -> list[Instructor]:
    """The instructors whom this actor may give something to: in a city those of its own district, and those whose place
    holds it. Whoever has the role for no place in particular belongs where the own unit lies."""
    own = actor.regions(ORGANISE)
    return [
        one
        for one in instructors()
        if actor.everywhere(ORGANISE)
        or any(
            base.startswith(region) or region.startswith(base) for base in _places_of(one) for region in own
        )
    ]


def _places_of(one: Instructor) -> list[str]:
    unit = one.account.unit
    return [base or (unit.region_code if unit is not None else "") for base in one.bases]


def wishes() -> dict[UUID, str]:
    """The language in which people of an establishment wish to be talked with, where they said one."""
    return dict(LanguageWish.objects.values_list("establishment", "language"))


def wish_of(establishment: UUID) -> str:
    """The language in which people of one establishment wish to be talked with, "" where they said none."""
    rows = LanguageWish.objects.filter(establishment=establishment)
    return rows.values_list("language", flat=True).first() or ""


def languages() -> list[str]:
    """Every language that an instructor speaks or an establishment wishes, to choose from."""
    spoken = {one for row in InstructorTerms.objects.all() for one in rules.languages_of(row.languages)}
    return sorted(spoken | set(LanguageWish.objects.values_list("language", flat=True)))


def followed_by() -> dict[UUID, int]:
    """Which instructor follows which establishment: one who cannot act follows nobody."""
    rows = Assignment.objects.filter(until_date=None, account__in=queries.able().values("account"))
    return dict(rows.values_list("establishment_id", "account_id"))


def assignments(account: int | None = None, township: str = "") -> QuerySet[Assignment]:
    """Who follows what now, of one instructor or in one place where asked."""
    rows = Assignment.objects.filter(until_date=None).select_related("account", "establishment")
    if account is not None:
        rows = rows.filter(account=account)
    if township:
        rows = rows.filter(establishment__region_code__startswith=township)
    return rows.order_by("establishment__region_code", "establishment__name")


def followed(actor: Actor, pk: UUID | None = None) -> list[Establishment]:
    """The establishments that this instructor follows (or the one with this key), those not visited for longest first.

    Whoever is assigned sees them, also outside the place of the role: the database is asked as the program.
    """
    rows: QuerySet[Establishment] = (
        Establishment.objects.filter(
            assignments__account_id=actor.account_id or 0, assignments__until_date=None
        )
        .annotate(
            last_visit=Max("visits__visit_date"),
            # the assignment that the filter joined: there is one at a time
            assigned_date=Max("assignments__from_date"),
        )
        .order_by(F("last_visit").asc(nulls_first=True), "name")
    )
    with row_security.reader(queries.PROGRAM):
        return list(rows.filter(pk=pk) if pk is not None else rows[: queries.FOLLOWED_AT_MOST])


@dataclass(frozen=True)
class Followed:
    """An establishment on an instructor's round: when it was last visited, and until when the next visit is due so that it
    counts as reached; ``notes`` are the last few, the newest first."""

    establishment: Establishment
    last: date | None
    due: date
    notes: tuple[Visit, ...] = ()

    @property
    def overdue(self) -> bool:
        """Whether its day has gone by."""
        return self.due < clock.today()


#: So many of the last notes stand on an instructor's phone.
NOTES_SHOWN = 3


def visit_round(actor: Actor, *, notes: bool = False) -> list[Followed]:
    """The instructor's round, what is due first on top. The days are those of the definition of coverage in force; who was
    never visited counts from the assignment. Three queries at most."""
    rule = coverage.definition()
    within = timedelta(days=rule.visit_within_days if rule else coverage.VISIT_WITHIN_DAYS)
    rows: list[Any] = followed(actor)
    written: dict[UUID, list[Visit]] = defaultdict(list)
    if notes:
        newest = Window(
            RowNumber(), partition_by="establishment", order_by=[F("visit_date").desc(), F("pk").desc()]
        )
        wanted = Visit.objects.filter(establishment__in=[row.pk for row in rows]).exclude(note="")
        for one in wanted.annotate(place=newest).filter(place__lte=NOTES_SHOWN).order_by("place"):
            written[one.establishment_id].append(one)
    found = [
        Followed(row, row.last_visit, (row.last_visit or row.assigned_date) + within, tuple(written[row.pk]))
        for row in rows
    ]
    return sorted(found, key=lambda one: one.due)


def visits_due(actor: Actor) -> int:
    """How many visits of an instructor are overdue."""
    return sum(1 for one in visit_round(actor) if one.overdue)


def talks(actor: Actor) -> list[application_queries.Path]:
    """Those who wait for their first talk with this actor, the longest first; no more than anybody can visit."""
    return application_queries.paths_for(actor, "talk", at_most=queries.FOLLOWED_AT_MOST)


def instructor_for(code: str) -> int | None:
    """Who owes somebody from this place a talk: an instructor of the township with the fewest applications; else of the
    whole district; None where there is nobody."""
    everybody = instructors()
    here = [
        one.account.pk
        for one in everybody
        if any(base and code.startswith(township_of(base)) for base in one.bases)
    ]
    some = here or [one.account.pk for one in everybody if "" in one.bases]
    if not some:
        return None
    load = _open_applications(some)
    return min(some, key=lambda pk: (load.get(pk, 0), pk))


def _open_applications(accounts: list[int]) -> dict[int, int]:
    rows = Application.objects.filter(instructor__in=accounts, state=State.OPEN).values("instructor")
    with row_security.reader(queries.PROGRAM):  # whoever asks sees no application but their own
        return {row["instructor"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def visits_of(establishment: UUID) -> QuerySet[Visit]:
    """The visits of an establishment, whoever made them: a new instructor reads what the former wrote."""
    return (
        Visit.objects.filter(establishment=establishment)
        .select_related("account")
        .order_by("-visit_date", "-pk")
    )


@dataclass(frozen=True)
class Uncovered:
    """An establishment that is not covered, what to do next, and the page on which it is done.

    The page is "" where it is not the reader's.
    """

    establishment: Establishment
    step: Words
    branch: Organisation | None = None


def next_steps(rows: Sequence[Establishment], which: str) -> list[Uncovered]:
    """What to do next for each: whose visit is due, or which branch of the same township has room. Two queries."""
    if which == "worked":
        names = {one.account.pk: str(one.account) for one in instructors()}
        followers = followed_by()
        return [
            Uncovered(
                row,
                _("Assign an instructor")
                if row.pk not in followers
                else _("A visit is due: %(who)s") % {"who": names.get(followers[row.pk], "—")},
            )
            for row in rows
        ]
    near: dict[tuple[str, str], Organisation] = {}
    for branch in (
        Organisation.objects.filter(ended_date=None)
        .exclude(form=Form.COMMITTEE)
        .annotate(covers=Count("reaches", filter=Q(reaches__until_date=None)))
    ):
        most = FORMS[Form(branch.form)].establishments_at_most
        if most is None or branch.covers < most:
            for sector in {branch.sector, ""}:
                near.setdefault((township_of(branch.region_code), sector), branch)
    found = []
    for row in rows:
        place = township_of(row.region_code)
        fits: Organisation | None = near.get((place, row.sector)) or near.get((place, ""))
        step: Words = _("No branch of its township has room: a temporary one, or one with neighbours")
        if fits is not None:
            step = _("Let %(branch)s cover it") % {"branch": fits.name}
        found.append(Uncovered(row, step, fits))
    return found
