"""The office's face of Party work, and the instructor's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.census.models import Establishment
from nuanyi.lib import clock, documents, downloads
from nuanyi.lib.access import PUBLIC, actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.addresses import code_base, public_base
from nuanyi.lib.dates import day_words
from nuanyi.lib.errors import BadInput, NotFound, Refusal, Words
from nuanyi.lib.form_parsing import day_of, number_of, number_or_none, status_of, uuid_of
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.sectors import Sector
from nuanyi.lib.sent import refuse_program, sent
from nuanyi.party import alliance_queries, application_queries, instructor_queries, queries, rules
from nuanyi.party import coverage as coverages
from nuanyi.party.forms import Deed, DefinitionForm, OrganisationForm, RearrangeForm, TalkForm, VisitForm
from nuanyi.party.models.applications import Application
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.rules import APPLICATIONS, COVERAGE, FOLLOW, ORGANISE, Possible, State
from nuanyi.party.services import instructors, joining, members, organisations, papers, possible
from nuanyi.places import queries as places

SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ORGANISE)
def organisation_list(request: HttpRequest) -> HttpResponse:
    """Which organisations are there, and what do they cover?"""
    tree, refusal = queries.tree(), None
    # from where a branch is possible: filled in, nothing is written yet
    begun = request.POST.get("deed") == "begin"
    form = OrganisationForm(None if begun else request.POST or None, tree=tree, **_begun(request, begun))
    if request.method == "POST" and form.is_bound and form.is_valid():
        try:
            made = organisations.found(actor=actor_of(request), told=form.told())
            return redirect("party:organisation", made.pk)
        except Refusal as wrong:
            refusal = wrong
    waits = [(queries.OVER, _("past its end")), (queries.SMALL, _("fewer than three members"))]
    context = {
        "tree": queries.waiting_of(tree, request.GET.get("wait", "")),
        "waits": waits,
        "form": form,
        "refusal": refusal,
        "names": places.names_by_code(),
        "rules": [
            (form_.label, rules.FORMS[form_].source) for form_ in rules.Form if rules.FORMS[form_].source
        ],
    }
    return render(request, "party/staff/organisations.html", context, status=status_of(refusal, form))


def _begun(request: HttpRequest, begun: bool) -> dict[str, dict[str, object]]:
    """What the form begins with for a branch that was found to be possible: the township where the place is a village."""
    told = request.POST
    code = told.get("region", "")
    if not begun:
        return {}
    initial = {
        "form": told.get("form", ""),
        "region": township_of(code),
        "sector": told.get("sector", ""),
        "members": told.get("members", ""),
        "founded": clock.today(),
        "establishments": told.getlist("establishments"),
    }
    return {"initial": initial}


def _cover(actor: Actor, pk: int, told: QueryDict) -> None:
    chosen = [uuid_of(one) for one in told.getlist("establishment")]
    organisations.cover(actor=actor, pk=pk, establishments=chosen, on=day_of(told.get("on", "")))


DEEDS_OF_ORGANISATION: dict[str, Deed] = {
    "uncover": lambda actor, pk, told: organisations.uncover(
        actor=actor, pk=pk, establishment=uuid_of(told.get("reach", "")), on=day_of(told.get("on", ""), "on")
    ),
    "end": lambda actor, pk, told: organisations.end(
        actor=actor,
        pk=pk,
        on=day_of(told.get("on", "")),
        reason=told.get("reason", ""),
        paper=told.get("paper", ""),
    ),
    "change": lambda actor, pk, told: organisations.change(
        actor=actor,
        pk=pk,
        members=number_of(told.get("members", "")),
        secretary=number_or_none(told.get("secretary", "")),
        room=told.get("room", ""),
        groups=number_of(told.get("groups", "") or "0"),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ORGANISE)
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: what it covers, and its end."""
    found = Organisation.objects.select_related("parent", "secretary").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    refusal, actor = None, actor_of(request)
    deed = request.POST.get("deed", "")
    form = RearrangeForm(request.POST if deed == "rearrange" else None, branch=found)
    if request.method == "POST" and (deed != "rearrange" or form.is_valid()):
        try:
            if deed == "rearrange":
                organisations.rearrange(actor=actor, pk=pk, told=form.told())
            else:
                DEEDS_OF_ORGANISATION.get(deed, _cover)(actor, pk, request.POST)
            return redirect("party:organisation", pk)
        except Refusal as wrong:
            refusal = wrong
    full = queries.full_members([found])[found.pk]
    words = request.GET.get("q", "").strip()
    near = Establishment.objects.filter(region_code__startswith=township_of(found.region_code))
    if words:
        near = near.filter(name__icontains=words)
    if found.sector:
        near = near.filter(sector=found.sector)
    context = {
        "organisation": found,
        "rule": rules.FORMS[rules.Form(found.form)],
        "reaches": found.reaches.select_related("establishment").order_by(
            "-until_date", "establishment__name"
        )[:SHOWN],
        "near": near.exclude(reaches__until_date=None, reaches__isnull=False).order_by("name")[:50],
        "words": words,
        "refusal": refusal,
        "names": places.names_by_code(),
        "secretaries": queries.secretaries(found.region_code),
        "form": form,
        "changes": found.changes.all()[:SHOWN],
        "today": clock.today(),
        "members": full,
        "too_small": full < rules.FORMS[rules.Form(found.form)].members_at_least,
    }
    return render(request, "party/staff/organisation.html", context, status=status_of(refusal, form))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(COVERAGE)
