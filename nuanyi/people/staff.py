"""Accounts and roles; opening one personal value."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from nuanyi.lib import rooms, sheets
from nuanyi.lib.access import SIGNED_IN, actor_of, permission_required
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound, Refusal, Words
from nuanyi.lib.form_parsing import number_of
from nuanyi.lib.listing import Column, Filter, Listing, shown
from nuanyi.people import bulk, queries
from nuanyi.people.forms import AccountForm, RoleForm
from nuanyi.people.models import Account, Person, RoleGrant
from nuanyi.people.passwords import Slip, one_time_password
from nuanyi.people.rules import FIELDS, GRANTED_BY, SCOPE_WORDS, Role
from nuanyi.people.services import accounts as services
from nuanyi.people.services import kept_views, openings
from nuanyi.people.slips import slips_page
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.units.queries import unit_choices


def _listing(actor: Actor) -> Listing:
    """The accounts that one actor manages."""
    units: list[tuple[Any, Words]] = [("none", _("no unit")), *unit_choices()]
    return Listing(
        "people.accounts",
        (
            Column("username", _("Sign-in name"), "username", may_hide=False),
            Column("name", _("Name"), "display_name"),
            Column("unit", _("Unit"), "unit__name"),
            Column("roles", _("Roles")),
            Column("state", _("State"), "is_active"),
        ),
        [
            Filter("state", _("State"), [("True", _("in use")), ("False", _("out of use"))], "is_active"),
            Filter("role", _("Role"), Role.choices),
            Filter("unit", _("Unit"), units, "unit_id"),
        ],
        lambda filters: queries.accounts_listed(actor, filters),
        order="username",
        searches=_("Sign-in name or name"),
    )


@require_safe
@permission_required("people.manage_accounts")
def accounts(request: HttpRequest) -> HttpResponse:
    """Everybody who can sign in, with their roles."""
    context = {
        "list": shown(request, _listing(actor_of(request))),
        "names": places.names_by_code(),
        "rows_template": "people/staff/accounts_rows.html",
        "extra_template": "people/staff/accounts_extra.html",
        "empty_template": "people/staff/accounts_empty.html",
    }
    return render(request, "people/staff/accounts.html", context)


@permission_required("people.manage_accounts")
def new(request: HttpRequest) -> HttpResponse:
    """Make an account."""
    form, refusal = AccountForm(), None
    if request.method == "POST":
        form = AccountForm(request.POST)
        if form.is_valid():
            told = dict(form.cleaned_data)
            told["unit"] = Unit.objects.filter(pk=told["unit"]).first()
            try:
                made = services.make_account(actor=actor_of(request), **told)
                return redirect("people:account", made.pk)
            except Refusal as wrong:
                refusal = wrong
    return render(
        request,
        "people/staff/new.html",
        {"form": form, "refusal": refusal},
        status=422 if refusal or form.errors else 200,
    )


def _account(actor: Actor, pk: int) -> Account:
    found = queries.accounts_for(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _grant(account: Account, pk: str) -> RoleGrant:
    grant = RoleGrant.asked.select_related("account").filter(pk=int(pk[:18]), account=account).first()
    if grant is None:
        raise NotFound()
    return grant


@permission_required("people.manage_accounts")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: roles given and taken, closed and opened."""
    actor = actor_of(request)
    found = _account(actor, pk)
    form, refusal = RoleForm(), None
    if request.method == "POST":
        try:
            if "close" in request.POST:
                services.close_account(actor=actor, account=found)
            elif "password" in request.POST:
                password = one_time_password()
                services.set_first_password(actor=actor, account=found, password=password)
                slip = Slip(found.username, found.display_name, str(found.unit or ""), "", password)
                return slips_page(
                    request,
                    [slip],
                    onward=reverse("people:account", args=[pk]),
                    onward_words=gettext("Printed; back"),
                )
            elif "open" in request.POST:
                services.open_account(actor=actor, account=found)
            elif request.POST.get("confirm", "").isdecimal():
                services.confirm_role(actor=actor, grant=_grant(found, request.POST["confirm"]))
            elif request.POST.get("take", "").isdecimal():
                services.take_role(actor=actor, grant=_grant(found, request.POST["take"]))
            else:
                form = RoleForm(request.POST)
                if form.is_valid():
                    services.give_role(actor=actor, account=found, **form.cleaned_data)
            if not form.errors:
                return redirect("people:account", pk)
        except Refusal as wrong:
            refusal = wrong
    may_give = services.grantable(actor)
    form.fields["role"].choices = [(role.value, role.label) for role in Role if role in may_give]  # type: ignore[attr-defined]
    context = {
        "account": found,
        "may_give": [role.label for role in Role if role in may_give],
        "others_give": [
            (role.label, [by.label for by, given in GRANTED_BY.items() if role in given])
            for role in Role
            if role not in may_give and any(role in given for given in GRANTED_BY.values())
        ],
        "grants": found.grants.all(),
        "waiting": [
            (grant, services.may_confirm(actor, grant))
            for grant in RoleGrant.asked.filter(account=found, confirmed_at=None).select_related(
                "account", "granted_by"
            )
        ],
        "form": form,
        "refusal": refusal,
        "names": places.names_by_code(),
    }
    return render(
        request, "people/staff/account.html", context, status=422 if refusal or form.errors else 200
    )


