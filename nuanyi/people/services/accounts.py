"""Accounts and the roles they hold: who gives which, and who is a second person beside whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people import events, queries, rules
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, RoleGrant, WecomLink
from nuanyi.people.rules import Role
from nuanyi.units import queries as units
from nuanyi.units.models import Unit

#: What no code of a place begins with.
NOWHERE = "-"


@transaction.atomic
def make_account(
    *,
    actor: Actor,
    username: str,
    password: str,
    display_name: str = "",
    unit: Unit | None = None,
    email: str = "",
    must_change_password: bool = True,
) -> Account:
    """Make an account without roles. Raises NotAllowed, BadInput, Conflict."""
    _require_managing(actor, unit.pk if unit else None)
    account = Account(
        username=username.strip(),
        display_name=display_name.strip(),
        unit=unit,
        email=email.strip(),
        made_by_id=actor.account_id,
    )
    account.must_change_password = must_change_password
    if (
        not account.username
        or not account.username.replace("-", "").replace(".", "").replace("_", "").isalnum()
    ):
        raise BadInput(fields={"username": _("Letters, digits, dot, hyphen only.")})
    try:
        validate_password(password, account)
    except ValidationError as exc:
        raise BadInput(fields={"password": " ".join(exc.messages)}) from exc
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as exc:
        raise Conflict(_("This sign-in name is taken."), code="name-taken") from exc
    journal.record(actor, events.ACCOUNT_MADE, account, unit=unit.code if unit else None)
    return account


@transaction.atomic
def give_role(*, actor: Actor, account: Account, role: str, region_code: str = "") -> RoleGrant:
    """Give a role; a sensitive one, and one of another unit's, holds only once a second person has confirmed it.

    Raises NotAllowed (nobody grants more than they hold, nor to themselves), Conflict (roles apart).
    """
    _require_granting(actor, account, role)
    if not _reaches(actor, role, region_code):
        raise NotAllowed(
            _("You cannot give this role for a place that your own role does not reach."),
            code="more-than-held",
        )
    Account.objects.select_for_update().get(pk=account.pk)
    held = frozenset(
        Role(name) for name in RoleGrant.asked.filter(account=account).values_list("role", flat=True)
    )
    if not rules.may_hold_together(held | {Role(role)}):
        raise Conflict(
            _("One person may not have both roles: running, auditing and using are kept apart."),
            code="apart",
        )
    waits = actor.kind != "system" and rules.needs_second(
        Role(role), own_unit=_of_unit(actor, account), is_first=_is_first(account), held=actor.roles
    )
    grant, made = RoleGrant.asked.get_or_create(
        account=account,
        role=role,
        region_code=region_code,
        defaults={
            "granted_by_id": actor.account_id,
            "confirmed_at": None if waits else clock.now(),
        },
    )
    if made:
        event = events.ROLE_ASKED if waits else events.DUTY_GIVEN
        journal.record(actor, event, account, role=role, region=region_code)
    return grant


def _reaches(actor: Actor, role: str, region_code: str) -> bool:
    """Whether a role that the actor holds, and by which they may give this one, reaches the place it is given for.

    Without a place a role of a unit reaches that unit alone, one that reaches everything reaches it all, and so does
    an instructor's. Staff of a unit reach the township their unit stands in; that a bureau of the district stands in
    all of it is no reach.
    """
    if actor.kind == "system":
        return True
    if not region_code and Role(role) not in rules.SENSITIVE | rules.OF_A_PLACE:
        return True
    held = RoleGrant.objects.filter(account_id=actor.account_id or 0).select_related("account__unit")
    for grant in held:
        if Role(role) not in rules.GRANTED_BY.get(Role(grant.role), ()):
            continue
        reach = grant.region_code
        if grant.role == Role.UNIT_STAFF and not reach:
            unit = grant.account.unit
            reach = unit.region_code if unit is not None and len(unit.region_code) >= TOWNSHIP else NOWHERE
        if region_code.startswith(reach):
            return True
    return False


def _of_unit(actor: Actor, account: Account) -> bool:
    return account.unit_id is not None and actor.unit_id == account.unit_id


def _is_first(account: Account) -> bool:
    """Whether the account's unit never had another one, open or closed, and nothing came to it yet.

    A unit to which requests or reports came has something to read: whoever made its first clerk could read it with no second
    person beside him.
    """
    if Account.objects.filter(unit_id=account.unit_id or 0).exclude(pk=account.pk).exists():
        return False
    return account.unit is None or not units.has_received(account.unit)


def _has_staff_beside(grant: RoleGrant) -> bool:
    """Whether the account's unit has staff of its own to ask: open, and a second person beside whoever gave the role."""
    staff = RoleGrant.objects.filter(
        role=Role.UNIT_STAFF, account__unit_id=grant.account.unit_id or 0, account__is_active=True
    ).exclude(account_id=grant.account_id)
    return any(independent(pk, grant.granted_by_id) for pk in staff.values_list("account_id", flat=True))


