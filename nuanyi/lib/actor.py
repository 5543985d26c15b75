"""Who is doing something. Built by ``people.access``; rooms below people only read it.

The actor carries the permissions that its roles allow and the places or units where they hold, so that a
room on any floor can ask ``actor.require("units.edit_rules")`` without knowing accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from nuanyi.lib.errors import NotAllowed, NotFound, SignInFirst


@dataclass(frozen=True)
class Scope:
    """Where a permission is allowed: everywhere, below a region's code, or for one unit's own records."""

    everywhere: bool = False
    region: str = ""
    unit: int | None = None

    def covers(self, *, region: str = "", regions: tuple[str, ...] = (), units: tuple[int, ...] = ()) -> bool:
        """Whether a record in ``region``/``regions`` or belonging to ``units`` lies inside."""
        if self.everywhere:
            return True
        places = regions + ((region,) if region else ())
        if self.region and any(place.startswith(self.region) for place in places):
            return True
        return self.unit is not None and self.unit in units


EVERYWHERE = Scope(everywhere=True)


@dataclass(frozen=True)
class Actor:
    """The person or program that acts. ``kind`` is account, guest or system."""

    kind: str
    label: str
    account_id: int | None = None
    unit_id: int | None = None
    person_id: UUID | None = None
    roles: tuple[str, ...] = ()
    permissions: Mapping[str, tuple[Scope, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def scopes(self, permission: str) -> tuple[Scope, ...]:
        """Where this actor may do ``permission``; empty where nowhere."""
        return (EVERYWHERE,) if self.kind == "system" else self.permissions.get(permission, ())

    def everywhere(self, permission: str) -> bool:
        """Whether this actor may do ``permission`` with every record there is."""
        return any(scope.everywhere for scope in self.scopes(permission))

    def units(self, permission: str) -> list[int]:
        """The units whose own records this actor may do ``permission`` with."""
        return [scope.unit for scope in self.scopes(permission) if scope.unit is not None]

    def regions(self, permission: str) -> list[str]:
        """The codes of the regions below which this actor may do ``permission``: one district of a city, a township."""
        return [scope.region for scope in self.scopes(permission) if scope.region]

    def can(
        self, permission: str, *, regions: tuple[str, ...] | None = None, units: tuple[int, ...] = ()
    ) -> bool:
        """Whether the permission is allowed at all, or for a record in these regions or units."""
        scopes = self.scopes(permission)
        if regions is None and not units:
            return bool(scopes)
        return any(scope.covers(regions=regions or (), units=units) for scope in scopes)

    def require(
        self, permission: str, *, regions: tuple[str, ...] | None = None, units: tuple[int, ...] = ()
    ) -> None:
        """Return if allowed. Raises SignInFirst for a guest, NotAllowed otherwise."""
        if self.can(permission, regions=regions, units=units):
            return
        if self.kind == "guest":
            raise SignInFirst()
        raise NotAllowed(permission=permission)

    def require_everywhere(self, permission: str) -> None:
        """Return if allowed for every record there is: what holds for a whole city is no district's to change.

        Raises SignInFirst for a guest, NotAllowed otherwise.
        """
        self.require(permission)
        if not self.everywhere(permission):
            raise NotAllowed(permission=permission)

    def require_within(
        self, permission: str, *, regions: tuple[str, ...] | None = None, units: tuple[int, ...] = ()
    ) -> None:
        """Return if allowed for a record of these regions or units that was found by its number.

        Raises SignInFirst for a guest, NotAllowed where the permission is missing altogether, NotFound where the record
        is another's: the answer must be the same as for a number that nobody has.
        """
        self.require(permission)
        if not self.can(permission, regions=regions or (), units=units):
            raise NotFound()


#: Whoever proved to hold a telephone number, and nothing else: the next holder of the number could.
PHONE_HOLDER = Actor(kind="system", label="phone-holder")
GUEST = Actor(kind="guest", label="guest")


def system(label: str) -> Actor:
    """The program itself, acting for ``label`` (a job or a command). It may do everything and is journaled."""
    return Actor(kind="system", label=label)
