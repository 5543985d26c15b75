"""The face of the test: a paper on the phone, the certificate, the page by which a stranger checks it, a
firm's count, the bank.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.learning import certificates, rules, signing
from nuanyi.learning.forms import questions_as_text, questions_from_text
from nuanyi.learning.models import BankQuestion, Certificate, FirmCode, Paper
from nuanyi.learning.queries import has_test, road_questions
from nuanyi.learning.services import exams
from nuanyi.lib import downloads
from nuanyi.lib.access import PUBLIC, actor_of, address_of, permission_required
from nuanyi.lib.addresses import NoAddress, code_base, public_base
from nuanyi.lib.base64url import b64
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import key_of, number_of, status_of
from nuanyi.lib.paging import page_of
from nuanyi.lib.sent import wants_json
from nuanyi.units import queries as units
from nuanyi.units.queries import units_for


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def start(request: HttpRequest) -> HttpResponse:
    """Ten questions, eight to pass."""
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            key = key_of(request)
            device = UUID(request.POST.get("phone") or str(key))
            exams.begin(
                key=key, device=device, firm=request.POST.get("firm", "")[:8], network=address_of(request)
            )
            return redirect("learn:paper", key)
        except ValueError as exc:
            raise BadInput(gettext("The form is damaged. Open the page again."), code="bad-key") from exc
        except Refusal as wrong:
            refusal = wrong
    context = {
        "key": uuid4(),
        "refusal": refusal,
        "no_bank": not has_test(),
        "firm": request.GET.get("firm", "")[:8],
        "asked": rules.PAPER,
        "pass_mark": rules.PASS_MARK,
        "minutes": rules.PAPER_MINUTES,
    }
    return render(request, "learning/worker/exam.html", context, status=status_of(refusal))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def paper(request: HttpRequest, key: UUID) -> HttpResponse:
    """One's own paper: its address is known to one phone only."""
    found = Paper.objects.filter(pk=key).first()
    if found is None:
        raise NotFound()
    refusal: Refusal | None = None
    asked = exams.questions_of(found)
    given: dict[int, int] = {}
    if request.method == "POST":
        try:
            if request.POST.get("name"):
                exams.certify(key=key, name=request.POST["name"][:60])
                return redirect("learn:paper", key)
            given = {q.pk: number_of(request.POST[f"q{q.pk}"]) for q in asked if request.POST.get(f"q{q.pk}")}
            found = exams.hand_in(key=key, answers=given)
        except Refusal as wrong:
            if wants_json(request):
                raise
            refusal = wrong
    made = exams.certificate_of(key)
    context = {
        "paper": found,
        "until": found.made_at + timedelta(minutes=rules.PAPER_MINUTES),
        "asked": asked,
        # what was ticked is not kept here: it is told in the answer to the paper alone, and kept by the phone
        "marked": [_marked(question, given.get(question.pk)) for question in asked],
        "refusal": refusal,
        "certificate": made,
        "name": exams.name_on(made) if made else "",
    }
    response = render(request, "learning/worker/paper.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@permission_required(PUBLIC)
def paper_kept(request: HttpRequest) -> HttpResponse:
    """The empty page that shows, without network, the paper that was begun on this phone. It knows no question itself."""
    return render(request, "learning/worker/paper_kept.html")


def _marked(question: BankQuestion, own: int | None) -> dict[str, Any]:
    """A question with its options, the right one among them, and one's own where it is known (else None)."""
    known = own if own is not None and 0 <= own < len(question.options) else None
    return {
        "question": question,
        "options": [
            {"words": words, "right": number == question.right, "own": number == known}
            for number, words in enumerate(question.options)
        ],
        "good": known == question.right,
        "wrong": known is not None and known != question.right,
    }


@require_safe
@permission_required(PUBLIC)
def certificate(request: HttpRequest, key: UUID, form: str) -> HttpResponse:
    """The certificate as PDF, as a picture, or as an Open Badges credential; for whoever has the paper's address."""
    found = exams.certificate_of(key)
    if found is None or found.revoked_at is not None or form not in ("pdf", "png", "badge"):
        raise NotFound()
    name = exams.name_on(found)
    if form == "badge":
        told = signing.credential(
            code_base(request), found.number, found.paper.ended_at or found.paper.made_at, name
        )
        response = HttpResponse(told, content_type="application/jwt")
        downloads.saved_as(response, f"{certificates.HEADING.replace(' ', '')} {found.number}.jwt")
    else:
        base = public_base(request)
        link = f"{base}/verify/#{signing.text_of(found.number, found.day, name)}" if base else ""
        response = downloads.certificate(
            certificates.certificate(found.number, found.day, name, link, units.issuer()), form
        )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
# a try is counted, so that nobody goes through all numbers
@permission_required(PUBLIC, journaled=True)
def verify(request: HttpRequest) -> HttpResponse:
    """Is this certificate genuine? The code is checked by the page itself and never leaves the phone; a
    number is asked for here.
    """
    number = request.GET.get("number", "").strip()[:12]
    context = {
        "key": b64(signing.public_key()),
        "revoked": json.dumps(exams.revoked_numbers()),
        "number": number,
        "found": exams.by_number(number=number, network=address_of(request)) if number else None,
    }
    return render(request, "learning/worker/verify.html", context)


@require_safe
@permission_required(PUBLIC)
def revocations(request: HttpRequest) -> HttpResponse:
    """Key and revocation list, for programs of others."""
    return JsonResponse(
        {"key": b64(signing.public_key()), "alg": "Ed25519", "revoked": exams.revoked_numbers()}
    )


@require_safe
@permission_required(PUBLIC)
def firm(request: HttpRequest, code: str) -> HttpResponse:
    """How many of a firm passed: a number, and the address to send to them."""
    found, number = exams.passed_by(code)
    base = public_base(request)
    return render(
        request,
        "learning/worker/firm.html",
        {"firm": found, "number": number, "link": f"{base}/exam/?firm={code}" if base else NoAddress()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("learning.publish")
def bank(request: HttpRequest) -> HttpResponse:
    """What is asked, which firms take part, which certificates are revoked?"""
    actor, refusal = actor_of(request), None
    if request.method == "POST":
        try:
            _change_bank(request)
            return redirect("learning:bank")
        except Refusal as wrong:
            refusal = wrong
    page = page_of(
        BankQuestion.objects.filter(active=True),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    example = questions_as_text(
        [
            {
                "q": gettext("The question?"),
                "options": [gettext("wrong"), gettext("right")],
                "right": 1,
                "why": gettext("Why"),
            }
        ]
    )
    context = {
        "page": page,
        "firms": FirmCode.objects.select_related("unit").order_by("firm")[:200],
        "units": units_for(actor_of(request), "learning.publish"),
        "revoked": Certificate.objects.filter(revoked_at__isnull=False).order_by("-revoked_at")[:50],
        "refusal": refusal,
        "example": example,
        "option_numbers": range(1, 6),
        "issued": Certificate.objects.count(),
        "actor": actor,
    }
    return render(request, "learning/staff/bank.html", context, status=status_of(refusal))


def _change_bank(request: HttpRequest) -> None:
    actor, post = actor_of(request), request.POST
    if post.get("retire"):
        exams.retire_question(actor=actor, pk=number_of(post["retire"]))
    elif post.get("firm"):
        unit = (
            units_for(actor_of(request), "learning.publish")
            .filter(pk=number_of(post.get("unit", "")))
            .first()
        )
        if unit is None:
            raise BadInput(fields={"unit": gettext("Choose from the list.")})
        exams.make_firm_code(actor=actor, firm=post["firm"], unit=unit)
    elif post.get("number"):
        exams.revoke(actor=actor, number=post["number"].strip()[:12], words=post.get("words", ""))
    elif "question" in post:
        exams.add_questions(actor=actor, told=[_question_of(post)])
    else:
        exams.add_questions(actor=actor, told=questions_from_text(post.get("questions", "")))


def _question_of(post: QueryDict) -> dict[str, Any]:
    """A question from its fields. An option left empty is none; the right one keeps its place among the others."""
    written = [(n, text.strip()) for n, text in enumerate(post.getlist("option"), start=1) if text.strip()]
    right = number_of(post.get("right", ""))
    return {
        "q": str(post["question"]).strip(),
        "options": [text for _n, text in written],
        "right": next((at for at, (n, _text) in enumerate(written) if n == right), -1),
        "why": post.get("why", "").strip(),
    }


@require_POST
@permission_required("learning.publish")
def from_lessons(request: HttpRequest) -> HttpResponse:
    """Take the questions of the published road lessons into the bank."""
    exams.add_questions(actor=actor_of(request), told=road_questions())
    return redirect("learning:bank")
