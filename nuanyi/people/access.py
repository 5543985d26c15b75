"""Access: role x permission x place. Builds the actor of a request and explains itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from django.db.models import F

from nuanyi.lib import rooms
from nuanyi.lib.actor import EVERYWHERE, Actor, Scope
from nuanyi.people.models import Account, RoleGrant, keys
from nuanyi.people.rules import ALL, OF_A_UNIT, PLACE, PLACE_OR_UNIT, UNIT, Role
from nuanyi.units.models import Unit, UnitKind

#: Roles that reach everywhere, unless they are given for one district of a city.
OF_ONE_DISTRICT = frozenset({Role.DISTRICT_OFFICE, Role.ORGANISATION})


def owner_mark(actor: Actor) -> str:
    """What a phone may know an account by, to tell its drafts from another's: a keyed digest; "" for a guest."""
    return keys().digest("drafts-owner", str(actor.account_id)).hex()[:16] if actor.account_id else ""


def actor_for(account: Account) -> Actor:
    """The actor of an account, with its roles as they are now (one query)."""
    held = RoleGrant.objects.filter(account=account).annotate(unit_kind=F("account__unit__kind"))
    grants = list(held) if account.is_active else []
    return Actor(
        kind="account",
        label=account.username,
        account_id=account.pk,
        unit_id=account.unit_id,
        person_id=account.person_id,
        roles=tuple(sorted({grant.role for grant in grants})),
        permissions=MappingProxyType(_permissions(grants, account.unit_id)),
    )


def _permissions(grants: Iterable[Any], unit_id: int | None) -> dict[str, tuple[Scope, ...]]:
    permissions: dict[str, set[Scope]] = defaultdict(set)
    for grant in grants:
        own = _of_one_district(grant)
        is_member = grant.unit_kind == UnitKind.MEMBER and grant.role in OF_A_UNIT
        for permission in rooms.permissions().values():
            if is_member and not permission.for_members:
                continue
            kind = permission.roles.get(Role(grant.role))
            scope = _scope(kind, grant.region_code, unit_id)
            if kind == ALL and own:
                permissions[permission.name] |= own
            elif scope is not None:
                permissions[permission.name].add(scope)
    return {permission: tuple(sorted(scopes, key=repr)) for permission, scopes in permissions.items()}


def _of_one_district(grant: RoleGrant) -> frozenset[Scope]:
    """In a city: the office and the organisation of one district reach its places and its units, and nothing of another's.

    Empty where the role reaches everywhere.
    """
    if not grant.region_code or grant.role not in OF_ONE_DISTRICT:
        return frozenset()
    units = Unit.objects.filter(region_code__startswith=grant.region_code).values_list("pk", flat=True)
    return frozenset({Scope(region=grant.region_code), *(Scope(unit=pk) for pk in units)})


def _scope(kind: str | None, region: str, unit_id: int | None) -> Scope | None:
    if kind == ALL:
        return EVERYWHERE
    if kind in (PLACE, PLACE_OR_UNIT) and region:
        return Scope(region=region)
    if kind in (PLACE_OR_UNIT, UNIT) and unit_id is not None:
        return Scope(unit=unit_id)
    return None


def explain(actor: Actor, permission: str) -> dict[str, object]:
    """Why a permission is allowed or refused: which roles would allow it, which the actor has, and where."""
    declared = rooms.permissions().get(permission)
    table = declared.roles if declared is not None else {}
    return {
        "permission": permission,
        "allowed": actor.can(permission),
        "allowed_by": [str(role.label) for role in table],
        "has": [str(Role(role).label) for role in actor.roles],
        "where": [
            scope.region or (f"unit {scope.unit}" if scope.unit else "*")
            for scope in actor.scopes(permission)
        ],
    }