def may_confirm(actor: Actor, grant: RoleGrant) -> bool:
    """Whether the actor is the second person whom a waiting grant needs.

    A unit's own roles are confirmed by its own staff, where it has some; an instructor's by the organisation
    department; any other by who may give it. One that held before a new password is confirmed by anybody beside the
    giver who keeps accounts: that its owner asked is all there is to say.
    """
    if grant.confirmed_at is not None or actor.account_id in (None, grant.account_id, grant.granted_by_id):
        return False
    if not actor.can("people.manage_accounts") or not independent(actor.account_id, grant.granted_by_id):
        return False
    role = Role(grant.role)
    if role in rules.CONFIRMED_BY and rules.CONFIRMED_BY[role] not in actor.roles:
        return False
    if role in rules.OF_A_UNIT and (_of_unit(actor, grant.account) or _has_staff_beside(grant)):
        return _of_unit(actor, grant.account) and _reaches(actor, role, grant.region_code)
    if grant.held_before:
        return actor.can("people.manage_accounts", units=(grant.account.unit_id or 0,))
    return role in grantable(actor) and _reaches(actor, role, grant.region_code)


@transaction.atomic
def confirm_role(*, actor: Actor, grant: RoleGrant) -> RoleGrant:
    """Let a grant hold that somebody else gave. Raises NotAllowed where the actor is no second person beside him."""
    actor.require("people.manage_accounts")
    found = RoleGrant.asked.select_for_update(of=("self",)).select_related("account").get(pk=grant.pk)
    if not may_confirm(actor, found):
        raise NotAllowed(
            _(
                "A second person confirms: not who gave the role, not who receives it, and nobody whose account, "
                "role or password the giver made within 30 days; for a unit's own roles a colleague of that unit."
            ),
            code="no-second-person",
        )
    found.confirmed_by_id, found.confirmed_at = actor.account_id, clock.now()
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    journal.record(actor, events.DUTY_GIVEN, found.account, role=found.role, region=found.region_code)
    return found


def independent(one: int | None, other: int | None) -> bool:
    """Whether two accounts are two persons: of late neither gave the other its role, and no one person opened both.

    Whoever made an account or set its password could sign in with it, and so could who opened the account he did that
    with: two accounts that lead to one maker are in one hand.
    """
    if one is None or other is None:
        return True
    since = clock.now() - timedelta(days=rules.INDEPENDENT_AFTER_DAYS)
    if _hands_on(one, since) & _hands_on(other, since):
        return False
    pair = (one, other)
    given = RoleGrant.asked.filter(account__in=pair, granted_by__in=pair, granted_at__gte=since)
    return not given.exclude(granted_by=models.F("account")).exists()


def _hands_on(account: int, since: datetime) -> set[int]:
    """The accounts whose owners could sign in as this one: its own, who opened it, who opened theirs."""
    hands: set[int] = set()
    found = {account}
    while found:
        hands |= found
        rows = Account.objects.filter(pk__in=found)
        made = rows.filter(made_at__gte=since).values_list("made_by", flat=True)
        reset = rows.filter(password_set_at__gte=since).values_list("password_set_by", flat=True)
        found = {pk for pk in (*made, *reset) if pk is not None} - hands
    return hands


