"""Made from the routes and from the pages: whatever is posted carries a key, or stands here with the reason."""

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

import nuanyi
from nuanyi.front.checks import routes
from nuanyi.lib import access
from nuanyi.lib.actor import Actor

PACKAGE = Path(nuanyi.__file__).parent
#: Views whose POST is carried out each time that it comes, with a few words of why.
UNKEYED = {
    "accounts/": "signing in and out, and its secrets",
    "daily/": "the key is the reader's own: he asks with it and confirms with it",
    "wechat/": "WeChat's server signs each message and numbers it",
    "office/people/persons/<uuid:pk>/reveal/": "each opening counts and is journaled by itself; it is kept nowhere",
    "me/data/": "shows everything of a person; what it does can be done again without harm",
    "office/rights/<uuid:pk>/": "shown once, and kept nowhere for a repeat",
    "office/rights/": "a search, whose number stands in no address",
    "office/learning/sessions/<int:pk>/": "shown once, and kept nowhere for a repeat",
    "office/learning/preview/": "shows what is being written, and keeps nothing",
    "help/phone/": "keeps nothing but tries; a code opens as often as it is right",
}
#: Pages that a phone keeps for days, whose script makes the key with each draft.
FILLED_BY_SCRIPTS = {
    "census/templates/census/worker/doorstep.html",
    "party/templates/party/worker/visits.html",
    "reports/templates/reports/grid/kept.html",
    "stations/templates/stations/keeper/kept.html",
}
#: Scripts that post without a key, and why a repeat does no harm.
SCRIPTS = {
    "learning/in.js": "a phone is at a session once: its mark and the session are the key",
    "learning/progress.js": "what is kept has a version, and an older one is refused",
}


def test_every_view_that_is_posted_to_goes_the_one_way_or_says_why_not():
    found = {
        address: view.unkeyed
        for address, view in routes()
        if not address.startswith("api/v1/") and getattr(view, "unkeyed", "")
    }
    for address, why in found.items():
        nearest = max((known for known in UNKEYED if address.startswith(known)), key=len, default="")
        assert UNKEYED.get(nearest) == why, address
    assert all(any(address.startswith(known) for address in found) for known in UNKEYED)


def test_no_form_is_posted_without_the_tag_that_carries_the_key():
    """Forms are written in templates; the tag of the form token is where the key is."""
    missing = []
    for template in sorted(PACKAGE.rglob("templates/**/*.html")):
        text = template.read_text()
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL | re.IGNORECASE):
            name = str(template.relative_to(PACKAGE))
            if "{% csrf_token %}" not in form and name not in FILLED_BY_SCRIPTS:
                missing.append(f"{name}: {form[:80]}")
    assert not missing, missing


def test_scripts_that_post_send_a_form_with_its_key_or_a_key_of_their_own():
    bare = []
    for script in sorted(PACKAGE.rglob("static/**/*.js")):
        text = script.read_text()
        if "/vendor/" in str(script) or 'method: "POST"' not in text:
            continue
        whole_form = "new FormData(form" in text or "body.fields.forEach" in text
        own = re.search(r"\bkey\b\s*[:,}]", text)
        name = str(script.relative_to(PACKAGE)).replace("/static/", "/").split("/", 1)[1]
        if not (whole_form or own) and name not in SCRIPTS:
            bare.append(name)
    assert not bare, bare


@pytest.mark.django_db
def test_the_guard_of_every_keyed_view_carries_a_repeat_out_once(monkeypatch, cast):
    """The guard itself, with every view's own permission: the second of two equal sendings never reaches the view."""
    from nuanyi.people.models import ClientKey
    from nuanyi.units.models import Unit

    calls = []

    def view(request, **_parts):
        calls.append(request.path)
        Unit.objects.filter(pk=0).update(name="")  # a write, as every service makes one
        return HttpResponse("kept", status=201)

    unit = cast.accounts["office"].unit_id
    permissions = {
        view.permission: address
        for address, view in routes()
        if not address.startswith("api/v1/") and not getattr(view, "unkeyed", "")
    }
    for permission, address in permissions.items():
        actor = Actor("account", "test", account_id=1, unit_id=unit, permissions={permission: ()})
        monkeypatch.setattr(Actor, "can", lambda self, permission: True)
        guarded = access.permission_required(permission)(_in_a_transaction(view))
        for _turn in range(3):
            request = RequestFactory().post(
                f"/{address}", {"once": "2b0e9b7e-6f1d-4a4e-9d0f-2f6f3f0f9d11", "a": "1"}
            )
            request.actor = actor
            assert guarded(request).content == b"kept"
    assert len(calls) == len(permissions) == ClientKey.objects.count()


def _in_a_transaction(view):
    from django.db import transaction

    def run(request, **parts):
        with transaction.atomic():
            return view(request, **parts)

    return run


@pytest.mark.django_db
def test_pages_as_people_open_them_hold_a_key_in_every_posted_form(cast, put):
    put()
    pages = ["/", "/help/ask/", "/help/mine/", "/report/", "/reports/", "/learn/", "/stations/NY001/", "/me/"]
    office = [
        f"/{address}" for address, _view in routes() if address.startswith("office/") and "<" not in address
    ]
    seen = 0
    for browser, addresses in ((Client(), pages), (cast.client("office"), office)):
        for address in addresses:
            answer = browser.get(address)
            if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
                continue
            for form in re.findall(
                r"<form\b[^>]*method=\"post\".*?</form>", answer.content.decode(), re.DOTALL
            ):
                if "<button" not in form:
                    continue  # nothing to send yet
                seen += 1
                assert re.search(r'name="(?:once|key)" (?:type="hidden" )?value="[\w-]{36}"', form), (
                    address,
                    form[:300],
                )
    assert seen > 20


@pytest.mark.django_db
def test_somebody_who_is_signed_in_opens_public_pages_too(cast):
    """Who reads is looked up by the page and told to the database, which the look-up itself asks."""
    assert cast.client("office").get("/").status_code == 200
    assert cast.client("worker").post("/language/", {"language": "en", "next": "/"}).status_code == 302
