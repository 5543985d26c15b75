"""Handing a report to another platform that speaks Open311 (GeoReport v2), and following what becomes of it.

Which platforms there are is a setting of the installation, ``NUANYI_OPEN311_SERVERS``: ``name|https://host/open311/v2|api key``,
separated by commas. Nobody can make this server talk to anybody else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, outgoing
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.reports import events, queries, rules
from nuanyi.reports.models import Report, Step
from nuanyi.reports.rules import State
from nuanyi.reports.services import handling


@dataclass(frozen=True)
class Server:
    """Another platform."""

    name: str
    base: str
    key: str


def servers() -> dict[str, Server]:
    """The platforms that are set."""
    parts = [text.split("|") for text in settings.NUANYI_OPEN311_SERVERS]
    return {
        name: Server(name, base.rstrip("/"), key)
        for name, base, key in (part for part in parts if len(part) == 3)
    }


def _ask(server: Server, method: str, path: str, told: dict[str, str] | None = None, once: str = "") -> Any:
    """A JSON answer. Raises ConnectionError, ValueError with the other side's words."""
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    if once:
        head["Idempotency-Key"] = once
    body = urlencode(told).encode() if told is not None else None
    status, answer = outgoing.call(method, f"{server.base}/{path}", body, head)
    try:
        found = json.loads(answer)
    except ValueError as exc:
        raise ConnectionError(f"HTTP {status}") from exc
    if status >= 400 or not isinstance(found, list) or not found:
        words = (
            found[0].get("description", "")
            if isinstance(found, list) and found and isinstance(found[0], dict)
            else ""
        )
        raise ValueError(f"HTTP {status} {words}"[:160])
    return found


def services_of(name: str) -> list[tuple[str, str]]:
    """What another platform takes: ``(code, name)``. Empty where it does not answer."""
    server = servers().get(name)
    if server is None:
        return []
    try:
        return [
            (str(row["service_code"]), str(row["service_name"]))
            for row in _ask(server, "GET", "services.json")
        ]
    except (ConnectionError, ValueError, KeyError, TypeError):
        return []


def hand_out(*, actor: Actor, pk: int, server: str, service: str) -> Report:
    """Hand a report over. Sending it again sends the same key, so that a platform that knows it takes it once.

    Raises BadInput, IllegalMove, Refusal with the other side's words.
    """
    other = servers().get(server)
    if other is None or not service:
        raise BadInput(fields={"server": _("Choose from the list.")})
    with transaction.atomic():
        report = handling.held(actor, pk)
        before = report.state
        if not (report.state == State.OUTSIDE and not report.outside_ref):
            rules.check_move(report.state, State.OUTSIDE)
        report.state, report.outside_server = State.OUTSIDE, other.name
        report.save()
    told = {
        "api_key": other.key,
        "service_code": service,
        "lat": f"{report.lat_wgs84:.6f}",
        "long": f"{report.lon_wgs84:.6f}",
        "address_string": report.where,
        "description": queries.words_of(report) or report.kind.title,
    }
    try:
        answer = _ask(
            other,
            "POST",
            "requests.json",
            told,
            once=str(uuid5(NAMESPACE_URL, f"nuanyi:{report.ref}:{report.reopened}")),
        )
        number = str(answer[0]["service_request_id"])[:80]
    except (ConnectionError, ValueError, KeyError, TypeError, IndexError) as exc:
        Report.objects.filter(pk=pk, state=State.OUTSIDE, outside_ref="").update(
            state=before, outside_server=""
        )
        raise Refusal(_("The other platform answered: %(why)s") % {"why": exc}, code="outside") from exc
    with transaction.atomic():
        report = Report.objects.select_for_update(of=("self",)).select_related("kind", "unit").get(pk=pk)
        report.outside_ref = number
        handling.add_step(actor, report, f"{other.name} {number}")
        journal.record(actor, events.HANDED_OUT, report, server=other.name, number=number)
    return report


def follow() -> int:
    """Ask what became of reports that were handed out; returns how many moved."""
    moved, known = 0, servers()
    for report in Report.objects.filter(state=State.OUTSIDE).exclude(outside_ref="")[:500]:
        server = known.get(report.outside_server)
        if server is None:
            continue
        try:
            told = _ask(server, "GET", f"requests/{report.outside_ref}.json")[0]
        except (ConnectionError, ValueError):
            continue  # asked again in a quarter of an hour
        if isinstance(told, dict) and told.get("status") == "closed":
            moved += _ended(report.pk, str(told.get("status_notes") or ""))
    return moved


@transaction.atomic
def _ended(pk: int, words: str) -> bool:
    report = Report.objects.select_for_update(of=("self",)).select_related("kind", "unit").get(pk=pk)
    if report.state != State.OUTSIDE:
        return False
    report.state, report.mended_at = State.MENDED, clock.now()
    report.answered_at = report.answered_at or report.mended_at
    report.save()
    Step.objects.create(
        report=report,
        state=report.state,
        of="outside",
        unit_id=report.unit_id,
        words=rules.clean(words)[:300],
        at=clock.now(),
    )
    journal.record(system("reports"), events.HANDED_OUT, report, ended=True)
    return True