@transaction.atomic
def take_role(*, actor: Actor, grant: RoleGrant) -> None:
    """Take a role away; it is gone with the next request. Raises NotAllowed."""
    _require_granting(actor, grant.account, grant.role)
    if grant.confirmed_at is not None:
        _keep_one_of_each(grant.account, {grant.role})
    journal.record(actor, events.DUTY_TAKEN, grant.account, role=grant.role, region=grant.region_code)
    grant.delete()
    events.role_taken.send(sender=Account, account=grant.account, role=grant.role, actor=actor)


def _require_managing(actor: Actor, unit_id: int | None) -> None:
    """Raise NotAllowed unless the actor manages accounts everywhere, or those of this unit."""
    actor.require("people.manage_accounts")
    if not actor.everywhere("people.manage_accounts"):
        actor.require("people.manage_accounts", units=(unit_id,) if unit_id is not None else (0,))


def grantable(actor: Actor) -> frozenset[Role]:
    """The roles that an actor may give, to be shown before anything is refused."""
    if actor.kind == "system":
        return frozenset(Role)
    return frozenset(granted for held in actor.roles for granted in rules.GRANTED_BY.get(Role(held), ()))


def _keep_one_of_each(account: Account, roles: set[str]) -> None:
    """Raise IllegalMove where the account is the last open one with a role that a district cannot be without."""
    for role in sorted(roles & {str(role) for role in rules.NEVER_THE_LAST}):
        grants = RoleGrant.objects.filter(role=role)
        # Whoever takes the last two at once, each the other's, waits here: all grants of the role are held in one
        # order, and only then is it asked, by a statement of its own, who is left.
        list(grants.select_for_update().order_by("pk").values_list("pk", flat=True))
        if not grants.filter(account__is_active=True).exclude(account=account).exists():
            raise IllegalMove(
                _("This is the last account with the role %(role)s. Give it to somebody else first.")
                % {"role": Role(role).label},
                code="last-of-a-kind",
            )


def _require_granting(actor: Actor, account: Account, role: str) -> None:
    _require_managing(actor, account.unit_id)
    if actor.kind == "system":
        return
    if account.pk == actor.account_id:
        raise NotAllowed(_("Nobody changes their own roles."), code="own-roles")
    if role not in grantable(actor):
        raise NotAllowed(_("You cannot give or take this role: you do not hold it."), code="more-than-held")


def _require_granting_all(actor: Actor, account: Account) -> None:
    """Raise NotAllowed unless the actor could grant every role that the account has."""
    _require_managing(actor, account.unit_id)
    held = set(RoleGrant.asked.filter(account=account).values_list("role", flat=True))
    if actor.kind != "system" and not held <= {str(role) for role in grantable(actor)}:
        raise NotAllowed(
            _("You cannot change this account: it has roles that you cannot give."), code="more-than-held"
        )


@transaction.atomic
def close_account(*, actor: Actor, account: Account) -> None:
    """Close an account; its next request is refused. Raises NotAllowed, IllegalMove (one's own, or a room objects)."""
    if account.pk == actor.account_id:
        raise IllegalMove(_("You cannot close your own account."))
    _require_granting_all(actor, account)
    _keep_one_of_each(account, set(RoleGrant.objects.filter(account=account).values_list("role", flat=True)))
    events.account_closing.send(sender=Account, account=account, actor=actor)
    account.is_active = False
    account.save(update_fields=["is_active"])
    queries.forget_hands()
    WecomLink.objects.filter(account=account).delete()
    journal.record(actor, events.ACCOUNT_CLOSED, account)


@transaction.atomic
def open_account(*, actor: Actor, account: Account) -> None:
    """Open a closed account again. Raises NotAllowed."""
    _require_granting_all(actor, account)
    account.is_active = True
    account.save(update_fields=["is_active"])
    journal.record(actor, events.ACCOUNT_OPENED, account)


