"""Handing a report to another platform that speaks Open311 (GeoReport v2), and following what becomes of it.

Which platforms there are is a setting of the installation, ``NUANYI_OPEN311_SERVERS``: ``name|https://host/open311/v2|api key``,
separated by commas. Nobody can make this server talk to anybody else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid4, uuid5

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, later, outgoing
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.reports import events, kinds, queries, rules
from nuanyi.reports.models import Report, Step
from nuanyi.reports.rules import State
from nuanyi.reports.services import handling
from nuanyi.reports.services.sending import tell_senders, tell_unit


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
    """What another platform takes: ``(code, name)``, as it said when it was last asked. Empty where it never answered."""
    known = cache.get(f"open311-services:{name}") if name in servers() else None
    return [(str(code), str(title)) for code, title in known or []]


def ask_services() -> int:
    """Ask every platform what it takes, and remember it for a day; returns how many answered."""
    answered = 0
    for name, server in servers().items():
        try:
            rows = [
                [str(row["service_code"])[:80], str(row["service_name"])[:80]]
                for row in _ask(server, "GET", "services.json")[:500]
            ]
        except (ConnectionError, ValueError, KeyError, TypeError):
            continue
        cache.set(f"open311-services:{name}", rows, 86400)
        answered += 1
    return answered


#: The job that runs ``send_out``.
SEND = "nuanyi.reports.jobs.send_outside"


def hand_out(*, actor: Actor, pk: int, server: str, service: str) -> Report:
    """Say that a report goes to another platform; a job sends it once this is committed. Raises BadInput, IllegalMove."""
    other = servers().get(server)
    if other is None or not service:
        raise BadInput(fields={"server": _("Choose from the list.")})
    with transaction.atomic():
        report = handling.held(actor, pk)
        if not (report.state == State.OUTSIDE and not report.outside_ref):
            rules.check_move(report.state, State.OUTSIDE)
        before = State.NEW if report.state == State.OUTSIDE else report.state
        report.state, report.outside_server = State.OUTSIDE, other.name
        report.save()
        handling.add_step(actor, report, other.name)
        later.enqueue(SEND, queue="reports", pk=report.pk, service=service[:80], before=before)
    return report


@shaped_otherwise(Reason.PROGRAM)
def send_out(*, pk: int, service: str) -> bool:
    """Send a report that is to go out. Again it carries the same key: a platform that knows it takes it once.

    Raises ConnectionError (later again), ValueError with the other side's words.
    """
    actor = system("reports")
    report = Report.objects.select_related("kind").get(pk=pk)
    other = servers().get(report.outside_server)
    if other is None or report.state != State.OUTSIDE or report.outside_ref:
        return False
    told = {
        "api_key": other.key,
        "service_code": service,
        "address_string": report.where,
        "description": queries.words_of(report) or report.kind.title,
    }
    if report.point:  # without, the address alone says where: the specification wants one of the two
        told["lat"], told["long"] = (f"{degrees:.6f}" for degrees in report.point)
    once = str(uuid5(NAMESPACE_URL, f"nuanyi:{report.ref}:{report.reopened}"))
    answer = _ask(other, "POST", "requests.json", told, once=once)
    try:
        number = str(answer[0]["service_request_id"])[:80]
    except (KeyError, TypeError, IndexError) as exc:
        raise ValueError("no service_request_id") from exc
    with transaction.atomic():
        report = Report.objects.select_for_update(of=("self",)).select_related("kind", "unit").get(pk=pk)
        report.outside_ref = number
        handling.add_step(actor, report, f"{other.name} {number}")
        journal.record(actor, events.HANDED_OUT, report, server=other.name, number=number)
    return True


@shaped_otherwise(Reason.PROGRAM)
@transaction.atomic
def take_back(*, pk: int, before: str, why: str) -> None:
    """The other platform did not take it: the report stands where it stood, and those who handle it are told."""
    report = Report.objects.select_for_update(of=("self",)).select_related("kind", "unit").get(pk=pk)
    if report.state != State.OUTSIDE or report.outside_ref:
        return
    report.state, server, report.outside_server = before, report.outside_server, ""
    report.save()
    tell_unit(
        report, kinds.NOT_TAKEN, once=f"outside:{pk}:{uuid4()}", ref=report.ref, server=server, why=why[:120]
    )


@shaped_otherwise(Reason.PROGRAM)
def follow() -> int:
    """Ask what became of reports that were handed out; returns how many moved."""
    moved, known = 0, servers()
    for report in Report.objects.filter(state=State.OUTSIDE).exclude(outside_ref="")[:500]:
        server = known.get(report.outside_server)
        if server is None:
            continue
        try:
            # with the key: other platforms, too, show what came today to its sender only
            told = _ask(
                server, "GET", f"requests/{report.outside_ref}.json?{urlencode({'api_key': server.key})}"
            )[0]
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
    tell_senders(report)
    journal.record(system("reports"), events.HANDED_OUT, report, ended=True)
    return True
