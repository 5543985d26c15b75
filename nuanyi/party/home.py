"""What waits in Party work for a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext

from nuanyi.lib.actor import Actor
from nuanyi.lib.rooms import Route, Task
from nuanyi.party import life_queries, queries
from nuanyi.party.rules import APPLICATIONS, COMMITTEES, FOLLOW, MEMBERS, ORGANISE


def tasks_for(actor: Actor) -> Iterator[Task]:
    """Talks that are owed; branches whose task is over or that have grown too small; members away from home."""
    if actor.can(APPLICATIONS):
        owed = queries.talks_owed(actor)
        words = ngettext("%d person waits for a first talk", "%d people wait for a first talk", owed) % owed
        yield Task(words, Route("party:applications", query={"state": "talk"}), owed, urgent=True)
        waiting = queries.waiting(actor)
        words = ngettext(
            "%d half-yearly review is overdue", "%d half-yearly reviews are overdue", waiting.reviews
        )
        yield Task(
            words % waiting.reviews,
            Route("party:applications", query={"state": "review"}),
            waiting.reviews,
            urgent=True,
        )
        words = ngettext(
            "%d application is past the last day of its next step",
            "%d applications are past the last day of their next steps",
            waiting.steps,
        )
        yield Task(
            words % waiting.steps,
            Route("party:applications", query={"state": "late"}),
            waiting.steps,
            urgent=True,
        )
        words = ngettext(
            "%d application has completed its year: what comes next is to be discussed",
            "%d applications have completed their year: what comes next is to be discussed",
            waiting.years,
        )
        yield Task(words % waiting.years, Route("party:applications", query={"state": "year"}), waiting.years)
        moved = queries.applications_moved(actor)
        words = (
            ngettext("%d application has moved to you", "%d applications have moved to you", moved) % moved
        )
        yield Task(words, Route("party:applications", query={"state": queries.MOVED}), moved)
    if actor.can(FOLLOW):
        late = queries.visits_due(actor)
        words = ngettext("%d visit is due", "%d visits are due", late) % late
        yield Task(words, Route("party:mine", query={"wait": queries.VISIT}), late)
    if actor.can(ORGANISE):
        alone = queries.without_instructor(actor).count()
        words = (
            ngettext(
                "%d application has no instructor who can act",
                "%d applications have no instructor who can act",
                alone,
            )
            % alone
        )
        yield Task(words, Route("party:applications", query={"state": queries.NOBODYS}), alone, urgent=True)
        unclear = len(queries.unclear(actor))
        words = (
            ngettext(
                "%d application is to be settled: the phone asks twice or stands on a roll",
                "%d applications are to be settled: their phones ask twice or stand on a roll",
                unclear,
            )
            % unclear
        )
        yield Task(words, Route("party:applications", query={"state": queries.UNCLEAR}), unclear)
        unclear = len(queries.on_two_rolls(actor))
        words = (
            ngettext(
                "%d entry is to be settled: the phone stands on two lists",
                "%d entries are to be settled: their phones stand on two lists",
                unclear,
            )
            % unclear
        )
        yield Task(words, Route("party:members", query={"wait": queries.UNCLEAR}), unclear)
        over = queries.past_their_end()
        words = (
            ngettext("%d temporary branch is past its end", "%d temporary branches are past their end", over)
            % over
        )
        yield Task(words, Route("party:organisations", query={"wait": queries.OVER}), over)
        small = queries.too_small()
        words = (
            ngettext(
                "%d branch has fewer than three members", "%d branches have fewer than three members", small
            )
            % small
        )
        yield Task(words, Route("party:organisations", query={"wait": queries.SMALL}), small)
    if actor.can(COMMITTEES):
        late = life_queries.matters_listed(actor, life_queries.LATE).count()
        words = (
            ngettext(
                "%d matter of a joint committee is overdue",
                "%d matters of joint committees are overdue",
                late,
            )
            % late
        )
        yield Task(words, Route("party:committees", query={"matters": life_queries.LATE}), late)
        own = life_queries.matters_listed(actor, life_queries.OURS).count()
        words = (
            ngettext(
                "%d matter that your unit took on is open",
                "%d matters that your unit took on are open",
                own,
            )
            % own
        )
        yield Task(words, Route("party:committees", query={"matters": life_queries.OURS}), own)
    if actor.can(MEMBERS):
        full = queries.to_be_confirmed(actor)
        words = (
            ngettext(
                "%d member is to be confirmed as a full one",
                "%d members are to be confirmed as full ones",
                full,
            )
            % full
        )
        yield Task(words, Route("party:members", query={"wait": queries.FULL}), full)
        away = queries.not_reported(actor)
        words = (
            ngettext(
                "%d member away from home has not reported yet",
                "%d members away from home have not reported yet",
                away,
            )
            % away
        )
        yield Task(words, Route("party:members", query={"wait": queries.AWAY}), away)
        late = life_queries.meetings_overdue(actor)
        words = (
            ngettext("%d meeting of a branch is overdue", "%d meetings of branches are overdue", late) % late
        )
        yield Task(words, Route("party:life", query={"wait": life_queries.LATE}), late, urgent=True)