def coverage(request: HttpRequest) -> HttpResponse:
    """How far do the two coverages reach, and who is not reached?"""
    actor = actor_of(request)
    form, refusal = DefinitionForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            organisations.define_coverage(actor=actor, told=form.instance)
            return redirect("party:coverage")
        except Refusal as wrong:
            refusal = wrong
    sector, township, which = (request.GET.get(name, "") for name in ("sector", "township", "which"))
    townships = {region.code: region.name for region in places.townships()}
    titles: dict[str, Mapping[str, Words]] = {
        "sector": dict(Sector.choices),
        "township": townships,
        "alliance": {str(belt.pk): belt.name for belt in alliance_queries.belts()},
    }
    down, across = request.GET.get("down", "township"), request.GET.get("across", "sector")
    if down == across or not {down, across} <= set(coverages.DIMENSIONS):
        down, across = "township", "sector"
    seen = coverages.marks()
    context = {
        "by_sector": coverages.by_one("sector", titles["sector"], seen=seen),
        "by_township": coverages.by_one("township", townships, seen=seen),
        "definition": coverages.definition(),
        "trend": coverages.trend(seen=seen),
        "crossed": coverages.crossed(down, across, titles, seen=seen),
        "dimensions": coverages.DIMENSIONS.items(),
        "down": down,
        "across": across,
        "which": which,
        "missing": instructor_queries.next_steps(
            list(coverages.uncovered(sector=sector, township=township, which=which)[:SHOWN]), which
        )
        if which
        else [],
        "form": form,
        "refusal": refusal,
        "names": places.names_by_code(),
        "may_define": actor.can(ORGANISE),
    }
    return render(request, "party/staff/coverage.html", context, status=status_of(refusal, form))


