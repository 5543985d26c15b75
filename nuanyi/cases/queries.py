"""Reads of the service desk, ready to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from nuanyi.cases import rules
from nuanyi.cases.models import (
    BOOK_SECONDS,
    Attachment,
    Case,
    CaseKind,
    ClockRule,
    Message,
    RoutingRule,
    ServiceItem,
    official_title,
)
from nuanyi.cases.rules import KindOfCase, Part, State
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Words
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.terms import Term
from nuanyi.people.models import keys
from nuanyi.units.models import Unit
from nuanyi.workflow import handover
from nuanyi.workflow import queries as workflow

PAGE = 50
#: A figure below it could point at somebody.
SMALL = 5


# the service list --------------------------------------------------------------------------------


def service_list(q: str = "", part: str = "") -> list[tuple[str, str, list[ServiceItem]]]:
    """``(part, its title, items)`` of the active lines; every word of ``q`` must occur."""
    rows = ServiceItem.objects.filter(active=True).select_related("unit")
    for word in q.split()[:6]:
        rows = rows.filter(Q(title__icontains=word) | Q(words__icontains=word) | Q(law__icontains=word))
    if part in Part.values:
        rows = rows.filter(part=part)
    found: dict[str, list[ServiceItem]] = {}
    for item in rows:
        found.setdefault(item.part, []).append(item)
    return [(value, str(title), found[value]) for value, title in Part.choices if value in found]


def items_listed(filters: dict[str, str]) -> QuerySet[ServiceItem]:
    """Lines of the service list for the office, also those that are not shown."""
    rows = ServiceItem.objects.select_related("unit")
    if filters.get("part") in Part.values:
        rows = rows.filter(part=filters["part"])
    if filters.get("shown") in ("True", "False"):
        rows = rows.filter(active=filters["shown"] == "True")
    if filters.get("q"):
        rows = rows.filter(Q(title__icontains=filters["q"]) | Q(words__icontains=filters["q"]))
    return rows


def worker_moves(case: Case) -> frozenset[str]:
    """What the worker of a case may do now (``rules.WORKER_MOVES``)."""
    return rules.worker_moves(case.standing, clock.now())


# kinds -------------------------------------------------------------------------------------------


def kinds() -> Mapping[str, KindOfCase]:
    """Every kind of case by its code, in the order of the page; closed ones too."""
    return CaseKind.objects.book()


def kind_choices() -> list[tuple[str, str]]:
    """What a request may be about now."""
    return [(code, str(kind.title)) for code, kind in kinds().items() if kind.active]


def official_kinds() -> list[tuple[str, str]]:
    """Every kind that a case may have as an office names it, closed ones too."""
    return [(code, official_title(code)) for code in kinds()]


def codes_following(kind: str) -> list[str]:
    """The codes whose law and papers are those of a kind of the program."""
    return [code for code, row in kinds().items() if row.follows == kind]


# where a case goes -------------------------------------------------------------------------------


def finest(known: Iterable[RoutingRule], kind: str, sector: str, region_code: str) -> RoutingRule | None:
    """The rule that fits and says most: place before trade."""
    fits = [
        rule
        for rule in known
        if rule.kind == kind and rule.sector in ("", sector) and region_code.startswith(rule.region_code)
    ]
    return max(fits, key=lambda rule: (len(rule.region_code), bool(rule.sector), -rule.pk), default=None)


def route(
    kind: str, sector: str, region_code: str, known: Iterable[RoutingRule] | None = None
) -> tuple[Unit, Words]:
    """The unit that gets a case and why; never nobody: without a rule the place holds it, and at last the district office.

    A unit in which nobody can sign in yet gets nothing: what it would get comes to the district office.
    """
    found = _by_the_rules(kind, sector, region_code, routing_book() if known is None else known)
    return workflow.where_somebody_answers(*found) if known is None else found


def _by_the_rules(
    kind: str, sector: str, region_code: str, known: Iterable[RoutingRule]
) -> workflow.Destination:
    known, of = list(known), kinds().get(kind)
    rule = finest(known, kind, sector, region_code)
    if rule is None and of is not None and of.own:
        rule = finest(known, of.follows, sector, region_code)
    if rule is None:
        return workflow.holder(region_code, sector)
    return rule.unit, rule.because or official_title(kind)


def kinds_without_route() -> list[str]:
    """Kinds of request for which no rule says where they go."""
    routed = set(RoutingRule.objects.values_list("kind", flat=True))
    return [
        str(kind.title) for code, kind in kinds().items() if kind.active and not routed & {code, kind.follows}
    ]


_routes: list[tuple[float, list[RoutingRule]]] = []


def routing_book() -> list[RoutingRule]:
    """Every routing rule with its unit; read anew after 20 seconds, or at once where this process changed one."""
    now = monotonic()
    if not _routes or _routes[0][0] < now:
        _routes[:] = [(now + BOOK_SECONDS, list(RoutingRule.objects.select_related("unit")))]
    return _routes[0][1]


def would_move(change: RoutingRule, most: int = workflow.DRY_RUN_ROWS) -> list[tuple[str, str, str]]:
    """``(case, unit now, unit then)`` of the latest cases that a new or changed rule would send elsewhere."""
    before = list(RoutingRule.objects.select_related("unit"))
    change.pk = change.pk or 1 << 30
    after = workflow.with_change(before, change, lambda rule: (rule.kind, rule.sector, rule.region_code))
    return workflow.would_move(
        Case.objects.order_by("-pk")[:most],
        lambda case: route(case.kind_code, case.sector, case.region_code, before),
        lambda case: route(case.kind_code, case.sector, case.region_code, after),
    )


# clocks ------------------------------------------------------------------------------------------

_book: list[tuple[float, rules.ClockBook]] = []


def clock_book() -> rules.ClockBook:
    """Every length of time in force; read anew after 20 seconds, or at once where this process changed it."""
    now = monotonic()
    if not _book or _book[0][0] < now:
        own = [
            (
                row.kind,
                rules.LegalClock(
                    row.name, row.title, Term(row.amount, row.counted, row.source), row.of_worker
                ),
            )
            for row in ClockRule.objects.order_by("pk")
        ]
        _book[:] = [(now + BOOK_SECONDS, rules.book_with(own))]
    return _book[0][1]


def due_of(case: Case, at: datetime) -> tuple[datetime, Words]:
    """When a case that came, or was opened again, at a moment must be done, and by what."""
    promised = case.item.promised_days if case.item else None
    return clock_book().due(case.kind, case.urgency, at, case.own_kind, promised)


def forget_books() -> None:
    """Read kinds, lengths of time and routing rules anew when they are next needed."""
    CaseKind.objects.forget()
    _book.clear()
    _routes.clear()


@dataclass(frozen=True)
class ClockShown:
    """A clock of a case: what it is, when it is over, by which law or promise, whether it still runs."""

    title: Words
    due_at: datetime
    source: Words
    runs: bool
    of_worker: bool
    stands: bool = False


def clocks_of(case: Case) -> list[ClockShown]:
    """Every clock of a case, the next to end first. A paused case's clocks of the unit stand still."""
    stands, moved = case.paused_at is not None, timedelta(seconds=case.paused_seconds)
    found = [
        ClockShown(
            rules.FIRST_ANSWER_TITLE,
            case.answer_due_at,
            clock_book().first_answer.source,
            case.answered_at is None and case.open,
            False,
        ),
        ClockShown(rules.DONE_TITLE, case.due_at, case.due_source, case.open, False, stands),
    ]
    for legal in clock_book().laws(case.kind, case.own_kind):
        begin = case.made_at
        if legal.of_worker:
            if case.since_date is None:
                continue
            begin = clock.midnight(case.since_date)
        due = legal.term.after(begin) + (timedelta() if legal.of_worker else moved)
        found.append(
            ClockShown(
                legal.title,
                due,
                legal.term.source,
                case.open,
                legal.of_worker,
                stands and not legal.of_worker,
            )
        )
    return sorted(found, key=lambda shown: shown.due_at)


