"""The worker's face: the service list, asking, coming back by link or code, adding, judging, forgetting."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.cases import coverage, queries
from nuanyi.cases.forms import AskForm
from nuanyi.cases.models import Case, ServiceItem
from nuanyi.cases.rules import MAX_FILES, MAX_PHOTOS, Channel, Kind, Part
from nuanyi.cases.services import intake, phones
from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, actor_of, address_of, permission_required
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import number_of, status_of
from nuanyi.lib.sent import refuse_program, sent, wants_json
from nuanyi.notices import progress_pages
from nuanyi.places import queries as places


def _private(response: HttpResponse) -> HttpResponse:
    """A page of one case: kept nowhere. Its address reaches no other site (``Referrer-Policy: same-origin``, as everywhere;
    ``no-referrer`` would make a browser's own form look like a stranger's)."""
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@permission_required(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """Help: ask, come back, look at what there is, numbers to call."""
    return render(request, "cases/worker/home.html", {"kinds": queries.kind_choices()})


@require_safe
@permission_required(PUBLIC)
def injury(request: HttpRequest) -> HttpResponse:
    """Was my accident covered? Platform, province, day; nothing of it is kept."""
    platform = request.GET.get("platform", "")
    province = request.GET.get("province", "") or "45"
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = clock.today()
    context = {
        "platforms": coverage.platforms(),
        "provinces": coverage.provinces(),
        "platform": platform,
        "province": province,
        "day": day,
        "today": clock.today(),
        "answer": coverage.coverage(platform=platform, province=province, day=day) if platform else None,
    }
    return render(request, "cases/worker/injury.html", context)


@require_safe
@permission_required(PUBLIC)
def service_list(request: HttpRequest) -> HttpResponse:
    """What is there for me? The service list in six parts, searchable."""
    q, part = request.GET.get("q", "").strip()[:60], request.GET.get("part", "")
    context = {"parts": queries.service_list(q, part), "q": q, "part": part, "all_parts": Part.choices}
    return render(request, "cases/worker/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for help: two fields are enough."""
    kind = request.GET.get("kind", "")
    item = (
        ServiceItem.objects.filter(pk=number, active=True).first()
        if (number := number_of(request.GET.get("item", "")))
        else None
    )
    offered = dict(queries.kind_choices())
    first = {"kind": item.case_kind if item else kind if kind in offered else ""}
    # 国办函〔2026〕12号: a government's app has a place for complaints about itself; its words say what it is about
    about_service = request.GET.get("about") == "service"
    form = AskForm(request.POST or None, request.FILES or None, initial=first)
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        channel = Channel.STATION if request.GET.get("at") == "station" else Channel.WEB
        try:
            case = intake.send_case(
                actor=actor_of(request),
                key=form.cleaned_data["key"],
                told=form.request(channel=channel, item=item, about_service=about_service),
                network=address_of(request),
            )
            return sent(
                request,
                reverse("help:case", args=[intake.link_of(case)]),
                title=case.get_kind_display(),
                number=case.ref,
                code=intake.claim_code_of(case.key),
            )
        except Refusal as wrong:
            refusal = wrong
    refuse_program(request, form, refusal)
    status = status_of(refusal, form)
    kept = {
        "item": item.pk if item else None,
        "at": "station" if request.GET.get("at") == "station" else None,
        "about": "service" if about_service else None,
    }
    known = urlencode({name: value for name, value in kept.items() if value})
    # the form says itself where it goes: a phone that sends later knows no more of its page than that
    context = {
        "form": form,
        "item": item,
        "chosen": offered.get(first["kind"], ""),
        "about_service": about_service,
        # in a city the place says which district answers: it is asked before what merely helps
        "place_first": len(places.districts()) > 1,
        "wage": " ".join(queries.codes_following(Kind.WAGE)),
        "refusal": refusal,
        "most_photos": MAX_PHOTOS,
        "action": reverse("help:ask") + (f"?{known}" if known else ""),
    }
    return render(request, "cases/worker/ask.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def mine(request: HttpRequest) -> HttpResponse:
    """Come back by the code."""
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            case = intake.case_by_code(request.POST.get("code", ""), address_of(request))
            return redirect("help:case", intake.link_of(case))
        except Refusal as wrong:
            refusal = wrong
    return _private(
        render(
            request,
            "cases/worker/mine.html",
            {"refusal": refusal, "code": request.POST.get("code", "")[:24], "ready": phones.ready()},
            status=status_of(refusal),
        )
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC, unkeyed="keeps nothing but tries; a code opens as often as it is right")
def by_phone(request: HttpRequest) -> HttpResponse:
    """Come back by a code that went to one's phone."""
    refusal: Refusal | None = None
    told, cases = request.POST.get("phone", "").strip()[:20], None
    asked = False
    if request.method == "POST":
        try:
            if request.POST.get("code"):
                found = phones.cases_by_code(
                    phone=told, code=request.POST["code"], network=address_of(request)
                )
                cases = [(one, intake.link_of(one)) for one in found]
            else:
                phones.send_code(phone=told, network=address_of(request))
            asked = True
        except Refusal as wrong:
            refusal, asked = wrong, bool(request.POST.get("code"))
    context = {"refusal": refusal, "phone": told, "asked": asked, "cases": cases, "ready": phones.ready()}
    return _private(render(request, "cases/worker/phone.html", context, status=status_of(refusal)))


@require_safe
@permission_required(PUBLIC)
def case(request: HttpRequest, link: str) -> HttpResponse:
    """Where my case stands, who has it, by when, what was said."""
    return _case_page(request, intake.case_by_link(link), link)


def _case_page(request: HttpRequest, found: Case, link: str, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "case": found,
        "link": link,
        "refusal": refusal,
        "typed": request.POST.get("words", "") if refusal else "",
        "code": intake.claim_code_of(found.key),
        "words": queries.words_of(found),
        "messages": list(queries.messages_of(found, inside=False))[::-1],
        "clocks": queries.clocks_of(found),
        # two forms of one page wait on a phone side by side
        "message_key": uuid4(),
        "answer_key": uuid4(),
        "most_photos": MAX_PHOTOS,
        "sent": request.GET.get("sent"),
        "moves": queries.worker_moves(found),
        "files": found.attachments.defer("sealed_file").order_by("made_at"),
        **progress_pages.context(request, "case", found.key.hex, reverse("help:watch", args=[link])),
        "hearings": found.hearings.filter(ended_at=None).order_by("at") if found.open else [],
    }
    status = status_of(refusal)
    return _private(render(request, "cases/worker/case.html", context, status=status))


@require_POST
@permission_required(PUBLIC)
def act(request: HttpRequest, link: str, deed: str) -> HttpResponse:
    """Add a word, agree, disagree, take back, have forgotten."""
    found = intake.case_by_link(link)
    try:
        _do(request, found, deed)
    except NotFound:
        raise
    except Refusal as refusal:
        if wants_json(request):
            raise
        return _case_page(request, intake.case_by_link(link), link, refusal)
    return _private(redirect("help:case", link))


def _do(request: HttpRequest, found: Case, deed: str) -> None:
    actor = actor_of(request)
    if deed == "add":
        photos, voice = request.FILES.getlist("photo")[: MAX_FILES + 1], request.FILES.get("voice")
        intake.add_word(
            actor=actor,
            case=found,
            key=_key(request, found),
            words=request.POST.get("words", ""),
            photos=[photo.read() for photo in photos],
            voice=voice.read() if voice else b"",
        )
    elif deed == "name":
        intake.agree_to_name(actor=actor, case=found)
    elif deed in ("agree", "disagree"):
        stars = request.POST.get("stars", "")
        if deed == "disagree" and request.POST.get("words", "").strip():
            intake.add_word(actor=actor, case=found, key=_key(request, found), words=request.POST["words"])
        intake.judge(
            actor=actor,
            case=found,
            agrees=deed == "agree",
            stars=int(stars) if stars in tuple("12345") else None,
        )
    elif deed == "withdraw":
        intake.withdraw(actor=actor, case=found)
    elif deed == "forget":
        intake.forget(actor=actor, case=found)
    else:
        raise NotFound()


@require_POST
@permission_required(PUBLIC)
def watch(request: HttpRequest, link: str) -> HttpResponse:
    """Be told when the case moves, or no more."""
    found = intake.case_by_link(link)
    over = found.ended_at is not None
    return _private(
        progress_pages.act(request, "case", found.key.hex, reverse("help:case", args=[link]), over=over)
    )


@require_safe
@permission_required(PUBLIC)
def file(request: HttpRequest, link: str, number: UUID) -> HttpResponse:
    """The worker's own photo or voice note."""
    found = intake.case_by_link(link).attachments.filter(pk=number).first()
    if found is None:
        raise NotFound()
    kind, raw = queries.file_of(found)
    return _private(HttpResponse(raw, content_type=kind))


def _key(request: HttpRequest, found: Case) -> UUID:
    text = request.POST.get("key", "")
    if not text:
        return intake.message_key(found, request.POST.get("words", ""))
    try:
        return UUID(text)
    except ValueError as exc:
        raise BadInput(gettext("The form is damaged. Open the page again."), code="bad-key") from exc
