"""Accounts, roles, sealed persons: every write, and ``reveal``, the only way to the clear text."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import queries as journal_queries
from nuanyi.journal import services as journal
from nuanyi.lib import clock, masks
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound, TooMuch
from nuanyi.people import erasures, events, rules
from nuanyi.people.models import SEALED_FIELDS, Account, Consent, Person, RoleGrant, bound_to, keys
from nuanyi.people.rules import Role
from nuanyi.units.models import Unit

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
    actor.require("people.manage_accounts")
    account = Account(
        username=username.strip(), display_name=display_name.strip(), unit=unit, email=email.strip()
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
    """Give a role. Raises NotAllowed (nobody grants more than they hold, nor to themselves), Conflict (roles apart)."""
    _require_granting(actor, account, role)
    Account.objects.select_for_update().get(pk=account.pk)
    held = frozenset(
        Role(name) for name in RoleGrant.objects.filter(account=account).values_list("role", flat=True)
    )
    if not rules.may_hold_together(held | {Role(role)}):
        raise Conflict(
            _("One person may not have both roles: running, auditing and using are kept apart."),
            code="apart",
        )
    grant, made = RoleGrant.objects.get_or_create(
        account=account, role=role, region_code=region_code, defaults={"granted_by_id": actor.account_id}
    )
    if made:
        journal.record(actor, events.DUTY_GIVEN, account, role=role, region=region_code)
    return grant


@transaction.atomic
def take_role(*, actor: Actor, grant: RoleGrant) -> None:
    """Take a role away; it is gone with the next request. Raises NotAllowed."""
    _require_granting(actor, grant.account, grant.role)
    journal.record(actor, events.DUTY_TAKEN, grant.account, role=grant.role, region=grant.region_code)
    grant.delete()


def _require_granting(actor: Actor, account: Account, role: str) -> None:
    actor.require("people.manage_accounts")
    if actor.kind == "system":
        return
    if account.pk == actor.account_id:
        raise NotAllowed(_("Nobody changes their own roles."), code="own-roles")
    grantable = {granted for held in actor.roles for granted in rules.GRANTED_BY.get(Role(held), ())}
    if role not in grantable:
        raise NotAllowed(_("You cannot give or take this role: you do not hold it."), code="more-than-held")


@transaction.atomic
def close_account(*, actor: Actor, account: Account) -> None:
    """Close an account; its next request is refused. Raises NotAllowed, IllegalMove (one's own, or a room objects)."""
    actor.require("people.manage_accounts")
    if account.pk == actor.account_id:
        raise IllegalMove(_("You cannot close your own account."))
    events.account_closing.send(sender=Account, account=account, actor=actor)
    account.is_active = False
    account.save(update_fields=["is_active"])
    journal.record(actor, events.ACCOUNT_CLOSED, account)


@transaction.atomic
def open_account(*, actor: Actor, account: Account) -> None:
    """Open a closed account again. Raises NotAllowed."""
    actor.require("people.manage_accounts")
    account.is_active = True
    account.save(update_fields=["is_active"])
    journal.record(actor, events.ACCOUNT_OPENED, account)


@transaction.atomic
def set_first_password(*, actor: Actor, account: Account, password: str) -> None:
    """Set a password that its owner must change at the next sign-in. Raises NotAllowed, BadInput."""
    actor.require("people.manage_accounts")
    held = set(RoleGrant.objects.filter(account=account).values_list("role", flat=True))
    grantable = {str(granted) for mine in actor.roles for granted in rules.GRANTED_BY.get(Role(mine), ())}
    if actor.kind != "system" and not held <= grantable:
        raise NotAllowed(_("You cannot set this password: the account has roles that you do not hold."))
    try:
        validate_password(password, account)
    except ValidationError as exc:
        raise BadInput(fields={"password": " ".join(exc.messages)}) from exc
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    journal.record(actor, events.PASSWORD_SET, account)


# sealed persons ------------------------------------------------------------------------------

_MASKS = {"name": masks.mask_name, "phone": masks.mask_phone, "id_number": masks.mask_id_number}


def seal_into(person: Person, **clear: str) -> Person:
    """Put normalised clear values into a person's sealed fields, masks and digests; does not save.

    Fields: name, phone, id_number, political. An empty text empties the field.
    """
    ring = keys()
    for field, text in clear.items():
        setattr(
            person,
            f"sealed_{field}",
            ring.seal(SEALED_FIELDS[field], text, bound_to(person.pk, field)) if text else None,
        )
        if field in _MASKS:
            setattr(person, f"{field}_mask", _MASKS[field](text))
        if field in ("phone", "id_number"):
            setattr(person, f"{field}_digest", ring.digest(field, text) if text else None)
    return person


def reveal(*, actor: Actor, person: Person, field: str, purpose: str) -> str:
    """Open one sealed value for a stated purpose and write that to the journal.

    Raises BadInput (unknown field, no purpose), NotFound (not the actor's business), NotAllowed,
    TooMuch (the day's quota is used up).
    """
    if field not in SEALED_FIELDS:
        raise BadInput(code="bad-field")
    if len(purpose.strip()) < rules.MIN_PURPOSE:
        raise BadInput(
            _("Say in a few words what you need it for."),
            code="no-purpose",
            fields={"purpose": _("What for?")},
        )
    try:
        return _reveal(actor, person.pk, field, purpose.strip())
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
    used = _reveals_today(actor)
    if actor.kind != "system" and used >= rules.REVEALS_A_DAY:
        raise TooMuch(
            _("You have opened as many values as one person may in a day. Ask your superior."),
            code="reveal-quota",
        )
    sealed = getattr(person, f"sealed_{field}")
    clear = keys().open(SEALED_FIELDS[field], sealed, bound_to(person.pk, field)) if sealed else ""
    journal.record(actor, events.REVEALED, person, field=field, purpose=purpose[:200])
    if used + 1 == rules.REVEALS_ALARM:
        events.reveal_alarm.send(sender=Person, actor=actor, count=used + 1)
    return clear


def _reveals_today(actor: Actor) -> int:
    midnight = clock.midnight(clock.today())
    return journal_queries.acts_since(actor_id=actor.account_id, kind=events.REVEALED, since=midnight)


def open_for_program(person: Person, field: str) -> str:
    """The clear text for the program's own comparison within a journaled act (an import's dry run); never shown."""
    sealed = getattr(person, f"sealed_{field}")
    return keys().open(SEALED_FIELDS[field], sealed, bound_to(person.pk, field)) if sealed else ""


@transaction.atomic
def erase_person(*, actor: Actor, person: Person, reason: str) -> None:
    """Forget a person everywhere (PIPL Art. 47): sealed values, digests and masks; counts stay. Raises NotAllowed."""
    actor.require("people.erase", regions=tuple(person.region_codes), units=tuple(person.unit_ids))
    events.person_erased.send(sender=Person, person=person, actor=actor)
    seal_into(person, name="", phone="", id_number="", political="")
    person.erased_at = person.changed_at = clock.now()
    person.save()
    Consent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=clock.now())
    journal.record(actor, events.ERASED, person, reason=reason[:200])
    transaction.on_commit(partial(erasures.note, person.pk))


