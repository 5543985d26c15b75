"""How many persons stand behind the records, which pairs wait, and what speaks for and against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nuanyi.census.linkage import estimate as estimating
from nuanyi.census.linkage.clusters import joined
from nuanyi.census.linkage.models import (
    CountedWith,
    Link,
    LinkageRun,
    Opinion,
    ShopCountedWith,
    ShopLink,
    ShopOpinion,
    Stage,
    Verdict,
)
from nuanyi.census.models import Appearance, Establishment, Worker
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.figures import Counts, Window
from nuanyi.lib.region_codes import township_of
from nuanyi.places import queries as places

#: Every this many-th pair is shown to a second reviewer too.
SAMPLE = 5

EVIDENCE: dict[tuple[str, str], Words] = {
    ("name", "same"): _("The names are the same."),
    ("name", "swapped"): _("The names have the same characters in another order."),
    ("name", "sounds-alike"): _("The names sound alike."),
    ("name", "hidden"): _("One name is partly hidden; the surname is the same."),
    ("name", "one-character"): _("The names differ by one character."),
    ("name", "surname"): _("Only the surname is the same."),
    ("name", "different"): _("The names are different."),
    ("phone", "same"): _("The phone numbers are the same."),
    ("phone", "same-shared"): _("The phone number is the same, but many people share it."),
    ("phone", "one-digit"): _("The phone numbers differ by one digit or by two swapped ones."),
    ("phone", "different"): _("The phone numbers are different."),
    ("id_number", "same"): _("The ID numbers are the same."),
    ("id_number", "one-digit"): _("The ID numbers differ by one digit."),
    ("id_number", "different"): _("The ID numbers are different."),
    ("site", "same"): _("They work at the same site."),
    ("site", "different"): _("They work at different sites."),
    ("region", "same"): _("They are in the same township."),
    ("region", "different"): _("They are in different townships."),
    ("sector", "same"): _("They are in the same sector."),
    ("sector", "different"): _("They are in different sectors."),
    ("sex", "same"): _("Their sex is the same."),
    ("sex", "different"): _("Their sex is different."),
    ("shop_name", "same"): _("The names say the same: brand, number and place."),
    ("shop_name", "part"): _("One name holds the other or differs by one character; the number is the same."),
    ("shop_name", "without-number"): _("The names are the same, but a chain may have several shops there."),
    ("shop_name", "brand"): _("The brand is the same; only one of the names has a number."),
    ("shop_name", "other-number"): _("The brand is the same, the numbers are different."),
    ("shop_name", "different"): _("The names are different."),
    ("contact", "same"): _("The same person is in charge."),
    ("contact", "different"): _("Different people are in charge."),
    ("address", "same"): _("The addresses are the same."),
    ("address", "part"): _("One address is part of the other."),
    ("address", "different"): _("The addresses are different."),
    ("roster", "other"): _("They stand on different rosters, as one person would."),
    ("roster", "same"): _("They stand on one roster, where one person rarely stands twice."),
}


@dataclass(frozen=True)
class Kept:
    """Where the links between records of one sort are kept, and what is read along with a record (``about``)."""

    record: type[Any]
    link: type[Any]
    opinion: type[Any]
    counted_with: type[Any]
    #: the field of ``counted_with`` that names the record counted with another
    member: str
    about: tuple[str, ...]

    @property
    def beside(self) -> list[str]:
        """What a page of two records reads along with their link."""
        return [f"{side}__{name}" for side in ("left", "right") for name in self.about]


WORKERS = Kept(Worker, Link, Opinion, CountedWith, "worker", ("person", "source"))
SHOPS = Kept(Establishment, ShopLink, ShopOpinion, ShopCountedWith, "establishment", ("contact", "source"))
KEPT = {"workers": WORKERS, "establishments": SHOPS}


@dataclass(frozen=True)
class PersonCount:
    """Records, the persons behind them, and possible pairs that wait."""

    entries: int
    persons: int
    waiting: int


def count_persons(actor: Actor, rows: Any, kept: Kept = WORKERS) -> PersonCount:
    """Persons (or establishments) behind records that the actor may see.

    Whoever does not see everything gets what the records in sight say among themselves: that two of them are
    linked over a third one elsewhere stays with the district office.
    """
    entries = rows.order_by().count()
    if actor.everywhere("census.view"):
        heads = rows.order_by().filter(counted_with=None).values("pk")
        others = kept.counted_with.objects.filter(pk__in=rows.order_by().values("pk")).exclude(head__in=heads)
        persons = heads.count() + others.values("head").distinct().count()
    else:
        persons = entries - sum(len(group) - 1 for group in _groups_within(rows, kept))
    return PersonCount(entries, persons, _within(kept.link.objects.waiting(), rows).count())


def words_beside(kept: Kept = WORKERS) -> str:
    """How many records stand behind the count, and how many possible pairs wait; for who sees all of them."""
    both = [
        rows.order_by()
        .annotate(what=Value(what))
        .values("what")
        .annotate(n=Count("pk"))
        .values_list("what", "n")
        for what, rows in (("entries", kept.record.objects.all()), ("waiting", kept.link.objects.waiting()))
    ]
    counted = dict(both[0].union(both[1], all=True))
    entries, waiting = counted.get("entries", 0), counted.get("waiting", 0)
    if not waiting:
        return str(ngettext("%(n)s entry", "%(n)s entries", entries) % {"n": f"{entries:,}"})
    words = ngettext(
        "%(n)s entries, %(waiting)s possible pair waits",
        "%(n)s entries, %(waiting)s possible pairs wait",
        waiting,
    )
    return str(words % {"n": f"{entries:,}", "waiting": f"{waiting:,}"})


def count_in_sight(asked: Window, townships: Sequence[str]) -> Counts:
    """Persons by sector and township (``(sector, code)``) as the records of these townships say among themselves.

    For a reader who sees these records and no others: a person whom a record elsewhere counts already is counted here
    too, as on the reader's own list. Otherwise whoever enters a name could see by the number whether others know it.
    """
    moved = places.moved_now()
    wanted = Q(pk__in=())
    for township in townships:
        wanted |= places.within(township, moved, "region_then")
    rows = Worker.objects.on(asked.last).filter(wanted).order_by()

    def cell(sector: str, region: str) -> tuple[str, str]:
        return sector, township_of(places.code_today(region, moved))

    counts: dict[tuple[str, ...], int] = defaultdict(int)
    for sector, region, number in rows.values_list("sector_then", "region_then").annotate(n=Count("pk")):
        counts[cell(sector, region)] += number
    others = [pk for group in _groups_within(rows, WORKERS) for pk in sorted(group)[1:]]
    for sector, region in rows.filter(pk__in=others).values_list("sector_then", "region_then"):
        counts[cell(sector, region)] -= 1
    return dict(counts)


def _within(links: Any, rows: Any) -> Any:
    seen = rows.order_by().values("pk")
    return links.filter(left__in=seen, right__in=seen)


def _groups_within(rows: Any, kept: Kept) -> list[set[Any]]:
    links = (
        _within(kept.link.objects.holding(), rows).order_by("-probability", "id").values_list("left", "right")
    )
    apart = _within(kept.link.objects.filter(verdict=Verdict.DIFFERENT), rows).values_list("left", "right")
    return joined(links, apart)


def once(actor: Actor, rows: Any, kept: Kept) -> Any:
    """Of records that the actor may see each person (or establishment) once, as ``count_persons`` counts them.

    Whoever does not see everything is not told by a row that is left out that a roster elsewhere has the same person.
    """
    if actor.everywhere("census.view"):
        return rows.filter(counted_with=None)
    others = [pk for group in _groups_within(rows, kept) for pk in sorted(group)[1:]]
    return rows.exclude(pk__in=others)


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for or against, in words."""

    words: Words
    speaks_for: bool
    weight: float


