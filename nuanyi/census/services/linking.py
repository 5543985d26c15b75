"""Counting persons: the linkage of all records, what people decide about pairs, splitting again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census import events
from nuanyi.census.linkage import engine
from nuanyi.census.linkage.clusters import joined
from nuanyi.census.linkage.entries import Entry, prepared
from nuanyi.census.linkage.models import CountedWith, Link, LinkageRun, Opinion, Verdict, Zone
from nuanyi.census.models import Worker
from nuanyi.journal import services as journal
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.people.services import open_for_program

#: One linkage writes at a time; another waits for it, an import does not.
LINKAGE_LOCK = 1_706_001


def link_all(*, actor: Actor, always: bool = False) -> LinkageRun | None:
    """Link all records anew unless nothing changed since the last time; what people decided stays.

    Reads in one transaction, compares in memory without any lock, writes in another: killed anywhere, the old
    links stand. Records that came or went meanwhile are left to the next run. None where nothing changed. Raises NotAllowed.
    """
    actor.require("census.link")
    started = clock.now()
    with row_security.reading_as(system("linkage")):
        fingerprint = _fingerprint()
        last = LinkageRun.objects.order_by("-id").first()
        if last and last.fingerprint == fingerprint and not always:
            return None
        workers, entries = _entries()
    linked = engine.link(prepared(entries))
    with row_security.reading_as(system("linkage")):
        _lock()
        _replace(linked, workers)
        counted = _rebuild()
        run = LinkageRun.objects.create(
            fingerprint=fingerprint,
            version=engine.VERSION,
            entries=len(entries),
            persons=len(entries) - counted,
            possible=Link.objects.waiting().count(),
            parameters=linked.parameters,
            started_at=started,
        )
        journal.record(
            actor,
            events.PERSONS_LINKED,
            run,
            entries=run.entries,
            persons=run.persons,
            possible=run.possible,
        )
    return run


def _fingerprint() -> str:
    newest = Worker.objects.aggregate(changed=Max("changed_at"))["changed"]
    return f"{engine.VERSION}:{Worker.objects.count()}:{newest.isoformat() if newest else ''}"


def _entries() -> tuple[list[UUID], list[Entry]]:
    """Every record as an entry, opened in memory; the roster is the source that sent it."""
    workers = []
    entries = []
    rows = Worker.objects.select_related("person", "establishment").order_by("pk")
    for number, worker in enumerate(rows.iterator(chunk_size=2000)):
        workers.append(worker.pk)
        entries.append(
            Entry(
                str(worker.source_id or "door"),
                number,
                name=open_for_program(worker.person, "name"),
                phone=open_for_program(worker.person, "phone"),
                id_number=open_for_program(worker.person, "id_number"),
                site=worker.site_name or (worker.establishment.name if worker.establishment else ""),
                region=worker.region_code[:9] if len(worker.region_code) >= 9 else "",
                sector=worker.get_sector_display() if worker.sector else "",
            )
        )
    return workers, entries


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LINKAGE_LOCK])


def _replace(linked: engine.Linked, workers: list[UUID]) -> None:
    """New links instead of those that nobody decided."""
    Link.objects.filter(verdict="").delete()
    there = set(Worker.objects.values_list("pk", flat=True))
    decided = set(Link.objects.values_list("left", "right"))
    made = []
    for zone, pairs in ((Zone.CERTAIN, linked.certain()), (Zone.POSSIBLE, iter(linked.review))):
        for pair in pairs:
            left, right = sorted((workers[pair.left], workers[pair.right]))
            if left in there and right in there and (left, right) not in decided:
                made.append(
                    Link(
                        left_id=left,
                        right_id=right,
                        zone=zone,
                        probability=pair.probability,
                        evidence={key: list(value) for key, value in pair.evidence.items()},
                        version=engine.VERSION,
                    )
                )
    Link.objects.bulk_create(made, batch_size=2000, ignore_conflicts=True)


def _rebuild() -> int:
    """Who is counted with whom, from all links; returns how many records are counted with an earlier one."""
    holding = Link.objects.holding().order_by("-probability", "id")
    said = list(holding.filter(verdict=Verdict.SAME).values_list("left", "right"))
    links = list(holding.filter(verdict="").values_list("left", "right"))
    apart = Link.objects.filter(verdict=Verdict.DIFFERENT).values_list("left", "right")
    ends = {end for link in (*said, *links) for end in link}
    identity = {
        pk: bytes(digest)
        for pk, digest in Worker.objects.filter(pk__in=ends)
        .exclude(person__id_number_digest=None)
        .values_list("pk", "person__id_number_digest")
    }
    CountedWith.objects.all().delete()
    made = []
    for group in joined(links, apart, identity, said):
        head, *others = sorted(group)
        made += [CountedWith(worker_id=other, head_id=head) for other in others]
    CountedWith.objects.bulk_create(made, batch_size=5000)
    return len(made)


@transaction.atomic
def decide_pair(*, actor: Actor, link_id: int, verdict: str) -> Link:
    """Say whether two records are one person. The first reviewer decides; a second one's word is an opinion.

    Where two reviewers differ the pair is counted as two persons until they agree. Raises NotAllowed, NotFound,
    BadInput.
    """
    actor.require("census.link")
    if verdict not in Verdict.values:
        raise BadInput(fields={"verdict": _("One person or two?")})
    _lock()
    link = _link(link_id)
    Opinion.objects.update_or_create(
        link=link, account_id=actor.account_id, defaults={"verdict": verdict, "made_at": clock.now()}
    )
    return _settle(actor, link)


@transaction.atomic
def undo_decision(*, actor: Actor, link_id: int) -> Link:
    """Take one's own word on a pair back. Raises NotAllowed, NotFound."""
    actor.require("census.link")
    _lock()
    link = _link(link_id)
    mine = Opinion.objects.filter(link=link, account_id=actor.account_id or 0)
    if not mine.delete()[0]:
        raise NotFound()
    return _settle(actor, link)


