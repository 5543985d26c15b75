"""The office: home by role, search."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from nuanyi.cases import queries as cases
from nuanyi.cases.models import Case
from nuanyi.cases.rules import State as CaseState
from nuanyi.census import queries as census
from nuanyi.census.models import Export, ExportState, Worker
from nuanyi.census.rules import FollowUp, ImportState, RoundState
from nuanyi.lib import figures
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.figures import Window
from nuanyi.notices.models import Notice
from nuanyi.people import queries as people
from nuanyi.people.models import Account
from nuanyi.people.rules import Role
from nuanyi.places.models import Grid, Region
from nuanyi.reports import queries as reports
from nuanyi.stations import queries as stations
from nuanyi.stations.models import Station
from nuanyi.units.models import Unit
from nuanyi.volunteers import queries as volunteers


@dataclass(frozen=True)
class Task:
    """Something to do next: what, how many, where."""

    words: str
    href: str
    count: int
    urgent: bool = False


@require_safe
@permission_required("front.office")
def home(request: HttpRequest) -> HttpResponse:
    """What to do next, by role; then the figures that this person works on."""
    actor = actor_of(request)
    shown = []
    if actor.can("matrix.view"):
        shown = [
            (figure, figure.total(Window()))
            for key in (
                "census.establishments",
                "census.workers",
                "responsibility.guided_establishments",
                "census.key_sectors_surveyed",
                "stations.open",
                "stations.visits",
                "service.policy_consultations",
                "service.legal_aid",
                "service.employment_guidance",
                "service.wage_disputes_resolved",
            )
            if (figure := figures.offered().get(key))
        ]
    context = {
        "tasks": _tasks(actor),
        "figures": shown,
        "roles": [Role(role).label for role in actor.roles],
        "first_steps": _first_steps(actor),
    }
    return render(request, "front/office_home.html", context)


def _tasks(actor: Actor) -> list[Task]:
    tasks: list[Task] = []
    if actor.can("census.import"):
        imports = census.imports_for(actor)
        waiting = imports.filter(state__in=[ImportState.REVIEW, ImportState.COLUMNS]).count()
        tasks.append(
            Task(
                ngettext("%d roster waits for your decision", "%d rosters wait for your decision", waiting)
                % waiting,
                "/office/census/imports/",
                waiting,
                True,
            )
        )
    tasks += _desk_tasks(actor) + _station_tasks(actor) + _street_tasks(actor)
    if actor.can("census.approve_export"):
        asked = Export.objects.filter(state=ExportState.ASKED).exclude(asked_by=actor.account_id).count()
        tasks.append(
            Task(
                ngettext(
                    "%d export in clear waits for a second person",
                    "%d exports in clear wait for a second person",
                    asked,
                )
                % asked,
                "/office/census/exports/",
                asked,
                True,
            )
        )
    if actor.can("census.view"):
        new = census.establishments(actor, {"follow_up": FollowUp.NEW}).count()
        tasks.append(
            Task(
                ngettext(
                    "%d establishment has not been contacted",
                    "%d establishments have not been contacted",
                    new,
                )
                % new,
                "/office/census/establishments/?follow_up=new",
                new,
            )
        )
        unknown = Worker.objects.visible_to(actor).filter(sector="").count()
        tasks.append(
            Task(
                ngettext("%d worker has no sector yet", "%d workers have no sector yet", unknown) % unknown,
                "/office/census/workers/?sector=none",
                unknown,
            )
        )
    if actor.can("census.rounds"):
        running = sum(1 for one in census.rounds() if one.round.state == RoundState.RUNNING)
        tasks.append(
            Task(
                ngettext("%d census round is running", "%d census rounds are running", running) % running,
                "/office/census/rounds/",
                running,
            )
        )
    if actor.can("setup.view"):
        alone = people.units_without_hands().count()
        words = (
            ngettext("nobody can sign in at %d unit yet", "nobody can sign in at %d units yet", alone) % alone
        )
        tasks.append(Task(words, "/office/setup/", alone))
    if actor.can("cases.settings"):
        unrouted = len(cases.kinds_without_route())
        words = ngettext(
            "%d kind of request has no route and comes to you",
            "%d kinds of request have no route and come to you",
            unrouted,
        )
        tasks.append(Task(words % unrouted, "/office/setup/", unrouted))
    unseen = Notice.objects.visible_to(actor).filter(seen_at=None).count()
    tasks.append(
        Task(
            ngettext("%d notice is unread", "%d notices are unread", unseen) % unseen,
            "/office/notices/",
            unseen,
        )
    )
    return [task for task in tasks if task.count]


def _desk_tasks(actor: Actor) -> list[Task]:
    """Cases that wait for this actor's unit; for those who oversee, how many are late anywhere."""
    tasks: list[Task] = []
    if actor.can("cases.handle"):
        rows = Case.objects.visible_to(actor)
        late = cases.filtered(actor, {"state": "late"}).count()
        words = ngettext("%d request is late", "%d requests are late", late) % late
        tasks.append(Task(words, "/office/cases/?state=late", late, True))
        new = rows.filter(state=CaseState.NEW).count()
        words = ngettext("%d request waits to be taken", "%d requests wait to be taken", new) % new
        tasks.append(Task(words, "/office/cases/?state=new", new, True))
        mine = rows.filter(state=CaseState.OPEN, clerk_id=actor.account_id or 0).count()
        words = ngettext("%d request is yours", "%d requests are yours", mine) % mine
        tasks.append(Task(words, "/office/cases/?who=me", mine))
    if actor.can("cases.oversee"):
        late = sum(line.late for line in cases.overview())
        words = (
            ngettext("%d request is late in the district", "%d requests are late in the district", late)
            % late
        )
        tasks.append(Task(words, "/office/cases/overview/", late, True))
    return tasks