@dataclass(frozen=True)
class Review:
    """A pair to decide: two records, what speaks for and against, and whether it is somebody's second look."""

    link: Any
    left: Any
    right: Any
    reasons_for: list[Reason]
    reasons_against: list[Reason]
    second: bool


def reasons(evidence: dict[str, Any]) -> list[Reason]:
    """What speaks for and against, the weightiest first."""
    found = [
        Reason(EVIDENCE[key, level], weight > 0, abs(weight))
        for key, (level, weight) in evidence.items()
        if (key, level) in EVIDENCE
    ]
    return sorted(found, key=lambda reason: -reason.weight)


def next_pair(actor: Actor, skipped: Iterable[int] = (), kept: Kept = WORKERS) -> Review | None:
    """The most useful pair that waits: undecided ones first, then the sample that a second reviewer sees."""
    actor.require("census.link")
    links = kept.link.objects.exclude(pk__in=list(skipped)).select_related(*kept.beside)
    link = links.waiting().first()
    second = link is None
    if link is None:
        decided = links.exclude(verdict="").filter(opinions__isnull=False)
        decided = decided.exclude(opinions__account=actor.account_id)
        link = next((one for one in decided.distinct().order_by("id")[:500] if one.pk % SAMPLE == 0), None)
    return None if link is None else _review(link, second)


