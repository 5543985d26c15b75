"""A worklist of 200,000 cases against the same page with nothing on it, and the number of its queries."""

from __future__ import annotations

import os

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.filling import fill
from bench.lists import TURNS, seconds
from bench.report import Report, in_turn

CASES = int(os.environ.get("BENCH_CASES", "200000"))
FILL = {
    "key": "gen_random_uuid()",
    "ref": "'B' || n",
    "claim_digest": "decode(md5(n::text), 'hex')",
    "kind": "(ARRAY['wage','policy','legal_aid'])[1 + n %% 3]",
    "channel": "'web'",
    "urgency": "'ordinary'",
    "state": "CASE WHEN n %% 4 = 0 THEN 'closed' ELSE 'open' END",
    "sector": "'delivery'",
    "region_code": "'450311100'",
    "employer": "'firm ' || n %% 900",
    "unit_id": "%s",
    "made_at": "now() - n * interval '1 minute'",
    "answer_due_at": "now()",
    "due_at": "now() + (n %% 40000 - 20000) * interval '1 minute'",
}


def run(report: Report) -> None:
    """Fill, then compare."""
    from nuanyi.cases.models import Case
    from nuanyi.lib.actor import system
    from nuanyi.people.services import accounts
    from nuanyi.units.models import Unit

    program = system("bench")
    browsers = []
    for name in ("full", "empty"):
        unit = Unit.objects.create(code=f"worklist-{name}", name=f"测试单位{name}", kind="department")
        account = accounts.make_account(
            actor=program,
            username=f"worklist-{name}",
            password="a-long-enough-one-9",
            must_change_password=False,
            unit=unit,
        )
        accounts.give_role(actor=program, account=account, role="clerk")
        browser = Client(headers={"host": "localhost"})
        browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        browsers.append(browser)
    fill(Case, FILL, "generate_series(1, %s) n", [Unit.objects.get(code="worklist-full").pk, CASES])
    full, empty = browsers
    address, counts = "/office/cases/", []
    for browser in (full, empty):
        browser.get(address)
        with CaptureQueriesContext(connection) as seen:
            browser.get(address)
        counts.append(len(seen))
    late = f"{address}?state=late&kind=wage"
    for name, asked in ((f"worklist of {CASES:,} cases", address), ("late wage cases of it", late)):
        measured = in_turn(seconds(full, asked), seconds(empty, asked), TURNS)
        report.turns(name, *measured, "the empty worklist", at_most=1.5)
    report.ratio("its queries", counts[0] / counts[1], f"the empty worklist's {counts[1]}", at_most=1.0)
