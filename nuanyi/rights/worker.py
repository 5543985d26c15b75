"""What is kept of me? By a code to the phone: see, take along, put right, take back, be forgotten."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nuanyi.cases.services import phones
from nuanyi.lib.access import PUBLIC, actor_of, address_of, permission_required
from nuanyi.lib.downloads import dated, saved_as
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.form_parsing import status_of
from nuanyi.rights.services import own

#: An answer that holds everything of a person is kept nowhere, not even sealed for a repeat.
WHY = "shows everything of a person; what it does can be done again without harm"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC, unkeyed=WHY)
def mine(request: HttpRequest) -> HttpResponse:
    """One page: the phone, the code, then everything with a button for each right."""
    asked = request.POST
    context = {"ready": phones.ready(), "phone": asked.get("phone", "").strip()[:20], "asked": False}
    refusal: Refusal | None = None
    proof = asked.get("proof", "")
    if request.method == "POST":
        try:
            if proof:
                context["outcome"] = _act(request, proof)
            elif asked.get("code"):
                context["asked"] = True
                proof = own.begin(
                    phone=str(context["phone"]), code=asked["code"], network=address_of(request)
                )
            else:
                phones.send_code(phone=str(context["phone"]), network=address_of(request))
                context["asked"] = True
        except Refusal as wrong:
            refusal = wrong
    if proof:
        try:
            known, shown = own.show(proof=proof)
            context |= {"proof": proof, "known": known, **shown}
        except Refusal as wrong:
            refusal = refusal or wrong
    response = render(
        request,
        "rights/worker/mine.html",
        context | {"refusal": refusal},
        status=status_of(refusal),
    )
    response["Cache-Control"] = "no-store"
    return response


def _act(request: HttpRequest, proof: str) -> own.Outcome | None:
    """What the holder of the proof wants done. Raises Refusal."""
    asked, actor = request.POST, actor_of(request)
    if "correct" in asked:
        own.correct(actor=actor, proof=proof, field="name", value=asked.get("value", ""))
    elif "withdraw" in asked:
        own.withdraw(actor=actor, proof=proof, consent=asked["withdraw"])
    elif "forget" in asked:
        table, _dot, key = asked["forget"].partition(":")
        return own.forget(actor=actor, proof=proof, table=table, key=key)
    elif "everything" in asked:
        if asked.get("sure") != "1":
            raise BadInput(
                fields={"sure": _("Tick that you are sure: what is forgotten cannot be brought back.")}
            )
        return own.forget(actor=actor, proof=proof)
    return None


@require_POST
@permission_required(PUBLIC, unkeyed=WHY)
def take(request: HttpRequest) -> HttpResponse:
    """Everything as a file (JSON)."""
    document = own.take(proof=request.POST.get("proof", ""))
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1})
    saved_as(response, f"{dated(_('What is kept of me'))}.json")
    response["Cache-Control"] = "no-store"
    return response
