"""The office's face of volunteers."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.downloads import dated, workbook
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import key_of, number_of, status_of
from nuanyi.lib.listing import back_to, picked, shown
from nuanyi.places import queries as places
from nuanyi.units.queries import units_for
from nuanyi.volunteers import lists, queries, rules
from nuanyi.volunteers.forms import CampaignForm, RewardForm, ShiftForm, TeamForm
from nuanyi.volunteers.models import ACT, Draw, Reward
from nuanyi.volunteers.pledges import port
from nuanyi.volunteers.rules import Appeal, Place, Standing
from nuanyi.volunteers.services import campaigns, exports, joining, rewards, shifts


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ACT)
def people(request: HttpRequest) -> HttpResponse:
    """Who helps, and who would like to?"""
    actor, refusal = actor_of(request), None
    form = TeamForm(request.POST or None, units=units_for(actor, ACT))
    if request.method == "POST" and form.is_valid():
        try:
            told = form.cleaned_data
            joining.save_team(actor=actor, name=told["name"], kind=told["kind"], unit=told["unit"])
            return redirect("volunteers:people")
        except Refusal as wrong:
            refusal = wrong
    page = shown(request, lists.people_listing(actor))
    own = queries.teams(actor)
    captains = {team.captain_id for team in own}
    steps = queries.steps()
    context = {
        "list": page,
        "rows_template": "volunteers/staff/people_rows.html",
        "bulk_action": reverse("volunteers:take_in_many"),
        "bulk_template": "volunteers/staff/people_bulk.html",
        "extra_template": "volunteers/staff/people_extra.html",
        "empty_template": "volunteers/staff/people_empty.html",
        "rows": [
            (row, row.pk in captains, rules.stars_for(row.minutes, steps), round(row.minutes / 60, 1))
            for row in page.rows
        ],
        "teams": own,
        "form": form,
        "refusal": refusal,
    }
    return render(request, "volunteers/staff/people.html", context, status=status_of(refusal, form))


@require_safe
@permission_required(ACT, journaled=True)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as Excel, masked."""
    actor = actor_of(request)
    filters = lists.people_listing(actor).filters_of(request.GET)
    return workbook(exports.export_list(actor=actor, filters=filters), dated(gettext("Volunteers")))


@require_POST
@permission_required(ACT)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Take, make captain, let go."""
    joining.move(
        actor=actor_of(request),
        pk=pk,
        to=Standing.ACTIVE if request.POST.get("captain") else request.POST.get("to", ""),
        captain=bool(request.POST.get("captain")),
        grid_code=request.POST.get("grid", ""),
    )
    return redirect(back_to(request, reverse("volunteers:people")))


@require_POST
@permission_required(ACT)
def take_in_many(request: HttpRequest) -> HttpResponse:
    """Take the picked ones in. Nobody is let go in numbers: their names go at once and do not come back."""
    actor = actor_of(request)
    joining.take_in_many(actor=actor, pks=picked(request, lists.people_listing(actor)))
    return redirect(back_to(request, reverse("volunteers:people")))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ACT)
def shift_list(request: HttpRequest) -> HttpResponse:
    """Which shifts are called, and are they full?"""
    actor, refusal = actor_of(request), None
    form = ShiftForm(request.POST or None, teams=queries.teams(actor))
    if request.method == "POST" and form.is_valid():
        try:
            made = shifts.call_shift(actor=actor, told=form.told())
            return redirect("volunteers:shift", made.pk)
        except Refusal as wrong:
            refusal = wrong
    page = shown(request, lists.shifts_listing(actor))
    context = {
        "list": page,
        "numbers": queries.numbers_of_shifts([row.pk for row in page.rows]),
        "rows_template": "volunteers/staff/shifts_rows.html",
        "empty_template": "volunteers/staff/shifts_empty.html",
        "form": form,
        "refusal": refusal,
    }
    return render(request, "volunteers/staff/shifts.html", context, status=status_of(refusal, form))


@require_safe
@permission_required(ACT)
def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """One shift: who has a place, who came, whose hours."""
    found = queries.own_shift(actor_of(request), pk)
    rows = (
        found.signups.exclude(place=Place.OFF)
        .select_related("volunteer", "confirmed_by")
        .order_by("place", "pk")
    )
    context = {
        "shift": found,
        "needs": queries.needs_of(found),
        "rows": rows,
        "names": places.names_by_code(),
        "most": rules.minutes_of(found.starts_at, found.ends_at),
        "evidence": found.evidence.defer("sealed_data").order_by("pk"),
        "key": uuid4(),
        "appeals": [row for row in rows if row.appeal == Appeal.OPEN],
    }
    return render(request, "volunteers/staff/shift.html", context)


@require_POST
@permission_required(ACT)
def duty_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Names and phones of those who have a place; journaled."""
    found = joining.names(actor=actor_of(request), shift=pk, purpose=request.POST.get("purpose", ""))
    response = render(request, "volunteers/staff/duty.html", {"rows": found, "pk": pk})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(ACT)