@transaction.atomic
def set_first_password(*, actor: Actor, account: Account, password: str) -> None:
    """Set a password that its owner must change at the next sign-in, and take what else opened the account.

    Whoever sets it can sign in with it: roles that he could not give alone wait for a second person again.

    Raises NotAllowed (one's own: it would hide who set it before), BadInput, IllegalMove (nobody could be that person).
    """
    if actor.kind != "system" and account.pk == actor.account_id:
        raise NotAllowed(_("Change your own password on your own page."), code="own-password")
    _require_granting_all(actor, account)
    try:
        validate_password(password, account)
    except ValidationError as exc:
        raise BadInput(fields={"password": " ".join(exc.messages)}) from exc
    account.set_password(password)
    account.must_change_password = True
    account.password_set_by_id, account.password_set_at = actor.account_id, clock.now()
    account.save(update_fields=["password", "must_change_password", "password_set_by", "password_set_at"])
    WecomLink.objects.filter(account=account).delete()
    Authenticator.objects.filter(user=account).delete()
    waiting = [] if actor.kind == "system" else _let_wait(actor, account)
    journal.record(actor, events.PASSWORD_SET, account, waiting=waiting)


def _let_wait(actor: Actor, account: Account) -> list[str]:
    """Let the account's roles wait that the actor could not give alone. Raises IllegalMove where nobody could confirm them."""
    own_unit, is_first = _of_unit(actor, account), _is_first(account)
    held = RoleGrant.objects.select_for_update(of=("self",)).filter(account=account).select_related("account")
    grants = [
        grant
        for grant in held
        if rules.needs_second(Role(grant.role), own_unit=own_unit, is_first=is_first, held=actor.roles)
    ]
    for grant in grants:
        grant.held_before = True
        _wait_again(actor, grant)
    for grant in grants:
        if not _somebody_could_confirm(grant):
            raise IllegalMove(
                _(
                    "Nobody else could confirm that %(who)s asked for a new password. Whoever runs the machine makes "
                    "another account for them: nuanyi create-account."
                )
                % {"who": account},
                code="no-second-person",
            )
    return sorted(grant.role for grant in grants)


def _wait_again(actor: Actor, grant: RoleGrant) -> None:
    """Let a grant wait for a second person, as if the actor had given it now."""
    grant.granted_by_id, grant.granted_at = actor.account_id, clock.now()
    grant.confirmed_by_id = grant.confirmed_at = None
    grant.save()


def _somebody_could_confirm(grant: RoleGrant) -> bool:
    keepers = Account.objects.filter(is_active=True).filter(
        models.Q(pk__in=RoleGrant.objects.filter(role__in=rules.SENSITIVE).values("account"))
        | models.Q(unit_id=grant.account.unit_id or 0)
    )
    return any(may_confirm(actor_for(keeper), grant) for keeper in keepers)


@shaped_otherwise(Reason.PART)
@transaction.atomic
def let_helpers_wait(*, actor: Actor, unit: Unit) -> None:
    """Part of a merge: whom the merger made or opened of late gets none of the work that came to this unit alone by it."""
    if actor.kind == "system":
        return
    held = RoleGrant.objects.filter(role__in=rules.OF_A_UNIT, account__unit=unit).select_related("account")
    for grant in held:
        if not independent(actor.account_id, grant.account_id):
            _wait_again(actor, grant)
            journal.record(actor, events.ROLE_ASKED, grant.account, role=grant.role, region=grant.region_code)


@transaction.atomic
def correct_account(*, actor: Actor, account: Account, field: str, value: str, reason: str) -> None:
    """Put right what is kept of a colleague (PIPL Art. 46). Raises NotAllowed, NotFound, BadInput."""
    actor.require("people.correct")
    if field not in rules.FIELDS_OF_ACCOUNT:
        raise BadInput(code="bad-field")
    found = Account.objects.select_for_update(of=("self",)).filter(pk=account.pk).first()
    if found is None:
        raise NotFound()
    clear = value.strip()
    try:
        if field == "email":
            validate_email(clear)
    except ValidationError as exc:
        raise BadInput(fields={"value": _("This cannot be read as such a value.")}) from exc
    column: Any = Account._meta.get_field(field)
    if not clear or len(clear) > column.max_length:
        raise BadInput(fields={"value": _("This cannot be read as such a value.")})
    setattr(found, field, clear)
    found.save(update_fields=[field])
    journal.record(actor, events.CORRECTED, found, field=field, reason=reason[:200])