# the desk ----------------------------------------------------------------------------------------

#: Columns that neither a list nor a file of it shows.
HEAVY = ("sealed_words", "sealed_caller", "sealed_phone", "claim_digest", "body_digest")
#: Columns that the worklist shows or sorts by.
SHOWN = (
    "ref",
    "kind",
    "own_kind",
    "state",
    "due_at",
    "paused_at",
    "unit_id",
    "offered_unit_id",
    "region_code",
    "employer",
    "clerk__username",
    "clerk__display_name",
)
FILTERS = ("state", "kind", "who", "region", "offered", "q")


def worklist_parts(actor: Actor, filters: dict[str, str]) -> list[QuerySet[Case]]:
    """What the units have and what they are offered, each by its own index: one question with OR would read every
    case of the unit to sort it by deadline.
    """
    units = actor.units("cases.handle")
    return [
        filtered(actor, filters).filter(mine).select_related("clerk").defer(*HEAVY)
        for mine in (Q(unit_id__in=units), Q(offered_unit_id__in=units) & ~Q(unit_id__in=units))
    ]


def worklist(actor: Actor, filters: dict[str, str], after: str = "") -> tuple[list[Case], str]:
    """Cases by deadline: one page and the cursor of the next (empty at the end). Raises BadInput for a bad cursor."""
    found: list[Case] = []
    for rows in worklist_parts(actor, filters):
        if after:
            rows = rows.filter(_after(after))
        found += rows.order_by("due_at", "pk")[: PAGE + 1]
    found.sort(key=lambda case: (case.due_at, case.pk))
    cursor = ""
    if len(found) > PAGE:
        last = found[PAGE - 1]
        cursor = f"{int(last.due_at.timestamp() * 1_000_000)}-{last.pk}"
    return found[:PAGE], cursor


