"""The office's face of sessions: planning, the team, the screen in the hall, closing."""

from __future__ import annotations

import base64
from datetime import timedelta
from uuid import UUID, uuid4

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanyi.learning import lists, queries, rules
from nuanyi.learning.forms import SessionForm
from nuanyi.learning.rules import Paper, Role
from nuanyi.learning.services import sessions
from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.addresses import NoAddress, public_base
from nuanyi.lib.errors import BadInput, NotFound, Refusal
from nuanyi.lib.form_parsing import key_of, number_of, status_of
from nuanyi.lib.listing import shown
from nuanyi.places import queries as places
from nuanyi.units.queries import units_for

#: The screen carries its codes with it for the whole session and half an hour around it, at most nine hours.
AROUND, MOST_CODES = timedelta(minutes=30), 9 * 3600 // rules.CODE_SECONDS


@require_safe
@permission_required("learning.view")
def session_list(request: HttpRequest) -> HttpResponse:
    """What is planned, and what was held?"""
    page = shown(request, lists.sessions_listing(actor_of(request)))
    context = {
        "list": page,
        "may_plan": actor_of(request).can("learning.sessions"),
        "rows_template": "learning/staff/sessions_rows.html",
        "extra_template": "learning/staff/sessions_extra.html",
        "empty_template": "learning/staff/sessions_empty.html",
        "counts": queries.attendance_counts([row.pk for row in page.rows]),
        "own": {row.pk for row in page.rows if actor_of(request).can(sessions.ACT, units=(row.unit_id,))},
    }
    return render(request, "learning/staff/sessions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("learning.sessions")
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Plan a session, or move it."""
    found = sessions.own(actor_of(request), pk, lock=False) if pk else None
    first = None
    if found:
        first = {
            "kind": found.kind,
            "title": found.title,
            "place": found.place,
            "starts": found.starts_at,
            "ends": found.ends_at,
            "capacity": found.capacity,
            "region": found.region_code,
            "sector": found.sector,
            "unit": found.unit_id,
        }
    form = SessionForm(
        request.POST or None, units=units_for(actor_of(request), "learning.sessions"), initial=first
    )
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            saved = sessions.save_session(actor=actor_of(request), told=form.told(), pk=pk)
            return redirect("learning:session", saved.pk)
        except Refusal as wrong:
            refusal = wrong
    status = status_of(refusal, form)
    return render(
        request,
        "learning/staff/session_form.html",
        {"form": form, "session": found, "refusal": refusal},
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("learning.sessions", unkeyed="shown once, and kept nowhere for a repeat")
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: team, sign-ups, the screen, closing. The team's names are opened by a form, and noted."""
    actor = actor_of(request)
    found = sessions.own(actor, pk, lock=False)
    roles = queries.roles_in_team(found)
    missing = [Role(role).label for role in rules.missing_roles(roles)]
    context = {
        "session": found,
        "team": sessions.team_names(actor=actor, pk=pk) if request.method == "POST" else [],
        "named": len(roles),
        # which part is missing would tell whose part the named ones have: for those alone who may read parts
        "missing": missing if actor.can("people.reveal_political") else [],
        "is_incomplete": bool(missing),
        "parts": [Role(role).label for role in rules.missing_roles([])],
        "roles": Role.choices,
        "signed": found.attendances.count(),
        "asked": found.signups.count(),
        "opinions": queries.opinions_of(found),
        "names": places.names_by_code(),
        "begun": found.starts_at <= clock.now(),
        "link": reverse("learn:session", args=[found.code]),
        "groups": sessions.groups_to_invite(actor_of(request)),
        "invited": queries.invited(found),
        "sheets": Paper.choices,
        "pictures": found.pictures.defer("sealed_data").order_by("pk"),
        "key": uuid4(),
    }
    response = render(request, "learning/staff/session.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required("learning.sessions")
def act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Name somebody of the team, cancel, close."""
    actor, post = actor_of(request), request.POST
    if deed == "team":
        sessions.add_member(actor=actor, pk=pk, role=post.get("role", ""), name=post.get("name", ""))
    elif deed == "cancel":
        sessions.cancel(actor=actor, pk=pk)
    elif deed == "close":
        heads = post.get("head_count", "").strip()
        sessions.close(actor=actor, pk=pk, head_count=number_of(heads) if heads else None)
    elif deed == "invite":
        sessions.invite(actor=actor, pk=pk, groups=[number_of(text) for text in post.getlist("groups")])
    elif deed == "picture":
        sent = request.FILES.get("file")
        if sent is None:
            raise BadInput(fields={"file": gettext("Choose a file.")})
        sessions.add_picture(
            actor=actor, pk=pk, kind=post.get("kind", ""), data=sent.read(), key=key_of(request)
        )
    else:
        raise NotFound()
    return redirect("learning:session", pk)


@require_safe
@permission_required("learning.sessions", journaled=True)
def picture(request: HttpRequest, pk: int, key: UUID) -> HttpResponse:
    """A photo of the session or its sheet."""
    response = HttpResponse(
        sessions.picture(actor=actor_of(request), pk=pk, key=key), content_type="image/jpeg"
    )
    response["Cache-Control"] = "no-store"
    return response


def _matrix(address: str) -> str:
    """A QR code as one line: its side, then its modules row by row as bits in Base64 (ISO/IEC 18004, error level M)."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False, boost_error=False).matrix]
    bits = "".join("1" if module else "0" for row in rows for module in row)
    bits += "0" * (-len(bits) % 8)
    raw = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return f"{len(rows)}:{base64.b64encode(raw).decode()}"


@require_safe
@permission_required("learning.sessions")
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """The page for the hall's screen. It carries every code of the session with it and needs no network afterwards;
    its own clock may be wrong, since it counts from the moment at which the server made it."""
    found = sessions.own(actor_of(request), pk, lock=False)
    now = clock.now()
    first = rules.counter_at(max(now, found.starts_at - AROUND))
    last = min(rules.counter_at(found.ends_at + AROUND), first + MOST_CODES)
    base = public_base(request)
    address = f"{base}/in/{found.code}/"
    counters = range(first, last + 1) if base else ()
    codes = [_matrix(f"{address}{rules.token_of(bytes(found.secret), n)}/") for n in counters]
    context = {
        "session": found,
        "codes": "\n".join(codes),
        "first": first,
        "now": f"{now.timestamp():.3f}",
        "seconds": rules.CODE_SECONDS,
        "no_address": "" if base else NoAddress(),
    }
    return render(request, "learning/staff/screen.html", context)
