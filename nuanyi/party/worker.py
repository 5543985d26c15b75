"""The worker's phone: wanting to join, and where it stands."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.lib.access import PUBLIC, address_of, permission_required
from nuanyi.lib.errors import NotFound, Refusal
from nuanyi.lib.form_parsing import status_of
from nuanyi.lib.sent import refuse_program, sent
from nuanyi.party import application_queries, life_queries, queries, rules
from nuanyi.party.forms import JoinForm
from nuanyi.party.services import joining, members


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def ask(request: HttpRequest) -> HttpResponse:
    """I would like to join: whom do I talk to?"""
    form, refusal = JoinForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            made = joining.ask(key=form.cleaned_data["key"], told=form.told(), network=address_of(request))
            return sent(request, reverse("party_worker:mine", kwargs={"link": joining.link_of(made)}))
        except Refusal as wrong:
            refusal = wrong
    refuse_program(request, form, refusal)
    context = {"form": form, "refusal": refusal}
    return render(request, "party/worker/ask.html", context, status=status_of(refusal, form))


@require_safe
@permission_required(PUBLIC)
def mine(request: HttpRequest, link: str) -> HttpResponse:
    """Where it stands."""
    found = joining.by_link(link)
    context = {
        "path": application_queries.path_of(found),
        "application": found,
        "doors": queries.other_doors(found),
        "steps": rules.STEPS,
        "link": link,
        "sent": request.GET.get("sent"),
    }
    response = render(request, "party/worker/mine.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(PUBLIC)
def withdraw(request: HttpRequest, link: str) -> HttpResponse:
    """I take it back."""
    joining.withdraw(link=link)
    return redirect("party_worker:mine", link)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC)
def member(request: HttpRequest, link: str) -> HttpResponse:
    """A member's own page: the branch, who receives them, and what they say of themselves in public."""
    refusal = None
    if request.method == "POST":
        try:
            if request.POST.get("deed") == "hide":
                members.hide_oneself(link=link)
            else:
                members.show_oneself(link=link, said=request.POST.get("said", ""))
            return redirect("party_worker:member", link)
        except NotFound:
            raise
        except Refusal as wrong:
            refusal = wrong
    found = members.by_link(link)
    context = {
        "member": found,
        "showing": queries.showing_of(found),
        "said": request.POST.get("said", ""),
        "refusal": refusal,
    }
    response = render(request, "party/worker/member.html", context, status=status_of(refusal))
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@permission_required(PUBLIC)
def shown(request: HttpRequest) -> HttpResponse:
    """Members who say it of themselves, and establishments that show the flag."""
    context = {
        "showings": queries.showings(),
        "flags": queries.flags(),
        "speaker": life_queries.speaker_now(),
    }
    return render(request, "party/worker/shown.html", context)