def _after(cursor: str) -> Q:
    try:
        moment, pk = (int(part) for part in cursor.split("-"))
        due = datetime.fromtimestamp(moment / 1_000_000, clock.CHINA)
    except (ValueError, OverflowError, OSError) as exc:
        raise BadInput(code="bad-cursor") from exc
    return Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk)


def filtered(actor: Actor, filters: dict[str, str]) -> QuerySet[Case]:
    """The cases of the actor's unit that fit."""
    rows = Case.objects.visible_to(actor)
    state = filters.get("state", "")
    if state == "late":
        rows = rows.filter(ended_at=None, solved_at=None, due_at__lt=clock.now())
    elif state == "all":
        pass
    elif state in State.values:
        rows = rows.filter(state=state)
    else:
        rows = rows.filter(state__in=[State.NEW, State.OPEN], ended_at=None)
    kind = kinds().get(filters.get("kind", ""))
    if kind is not None:
        rows = rows.filter(own_kind=kind.code) if kind.own else rows.filter(kind=kind.code, own_kind="")
    if filters.get("who") == "me":
        rows = rows.filter(clerk_id=actor.account_id or 0)
    elif filters.get("who") == "nobody":
        rows = rows.filter(clerk=None)
    rows = handover.offered(rows, filters.get("offered", ""), actor.units("cases.handle"))
    if filters.get("region"):
        rows = rows.filter(region_code__startswith=filters["region"])
    if filters.get("q"):
        rows = rows.filter(Q(ref__iexact=filters["q"]) | Q(employer__icontains=filters["q"]))
    return rows


def open_cases_of(account_id: int) -> int:
    """How many open cases an account has, in whichever unit; a number that the wall lets through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nuanyi_open_cases_of(%s)", [account_id])
        return int(cursor.fetchone()[0])


def opened(sealed: bytes | memoryview | None, bound: bytes) -> str:
    """A sealed text; empty where there is none."""
    return keys().open("person", bytes(sealed), bound) if sealed is not None else ""


def phone_mark(phone: str) -> bytes:
    """The mark by which the cases of a phone are found; useless without the key."""
    return keys().digest("case-phone", phone)


def file_of(attachment: Attachment) -> tuple[str, bytes]:
    """Type and bytes of a photo or a voice note."""
    raw = keys().open_bytes("person", bytes(attachment.sealed_file), attachment.pk.bytes)
    return attachment.content_type, raw


def words_of(case: Case) -> str:
    """What the worker wrote. Callers show it to the handling unit or to the holder of the link, and to nobody else."""
    return opened(case.sealed_words, case.key.bytes + b"words")


@dataclass(frozen=True)
class Said:
    """One message in clear."""

    of: str
    words: str
    made_at: datetime
    account: Any


def messages_of(case: Case, *, inside: bool) -> list[Said]:
    """The messages of a case, oldest first; those that stay inside only for the unit."""
    rows: QuerySet[Message] = Message.objects.filter(case=case).select_related("account").order_by("pk")
    if not inside:
        rows = rows.exclude(of="inside")
    return [Said(row.of, opened(row.sealed_words, row.key.bytes), row.made_at, row.account) for row in rows]


def told_needs() -> list[tuple[str, str, int]]:
    """``(part, township, open cases)`` of at least five: what comes up again and again, with nobody to be recognised."""
    counts: dict[tuple[str, str], int] = {}
    rows = (
        Case.objects.filter(state__in=[State.NEW, State.OPEN])
        .order_by()
        .values_list("kind", "own_kind", "region_code")
    )
    book = kinds()
    for kind, own_kind, region, number in rows.annotate(n=Count("pk")):
        part = book[own_kind or kind].part if (own_kind or kind) in book else ""
        if part:
            counts[part, township_of(region)] = counts.get((part, township_of(region)), 0) + number
    return sorted(
        ((part, region, n) for (part, region), n in counts.items() if n >= SMALL), key=lambda row: -row[2]
    )


@dataclass(frozen=True)
class Overview:
    """A line of the district's overview: a unit and its counts. No case is named, nothing is opened."""

    unit: str
    open: int
    late: int
    unanswered: int
    solved: int
    agreed: int


def overview() -> list[Overview]:
    """By unit: open, late, without a first answer, solved by the unit's word, and by the worker's. One query."""
    now = clock.now()
    rows = (
        Case.objects.order_by()
        .values_list("unit__name")
        .annotate(
            waiting=Count("pk", filter=Q(state__in=[State.NEW, State.OPEN])),
            late=Count("pk", filter=Q(state__in=[State.NEW, State.OPEN], due_at__lt=now)),
            unanswered=Count("pk", filter=Q(state__in=[State.NEW, State.OPEN], answered_at=None)),
            solved=Count("pk", filter=Q(solved_at__isnull=False)),
            agreed=Count("pk", filter=Q(worker_agrees=True)),
        )
    )
    return sorted((Overview(*row) for row in rows), key=lambda line: (-line.late, -line.open))