def shift_act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Confirm hours, decide an appeal, close."""
    actor, post = actor_of(request), request.POST
    if deed == "confirm":
        shifts.confirm(
            actor=actor,
            signup=number_of(post.get("signup", "")),
            minutes=number_of(post.get("minutes", "")),
            note=post.get("note", ""),
        )
    elif deed == "decide":
        minutes = number_of(post.get("minutes", "")) if post.get("grant") else None
        shifts.decide(
            actor=actor, signup=number_of(post.get("signup", "")), minutes=minutes, note=post.get("note", "")
        )
    elif deed == "close":
        shifts.close(actor=actor, pk=pk)
    elif deed == "photo":
        sent = request.FILES.get("photo")
        if sent is None:
            raise BadInput(fields={"photo": gettext("Choose a file.")})
        shifts.add_evidence(actor=actor, pk=pk, data=sent.read(), key=key_of(request))
    else:
        raise NotFound()
    return redirect("volunteers:shift", pk)


@require_safe
@permission_required(ACT, journaled=True)
def evidence(request: HttpRequest, pk: int, key: UUID) -> HttpResponse:
    """A photo of a shift; looking at it is journaled."""
    response = HttpResponse(
        shifts.evidence(actor=actor_of(request), pk=pk, key=key), content_type="image/jpeg"
    )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@permission_required(ACT)
def campaign_map(request: HttpRequest, pk: int) -> JsonResponse:
    """Where a campaign's leaflets went, as GeoJSON in WGS-84: the middle of each place and its number."""
    found = queries.campaigns_for(actor_of(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    features = []
    for code, name, count in queries.covered(found):
        middle = places.middle_of(code)
        if middle is not None:
            point = {"type": "Point", "coordinates": [middle[1], middle[0]]}
            features.append(
                {
                    "type": "Feature",
                    "geometry": point,
                    "properties": {"kind": f"{name} {count}", "count": count},
                }
            )
    return JsonResponse({"type": "FeatureCollection", "features": features})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ACT)
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Which campaigns run, and where did their leaflets go?"""
    actor, refusal = actor_of(request), None
    form = CampaignForm(request.POST or None, units=units_for(actor, ACT))
    if request.method == "POST" and form.is_valid():
        try:
            made = campaigns.save_campaign(actor=actor, **form.cleaned_data)
            return redirect("volunteers:campaign", made.pk)
        except Refusal as wrong:
            refusal = wrong
    page = shown(request, lists.campaigns_listing(actor))
    context = {
        "list": page,
        "numbers": queries.numbers_of_campaigns([row.pk for row in page.rows]),
        "rows_template": "volunteers/staff/campaigns_rows.html",
        "empty_template": "volunteers/staff/campaigns_empty.html",
        "form": form,
        "refusal": refusal,
    }
    return render(request, "volunteers/staff/campaigns.html", context, status=status_of(refusal, form))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ACT)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: leaflets drawn and counted back, places covered."""
    actor, post, refusal = actor_of(request), request.POST, None
    found = queries.campaigns_for(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    if request.method == "POST":
        try:
            if post.get("draw"):
                campaigns.count_back(
                    actor=actor, pk=number_of(post["draw"]), back=number_of(post.get("back", ""))
                )
            else:
                campaigns.draw(
                    actor=actor,
                    campaign=pk,
                    team=number_of(post.get("team", "")),
                    region_code=post.get("region", ""),
                    count=number_of(post.get("count", "")),
                    key=key_of(request),
                )
            return redirect("volunteers:campaign", pk)
        except Refusal as wrong:
            refusal = wrong
    context = {
        "campaign": found,
        "left": queries.left_of(found),
        "draws": Draw.objects.filter(campaign=found).select_related("team").order_by("-pk")[:200],
        "covered": queries.covered(found),
        "teams": queries.teams(actor),
        "regions": places.all_regions(),
        "names": places.names_by_code(),
        "key": uuid4(),
        "refusal": refusal,
    }
    return render(request, "volunteers/staff/campaign.html", context, status=status_of(refusal, None))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(ACT)
def reward_list(request: HttpRequest) -> HttpResponse:
    """What is given back for hours?"""
    actor, refusal = actor_of(request), None
    stars = "stars" in request.POST
    other = stars or "withdraw" in request.POST
    offers = port().offers(actor)
    form = RewardForm(None if other else request.POST or None, offers=offers)
    if request.method == "POST" and (other or form.is_valid()):
        try:
            if "withdraw" in request.POST:
                rewards.withdraw(actor=actor, pk=number_of(request.POST["withdraw"]))
            elif stars:
                rewards.set_star(
                    actor=actor,
                    stars=number_of(request.POST["stars"]),
                    hours=number_of(request.POST.get("hours", "")),
                )
            else:
                rewards.save_reward(actor=actor, **form.cleaned_data)
            return redirect("volunteers:rewards")
        except Refusal as wrong:
            refusal = wrong
    context = {
        "rows": Reward.objects.select_related("unit").order_by("-active", "hours", "pk")[:200],
        "form": form,
        "offers": offers,
        "refusal": refusal,
        "steps": queries.steps(),
        "may_set": actor.can("volunteers.settings"),
    }
    return render(request, "volunteers/staff/rewards.html", context, status=status_of(refusal, form))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("volunteers.redeem")
def redeem(request: HttpRequest) -> HttpResponse:
    """Hand a reward out at the station: the code counts once. Who only hands out stands there with a phone."""
    refusal, done = None, None
    in_office = actor_of(request).can("volunteers.manage")
    shell = "front/staff.html" if in_office else "front/phone_staff.html"
    if request.method == "POST":
        try:
            done = rewards.redeem(actor=actor_of(request), code=request.POST.get("code", ""))
        except Refusal as wrong:
            refusal = wrong
    return render(
        request,
        "volunteers/staff/redeem.html",
        {"refusal": refusal, "done": done, "shell": shell},
        status=status_of(refusal, None),
    )