@permission_required("people.manage_accounts")
def many(request: HttpRequest) -> HttpResponse:
    """Many accounts from a list: first what it would make and what is wrong, then the slips to print, once."""
    actor, refusal, rows = actor_of(request), None, None
    pasted = request.POST.get("accounts", "")
    if request.method == "POST":
        try:
            file = request.FILES.get("file")
            if file is not None:
                sheet = next(iter(sheets.read(file.read())))
                cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.rows]
                pasted = "\n".join("\t".join(row) for row in cells)
            rows = bulk.read(actor, bulk.rows_of_text(pasted))
            if "sure" in request.POST:
                slips = bulk.make_accounts(actor=actor, rows=rows)
                return slips_page(
                    request, slips, onward=reverse("people:accounts"), onward_words=gettext("Printed; back")
                )
        except Refusal as wrong:
            refusal = wrong
    may_give = services.grantable(actor)
    context = {
        "rows": rows,
        "good": bool(rows) and not any(row.wrong for row in rows or []),
        "pasted": pasted,
        "refusal": refusal,
        "may_give": [role.label for role in Role if role in may_give],
    }
    return render(request, "people/staff/many.html", context, status=422 if refusal else 200)


@require_safe
@permission_required("people.manage_accounts")
def roles(request: HttpRequest) -> HttpResponse:
    """The table of access, as the program itself obeys it."""
    rows = [
        (
            permission.title,
            [SCOPE_WORDS[permission.roles[role]] if role in permission.roles else "" for role in Role],
        )
        for permission in rooms.permissions().values()
    ]
    return render(request, "people/staff/roles.html", {"rows": rows, "roles": list(Role)})


@require_POST
@permission_required(
    "people.reveal", unkeyed="each opening counts and is journaled by itself; it is kept nowhere"
)
def reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open one personal value for a stated purpose (an htmx fragment)."""
    field = request.POST.get("field", "")
    person = Person.objects.visible_to(actor_of(request)).filter(pk=pk).first()
    if person is None:
        raise NotFound()
    value = openings.reveal(
        actor=actor_of(request), person=person, field=field, purpose=request.POST.get("purpose", "")
    )
    return render(request, "people/staff/revealed.html", {"value": value, "title": FIELDS[field]})


@require_POST
@permission_required(SIGNED_IN)
def view(request: HttpRequest) -> HttpResponse:
    """Keep a list's view under a name, or forget one."""
    actor, name = actor_of(request), request.POST.get("list", "")
    if request.POST.get("drop"):
        kept_views.drop_view(actor=actor, pk=number_of(request.POST["drop"]))
    else:
        kept_views.keep_view(
            actor=actor,
            list_name=name,
            title=request.POST.get("title", ""),
            query=request.POST.get("query", ""),
            is_shared=bool(request.POST.get("shared")),
        )
    back = request.POST.get("next", "")
    return redirect(back if back.startswith(reverse("office")) else reverse("office"))
