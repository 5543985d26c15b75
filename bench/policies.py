"""Row policies on long lists: the same statement as the role of pages, bound by its policies, and as the owner, who is not.

A B A B: the two run in turn, so that what the machine does meanwhile hits both. ``BENCH_POLICY_ROWS`` (100,000) workers in 50
units; what a clerk of one unit, of one township and of the district office asks. Django's own filter (``visible_to``)
stands in both statements: what is measured is the second wall alone.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from bench.report import Report

ROWS = int(os.environ.get("BENCH_POLICY_ROWS", "100000"))
UNITS, TURNS = 50, 15
BATCH = 5_000


def _seconds(ask: Callable[[], Any]) -> float:
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start


def _compare(report: Report, name: str, actor: Any, rows: QuerySet[Any], *, at_most: float | None) -> None:
    """One statement for one reader, in turn as the role of pages and as the owner."""
    from nuanyi.lib import row_security

    statement, values = rows.query.sql_with_params()
    times: dict[str, list[float]] = {"nuanyi_web": [], "owner": []}
    counts = set()
    for _turn in range(TURNS):
        for role, kept in times.items():
            with row_security.reader(actor), transaction.atomic(), connection.cursor() as cursor:
                if role != "owner":
                    cursor.execute(f"SET LOCAL ROLE {role}")
                cursor.execute("SELECT 1")  # who reads is told before

                def ask(cursor: Any = cursor) -> None:
                    cursor.execute(statement, values)
                    counts.add(len(cursor.fetchall()))

                kept.append(_seconds(ask))
    if os.environ.get("BENCH_POLICY_EXPLAIN"):
        with row_security.reader(actor), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE nuanyi_web")
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS OFF) {statement}", values)
            for (line,) in cursor.fetchall():
                report.note(line)
    if len(counts) != 1:
        raise AssertionError(f"{name}: the policies show other rows than visible_to: {counts}")
    bound, free = (statistics.median(times[role]) for role in ("nuanyi_web", "owner"))
    report.note(f"{name}: {bound * 1000:.1f} ms bound, {free * 1000:.1f} ms not bound, {counts.pop()} rows")
    report.ratio(name, bound / free, "the same statement by the owner", at_most=at_most)


def run(report: Report) -> None:
    """Fill, then compare the first page, a page of one unit, a count and a sum."""
    from nuanyi.census.models import Worker
    from nuanyi.lib.actor import Actor, Scope
    from nuanyi.people.models import Person
    from nuanyi.program import database
    from nuanyi.units.models import Unit

    told = connection.get_connection_params()
    database.grant(f"host={told['host']} dbname={told['dbname']} user={told['user']}")
    units = [
        Unit.objects.create(code=f"policy-{n}", name=f"政策单位{n}", kind="department").pk
        for n in range(UNITS)
    ]
    for start in range(0, ROWS, BATCH):
        people = [
            Person(
                name_mask="周**",
                phone_mask="199****0001",
                region_codes=["450311", f"4503111{n % 20:02d}"],
                unit_ids=[units[n % UNITS]],
            )
            for n in range(start, min(start + BATCH, ROWS))
        ]
        Person.objects.bulk_create(people)
        Worker.objects.bulk_create(
            Worker(
                person=person,
                region_code=person.region_codes[1],
                unit_id=person.unit_ids[0],
                sector="delivery",
            )
            for person in people
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_person")
        cursor.execute("ANALYZE census_worker")

    def reader(scope: Scope) -> Actor:
        permissions = dict.fromkeys(("census.view", "people.see_masked"), (scope,))
        return Actor(kind="account", label="bench", account_id=1, permissions=permissions)

    readers = {
        "the district office": reader(Scope(everywhere=True)),
        "one township": reader(Scope(region="450311107")),
        "one unit": reader(Scope(unit=units[7])),
    }
    for who, actor in readers.items():
        rows = Worker.objects.visible_to(actor)
        # a township's statements take a millisecond: what the reader's traits cost once weighs more in them
        most = 3.0 if who == "one township" else 2.0
        page = rows.select_related("person").order_by("-pk")[:51]
        _compare(report, f"first page of {ROWS:,} workers for {who}", actor, page, at_most=most)
        count = rows.order_by().values("sector").annotate(n=Count("pk"))
        _compare(report, f"count by sector of them for {who}", actor, count, at_most=most)
