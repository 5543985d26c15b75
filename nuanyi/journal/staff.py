"""The audit, for those who read it; reading it is journaled too."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from nuanyi.journal import events, queries, rules, services
from nuanyi.journal.models import Entry
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.paging import page_of


@require_safe
@permission_required("journal.read", journaled=True)
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what: filtered by kind, account or record."""
    actor = actor_of(request)
    filters = {name: request.GET.get(name, "").strip()[:80] for name in ("kind", "who", "subject")}
    rows = Entry.objects.visible_to(actor)
    rows = rows.filter(kind=filters["kind"]) if filters["kind"] else rows
    rows = rows.filter(actor_label=filters["who"]) if filters["who"] else rows
    rows = rows.filter(subject_id=filters["subject"]) if filters["subject"] else rows
    services.record(actor, events.JOURNAL_READ, subject=None, filters={k: v for k, v in filters.items() if v})
    page = page_of(rows, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    kinds = [(kind.name, kind.title) for kind in rules.kinds().values()]
    return render(
        request, "journal/staff/audit.html", {"page": page, "kinds": kinds, "titles": dict(kinds), **filters}
    )


@require_POST
@permission_required("journal.read")
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the chain now, and compare it with the heads that stand outside the database."""
    verdict = queries.check_chain()
    services.record(
        actor_of(request), events.JOURNAL_VERIFIED, entries=verdict.entries, breaks=len(verdict.breaks)
    )
    return render(request, "journal/staff/verdict.html", {"verdict": verdict})
