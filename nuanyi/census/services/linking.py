"""Counting persons: the linkage of all records, what people decide about pairs, splitting again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census import events
from nuanyi.census.linkage import VERSION
from nuanyi.census.linkage.clusters import joined
from nuanyi.census.linkage.models import Link, LinkageRun, ShopLink, Stage, Verdict, Zone
from nuanyi.census.linkage.queries import SHOPS, WORKERS, Kept, last_run
from nuanyi.census.models import Appearance, Establishment, Worker
from nuanyi.journal import services as journal
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.region_codes import TOWNSHIP, township_of
from nuanyi.people.services.openings import open_for_program
from nuanyi.places import queries as places

if TYPE_CHECKING:
    from nuanyi.census.linkage.engine import Pair
    from nuanyi.census.linkage.entries import Entry
    from nuanyi.census.linkage.shops import Shop

#: One linkage writes at a time; another waits for it, an import does not.
LINKAGE_LOCK = 1_706_001
#: Who reads all records of a person, wherever they lie.
PROGRAM = system("linkage")


def link_all(*, actor: Actor, always: bool = False) -> LinkageRun | None:
    """Link all records anew unless nothing changed since the last time; what people decided stays.

    Reads in one transaction, compares in memory without any lock, writes in another: killed anywhere, the old
    links stand. Records that came or went meanwhile are left to the next run. None where nothing changed. Raises NotAllowed.
    """
    # read where it is needed: it takes as much memory as all else together, and jobs alone link
    from nuanyi.census.linkage import engine, shops
    from nuanyi.census.linkage.entries import prepared

    actor.require("census.link")
    started = clock.now()
    with row_security.reading_as(PROGRAM):
        fingerprint = _fingerprint()
        last = last_run()
        if last and last.fingerprint == fingerprint and not always:
            return None
    run = _begin(fingerprint, started)
    with row_security.reading_as(PROGRAM):
        workers, entries = _entries()
        also = _also(workers)
        records, listed = _shops()
        wider = tuple(places.names_above_all())
    run.entries = len(entries)
    linked = engine.link(prepared(entries), also=also, begins=lambda stage: _reach(run, stage))
    of_shops = shops.link_shops(listed, wider=wider)
    _reach(run, Stage.WRITING)
    with row_security.reading_as(PROGRAM):
        _lock()
        zones = ((Zone.CERTAIN, linked.certain()), (Zone.POSSIBLE, iter(linked.review)))
        _replace(WORKERS, zones, workers)
        _replace(
            SHOPS, ((Zone.CERTAIN, iter(of_shops.certain)), (Zone.POSSIBLE, iter(of_shops.review))), records
        )
        counted = _rebuild(WORKERS)
        shops_counted = _rebuild(SHOPS)
        run.stage = Stage.DONE
        run.persons = len(entries) - counted
        run.possible = Link.objects.waiting().count()
        run.parameters = {
            **linked.parameters,
            "establishments": {
                "entries": len(listed),
                "establishments": len(listed) - shops_counted,
                "possible": ShopLink.objects.waiting().count(),
            },
        }
        run.done_at = clock.now()
        run.save()
        journal.record(
            actor,
            events.PERSONS_LINKED,
            run,
            entries=run.entries,
            persons=run.persons,
            possible=run.possible,
        )
    return run


def _begin(fingerprint: str, started: datetime) -> LinkageRun:
    """The row of a linkage that begins; those of killed ones go."""
    with row_security.reading_as(PROGRAM):
        LinkageRun.objects.exclude(stage=Stage.DONE).delete()
        return LinkageRun.objects.create(
            fingerprint=fingerprint,
            version=VERSION,
            stage=Stage.READING,
            entries=0,
            persons=0,
            possible=0,
            started_at=started,
        )


def _reach(run: LinkageRun, stage: str) -> None:
    """Say how far it has come, at once visible to whoever waits."""
    run.stage = stage
    with row_security.reading_as(PROGRAM):
        LinkageRun.objects.filter(pk=run.pk).update(stage=stage, entries=run.entries)


def _fingerprint() -> str:
    """Of the program's version and all records: changes where one came, went or changed."""
    parts = [VERSION]
    for model in (Worker, Establishment):
        newest = model.objects.aggregate(changed=Max("changed_at"))["changed"]
        parts.append(f"{model.objects.count()}:{newest.isoformat() if newest else ''}")
    return ":".join(parts)