@transaction.atomic
def split_record(*, actor: Actor, worker_id: UUID) -> int:
    """Take a record out of its person: it is somebody else than all the others there. Returns how many.

    Raises NotAllowed, NotFound (it is counted with nobody).
    """
    actor.require("census.link")
    _lock()
    mine = CountedWith.objects.filter(worker_id=worker_id).first()
    head = mine.head_id if mine else worker_id
    others = Worker.objects.filter(Q(pk=head) | Q(counted_with__head=head)).exclude(pk=worker_id)
    number = 0
    for other in others.values_list("pk", flat=True):
        left, right = sorted((worker_id, other))
        link, _made = Link.objects.get_or_create(
            left_id=left,
            right_id=right,
            defaults={"zone": Zone.POSSIBLE, "probability": 0.0, "version": engine.VERSION},
        )
        Opinion.objects.update_or_create(
            link=link, account_id=actor.account_id, defaults={"verdict": Verdict.DIFFERENT}
        )
        _settle(actor, link, rebuild=False)
        number += 1
    if not number:
        raise NotFound()
    _rebuild()
    return number


def _link(link_id: int) -> Link:
    link = Link.objects.select_for_update().filter(pk=link_id).first()
    if link is None:
        raise NotFound()
    return link


def _settle(actor: Actor, link: Link, *, rebuild: bool = True) -> Link:
    """The link's verdict from all opinions, and the count that follows from it."""
    said = set(Opinion.objects.filter(link=link).values_list("verdict", flat=True))
    before = link.verdict
    link.verdict = ""
    if said:
        link.verdict = Verdict.DIFFERENT if Verdict.DIFFERENT in said else Verdict.SAME
    link.decided_at = clock.now() if said else None
    link.save(update_fields=["verdict", "decided_at"])
    if rebuild:
        _rebuild()
    facts: dict[str, Any] = {"before": before, "after": link.verdict, "opinions": len(said)}
    journal.record(actor, events.PAIR_DECIDED, link, **facts)
    return link
