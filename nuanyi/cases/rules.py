"""Tables of the service desk: parts, kinds, states, clocks with their law. No database.

劳动争议调解仲裁法 (2007) Art. 14 and 27 were compared with published copies; 法律援助法 (2021) Art. 43 is taken from this
project's own list of rules and should be compared once more. Art. 27 starts the year for unpaid wages only
when the employment ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import moves
from nuanyi.lib.errors import IllegalMove, Words
from nuanyi.lib.terms import Term
from nuanyi.workflow import rules as workflow
from nuanyi.workflow.clocks import Pause


class Part(models.TextChoices):
    """The six parts of the service list (服务清单)."""

    HARDSHIP = "hardship", _("Help in hardship")
    RIGHTS = "rights", _("Rights at work")
    POLICY = "policy", _("Policy advice")
    LEGAL_AID = "legal_aid", _("Legal aid")
    EMPLOYMENT = "employment", _("Work and training")
    HEALTH = "health", _("Health")


class Kind(models.TextChoices):
    """What a case is about, in words a rider uses."""

    WAGE = "wage", _("I was not paid")
    LEGAL_AID = "legal_aid", _("I need a lawyer")
    INJURY = "injury", _("I was hurt at work")
    POLICY = "policy", _("I want to know a rule")
    EMPLOYMENT = "employment", _("I look for work or training")
    HARDSHIP = "hardship", _("I am in trouble at home")
    OTHER = "other", _("Something else")


#: The same as offices and their papers name it; what a rider reads stays in his words.
OFFICIAL: dict[str, Words] = {
    Kind.WAGE: _("Unpaid wages"),
    Kind.LEGAL_AID: _("Application for legal aid"),
    Kind.INJURY: _("Injury at work"),
    Kind.POLICY: _("Question about a policy"),
    Kind.EMPLOYMENT: _("Work and training sought"),
    Kind.HARDSHIP: _("Hardship of a household"),
    Kind.OTHER: _("Another matter"),
}


class State(models.TextChoices):
    """The life of a case."""

    NEW = "new", _("Waiting for the unit to take it")
    OPEN = "open", _("Being worked on")
    SOLVED = "solved", _("The unit says it is solved")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Taken back")
    JOINED = "joined", _("Joined with another request")


MOVES: dict[str, frozenset[str]] = {
    State.NEW: frozenset({State.OPEN, State.WITHDRAWN, State.JOINED}),
    State.OPEN: frozenset({State.SOLVED, State.WITHDRAWN, State.JOINED}),
    State.SOLVED: frozenset({State.OPEN, State.CLOSED}),
    State.CLOSED: frozenset({State.OPEN}),
    State.WITHDRAWN: frozenset(),
    State.JOINED: frozenset({State.OPEN}),
}


class Urgency(models.TextChoices):
    """The four classes that people know from 12345."""

    URGENT = "urgent", _("Urgent")
    UTILITIES = "utilities", _("Daily needs")
    ORDINARY = "ordinary", _("Ordinary")
    HARD = "hard", _("Hard")


class Channel(models.TextChoices):
    """How a case came."""

    WEB = "web", _("From a phone")
    CALL = "call", _("By telephone")
    STATION = "station", _("At a station")
    SURVEY = "survey", _("From a survey")
    HELPER = "helper", _("Through a volunteer")


#: Ways in which a clerk writes a case down for somebody.
WRITTEN_DOWN = (Channel.CALL, Channel.STATION, Channel.SURVEY, Channel.HELPER)


class Outcome(models.TextChoices):
    """What came of a mediation."""

    OPEN = "open", _("Not held yet")
    AGREED = "agreed", _("Agreed")
    FAILED = "failed", _("Not agreed")
    PUT_OFF = "put_off", _("Put off")


class ProjectState(models.TextChoices):
    """The life of a project."""

    PLANNED = "planned", _("Planned")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class PauseReason(models.TextChoices):
    """Reasons for which a clock may stand still."""

    PAPERS = "papers", _("The worker adds papers to the application")
    BOTH = "both", _("Both sides agree to more time for mediation")


#: After it the clock runs on by itself, and whoever needs more time must ask for it again.
ASKED_ANEW = Term(30, "days", _("Our promise: after that the reason is asked for anew"))
#: 办理法律援助案件程序规定 (2012) Art. 13 was compared with a copy; 企业劳动争议协商调解规定 (2011) Art. 29 should be
#: compared once more. Neither law says how long at most: that is a promise, and a district may set another.
PAUSES: dict[str, Pause] = {
    PauseReason.PAPERS: Pause(
        frozenset({Kind.LEGAL_AID}),
        _("Rules on procedure in legal aid cases, Art. 13: the time for adding papers does not count"),
        ASKED_ANEW,
    ),
    PauseReason.BOTH: Pause(
        frozenset({Kind.WAGE, Kind.INJURY}),
        _(
            "Rules on consultation and mediation in enterprises, Art. 29: both sides may agree to more than fifteen days"
        ),
        ASKED_ANEW,
    ),
}
#: Before the name of a reason: the clock rule of a district that says how long it holds.
PAUSE_CLOCK = "pause-"


OWN = _("Our promise")
FIRST_ANSWER = Term(1, "working_days", OWN)
TERMS: dict[str, Term] = {
    Urgency.URGENT: Term(2, "hours", _("Class of the 12345 hotline: urgent")),
    Urgency.UTILITIES: Term(24, "hours", _("Class of the 12345 hotline: daily needs")),
    Urgency.ORDINARY: Term(7, "days", _("Class of the 12345 hotline: ordinary")),
    Urgency.HARD: Term(15, "days", _("Class of the 12345 hotline: hard")),
}


@dataclass(frozen=True)
class LegalClock:
    """A clock that the law runs for a kind of case; ``of_worker`` tells that it limits the worker, not the unit."""

    name: str
    title: Words
    term: Term
    of_worker: bool = False


LEGAL_CLOCKS: dict[str, tuple[LegalClock, ...]] = {
    Kind.LEGAL_AID: (
        LegalClock(
            "decision",
            _("Decision on legal aid"),
            Term(7, "days", _("Legal Aid Law, Art. 43: seven days from the application")),
        ),
    ),
    Kind.WAGE: (
        LegalClock(
            "mediation",
            _("Mediation; after it arbitration is open"),
            Term(15, "days", _("Labour Dispute Mediation and Arbitration Law, Art. 14: fifteen days")),
        ),
        LegalClock(
            "limitation",
            _("Last day to ask for arbitration"),
            Term(
                1,
                "years",
                _(
                    "Labour Dispute Mediation and Arbitration Law, Art. 27: for wages one year from the end of the"
                    " employment; no limit while it lasts"
                ),
            ),
            of_worker=True,
        ),
    ),
    Kind.INJURY: (
        LegalClock(
            "limitation",
            _("Last day to ask for arbitration"),
            Term(
                1, "years", _("Labour Dispute Mediation and Arbitration Law, Art. 27: one year from knowing")
            ),
            of_worker=True,
        ),
    ),
}

#: The part of the service list that a kind of case belongs to.
PART_OF: dict[str, str] = {
    Kind.WAGE: Part.RIGHTS,
    Kind.INJURY: Part.RIGHTS,
    Kind.LEGAL_AID: Part.LEGAL_AID,
    Kind.POLICY: Part.POLICY,
    Kind.EMPLOYMENT: Part.EMPLOYMENT,
    Kind.HARDSHIP: Part.HARDSHIP,
}
#: How urgent a kind is until a clerk says otherwise.
URGENCY_OF: dict[str, str] = {
    Kind.HARDSHIP: Urgency.UTILITIES,
    Kind.WAGE: Urgency.HARD,
    Kind.INJURY: Urgency.HARD,
}


@dataclass(frozen=True)
class KindOfCase:
    """A kind of case in force: its word, and the kind of the program whose law, letters and figure it follows."""

    code: str
    title: Words
    follows: str
    part: str
    urgency: str
    active: bool = True
    own: bool = False


def kinds_with(own: Iterable[KindOfCase]) -> dict[str, KindOfCase]:
    """Kinds by code: those of the program, each replaced by the district's row of the same code, then the district's own."""
    book = {
        kind.value: KindOfCase(
            kind.value,
            kind.label,
            kind.value,
            PART_OF.get(kind, ""),
            URGENCY_OF.get(kind, Urgency.ORDINARY),
        )
        for kind in Kind
    }
    return book | {row.code: row for row in own}


WARN_HOURS = 24
#: Attempts of one network in an hour: cases sent, claim codes tried.
SENT_AN_HOUR, TRIED_AN_HOUR = 30, 20
MAX_WORDS = 2000
#: SMS codes: minutes that one holds, tries, codes an hour to one phone and from one network.
CODE_MINUTES, CODE_TRIES, CODES_TO_A_PHONE, CODES_OF_A_NETWORK = 10, 5, 3, 20
#: Photos and voice notes of one case.
MAX_FILES = 8
#: Photos that the page takes: one file is left for a voice note.
MAX_PHOTOS = MAX_FILES - 1
#: Days within which two cases of one phone are looked at as one.
DOUBLE_DAYS = 30


check_move = moves.checker(MOVES)


# what its worker may do ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What decides about the moves of a case's worker."""

    state: str
    kind: str
    ended_at: datetime | None
    named: bool
    forgotten: bool


