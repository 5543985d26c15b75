"""A worklist of 200,000 cases against the same page with nothing on it, and the number of its queries."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.lists import _time
from bench.report import Report

CASES = 200_000
FILL = """
INSERT INTO cases_case (key, ref, claim_digest, body_digest, kind, channel, urgency, state, phone_mask, sector, region_code,
  employer, unit_id, offered_words, route_reason, made_at, answer_due_at, due_at, due_source, reopened, warned, pause_reason,
  paused_seconds)
SELECT gen_random_uuid(), 'B' || n, decode(md5(n::text), 'hex'), '\\x00', (ARRAY['wage','policy','legal_aid'])[1 + n %% 3], 'web',
  'ordinary', CASE WHEN n %% 4 = 0 THEN 'closed' ELSE 'open' END, '', 'delivery', '450311100', 'firm ' || n %% 900, %s, '', '',
  now() - n * interval '1 minute', now(), now() + (n %% 40000 - 20000) * interval '1 minute', '', 0, '', '', 0
FROM generate_series(1, %s) n
"""


def run(report: Report) -> None:
    """Fill, then compare."""
    from nuanyi.lib.actor import system
    from nuanyi.people import services
    from nuanyi.units.models import Unit

    program = system("bench")
    browsers = []
    for name in ("full", "empty"):
        unit = Unit.objects.create(code=f"worklist-{name}", name=f"测试单位{name}", kind="department")
        account = services.make_account(
            actor=program,
            username=f"worklist-{name}",
            password="a-long-enough-one-9",
            must_change_password=False,
            unit=unit,
        )
        services.give_role(actor=program, account=account, role="clerk")
        browser = Client(headers={"host": "localhost"})
        browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        browsers.append(browser)
    with connection.cursor() as cursor:
        cursor.execute(FILL, [Unit.objects.get(code="worklist-full").pk, CASES])
        cursor.execute("ANALYZE cases_case")
    full, empty = browsers
    address, counts = "/office/cases/", []
    for browser in (full, empty):
        browser.get(address)
        with CaptureQueriesContext(connection) as seen:
            browser.get(address)
        counts.append(len(seen))
    report.ratio(
        f"worklist of {CASES:,} cases",
        _time(full, address) / _time(empty, address),
        "the empty worklist",
        at_most=2.0,
    )
    late = f"{address}?state=late&kind=wage"
    report.ratio(
        "late wage cases of it", _time(full, late) / _time(empty, late), "the empty worklist", at_most=2.0
    )
    report.ratio("its queries", counts[0] / counts[1], f"the empty worklist's {counts[1]}", at_most=1.0)
