"""One's own account: password, second factor, notices, and signing in with WeCom."""

from __future__ import annotations

import secrets

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import Login
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.journal import services as journal
from nuanyi.lib import limits
from nuanyi.lib.access import PUBLIC, SIGNED_IN, actor_of, address_of, permission_required
from nuanyi.lib.actor import GUEST
from nuanyi.lib.addresses import public_base
from nuanyi.lib.errors import NotAllowed, NotFound, Refusal
from nuanyi.people import events, queries, wecom
from nuanyi.people.models import Account
from nuanyi.people.rules import Role
from nuanyi.people.services import wecom_links

#: In the session while WeCom is asked: the state that must come back, what for, and where to go then.
ASKED = "wecom-asked"
TRIES_AN_HOUR = 30
#: The line that whoever runs this installation writes; it is the same in every language.
SETTING = "NUANYI_WECOM_URL=wecom://CORPID:SECRET@qyapi.weixin.qq.com/?agent=AGENTID"
#: An answer of these is not given again: it opens or ends a session.
WHY = "signing in and out, and its secrets"


@require_safe
@permission_required(SIGNED_IN)
def mine(request: HttpRequest) -> HttpResponse:
    """Who I am here, and everything that I set for myself."""
    account = request.user
    if not isinstance(account, Account):
        raise NotFound()
    actor = actor_of(request)
    context = {
        "account": account,
        "roles": [Role(role).label for role in actor.roles],
        "factors": queries.second_factors(account),
        "wecom": wecom.configured() is not None,
        "setting": SETTING,
        "linked": queries.wecom_linked_at(account),
    }
    response = render(request, "account/mine.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(PUBLIC, unkeyed=WHY)
def ask_wecom(request: HttpRequest) -> HttpResponse:
    """Send the browser to WeCom: to sign in, or, signed in already, to link one's account."""
    application = wecom.configured()
    if application is None:
        raise NotFound()
    limits.count("wecom", address_of(request), at_most=TRIES_AN_HOUR)
    if request.user.is_authenticated:
        # a link signs in for good: whoever found an open browser must not make one
        raise_if_reauthentication_required(request, app="nuanyi.people")
    state = secrets.token_urlsafe(24)
    onward = request.POST.get("next", "")
    request.session[ASKED] = {
        "state": state,
        "link": request.user.pk if request.user.is_authenticated else None,
        "next": onward if url_has_allowed_host_and_scheme(onward, allowed_hosts=None) else "",
    }
    base = public_base(request) or request.build_absolute_uri("/").rstrip("/")
    address = wecom.address_to_ask(
        application,
        callback=f"{base}{reverse('wecom_answer')}",
        state=state,
        inside="wxwork" in request.headers.get("User-Agent", "").lower(),
    )
    return redirect(address)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PUBLIC, unkeyed=WHY)
def wecom_answer(request: HttpRequest) -> HttpResponse:
    """Where WeCom sends the browser back to, with a code that is good once.

    A button gives the code up: WeCom is asked by a POST, which holds no transaction while it waits.
    """
    application = wecom.configured()
    if application is None:
        raise NotFound()
    if request.method != "POST":
        context = {"state": request.GET.get("state", ""), "code": request.GET.get("code", "")}
        return render(request, "account/wecom_answer.html", context)
    limits.count("wecom", address_of(request), at_most=TRIES_AN_HOUR)
    asked = request.session.pop(ASKED, None)
    state, code = request.POST.get("state", ""), request.POST.get("code", "")
    # whoever did not ask from this very browser gets nothing linked and nobody signed in (CSRF of the callback)
    if not asked or not code or not secrets.compare_digest(str(asked["state"]).encode(), state.encode()):
        return _refused(request, wecom.NoAnswer())
    try:
        member = wecom.member_of(application, code)
        if asked["link"] is not None:
            return _link(request, asked["link"], member)
        account = wecom_links.account_of_wecom(member)
    except Refusal as refusal:
        if asked["link"] is None:
            journal.record(GUEST, events.SIGN_IN_FAILED)
        return _refused(request, refusal)
    onward = asked["next"] or settings.LOGIN_REDIRECT_URL
    with transaction.atomic():
        record_authentication(request, account, "wecom")
        # a second factor, where one is set, is asked for as after a password
        answer: HttpResponse = perform_login(request, Login(user=account, redirect_url=onward))
    return answer


def _link(request: HttpRequest, asked_for: int, member: str) -> HttpResponse:
    account = request.user
    if not isinstance(account, Account) or account.pk != asked_for:
        raise NotAllowed(_("Somebody else is signed in here now. Link it again."))
    wecom_links.link_wecom(actor=actor_of(request), account=account, member=member)
    return redirect("my_account")


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    response = render(request, "account/wecom_refused.html", {"refusal": refusal}, status=refusal.status)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(SIGNED_IN, unkeyed=WHY)
def unlink_wecom(request: HttpRequest) -> HttpResponse:
    """Take the link away again."""
    if isinstance(request.user, Account):
        wecom_links.unlink_wecom(actor=actor_of(request), account=request.user)
    return redirect("my_account")
