"""The worker's shell: who answers for me, what is kept of me. The first page is that of the stations."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from nuanyi.lib import rooms
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.personal import everything_declared
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places
from nuanyi.units import queries as units
from nuanyi.units.rules import GUIDE, HOLD


@require_safe
@permission_required(PUBLIC)
def who(request: HttpRequest) -> HttpResponse:
    """Whom to ask: by trade and township; the place comes first, it is nearest."""
    sector = request.GET.get("sector", "")
    region = request.GET.get("region", "")
    sector = sector if sector in Sector.values else ""
    region = region if region.isdigit() else ""
    found = units.who_answers(sector=sector, region_code=region)
    first = next((answer for answer in found if answer.role == HOLD), found[0])
    others = [answer for answer in found if answer.unit != first.unit and answer.role in (GUIDE, "cooperate")]
    district = places.district()
    context = {
        "first": first,
        "others": others,
        "sector": sector,
        "region": region,
        "sectors": Sector.choices,
        "townships": places.townships(),
        "region_name": places.names_by_code().get(region) or (district.name if district else ""),
        "sector_name": dict(Sector.choices).get(sector, ""),
    }
    return render(request, "front/worker_who.html", context)


@require_safe
@permission_required(PUBLIC)
def me(request: HttpRequest) -> HttpResponse:
    """What this phone sent: an empty page, the phone itself fills it from what it keeps sealed."""
    sorts = [
        ("station", gettext("Favourite stations")),
        ("session", gettext("Sessions with a place for me")),
        ("certificate", gettext("Certificates")),
        ("volunteer", gettext("Volunteering")),
        ("voucher", gettext("Rewards to fetch")),
    ]
    return render(request, "front/me.html", {"sorts": sorts})


@require_safe
@permission_required(PUBLIC)
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of a person, why, for how long: made from the declarations that the program itself obeys."""
    titles = {room.name: room.title for room in rooms.rooms().values()}
    declarations = [(titles[name], declared) for name, declared in everything_declared().items()]
    return render(request, "front/privacy.html", {"declarations": declarations})