def _capacity(told: str) -> int | None:
    """How many somebody typed; None for nothing, -1 for what is no number: it is refused, not read as none."""
    if not told:
        return None
    return int(told) if told.isdecimal() and len(told) < 6 else -1


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ORGANISE)
def instructor_list(request: HttpRequest) -> HttpResponse:
    """Who follows whom, and what would be the fairest way?"""
    actor, refusal, comparison = actor_of(request), None, None
    proposals: list[instructors.Proposal] = []
    only_new = request.GET.get("all", request.POST.get("all", "")) == ""
    try:
        deed = request.POST.get("deed", "")
        if deed == "terms":
            instructors.save_terms(
                actor=actor,
                account=number_of(request.POST.get("account", "")),
                capacity=_capacity(request.POST.get("capacity", "").strip()),
                languages=request.POST.get("languages", ""),
            )
            return redirect(request.get_full_path())
        if deed == "language":
            instructors.note_language(
                actor=actor,
                establishment=uuid_of(request.POST.get("establishment", "")),
                language=request.POST.get("language", ""),
            )
            return redirect(request.get_full_path())
        if request.method == "POST" and request.POST.get("establishment"):
            instructors.assign(
                actor=actor,
                establishment=uuid_of(request.POST["establishment"]),
                account=number_of(request.POST.get("account", "")),
            )
            return redirect(request.get_full_path())
        if request.method == "POST":
            instructors.accept_proposal(actor=actor, only_new=only_new)
            return redirect("party:instructors")
        proposals, comparison = instructors.compare(actor=actor, only_new=only_new)
    except Refusal as wrong:
        refusal = wrong
    loads = Counter(instructor_queries.followed_by().values())
    who, place = request.GET.get("who", ""), request.GET.get("place", "")
    context = {
        "assigned": instructor_queries.assignments(number_of(who) or None, place)[:SHOWN],
        "who": who,
        "place": place,
        "townships": places.townships(),
        "people": [(one, loads[one.account.pk]) for one in instructor_queries.instructors_of(actor)],
        "wishes": instructor_queries.wishes(),
        "languages": instructor_queries.languages(),
        "posted": request.POST if refusal is not None else {},
        "comparison": comparison,
        "proposals": [one for one in proposals if one.changes][:SHOWN],
        "count": sum(1 for one in proposals if one.changes),
        "only_new": only_new,
        "refusal": refusal,
        "names": places.names_by_code(),
    }
    return render(request, "party/staff/instructors.html", context, status=status_of(refusal))


@require_safe
@permission_required(ORGANISE, journaled=True)
def possible_branches(request: HttpRequest) -> HttpResponse:
    """Where is a branch possible, and why?"""
    found = possible.find_possible(actor=actor_of(request))
    names, sectors = places.names_by_code(), dict(Sector.choices)
    context = {
        "found": found,
        "rows": [(one, sectors.get(one.sector, "")) for one in found.possible],
        "names": names,
        "points": _points(found.possible, names),
    }
    response = render(request, "party/staff/possible.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _points(found: list[Possible], names: Mapping[str, str]) -> dict[str, object]:
    """The same on the map: one point a township, where its outline is known. In the page, so that one look is one look."""
    features = []
    by_place: dict[str, int] = {}
    for one in found:
        by_place[township_of(one.region_code)] = by_place.get(township_of(one.region_code), 0) + 1
    for code, count in by_place.items():
        middle = places.middle_of(code)
        if middle is None:
            continue
        words = ngettext("%(place)s: %(n)d branch", "%(place)s: %(n)d branches", count)
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [middle[1], middle[0]]},
                "properties": {"kind": words % {"place": names.get(code, code), "n": count}, "count": count},
            }
        )
    return {"type": "FeatureCollection", "features": features}


@require_safe
@permission_required(APPLICATIONS)
def application_list(request: HttpRequest) -> HttpResponse:
    """Who waits for what, and until when?"""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    context = {
        "paths": application_queries.paths_for(actor, state, at_most=queries.FOLLOWED_AT_MOST),
        "total": application_queries.applications_for(actor, state).count(),
        "unclear": application_queries.unclear(actor),
        "states": [*State.choices, *_states_of(actor)],
        "names": places.names_by_code(),
        "base": public_base(request),
    }
    return render(request, "party/staff/applications.html", context)


