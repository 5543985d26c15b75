"""The volunteer's phone: join, my page, shifts, hours, rewards."""

from __future__ import annotations

import hmac
from datetime import date
from uuid import uuid4

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.lib import downloads
from nuanyi.lib.access import PUBLIC, actor_of, address_of, permission_required
from nuanyi.lib.addresses import public_base
from nuanyi.lib.dates import day_words
from nuanyi.lib.errors import IllegalMove, NotFound, Refusal
from nuanyi.lib.form_parsing import key_of, number_of, status_of
from nuanyi.lib.sent import refuse_program, sent, wants_json
from nuanyi.places import queries as places
from nuanyi.volunteers import certificates, queries
from nuanyi.volunteers.forms import JoinForm
from nuanyi.volunteers.models import Volunteer
from nuanyi.volunteers.services import joining, rewards, shifts


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """What can I help with? Shifts to come, and joining a team."""
    form, refusal = JoinForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            made = joining.ask(
                key=form.cleaned_data["key"],
                team=number_of(form.cleaned_data["team"]),
                told=form.told(),
                network=address_of(request),
            )
            return sent(
                request, reverse("volunteer:mine", args=[joining.link_of(made)]), title=made.team.name
            )
        except Refusal as wrong:
            refusal = wrong
    refuse_program(request, form, refusal)
    context = {"form": form, "refusal": refusal, "offers": queries.coming(most=10), "teams": queries.teams()}
    return render(
        request,
        "volunteers/worker/home.html",
        context,
        status=status_of(refusal, form),
    )


@require_safe
@permission_required(PUBLIC)
def mine(request: HttpRequest, link: str) -> HttpResponse:
    """My shifts, my hours, what I can have for them."""
    return _mine(request, link)


def _mine(request: HttpRequest, link: str, refusal: Refusal | None = None) -> HttpResponse:
    context = _page(request, joining.by_link(link), link) | {
        "sent": request.GET.get("sent"),
        "refusal": refusal,
    }
    status = status_of(refusal)
    return _private(render(request, "volunteers/worker/mine.html", context, status=status))


def _qr(request: HttpRequest, code: str) -> str:
    """A QR code, as an address of its picture, that opens the keeper's page with the voucher's code filled in.

    The code stands behind the ``#``: browsers send that part to nobody, so it lands in no log. Empty where the
    program knows no address that a keeper's phone could open.
    """
    base = public_base(request)
    if not base:
        return ""
    address = f"{base}{reverse('volunteers:redeem')}#{code}"
    return str(segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


def _page(request: HttpRequest, volunteer: Volunteer, link: str) -> dict[str, object]:
    free = volunteer.minutes - volunteer.spent
    return {
        "volunteer": volunteer,
        "link": link,
        "name": joining.name_of(volunteer),
        "offers": queries.coming(volunteer),
        "history": queries.history(volunteer),
        "stars": queries.stars_of(volunteer),
        "hours": round(volunteer.minutes / 60, 1),
        "free": round(free / 60, 1),
        "rewards": queries.rewards(),
        "vouchers": [
            (voucher, "" if voucher.used_at else _qr(request, voucher.code))
            for voucher in volunteer.vouchers.select_related("reward").order_by("-pk")
        ],
        "key": uuid4(),
        "grids": places.all_grids(),
    }


@require_POST
@permission_required(PUBLIC)
def act(request: HttpRequest, link: str, deed: str) -> HttpResponse:
    """Take a place, give it away, sign in, appeal, take a reward, choose, leave."""
    joining.by_link(link)
    try:
        _do(request, link, deed)
    except NotFound:
        raise
    except Refusal as refusal:
        if wants_json(request):
            raise
        # the secret page stays: whoever loses it has no other way back
        return _mine(request, link, refusal)
    return redirect(reverse("volunteer:home") if deed == "leave" else reverse("volunteer:mine", args=[link]))


def _do(request: HttpRequest, link: str, deed: str) -> None:
    post = request.POST
    shift = number_of(post.get("shift", ""))
    if deed == "up":
        shifts.sign_up(link=link, shift=shift, role=post.get("role", ""))
    elif deed == "away":
        shifts.give_away(link=link, shift=shift)
    elif deed == "come":
        shifts.come(link=link, shift=shift)
    elif deed == "appeal":
        shifts.appeal(link=link, signup=number_of(post.get("signup", "")), words=post.get("words", ""))
    elif deed == "reward":
        rewards.take(link=link, reward=number_of(post.get("reward", "")), key=key_of(request))
    elif deed == "choose":
        joining.choose(
            link=link, grid_code=post.get("grid", ""), hours_a_week=number_of(post.get("hours", ""))
        )
    elif deed == "leave":
        joining.leave(actor=actor_of(request), link=link)
    else:
        raise NotFound()


@require_safe
@permission_required(PUBLIC)
def hours(request: HttpRequest, link: str, form: str = "pdf") -> HttpResponse:
    """A certificate of my hours, on A4 or as a picture."""
    volunteer = joining.by_link(link)
    if not volunteer.minutes:
        raise IllegalMove()
    number = f"V{volunteer.pk:06d}"
    base = public_base(request)
    done = volunteer.signups.filter(minutes__gt=0).count()
    link_to_proof = f"{base}/{certificates.path_of(number, volunteer.minutes)}" if base else ""
    told = certificates.certificate(
        number, joining.name_of(volunteer), volunteer.team.name, volunteer.minutes, done, link_to_proof
    )
    response = downloads.certificate(told, form)
    return _private(response)


@require_safe
@permission_required(PUBLIC)
def check(request: HttpRequest, told: str) -> HttpResponse:
    """Whether a certificate's numbers are ours."""
    parts = told.rsplit("-", 1)
    fields = parts[0].split("-", 2) if len(parts) == 2 else []
    good = (
        len(fields) == 3
        and fields[1].isdecimal()
        and hmac.compare_digest(
            parts[1].encode(), certificates.mark_of(fields[0], int(fields[1][:9]), fields[2]).encode()
        )
    )
    context = {
        "good": good,
        "number": fields[0] if good else "",
        "hours": round(int(fields[1]) / 60, 1) if good else 0,
        # the paper carries the year too, and is compared with this page
        "day": day_words(date.fromisoformat(fields[2]), with_year=True) if good else "",
    }
    return render(request, "volunteers/worker/check.html", context, status=200 if good else 404)
