"""What waits in Party work for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.party import application_queries, instructor_queries, life_queries, queries
from nuanyi.party.rules import APPLICATIONS, COMMITTEES, FOLLOW, MEMBERS, ORGANISE


def tasks_for(actor: Actor) -> Iterator[Task]:
    """What waits for an actor, of each kind of work that is theirs."""
    for permission, waiting in WAITING.items():
        if actor.can(permission):
            yield from waiting(actor)


def _task(words: str, count: int, route: str, *, urgent: bool = False, **query: str) -> Task:
    """``words`` for this count, with its place in them; ``query`` shows on the page those that wait."""
    return Task(words % count, Route(route, query=query), count, urgent=urgent)


def _applications(actor: Actor) -> Iterator[Task]:
    """Talks, reviews and steps that are owed to those who asked to join."""
    owed = application_queries.talks_owed(actor)
    words = ngettext("%d person waits for a first talk", "%d people wait for a first talk", owed)
    yield _task(words, owed, "party:applications", state="talk", urgent=True)
    waiting = application_queries.waiting(actor)
    words = ngettext(
        "%d half-yearly review is overdue", "%d half-yearly reviews are overdue", waiting.reviews
    )
    yield _task(words, waiting.reviews, "party:applications", state="review", urgent=True)
    words = ngettext(
        "%d application is past the last day of its next step",
        "%d applications are past the last day of their next steps",
        waiting.steps,
    )
    yield _task(words, waiting.steps, "party:applications", state="late", urgent=True)
    words = ngettext(
        "%d application has completed its year: what comes next is to be discussed",
        "%d applications have completed their year: what comes next is to be discussed",
        waiting.years,
    )
    yield _task(words, waiting.years, "party:applications", state="year")
    moved = application_queries.applications_moved(actor)
    words = ngettext("%d application has moved to you", "%d applications have moved to you", moved)
    yield _task(words, moved, "party:applications", state=queries.MOVED)


def _visits(actor: Actor) -> Iterator[Task]:
    """Visits of an instructor's round."""
    due = instructor_queries.visits_due(actor)
    yield _task(ngettext("%d visit is due", "%d visits are due", due), due, "party:mine", wait=queries.VISIT)


def _organisations(actor: Actor) -> Iterator[Task]:
    """What the organisation department settles; branches whose task is over or that have grown too small."""
    alone = application_queries.without_instructor(actor).count()
    words = ngettext(
        "%d application has no instructor who can act",
        "%d applications have no instructor who can act",
        alone,
    )
    yield _task(words, alone, "party:applications", state=queries.NOBODYS, urgent=True)
    unclear = len(application_queries.unclear(actor))
    words = ngettext(
        "%d application is to be settled: the phone asks twice or stands on a roll",
        "%d applications are to be settled: their phones ask twice or stand on a roll",
        unclear,
    )
    yield _task(words, unclear, "party:applications", state=queries.UNCLEAR)
    twice = len(queries.on_two_rolls(actor))
    words = ngettext(
        "%d entry is to be settled: the phone stands on two lists",
        "%d entries are to be settled: their phones stand on two lists",
        twice,
    )
    yield _task(words, twice, "party:members", wait=queries.UNCLEAR)
    over = queries.past_their_end()
    words = ngettext("%d temporary branch is past its end", "%d temporary branches are past their end", over)
    yield _task(words, over, "party:organisations", wait=queries.OVER)
    small = queries.too_small()
    words = ngettext(
        "%d branch has fewer than three members", "%d branches have fewer than three members", small
    )
    yield _task(words, small, "party:organisations", wait=queries.SMALL)


def _matters(actor: Actor) -> Iterator[Task]:
    """Matters of joint committees."""
    late = life_queries.matters_listed(actor, life_queries.LATE).count()
    words = ngettext(
        "%d matter of a joint committee is overdue", "%d matters of joint committees are overdue", late
    )
    yield _task(words, late, "party:committees", matters=life_queries.LATE)
    own = life_queries.matters_listed(actor, life_queries.OURS).count()
    words = ngettext(
        "%d matter that your unit took on is open", "%d matters that your unit took on are open", own
    )
    yield _task(words, own, "party:committees", matters=life_queries.OURS)


def _members(actor: Actor) -> Iterator[Task]:
    """Members who are to be confirmed or are away from home, and meetings of their branches."""
    full = queries.to_be_confirmed(actor)
    words = ngettext(
        "%d member is to be confirmed as a full one", "%d members are to be confirmed as full ones", full
    )
    yield _task(words, full, "party:members", wait=queries.FULL)
    away = queries.not_reported(actor)
    words = ngettext(
        "%d member away from home has not reported yet",
        "%d members away from home have not reported yet",
        away,
    )
    yield _task(words, away, "party:members", wait=queries.AWAY)
    late = life_queries.meetings_overdue(actor)
    words = ngettext("%d meeting of a branch is overdue", "%d meetings of branches are overdue", late)
    yield _task(words, late, "party:life", wait=life_queries.LATE, urgent=True)


#: What waits for those who have a permission, in the order in which it is shown.
WAITING: dict[str, Callable[[Actor], Iterator[Task]]] = {
    APPLICATIONS: _applications,
    FOLLOW: _visits,
    ORGANISE: _organisations,
    COMMITTEES: _matters,
    MEMBERS: _members,
}
