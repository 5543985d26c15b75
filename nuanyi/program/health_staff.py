"""The administrator's page: how the program is, and the jobs that gave up."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from nuanyi.lib.access import actor_of, permission_required
from nuanyi.people import keeping
from nuanyi.program import health


@permission_required("program.health")
def page(request: HttpRequest) -> HttpResponse:
    """Everything that is looked at; a button lets a job run again."""
    job = request.POST.get("retry", "")
    if request.method == "POST" and job.isdecimal() and len(job) < 18:
        health.retry_job(actor=actor_of(request), pk=int(job))
        return redirect("health")
    context = {"findings": health.findings(), "jobs": health.failed_jobs(), "kept": keeping.runs()}
    return render(request, "program/health.html", context)
