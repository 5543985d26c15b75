"""Accounts, roles, sealed persons: every write, and ``reveal``, the only way to the clear text."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, models, transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import queries as journal_queries
from nuanyi.journal import rules as journal_rules
from nuanyi.journal import services as journal
from nuanyi.lib import clock, masks, retention, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound, TooMuch
from nuanyi.lib.held_locks import HELD_LOCKS, held
from nuanyi.lib.identity import Unreadable, read_id_number, read_mobile, read_person_name
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.lib.seal import FAMILIES, add_key, drop_keys_before
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people import erasures, events, queries, rules
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, Consent, ErasureMark, KeptView, Person, RoleGrant, WecomLink, keys
from nuanyi.people.rules import Role
from nuanyi.units import queries as units
from nuanyi.units.models import Unit

#: What a kept view may name, and what of an address it leaves out.
VIEW_NAME = re.compile(r"[a-z_]{1,20}")
NOT_KEPT = frozenset({"q", "after", "before", "undo", "did", "failed"})
#: What no code of a place begins with.
NOWHERE = "-"

# accounts and roles -------------------------------------------------------------------------


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


# sealed persons ------------------------------------------------------------------------------

_MASKS = {"name": masks.mask_name, "phone": masks.mask_phone, "id_number": masks.mask_id_number}


def seal_into(person: Person, **clear: str) -> Person:
    """Put normalised clear values into a person's sealed fields, masks and digests; does not save.

    Fields: name, phone, id_number, political. An empty text empties the field.
    """
    ring = keys()
    for field, text in clear.items():
        sealed.put(person, f"sealed_{field}", text)
        if field in _MASKS:
            setattr(person, f"{field}_mask", _MASKS[field](text))
        if field in rules.FOUND_BY_DIGEST:
            setattr(person, f"{field}_digest", ring.digest(field, text) if text else None)
    return person


def columns_of(*fields: str) -> tuple[str, ...]:
    """The columns that ``seal_into`` fills for these fields, for whoever saves no others of a person."""
    columns: list[str] = []
    for field in fields:
        columns.append(f"sealed_{field}")
        if field in _MASKS:
            columns.append(f"{field}_mask")
        if field in rules.FOUND_BY_DIGEST:
            columns.append(f"{field}_digest")
    return tuple(columns)


def read_purpose(text: str) -> str:
    """For what somebody opens a value, as it goes into the journal. Raises BadInput where nothing is said."""
    if len(text.strip()) < rules.MIN_PURPOSE:
        raise BadInput(
            _("Say in a few words what you need it for."),
            code="no-purpose",
            fields={"purpose": _("What for?")},
        )
    return text.strip()[:200]


def reveal(*, actor: Actor, person: Person, field: str, purpose: str) -> str:
    """Open one sealed value for a stated purpose and write that to the journal.

    Raises BadInput (unknown field, no purpose), NotFound (not the actor's business), NotAllowed,
    TooMuch (the day's quota is used up).
    """
    if field not in rules.FIELDS:
        raise BadInput(code="bad-field")
    purpose = read_purpose(purpose)
    try:
        return _reveal(actor, person.pk, field, purpose)
    except (NotAllowed, TooMuch) as exc:
        journal.record(actor, events.REVEAL_REFUSED, person, field=field, why=exc.code)
        raise


@transaction.atomic
def _reveal(actor: Actor, pk: UUID, field: str, purpose: str) -> str:
    person = Person.objects.visible_to(actor).filter(pk=pk, erased_at=None).first()
    if person is None:
        raise NotFound()
    permission = "people.reveal_political" if field == "political" else "people.reveal"
    actor.require(permission, regions=tuple(person.region_codes), units=tuple(person.unit_ids))
    record_opening(actor, events.REVEALED, person, field=field, purpose=purpose)
    return sealed.open_text(person, f"sealed_{field}")


@transaction.atomic
def record_opening(
    actor: Actor, kind: str, subject: models.Model, *, values: int = 1, **detail: object
) -> None:
    """Write to the journal that so many personal values are opened, count them into the day's quota, tell the auditors.

    Every room that shows a value in clear calls it before it opens one; ``kind`` was declared with ``opens``. Nothing is
    opened without a purpose: that of the page, which was declared with the kind, or ``purpose``, as somebody says it.
    Raises BadInput (no purpose), TooMuch (the day's quota is used up, and nothing may be shown).
    """
    declared = journal_rules.kind(kind)
    if not declared.opens:
        raise ValueError(f"{kind} is not declared as one that opens values")
    if not declared.purpose and actor.kind != "system":
        read_purpose(str(detail.get("purpose") or ""))
    # one opening at a time: counted side by side, 32 at once gave two more than the day's quota and no alarm
    if actor.account_id is not None:
        Account.objects.select_for_update().filter(pk=actor.account_id).first()
    midnight = clock.midnight(clock.today())
    used = journal_queries.values_opened_since(actor_id=actor.account_id, since=midnight)
    if actor.kind != "system" and used + values > rules.REVEALS_A_DAY:
        raise TooMuch(
            _("You have opened as many values as one person may in a day. Ask your superior."),
            code="reveal-quota",
        )
    journal.record(actor, kind, subject, values=values, **detail)
    if used < rules.REVEALS_ALARM <= used + values:
        events.reveal_alarm.send(sender=Person, actor=actor, count=used + values)


def open_for_program(person: Person, field: str) -> str:
    """The clear text for the program's own comparison within a journaled act (an import's dry run); never shown."""
    return sealed.open_text(person, f"sealed_{field}")


@transaction.atomic
def erase_person(*, actor: Actor, person: Person, reason: str, for_good: bool = True) -> None:
    """Forget a person everywhere (PIPL Art. 47): sealed values, digests and masks; counts stay.

    ``for_good``: on request, so that a restored backup must not bring the person back. Without it the person was only
    past the time of keeping.

    Raises NotAllowed, OSError (it could not be noted beside the keys, and nothing is erased).
    """
    actor.require("people.erase", regions=tuple(person.region_codes), units=tuple(person.unit_ids))
    events.person_erased.send(sender=Person, person=person, actor=actor)
    marks = [bytes(mark) for mark in (person.phone_digest, person.id_number_digest) if mark]
    seal_into(person, name="", phone="", id_number="", political="")
    person.erased_at = person.changed_at = clock.now()
    person.save()
    Consent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=clock.now())
    journal.record(actor, events.ERASED, person, reason=reason[:200])
    if not for_good:
        return
    ErasureMark.objects.bulk_create([ErasureMark(digest=mark) for mark in marks], ignore_conflicts=True)
    # the last before the commit: whoever dies after it leaves a person too many on the list, whom a restore erases as
    # was asked; the other way round, a restore would bring back one who was told to be forgotten
    erasures.note(person.pk, marks=marks)


def barred(digests: Iterable[bytes]) -> set[bytes]:
    """Those of some digests of phones and identity numbers whose holders asked to be forgotten."""
    rows = ErasureMark.objects.filter(digest__in=list(digests))
    return {bytes(mark) for mark in rows.values_list("digest", flat=True)}


def all_barred() -> frozenset[bytes]:
    """Every such digest, 16 bytes each: for a roster, which asks once for all its rows."""
    return frozenset(bytes(mark) for mark in ErasureMark.objects.values_list("digest", flat=True))


@transaction.atomic
def admit(*, actor: Actor, text: str) -> bool:
    """Take the mark off a phone or an identity number: its holder wants to be here again. Returns whether there was one."""
    actor.require("people.erase")
    digests = [digest for _field, digest in queries.digests_of(text)]
    if not digests:
        raise BadInput(_("Neither a mobile number nor an ID number."), code="bad-number")
    done = ErasureMark.objects.filter(digest__in=digests).delete()[0]
    if done:
        journal.record(actor, events.ADMITTED)
        # the last before the commit, as with an erasure; a restore would bar them again
        erasures.note_admitted(digests)
    return bool(done)


@transaction.atomic
def correct_person(*, actor: Actor, person: Person, field: str, value: str, reason: str) -> None:
    """Put a value right that the person says is wrong (PIPL Art. 46). Raises NotAllowed, NotFound, BadInput."""
    read = _CORRECTED.get(field)
    if read is None:
        raise BadInput(code="bad-field")
    found = Person.objects.visible_to(actor).select_for_update().filter(pk=person.pk, erased_at=None).first()
    if found is None and actor.kind == "system":
        found = Person.objects.select_for_update().filter(pk=person.pk, erased_at=None).first()
    if found is None:
        raise NotFound()
    actor.require("people.correct", regions=tuple(found.region_codes), units=tuple(found.unit_ids))
    try:
        clear = read(value)
    except Unreadable as exc:
        raise BadInput(fields={"value": _("This cannot be read as such a value.")}) from exc
    seal_into(found, **{field: clear})
    found.changed_at = clock.now()
    found.save()
    journal.record(actor, events.CORRECTED, found, field=field, reason=reason[:200])


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


def replay_erasures(*, actor: Actor) -> int:
    """After a restore: forget again whatever was forgotten or taken back on request after the backup was written.

    Returns how many persons and other rows that were.
    """
    ErasureMark.objects.bulk_create(
        [ErasureMark(digest=mark) for mark in sorted(erasures.noted_marks())], ignore_conflicts=True
    )
    done = 0
    for rule in retention.rules():
        rows = list(rule.holding(erasures.noted_rows().get(rule.name, ())))
        if rows:
            rule.forget(actor, rows)
            done += len(rows)
    taken_back = erasures.noted_rows().get(Consent._meta.label_lower, ())
    for consent in Consent.objects.filter(pk__in=taken_back, withdrawn_at=None).select_related("person"):
        withdraw_consent(actor=actor, consent=consent)
        done += 1
    again = Person.objects.filter(pk__in=list(erasures.noted()), erased_at=None)
    for person in again:
        erase_person(actor=actor, person=person, reason="erased after the backup was written")
        done += 1
    return done


_CORRECTED = {"name": read_person_name, "phone": read_mobile, "id_number": read_id_number}


@shaped_otherwise(Reason.PART)
@transaction.atomic
def give_consent(*, actor: Actor, person: Person, purpose: str, evidence: str) -> Consent:
    """Record that a person agreed to one purpose; a second time gives the standing one."""
    consent, made = Consent.objects.get_or_create(
        person=person, purpose=purpose, withdrawn_at=None, defaults={"evidence": evidence}
    )
    if made:
        journal.record(actor, events.CONSENT_GIVEN, person, purpose=purpose)
    return consent


@transaction.atomic
def withdraw_consent(*, actor: Actor, consent: Consent) -> None:
    """Take a consent back (PIPL Art. 15). For political affiliation the value goes with it. Raises NotAllowed."""
    whose = consent.person
    actor.require("people.correct", regions=tuple(whose.region_codes), units=tuple(whose.unit_ids))
    if consent.withdrawn_at is not None:
        return
    consent.withdrawn_at = clock.now()
    consent.save(update_fields=["withdrawn_at"])
    if consent.purpose == "political":
        seal_into(consent.person, political="").save()
    journal.record(actor, events.CONSENT_WITHDRAWN, consent.person, purpose=consent.purpose)
    erasures.note(consent.pk, table=Consent._meta.label_lower)


def rotate_keys(*, actor: Actor, drop_old: bool = False) -> dict[str, Any]:
    """Seal everything again under new keys, in every table and file of the registry (``lib.sealed``).

    A rotation that was killed goes on where it stood, without another key. With ``drop_old`` the old keys are
    destroyed, but not while one value is under them. Returns ``{family: {"key", "values": {where: count}}}``.
    Raises NotAllowed, Conflict (another rotation runs, values are left), CannotOpen.
    """
    actor.require("people.rotate_keys")
    path = Path(settings.NUANYI_KEYS_FILE)
    report: dict[str, Any] = {}
    with _sole_rotation():
        for family in FAMILIES:
            if not sealed.under_old_keys(family):
                add_key(path, family)
            done = sealed.reseal(family)
            if drop_old:
                _wait_for_older_transactions()
                for where, count in sealed.reseal(family).items():
                    done[where] = done.get(where, 0) + count
            newest = sealed.keys().rings[family].newest
            with transaction.atomic():
                journal.record(
                    actor, events.KEYS_ROTATED, family=family, key=newest, values=sum(done.values())
                )
            report[family] = {"key": newest, "values": done}
        if drop_old:
            left = {where: n for family in FAMILIES for where, n in sealed.under_old_keys(family).items()}
            if left:
                told = ", ".join(f"{where} {count}" for where, count in left.items())
                raise Conflict(
                    _("The old keys stay: values are still under them (%(where)s). Run it again.")
                    % {"where": told},
                    code="values-left",
                )
            for family in FAMILIES:
                drop_keys_before(path, family, report[family]["key"])
    return report


ROTATION = "rotation of keys"
#: How long a rotation waits, in seconds, for transactions that may have sealed under the key before.
WAIT_FOR_OLDER = 120
#: The transactions of this database that are open now, but one's own and those that only hold a lock.
OPEN_TRANSACTIONS = f"""
SELECT l.virtualtransaction FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'virtualxid' AND a.datname = current_database() AND l.pid <> pg_backend_pid()
   AND NOT EXISTS (SELECT FROM pg_locks h WHERE h.pid = l.pid AND h.locktype = 'advisory' AND h.classid = {HELD_LOCKS})
"""  # noqa: S608 - a number of ours


@contextmanager
def _sole_rotation() -> Iterator[None]:
    """Hold the one right to rotate; it ends with the process, however it ends. Raises Conflict."""
    with held(ROTATION) as mine:
        if not mine:
            raise Conflict(_("Another rotation of keys is running."), code="rotation-running")
        yield


def _wait_for_older_transactions() -> None:
    """Wait until nobody runs who may have sealed before the new key was there. Raises Conflict after two minutes.

    Waits for virtual transactions: one that has sealed and not yet written has no other number.
    """
    with connection.cursor() as cursor:
        cursor.execute(OPEN_TRANSACTIONS)
        older = set(cursor.fetchall())
        for _turn in range(WAIT_FOR_OLDER * 5):
            cursor.execute(OPEN_TRANSACTIONS)
            older &= set(cursor.fetchall())
            if not older:
                return
            time.sleep(0.2)
    raise Conflict(
        _("A long transaction is still running; the old keys stay. Run it again later."), code="busy"
    )


# kept views of lists ------------------------------------------------------------------------


@shaped_otherwise(Reason.OWN)
@transaction.atomic
def keep_view(*, actor: Actor, list_name: str, title: str, query: str, is_shared: bool = False) -> KeptView:
    """Keep a list's filters, order and columns under a name. What was searched for is not kept: it may be a name.

    Raises NotAllowed, BadInput.
    """
    if actor.account_id is None:
        raise NotAllowed()
    if not title.strip() or not list_name:
        raise BadInput(fields={"title": _("Give the view a name.")})
    told = QueryDict(query)
    kept = {name: told[name] for name in told if VIEW_NAME.fullmatch(name) and name not in NOT_KEPT}
    made, _new = KeptView.objects.update_or_create(
        account_id=actor.account_id,
        list_name=list_name[:40],
        title=title.strip()[:30],
        defaults={"query": urlencode(kept)[:400], "is_shared": is_shared, "unit_id": actor.unit_id},
    )
    return made


@shaped_otherwise(Reason.OWN)
@transaction.atomic
def drop_view(*, actor: Actor, pk: int) -> None:
    """Forget a view of one's own. Raises NotFound."""
    if not KeptView.objects.filter(pk=pk, account_id=actor.account_id or 0).delete()[0]:
        raise NotFound()


# WeCom -------------------------------------------------------------------------------------------


@transaction.atomic
def link_wecom(*, actor: Actor, account: Account, member: str) -> None:
    """Let an account's owner sign in as a member of WeCom. Raises NotAllowed (not one's own), Conflict (linked elsewhere)."""
    if actor.account_id != account.pk:
        raise NotAllowed()
    if account.must_change_password:  # whoever saw the slip could stay by it
        raise NotAllowed(_("Choose a password of your own first."), code="first-password")
    digest = keys().digest("wecom", member)
    if WecomLink.objects.filter(member_digest=digest).exclude(account=account).exists():
        raise Conflict(_("This WeCom member is linked to another account already."), code="wecom-taken")
    WecomLink.objects.update_or_create(
        account=account, defaults={"member_digest": digest, "linked_at": clock.now()}
    )
    journal.record(actor, events.WECOM_LINKED, account)


@transaction.atomic
def unlink_wecom(*, actor: Actor, account: Account) -> None:
    """Take the link of one's own account away; nothing where there is none. Raises NotAllowed."""
    if actor.account_id != account.pk:
        raise NotAllowed()
    if WecomLink.objects.filter(account=account).delete()[0]:
        journal.record(actor, events.WECOM_UNLINKED, account)


def account_of_wecom(member: str) -> Account:
    """The account that a member of WeCom is linked to. Raises NotAllowed: none is, or it is closed."""
    link = (
        WecomLink.objects.select_related("account")
        .filter(member_digest=keys().digest("wecom", member), account__is_active=True)
        .first()
    )
    if link is None:
        raise NotAllowed(
            _(
                "No account is linked to your WeCom yet. Sign in with your password once, then link it on your own page."
            ),
            code="wecom-unknown",
        )
    return link.account