def _also(workers: list[UUID]) -> list[tuple[int, str]]:
    """The other sources that a record stands on: an import has matched its rows exactly."""
    place = {worker: at for at, worker in enumerate(workers)}
    first = dict(Worker.objects.values_list("pk", "source_id"))
    rows = Appearance.objects.exclude(worker=None).values_list("worker", "source").distinct()
    return sorted(
        (place[worker], str(source))
        for worker, source in rows
        if worker in place and first.get(worker) != source
    )


def _shops() -> tuple[list[UUID], list[Shop]]:
    """Every establishment as an entry, its contact opened in memory; the list is the source that sent it."""
    from nuanyi.census.linkage.shops import Shop

    names = places.names_by_code()
    records = []
    listed = []
    for one in Establishment.objects.select_related("contact").order_by("pk").iterator(chunk_size=2000):
        records.append(one.pk)
        listed.append(
            Shop(
                str(one.source_id or "door"),
                one.name,
                place=str(names.get(township_of(one.region_code), ""))
                if len(one.region_code) >= TOWNSHIP
                else "",
                credit_code=one.credit_code or "",
                address=one.address,
                contact=open_for_program(one.contact, "name") if one.contact else "",
                phone=open_for_program(one.contact, "phone") if one.contact else "",
                sector=one.sector,
            )
        )
    return records, listed


def _entries() -> tuple[list[UUID], list[Entry]]:
    """Every record as an entry, opened in memory; the roster is the source that sent it."""
    from nuanyi.census.linkage.entries import Entry

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
                region=township_of(worker.region_code) if len(worker.region_code) >= TOWNSHIP else "",
                sector=worker.get_sector_display() if worker.sector else "",
            )
        )
    return workers, entries


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LINKAGE_LOCK])


def _replace(kept: Kept, zones: Iterable[tuple[Zone, Iterator[Pair]]], records: list[UUID]) -> None:
    """New links instead of those that nobody decided."""
    kept.link.objects.filter(verdict="").delete()
    there = set(kept.record.objects.values_list("pk", flat=True))
    decided = set(kept.link.objects.values_list("left", "right"))
    made = []
    for zone, pairs in zones:
        for pair in pairs:
            left, right = sorted((records[pair.left], records[pair.right]))
            if left in there and right in there and (left, right) not in decided:
                made.append(
                    kept.link(
                        left_id=left,
                        right_id=right,
                        zone=zone,
                        probability=pair.probability,
                        evidence={key: list(value) for key, value in pair.evidence.items()},
                        version=VERSION,
                    )
                )
    kept.link.objects.bulk_create(made, batch_size=2000, ignore_conflicts=True)


def _rebuild(kept: Kept) -> int:
    """What is counted with what, from all links; returns how many records are counted with an earlier one.

    Read by the program, whoever decided: a person's records may lie in several districts, of which a reviewer sees one.
    """
    with row_security.reader(PROGRAM):
        return _rebuild_all(kept)


def _rebuild_all(kept: Kept) -> int:
    holding = kept.link.objects.holding().order_by("-probability", "id")
    said = list(holding.filter(verdict=Verdict.SAME).values_list("left", "right"))
    links = list(holding.filter(verdict="").values_list("left", "right"))
    apart = kept.link.objects.filter(verdict=Verdict.DIFFERENT).values_list("left", "right")
    identity = _identities(kept, {end for link in (*said, *links) for end in link})
    kept.counted_with.objects.all().delete()
    made = []
    for group in joined(links, apart, identity, said):
        head, *others = sorted(group)
        made += [kept.counted_with(**{f"{kept.member}_id": other}, head_id=head) for other in others]
    kept.counted_with.objects.bulk_create(made, batch_size=5000)
    return len(made)