PROOFS = workflow.Proofs(
    said=State.SOLVED,
    reopened_from=frozenset({State.SOLVED, State.CLOSED, State.JOINED}),
    too_late=_("This was closed more than 30 days ago. Send a new request."),
)
#: Kinds in which a letter goes to a firm, so that the worker is asked whether it may carry the name.
NAMED_KINDS = frozenset({Kind.WAGE, Kind.INJURY})


def _agree(case: Standing, now: datetime) -> IllegalMove | None:
    return PROOFS.why_not(True, case.state, case.ended_at, now)


def _disagree(case: Standing, now: datetime) -> IllegalMove | None:
    return PROOFS.why_not(False, case.state, case.ended_at, now)


def _name(case: Standing, _now: datetime) -> IllegalMove | None:
    fits = case.state in (State.NEW, State.OPEN) and case.kind in NAMED_KINDS
    return None if fits else IllegalMove()


def _withdraw(case: Standing, _now: datetime) -> IllegalMove | None:
    return None if State.WITHDRAWN in MOVES[case.state] else IllegalMove()


def _forget(case: Standing, _now: datetime) -> IllegalMove | None:
    if case.ended_at is None:
        return IllegalMove(
            _("Take the request back first; then its words can be deleted."), code="still-open"
        )
    return None


