"""Access: duty x act x place. Builds the actor of a request and explains itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from types import MappingProxyType

from nuanyi.lib.actor import EVERYWHERE, Actor, Scope
from nuanyi.people.models import Account, DutyGrant, keys
from nuanyi.people.rules import ACTS, ALL, PLACE, PLACE_OR_UNIT, UNIT, Duty


def owner_mark(actor: Actor) -> str:
    """What a phone may know an account by, to tell its drafts from another's: a keyed digest; "" for a guest."""
    return keys().digest("drafts-owner", str(actor.account_id)).hex()[:16] if actor.account_id else ""


def actor_for(account: Account) -> Actor:
    """The actor of an account, with its duties as they are now (one query)."""
    grants = list(DutyGrant.objects.filter(account=account)) if account.is_active else []
    return Actor(
        kind="account",
        label=account.username,
        account_id=account.pk,
        unit_id=account.unit_id,
        person_id=account.person_id,
        duties=tuple(sorted({grant.duty for grant in grants})),
        acts=MappingProxyType(_acts(grants, account.unit_id)),
    )


def _acts(grants: Iterable[DutyGrant], unit_id: int | None) -> dict[str, tuple[Scope, ...]]:
    acts: dict[str, set[Scope]] = defaultdict(set)
    for grant in grants:
        for act, table in ACTS.items():
            scope = _scope(table.get(Duty(grant.duty)), grant.region_code, unit_id)
            if scope is not None:
                acts[act].add(scope)
    return {act: tuple(sorted(scopes, key=repr)) for act, scopes in acts.items()}


def _scope(kind: str | None, region: str, unit_id: int | None) -> Scope | None:
    if kind == ALL:
        return EVERYWHERE
    if kind in (PLACE, PLACE_OR_UNIT) and region:
        return Scope(region=region)
    if kind in (PLACE_OR_UNIT, UNIT) and unit_id is not None:
        return Scope(unit=unit_id)
    return None


def explain(actor: Actor, act: str) -> dict[str, object]:
    """Why an act is allowed or refused: which duties would allow it, which the actor has, and where."""
    table = ACTS.get(act, {})
    return {
        "act": act,
        "allowed": actor.can(act),
        "allowed_by": [str(duty.label) for duty in table],
        "has": [str(Duty(duty).label) for duty in actor.duties],
        "where": [
            scope.region or (f"unit {scope.unit}" if scope.unit else "*") for scope in actor.scopes(act)
        ],
    }
