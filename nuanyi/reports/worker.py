"""The worker's face: send, look what is near, come back, judge; what was mended, for everybody."""

from __future__ import annotations

import json
from datetime import date, datetime
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, address_of, browser_of, permission_required
from nuanyi.lib.addresses import public_base
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import key_of, status_of
from nuanyi.lib.paging import page_of
from nuanyi.lib.periods import shifted
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.sent import refuse_program, sent
from nuanyi.notices import progress_pages
from nuanyi.people.models import keys
from nuanyi.places import queries as places
from nuanyi.reports import cards, queries
from nuanyi.reports.forms import ReportForm
from nuanyi.reports.models import Voice
from nuanyi.reports.rules import DOUBT_PHOTOS, OPEN
from nuanyi.reports.services import sending


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _arrived(request: HttpRequest, voice: Voice) -> HttpResponse:
    """The way back to a report."""
    report = voice.report
    return sent(
        request,
        reverse("report:told", args=[sending.link_of(voice)]),
        title=queries.shown_kind(report),
        number=report.ref,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def send(request: HttpRequest) -> HttpResponse:
    """What did you see, and where? One page, four taps."""
    form, refusal = ReportForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            told = form.told(request.FILES.getlist("photo"))
            voice = sending.send_report(key=form.cleaned_data["key"], told=told, network=address_of(request))
            return _arrived(request, voice)
        except Refusal as wrong:
            # where it is can be said in this field, whatever the phone or the map said
            if "place" in wrong.fields:
                wrong.fields["township"] = wrong.fields.pop("place")
            refusal = wrong
    refuse_program(request, form, refusal)
    context = {
        "form": form,
        "refusal": refusal,
        "keywords": json.dumps(queries.keywords(), ensure_ascii=False),
        "kinds": queries.kind_choices(),
        "by_words": not places.has_townships_drawn(),
    }
    return render(
        request,
        "reports/worker/send.html",
        context,
        status=status_of(refusal, form),
    )


@require_safe
@permission_required(PUBLIC)
def near(request: HttpRequest) -> JsonResponse:
    """Open reports around a point (WGS-84), so that nobody writes what is told already."""
    try:
        lat, lon = float(request.GET.get("lat", "")), float(request.GET.get("lon", ""))
    except ValueError as exc:
        raise BadInput(fields={"place": "lat, lon"}) from exc
    rows = (
        queries.near(lat, lon, request.GET.get("kind", "")) if -90 <= lat <= 90 and -180 <= lon <= 180 else []
    )
    return JsonResponse({"near": [vars(row) for row in rows]})


@require_POST
@permission_required(PUBLIC)
def me_too(request: HttpRequest, ref: str) -> HttpResponse:
    """I saw that too."""
    voice = sending.me_too(key=key_of(request), ref=ref, network=address_of(request))
    return _arrived(request, voice)


@require_safe
@permission_required(PUBLIC, journaled=True)
def told(request: HttpRequest, link: str) -> HttpResponse:
    """What came of it."""
    voice = sending.voice_by_link(link)
    report = sending.look(voice)
    context = {
        "report": report,
        "voice": voice,
        "link": link,
        "kind": queries.shown_kind(report),
        "words": queries.words_of(report) if voice.first else "",
        "steps": report.steps.filter(open_to_all=True).select_related("unit"),
        "pictures": _pictures(voice),
        "most_photos": DOUBT_PHOTOS,
        "sent": request.GET.get("sent"),
        "place": sending.place_words(report),
        "may_say_yes": queries.may_judge(report, good=True),
        "may_say_no": queries.may_judge(report, good=False),
        "open": report.state in OPEN,
        "key": uuid4(),
        **progress_pages.context(request, "report", voice.key.hex, reverse("report:watch", args=[link])),
    }
    return _private(render(request, "reports/worker/told.html", context))


@require_POST
@permission_required(PUBLIC)
def watch(request: HttpRequest, link: str) -> HttpResponse:
    """Be told when the report moves, or no more."""
    found = sending.voice_by_link(link)
    over = found.report.ended_at is not None
    back = reverse("report:told", args=[link])
    return _private(progress_pages.act(request, "report", found.key.hex, back, over=over))


def _pictures(voice: Voice) -> list[tuple[UUID, bool]]:
    """What a sender may see: his own photos before where he was the first, and those after."""
    rows = voice.report.pictures.order_by("after", "pk").values_list("pk", "after")
    return [(pk, after) for pk, after in rows if after or voice.first]


@require_safe
@permission_required(PUBLIC)
def picture(request: HttpRequest, link: str, pk: UUID) -> HttpResponse:
    """A photo of one's own report."""
    voice = sending.voice_by_link(link)
    if pk not in [number for number, _after in _pictures(voice)]:
        raise NotFound()
    found = voice.report.pictures.get(pk=pk)
    return _private(
        HttpResponse(
            keys().open_bytes("person", bytes(found.sealed_data), pk.bytes), content_type="image/jpeg"
        )
    )


@require_POST
@permission_required(PUBLIC)
def judge(request: HttpRequest, link: str) -> HttpResponse:
    """Mended, or not."""
    voice = sending.voice_by_link(link)
    sending.judge(
        voice=voice,
        good=request.POST.get("good") == "1",
        words=request.POST.get("words", ""),
        key=key_of(request),
        photos=[file.read() for file in request.FILES.getlist("photo")[:DOUBT_PHOTOS]],
    )
    return redirect("report:told", link)


@require_safe
@permission_required(PUBLIC)
def mended(request: HttpRequest) -> HttpResponse:
    """What was mended? The place to the community, the time to the week; no reporter."""
    page = page_of(queries.mended(), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    names = places.names_by_code()
    rows = [
        (
            row,
            queries.shown_kind(row),
            names.get(row.region_code) or names.get(township_of(row.region_code), ""),
            _week(row.mended_at or row.hour_at),
            uuid4(),  # each tap has a key of its own, so that a repeat gets the first answer
        )
        for row in page.rows
    ]
    this = clock.today().replace(day=1)
    context = {"page": page, "rows": rows, "month": this, "before": shifted(this, -1)}
    return render(request, "reports/worker/mended.html", context)


def _week(moment: datetime) -> date:
    """The Monday of the week of a moment."""
    return clock.monday(moment.astimezone(clock.CHINA).date())


@require_safe
@permission_required(PUBLIC)
def mended_map(request: HttpRequest) -> JsonResponse:
    """What the list of the mended tells, as GeoJSON in WGS-84, its newest 500; places to some hundred metres, no moment."""
    rows = queries.mended().placed().order_by("-pk")[:500]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": corner[::-1]},
            "properties": {"kind": queries.shown_kind(row), "ref": row.ref},
        }
        for row in rows
        if (corner := queries.corner_of(row))
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@require_POST
@permission_required(PUBLIC)
def check(request: HttpRequest, ref: str) -> HttpResponse:
    """I passed by: it is mended, or it is not."""
    sending.check(
        ref=ref,
        good=request.POST.get("good") == "1",
        network=address_of(request),
        browser=browser_of(request),
    )
    return redirect(f"{reverse('report:mended')}?thanks=1")


def _month(year: int, number: int) -> date:
    if not (2020 <= year <= clock.today().year and 1 <= number <= 12):
        raise NotFound()
    return date(year, number, 1)


@require_safe
@permission_required(PUBLIC)
def month(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """What came of a month's reports: a card for the group."""
    first = _month(year, number)
    return render(request, "reports/worker/month.html", {"card": queries.month_card(first), "month": first})


@require_safe
@permission_required(PUBLIC)
def month_picture(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """The same card as a picture, for groups in which nobody opens links."""
    first = _month(year, number)
    base = public_base(request)
    made = cards.picture(first, queries.month_card(first), f"{base}/report/" if base else "")
    return HttpResponse(
        made,
        content_type="image/png",
        headers={"Cache-Control": "public, max-age=600", "Vary": "Cookie, Accept-Language"},
    )