@require_safe
@permission_required(APPLICATIONS)
def ask_code(request: HttpRequest) -> HttpResponse:
    """The code that opens the page for joining, as a picture to hang up or to send. Raises NoAddress."""
    out = BytesIO()
    code = segno.make(f"{code_base(request)}{reverse('party_worker:ask')}", error="m")
    code.save(out, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


def _states_of(actor: Actor) -> list[tuple[str, Words]]:
    """What else the list may be asked for: what the first page counts."""
    waits: list[tuple[str, Words]] = [
        ("talk", _("waits for the first talk")),
        ("review", _("half-yearly review overdue")),
        ("late", _("past the last day of a step")),
        ("year", _("has completed its year")),
        (queries.MOVED, _("moved to you")),
    ]
    if actor.can(ORGANISE):
        waits += [(queries.NOBODYS, _("without an instructor")), (queries.UNCLEAR, _("to be settled"))]
    return waits


def _application(request: HttpRequest, pk: int) -> Application:
    rows = Application.objects.visible_to(actor_of(request)).select_related("organisation", "instructor")
    found = rows.prefetch_related("steps", "reviews").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


DEEDS_OF_APPLICATION: dict[str, Deed] = {
    "step": lambda actor, pk, told: joining.take_step(
        actor=actor,
        pk=pk,
        code=told.get("code", ""),
        on=day_of(told.get("on", "")),
        paper=told.get("paper", ""),
    ),
    "review": lambda actor, pk, told: joining.review(
        actor=actor, pk=pk, on=day_of(told.get("on", ""), "on"), note=told.get("note", "")
    ),
    "move": lambda actor, pk, told: joining.move(
        actor=actor, pk=pk, work_code=told.get("work", ""), workplace=told.get("workplace", "")
    ),
    "end": lambda actor, pk, told: joining.end(
        actor=actor,
        pk=pk,
        told=joining.EndInput(told.get("why", ""), told.get("end_paper", ""), told.get("to", "")),
    ),
    "enrol": lambda actor, pk, told: members.enrol(
        actor=actor,
        application=pk,
        told=members.EnrolInput(
            number_of(told.get("branch", "")), day_of(told.get("on", ""), "on"), told.get("paper", "")
        ),
    ),
    "prolong": lambda actor, pk, told: joining.prolong(
        actor=actor, pk=pk, months=number_of(told.get("months", ""))
    ),
    "hand": lambda actor, pk, told: joining.hand_over(
        actor=actor,
        pk=pk,
        organisation=number_or_none(told.get("organisation", "")),
        account=number_or_none(told.get("account", "")),
    ),
}


def _pause(actor: Actor, pk: int, told: QueryDict) -> None:
    joining.pause(actor=actor, pk=pk, to=told.get("deed", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(APPLICATIONS)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: its path, the next step, handing it over."""
    actor, refusal, opened = actor_of(request), None, None
    if request.method == "POST":
        deed = request.POST.get("deed", "")
        try:
            if deed == "reveal":
                opened = joining.open_application(actor=actor, pk=pk, purpose=request.POST.get("purpose", ""))
            else:
                DEEDS_OF_APPLICATION.get(deed, _pause)(actor, pk, request.POST)
                if deed == "move":  # it may have gone to somebody else
                    return redirect("party:applications")
                return redirect("party:application", pk)
        except Refusal as wrong:
            if isinstance(wrong, NotFound):
                raise
            refusal = wrong
    found = _application(request, pk)
    path = application_queries.path_of(found)
    done = application_queries.steps_of(found)
    enrolled = application_queries.enrolled(found) if actor.can(ORGANISE) and "approved" in done else None
    may_enrol = actor.can(ORGANISE) and rules.may_be_enrolled(
        done, found.state, is_named=found.sealed_name is not None
    )
    context = {
        "path": path,
        "application": found,
        "door": rules.DOORS_TOLD_STAFF[rules.Door(found.door)],
        "papers": papers.papers_for(path) if found.sealed_name else [],
        "reviews": found.reviews.all(),
        "again": application_queries.asked_again(found) if actor.can(ORGANISE) else [],
        "on_a_roll": found.on_a_roll and actor.everywhere(ORGANISE),
        "may_prolong": actor.can(ORGANISE) and "meeting" in done and not found.prolonged_months,
        "prolong_months": rules.PROLONGED_MONTHS,
        # from the approval on: whose list they stand on, or to which they come
        "enrolled": enrolled,
        "may_enrol": may_enrol,
        "rolls": queries.receiving(actor) if may_enrol else [],
        "doors": queries.other_doors(found),
        "review_article": rules.REVIEW_ARTICLE,
        "end_reasons": rules.EndReason.choices,
        "committee": application_queries.approving_committee(found.organisation),
        "regions": places.township_choices(),
        "posted": request.POST,
        "steps": rules.STEPS,
        "opened": opened,
        "refusal": refusal,
        "names": places.names_by_code(),
        "may_organise": actor.can(ORGANISE),
        "branches": queries.organisations_kept(actor),
        "people": instructor_queries.instructors_of(actor) if actor.can(ORGANISE) else [],
    }
    response = render(request, "party/staff/application.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@permission_required(APPLICATIONS, journaled=True)
def paper(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A paper of the path as a Word file."""
    title, data = papers.write_paper(actor=actor_of(request), pk=pk, name=name)
    return downloads.word(data, title)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ORGANISE)
def paper_templates(request: HttpRequest) -> HttpResponse:
    """What are the papers of the path made from?"""
    refusal = None
    if request.method == "POST":
        sent_file = request.FILES.get("file")
        try:
            if sent_file is None and not request.POST.get("drop"):
                raise BadInput(fields={"file": _("Choose a file.")})
            docx = None if sent_file is None else sent_file.read(documents.MAX_BYTES + 1)
            papers.save_template(actor=actor_of(request), name=request.POST.get("name", ""), docx=docx)
            return redirect("party:papers")
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    context = {
        "papers": papers.PAPERS,
        "own": papers.own_names(),
        "fields": papers.FIELDS.items(),
        "refusal": refusal,
    }
    return render(request, "party/staff/papers.html", context, status=status_of(refusal))


@require_safe
@permission_required(ORGANISE)
def paper_template(request: HttpRequest, name: str) -> HttpResponse:
    """The Word file of a paper, to change it."""
    data = papers.template(name)
    return downloads.word(data, f"{papers.BY_NAME[name].title}.docx")


@require_safe
@permission_required(FOLLOW)
def my_groups(request: HttpRequest) -> HttpResponse:
    """The instructor's day: whose visit is due, where I was not for long, who waits for a talk."""
    actor, due = actor_of(request), request.GET.get("wait") == queries.VISIT
    context = {
        "rows": [row for row in instructor_queries.visit_round(actor) if row.overdue or not due],
        "due": due,
        "owed": application_queries.talks_owed(actor),
        "names": places.names_by_code(),
    }
    return render(request, "party/staff/mine.html", context)


@require_safe
@permission_required(FOLLOW)
def visits(request: HttpRequest) -> HttpResponse:
    """The instructor's day on the phone: who waits for a talk, whose visit is due; written down without network too."""
    actor, names = actor_of(request), places.names_by_code()
    context = {
        "talks": [
            {
                "name": _("First talk, application %(number)s") % {"number": path.application.pk},
                "place": names.get(path.application.work_code, ""),
                "last": _due(path.due, overdue=path.overdue),
                "late": path.overdue,
                "notes": [],
                "talk": True,
                "action": reverse("party:talk", args=[path.application.pk]),
                "page": reverse("party:application", args=[path.application.pk]),
            }
            for path in instructor_queries.talks(actor)
        ],
        "rows": [
            {
                "name": row.establishment.name,
                "place": names.get(row.establishment.region_code, ""),
                "last": [*_with_dot(_last_visit(row.last)), *_due(row.due, overdue=row.overdue)],
                "late": row.overdue,
                "notes": [_told_with("%(day)s", one.visit_date, f" {one.note}") for one in row.notes],
                "talk": False,
                "action": reverse("party:group", args=[row.establishment.pk]),
                "page": reverse("party:group", args=[row.establishment.pk]),
            }
            for row in instructor_queries.visit_round(actor, notes=True)
        ],
        "form": VisitForm(),
    }
    context["paper"] = [*context["talks"], *context["rows"]]  # type: ignore[misc]
    response = render(request, "party/worker/visits.html", context)
    response["Cache-Control"] = "no-store"
    return response


#: A sentence in parts, each with its look: what is kept on the phone is plain text and knows no markup.
Parts = list[list[str]]


def _last_visit(last: date | None) -> Parts:
    if last is None:
        return [[_("not visited yet"), ""]]
    return _told_with(_("last visit %(day)s"), last)


def _with_dot(parts: Parts) -> Parts:
    """A dot goes with what stands before it: beside a day that no phone breaks it would begin a line."""
    *before, (words, look) = parts
    return [*before, [f"{words}\u00a0·", look], [" ", ""]]


def _due(due: date | None, *, overdue: bool) -> Parts:
    if due is None:
        return []
    return _told_with(_("was due on %(day)s") if overdue else _("due by %(day)s"), due)


def _told_with(words: str, day: date, more: str = "") -> Parts:
    """A sentence with its day apart, which no narrow phone breaks."""
    before, _day, after = words.partition("%(day)s")
    parts = [[before, ""], [day_words(day), "nowrap"], [after + more, ""]]
    return [part for part in parts if part[0]]


@require_POST
@permission_required(APPLICATIONS)
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    """The first talk, written down on the phone, without network too."""
    form = TalkForm(request.POST)
    refuse_program(request, form, None)
    if not form.is_valid():
        raise BadInput(fields={name: " ".join(map(str, words)) for name, words in form.errors.items()})
    told = form.cleaned_data
    made = joining.take_step(
        actor=actor_of(request), pk=pk, code="talk", on=told["on"], paper=told["note"], key=told["key"]
    )
    return sent(request, reverse("party:application", args=[made.pk]), title=_("First talk"))


@require_safe
@permission_required(PUBLIC)
def visits_kept(request: HttpRequest) -> HttpResponse:
    """The empty page that shows, without network, the list that the instructor's phone kept sealed."""
    return render(request, "party/worker/visits.html", {"paper": None, "form": VisitForm()})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(FOLLOW)
def my_group(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One establishment that I follow: its visits, and a new one."""
    actor = actor_of(request)
    found = next(iter(instructor_queries.followed(actor, pk)), None)
    if found is None:
        raise NotFound()
    refusal, deed = None, request.POST.get("deed", "")
    form = VisitForm(request.POST if request.method == "POST" and not deed else None)
    if request.method == "POST" and deed:
        try:
            if deed == "raise":
                members.raise_flag(actor=actor, establishment=pk, paper=request.POST.get("paper", ""))
            elif deed == "language":
                instructors.note_language(
                    actor=actor, establishment=pk, language=request.POST.get("language", "")
                )
            else:
                members.lower_flag(actor=actor, establishment=pk)
            return redirect("party:group", pk)
        except Refusal as wrong:
            refusal = wrong
    elif request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            instructors.record_visit(
                actor=actor,
                key=told["key"],
                establishment=pk,
                kind=told["kind"],
                on=told["on"],
                present=told["present"],
                note=told["note"],
            )
            return sent(request, request.path, title=found.name)
        except Refusal as wrong:
            refusal = wrong
    refuse_program(request, form, refusal)
    context = {
        "establishment": found,
        "visits": instructor_queries.visits_of(found.pk)[:50],
        "form": form,
        "refusal": refusal,
        "names": places.names_by_code(),
        "sent": request.GET.get("sent"),
        "flag": queries.flag_of(pk),
        "wished": instructor_queries.wish_of(pk),
        "languages": instructor_queries.languages(),
    }
    return render(request, "party/staff/group.html", context, status=status_of(refusal, form))
