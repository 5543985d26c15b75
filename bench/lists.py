"""The list of 100,000 workers (made by ``bench.imports``): first page against thousandth, and the number of queries."""

from __future__ import annotations

import statistics
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.report import Report

TURNS = 15


def _time(browser: Client, address: str) -> float:
    times = []
    for _turn in range(TURNS):
        start = time.perf_counter()
        assert browser.get(address).status_code == 200
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def run(report: Report) -> None:
    """Compare the pages."""
    from nuanyi.census.models import Worker
    from nuanyi.lib import listing
    from nuanyi.lib.actor import system
    from nuanyi.people import services

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS front_cache (cache_key varchar(255) PRIMARY KEY, value text, expires timestamptz)"
        )
        cursor.execute("ANALYZE")
    program = system("bench")
    account = services.make_account(
        actor=program, username="bench", password="a-long-enough-one-9", must_change_password=False
    )
    services.give_role(actor=program, account=account, role="district_office")
    browser = Client(headers={"host": "localhost"})
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    browser.get("/office/census/workers/")
    first = "/office/census/workers/"
    far = f"{first}?after={listing.cursor_of(Worker.objects.order_by('-pk')[999 * 50 - 1], 'pk')}"
    counts = []
    for address in (first, far):
        with CaptureQueriesContext(connection) as seen:
            browser.get(address)
        counts.append(len(seen))
    report.ratio(
        "thousandth page of 100,000 workers",
        _time(browser, far) / _time(browser, first),
        "the first page",
        at_most=1.3,
    )
    report.ratio("its queries", counts[1] / counts[0], f"the first page's {counts[0]}", at_most=1.0)