def _review(link: Any, second: bool) -> Review:
    all_reasons = reasons(link.evidence)
    return Review(
        link,
        link.left,
        link.right,
        [reason for reason in all_reasons if reason.speaks_for],
        [reason for reason in all_reasons if not reason.speaks_for],
        second,
    )


@dataclass(frozen=True)
class Agreement:
    """How often two reviewers said the same of a pair."""

    pairs: int
    agreed: int

    @property
    def percent(self) -> int:
        """Agreed of a hundred."""
        return round(100 * self.agreed / self.pairs) if self.pairs else 0


def agreement(kept: Kept = WORKERS) -> Agreement:
    """Over all pairs that two reviewers have seen."""
    said: dict[int, list[str]] = {}
    for link, verdict in kept.opinion.objects.order_by("id").values_list("link", "verdict"):
        said.setdefault(link, []).append(verdict)
    twice = [verdicts for verdicts in said.values() if len(verdicts) > 1]
    return Agreement(len(twice), sum(len(set(verdicts)) == 1 for verdicts in twice))


def counted_together(actor: Actor, record: Any, kept: Kept = WORKERS) -> list[Any]:
    """The other records of this one's person, or shop, that the actor may see."""
    mine = kept.counted_with.objects.filter(pk=record.pk).first()
    head = mine.head_id if mine else record.pk
    rows = kept.record.objects.visible_to(actor).filter(Q(pk=head) | Q(counted_with__head=head))
    return list(rows.exclude(pk=record.pk).select_related(*kept.about).order_by("pk"))


def last_run() -> LinkageRun | None:
    """The newest linkage that came to its end."""
    return LinkageRun.objects.filter(stage=Stage.DONE).order_by("-id").first()


@dataclass(frozen=True)
class Progress:
    """How far the linkage that runs now has come: the step out of so many, in words, since when, of how many."""

    step: int
    steps: int
    words: str
    since: datetime
    entries: int


def progress() -> Progress | None:
    """Of the linkage that runs now; None where none does. A killed one is shown for an hour at most."""
    running = LinkageRun.objects.exclude(stage=Stage.DONE).order_by("-id").first()
    if running is None or running.started_at < clock.now() - timedelta(hours=1):
        return None
    step = Stage.values.index(running.stage) + 1
    words = str(Stage(running.stage).label)
    return Progress(step, len(Stage) - 1, words, running.started_at, running.entries)


def state_of_links() -> str:
    """Changes with each linkage and each decision: what was worked out before it no longer holds."""
    newest = Opinion.objects.aggregate(made=Max("made_at"))["made"]
    run = last_run()
    return f"{run.pk if run else 0}:{CountedWith.objects.count()}:{Opinion.objects.count()}:{newest}"


def how_many_unseen(sector: str = "", region: str = "") -> estimating.Estimate:
    """How many people in all, from the overlaps of the sources; in a sector or township where asked."""
    rows = Worker.objects.all()
    rows = rows.filter(sector=sector) if sector else rows
    rows = rows.filter(region_code__startswith=region) if region else rows
    head = dict(CountedWith.objects.values_list("worker", "head"))
    number: dict[Any, int] = {}
    seen: list[tuple[int, str]] = []
    appearances = Appearance.objects.filter(worker__in=rows.values("pk"))
    for worker, source in appearances.values_list("worker", "source__name").distinct():
        person = head.get(worker, worker)
        seen.append((number.setdefault(person, len(number)), source))
    names, counts = estimating.histories(seen)
    waiting = Link.objects.waiting().values_list("left", "right", "probability")
    doubts = [
        (number[head.get(left, left)], number[head.get(right, right)], likely)
        for left, right, likely in waiting
        if head.get(left, left) in number and head.get(right, right) in number
    ]
    in_doubt = estimating.histories_in_doubt(seen, doubts)
    return estimating.estimate(names, counts, in_doubt=in_doubt, replicates=200)