def _identities(kept: Kept, ends: set[UUID]) -> dict[UUID, Any]:
    """What no two records of one person, or of one establishment, may differ in."""
    rows = kept.record.objects.filter(pk__in=ends)
    if kept is SHOPS:
        return dict(rows.exclude(credit_code=None).values_list("pk", "credit_code"))
    digests = rows.exclude(person__id_number_digest=None).values_list("pk", "person__id_number_digest")
    return {pk: bytes(digest) for pk, digest in digests}


@transaction.atomic
def decide_pair(*, actor: Actor, link_id: int, verdict: str, kept: Kept = WORKERS) -> Any:
    """Say whether two records are one person. The first reviewer decides; a second one's word is an opinion.

    Where two reviewers differ the pair is counted as two persons until they agree. Raises NotAllowed, NotFound,
    BadInput.
    """
    actor.require("census.link")
    if verdict not in Verdict.values:
        raise BadInput(fields={"verdict": _("One person or two?")})
    _lock()
    link = _link(kept, link_id)
    kept.opinion.objects.update_or_create(
        link=link, account_id=actor.account_id, defaults={"verdict": verdict, "made_at": clock.now()}
    )
    return _settle(actor, kept, link)


@transaction.atomic
def undo_decision(*, actor: Actor, link_id: int, kept: Kept = WORKERS) -> Any:
    """Take one's own word on a pair back. Raises NotAllowed, NotFound."""
    actor.require("census.link")
    _lock()
    link = _link(kept, link_id)
    mine = kept.opinion.objects.filter(link=link, account_id=actor.account_id or 0)
    if not mine.delete()[0]:
        raise NotFound()
    return _settle(actor, kept, link)


@transaction.atomic
def split_record(*, actor: Actor, record_id: UUID, kept: Kept = WORKERS) -> int:
    """Take a record out of its person or shop: it is another than all the others there. Returns how many.

    Raises NotAllowed, NotFound (it is counted with nobody).
    """
    actor.require("census.link")
    _lock()
    if not kept.record.objects.filter(pk=record_id).exists():
        raise NotFound()
    with row_security.reader(PROGRAM):
        return _split(actor, record_id, kept)


def _split(actor: Actor, record_id: UUID, kept: Kept) -> int:
    """From every record of the group, also those that the reviewer does not see."""
    mine = kept.counted_with.objects.filter(pk=record_id).first()
    head = mine.head_id if mine else record_id
    others = kept.record.objects.filter(Q(pk=head) | Q(counted_with__head=head)).exclude(pk=record_id)
    number = 0
    for other in others.values_list("pk", flat=True):
        left, right = sorted((record_id, other))
        link, _made = kept.link.objects.get_or_create(
            left_id=left,
            right_id=right,
            defaults={"zone": Zone.POSSIBLE, "probability": 0.0, "version": VERSION},
        )
        kept.opinion.objects.update_or_create(
            link=link, account_id=actor.account_id, defaults={"verdict": Verdict.DIFFERENT}
        )
        _settle(actor, kept, link, rebuild=False)
        number += 1
    if not number:
        raise NotFound()
    _rebuild(kept)
    return number


def _link(kept: Kept, link_id: int) -> Any:
    link = kept.link.objects.select_for_update().filter(pk=link_id).first()
    if link is None:
        raise NotFound()
    return link


def _settle(actor: Actor, kept: Kept, link: Any, *, rebuild: bool = True) -> Any:
    """The link's verdict from all opinions, and the count that follows from it."""
    said = set(kept.opinion.objects.filter(link=link).values_list("verdict", flat=True))
    before = link.verdict
    link.verdict = ""
    if said:
        link.verdict = Verdict.DIFFERENT if Verdict.DIFFERENT in said else Verdict.SAME
    link.decided_at = clock.now() if said else None
    link.save(update_fields=["verdict", "decided_at"])
    if rebuild:
        _rebuild(kept)
    facts: dict[str, Any] = {"before": before, "after": link.verdict, "opinions": len(said)}
    journal.record(actor, events.PAIR_DECIDED, link, **facts)
    return link