def _station_tasks(actor: Actor) -> list[Task]:
    """What workers told at the stations that this actor keeps, and what expires there."""
    if not actor.can("stations.keep"):
        return []
    told, expiring = stations.waiting_at(actor)
    words = ngettext("%d thing told by workers is open", "%d things told by workers are open", told) % told
    soon = ngettext("%d thing expires within 30 days", "%d things expire within 30 days", expiring) % expiring
    return [Task(words, "/keeper/", told, True), Task(soon, "/keeper/", expiring)]


def _street_tasks(actor: Actor) -> list[Task]:
    """Reports that wait for this actor's unit or grid, and volunteers who asked to join."""
    tasks: list[Task] = []
    if actor.can("reports.handle"):
        late = reports.listed(actor, {"late": "1"}).count()
        words = ngettext("%d report is overdue", "%d reports are overdue", late) % late
        tasks.append(Task(words, "/office/reports/?late=1", late, True))
        new = reports.listed(actor, {"state": "new"}).count()
        words = ngettext("%d report waits to be taken", "%d reports wait to be taken", new) % new
        tasks.append(Task(words, "/office/reports/?state=new", new, True))
    if actor.can("volunteers.manage"):
        asked = volunteers.listed(actor, {"standing": "asked"}).count()
        words = ngettext("%d person would like to help", "%d people would like to help", asked) % asked
        tasks.append(Task(words, "/office/volunteers/?standing=asked", asked))
    return tasks


def _first_steps(actor: Actor) -> list[tuple[Words, str]]:
    """What a person with these roles usually begins with."""
    steps: list[tuple[Words, str, str]] = [
        (_("See what must be done next"), "/office/cases/", "cases.handle"),
        (_("Send a roster"), "/office/census/imports/new/", "census.import"),
        (_("Record somebody at the door"), "/door/", "census.enter"),
        (_("See the matrix"), "/office/matrix/", "matrix.view"),
        (_("Open my station's page"), "/keeper/", "stations.keep"),
        (_("Ask who answers for a place"), "/office/responsibility/", "units.view"),
        (_("Read the audit"), "/office/audit/", "journal.read"),
        (_("Make an account"), "/office/people/new/", "people.manage_accounts"),
    ]
    return [(words, href) for words, href, permission in steps if actor.can(permission)][:4]


@require_safe
@permission_required("front.office")
def search(request: HttpRequest) -> HttpResponse:
    """Establishments and sites by name, places, units; workers by an exact phone or ID number only."""
    actor, text = actor_of(request), request.GET.get("q", "").strip()[:80]
    context: dict[str, object] = {"q": text}
    if text:
        if actor.can("census.view"):
            context["establishments"] = census.establishments(actor, {"q": text})[:20]
            persons = people.person_with(actor, text)
            context["workers"] = (
                Worker.objects.visible_to(actor).select_related("person").filter(person__in=persons)[:20]
            )
        context["regions"] = Region.objects.filter(name__contains=text).defer("geometry_wgs84")[:10]
        context["grids"] = Grid.objects.filter(name__contains=text).defer("geometry_wgs84")[:10]
        context["stations"] = Station.objects.visible_to(actor).filter(name__contains=text)[:10]
        if actor.can("cases.handle"):
            context["cases"] = cases.filtered(actor, {"state": "all", "q": text})[:10]
        if actor.can("reports.handle"):
            context["reports"] = reports.listed(actor, {"state": "all", "q": text})[:10]
        context["units"] = Unit.objects.filter(name__contains=text)[:10]
        if actor.can("people.manage_accounts"):
            context["accounts"] = Account.objects.filter(username__contains=text)[:10]
    return render(request, "front/search.html", context)