#: Move of the worker -> why it is not possible now (None: it is).
WORKER_MOVES: dict[str, Callable[[Standing, datetime], IllegalMove | None]] = {
    "agree": _agree,
    "disagree": _disagree,
    "name": _name,
    "withdraw": _withdraw,
    "forget": _forget,
}


def check_worker_move(move: str, case: Standing, now: datetime) -> None:
    """Return if the worker of a case may do this now. Raises IllegalMove, which says why not where there is more to say."""
    wrong = WORKER_MOVES[move](case, now)
    if wrong is not None:
        raise wrong


def worker_moves(case: Standing, now: datetime) -> frozenset[str]:
    """What the worker's page offers: the moves that are possible and not done already."""
    done = {name for name, is_done in (("name", case.named), ("forget", case.forgotten)) if is_done}
    return frozenset(
        move for move, why_not in WORKER_MOVES.items() if move not in done and why_not(case, now) is None
    )


@dataclass(frozen=True)
class ClockBook:
    """Every length of time in force: what the program comes with, changed and added to by the district's own rows."""

    first_answer: Term
    classes: dict[str, Term]
    legal: dict[str, tuple[LegalClock, ...]]
    pauses: dict[str, Pause]

    def laws(self, kind: str, own_kind: str = "") -> tuple[LegalClock, ...]:
        """The clocks of a kind, and with them those of the district's own kind that follows it."""
        return (*self.legal.get(kind, ()), *(self.legal.get(own_kind, ()) if own_kind else ()))

    def due(
        self, kind: str, urgency: str, made_at: datetime, own_kind: str = "", promised_days: int | None = None
    ) -> tuple[datetime, Words]:
        """When the unit must be done, and the source: by class, by law or as the service list promises, whichever is earliest."""
        terms = [self.classes[urgency]]
        terms += [legal.term for legal in self.laws(kind, own_kind) if not legal.of_worker]
        if promised_days:
            terms.append(Term(promised_days, "days", _("Promised in the service list")))
        first = min(terms, key=lambda term: term.after(made_at))
        return first.after(made_at), first.source


BOOK = ClockBook(FIRST_ANSWER, TERMS, LEGAL_CLOCKS, PAUSES)


def book_with(own: Iterable[tuple[str, LegalClock]]) -> ClockBook:
    """The book with rows ``(kind, clock)`` of one's own; kind "" is a class, the first answer or the cap of a pause.

    The same name replaces.
    """
    first, classes, legal, pauses = FIRST_ANSWER, dict(TERMS), dict(LEGAL_CLOCKS), dict(PAUSES)
    for kind, row in own:
        if kind:
            legal[kind] = (*(known for known in legal.get(kind, ()) if known.name != row.name), row)
        elif row.name == "first":
            first = row.term
        elif (reason := row.name.removeprefix(PAUSE_CLOCK)) in pauses:
            pauses[reason] = replace(pauses[reason], most=row.term)
        else:
            classes[row.name] = row.term
    return ClockBook(first, classes, legal, pauses)


#: Names that a length of time for every kind may have.
CLOCKS_FOR_ALL = frozenset({"first", *Urgency.values, *(f"{PAUSE_CLOCK}{reason}" for reason in PAUSES)})


FIRST_ANSWER_TITLE = _("First answer")
DONE_TITLE = _("Done by")
