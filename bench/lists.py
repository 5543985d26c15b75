"""The list of some 100,000 workers (made by ``bench.imports``): first page against thousandth, and the number of queries."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.report import Report, in_turn

TURNS = 15


def seconds(browser: Client, address: str) -> Callable[[], float]:
    """How long one page takes, each time it is asked."""

    def once() -> float:
        start = time.perf_counter()
        assert browser.get(address).status_code == 200
        return time.perf_counter() - start

    return once


def run(report: Report) -> None:
    """Compare the pages."""
    from nuanyi.census.models import Worker
    from nuanyi.lib import listing
    from nuanyi.lib.actor import system
    from nuanyi.people.services import accounts

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS front_cache (cache_key varchar(255) PRIMARY KEY, value text, expires timestamptz)"
        )
        cursor.execute("ANALYZE")
    program = system("bench")
    account = accounts.make_account(
        actor=program, username="bench", password="a-long-enough-one-9", must_change_password=False
    )
    accounts.give_role(actor=program, account=account, role="district_office")
    browser = Client(headers={"host": "localhost"})
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    browser.get("/office/census/workers/")
    first = "/office/census/workers/"
    far = f"{first}?after={listing.cursor_of(Worker.objects.order_by('-pk')[min(999 * 50, Worker.objects.count()) - 1], 'pk')}"
    counts = []
    for address in (first, far):
        with CaptureQueriesContext(connection) as seen:
            browser.get(address)
        counts.append(len(seen))
    report.turns(
        "thousandth page of all workers",
        *in_turn(seconds(browser, far), seconds(browser, first), TURNS),
        "the first page",
        at_most=1.3,
    )
    report.ratio("its queries", counts[1] / counts[0], f"the first page's {counts[0]}", at_most=1.0)