def replay_erasures(*, actor: Actor) -> int:
    """After a restore: erase again whoever was erased after the backup was written. Returns how many that were."""
    again = Person.objects.filter(pk__in=list(erasures.noted()), erased_at=None)
    for person in again:
        erase_person(actor=actor, person=person, reason="erased after the backup was written")
    return len(again)


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
    """Take a consent back (PIPL Art. 15). For political affiliation the value goes with it."""
    if consent.withdrawn_at is not None:
        return
    consent.withdrawn_at = clock.now()
    consent.save(update_fields=["withdrawn_at"])
    if consent.purpose == "political":
        seal_into(consent.person, political="").save()
    journal.record(actor, events.CONSENT_WITHDRAWN, consent.person, purpose=consent.purpose)


def reseal_all(*, actor: Actor, family: str, batch: int = 1000) -> int:
    """After a key was added: seal every value of a family again under the newest key. Can be run again at will."""
    ring, done = keys(), 0
    fields = [field for field, of in SEALED_FIELDS.items() if of == family]
    newest = ring.rings[family].newest
    last: UUID | None = None
    while True:
        rows = (
            Person.objects.order_by("pk")
            if last is None
            else Person.objects.filter(pk__gt=last).order_by("pk")
        )
        with transaction.atomic():
            people = list(rows.select_for_update()[:batch])
            done += sum(_reseal(person, fields, newest) for person in people)
        if not people:
            break
        last = people[-1].pk
    journal.record(actor, events.KEYS_ROTATED, family=family, key=newest, values=done)
    return done


def _reseal(person: Person, fields: list[str], newest: int) -> int:
    ring, done = keys(), 0
    for field in fields:
        sealed = getattr(person, f"sealed_{field}")
        if sealed and ring.key_number(sealed) != newest:
            clear = ring.open(SEALED_FIELDS[field], sealed, bound_to(person.pk, field))
            setattr(
                person, f"sealed_{field}", ring.seal(SEALED_FIELDS[field], clear, bound_to(person.pk, field))
            )
            done += 1
    if done:
        person.save(update_fields=[f"sealed_{field}" for field in fields])
    return done
