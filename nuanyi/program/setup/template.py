"""What every district usually begins with, from ``template.toml``: units, who answers, service list, routes, accounts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("template.toml")


@dataclass(frozen=True)
class UnitLine:
    """A unit as the template names it; ``{d}`` in the name stands for the district."""

    code: str
    name: str
    short_name: str
    kind: str
    required: bool = False
    region: str = ""

    def name_in(self, district: str) -> str:
        """The unit's full name in a district."""
        return self.name.replace("{d}", district)


@dataclass(frozen=True)
class ResponsibilityLine:
    """Who leads, guides or cooperates; ``unit`` is a unit's code."""

    role: str
    sector: str
    unit: str
    because: str


@dataclass(frozen=True)
class ServiceLine:
    """A line of the six-part service list."""

    part: str
    title: str
    words: str
    who: str
    needed: str
    unit: str
    promised_days: int
    law: str
    desk_call: str
    case_kind: str


@dataclass(frozen=True)
class RouteLine:
    """Where a kind of request goes."""

    kind: str
    unit: str


@dataclass(frozen=True)
class AccountLine:
    """One of the first accounts."""

    username: str
    display_name: str
    unit: str
    role: str
    ticked: bool


@dataclass(frozen=True)
class Template:
    """The whole file."""

    units: tuple[UnitLine, ...]
    responsibility: tuple[ResponsibilityLine, ...]
    services: tuple[ServiceLine, ...]
    routes: tuple[RouteLine, ...]
    accounts: tuple[AccountLine, ...]


@cache
def template() -> Template:
    """Read the file once."""
    raw: dict[str, list[dict[str, Any]]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Template(
        tuple(UnitLine(**line) for line in raw["unit"]),
        tuple(ResponsibilityLine(**line) for line in raw["responsibility"]),
        tuple(ServiceLine(**line) for line in raw["service"]),
        tuple(RouteLine(**line) for line in raw["route"]),
        tuple(AccountLine(**line) for line in raw["account"]),
    )


def township_unit_name(name: str) -> str:
    """The government of a township by its name: 街道 has an office, 镇 and 乡 have a government, anything else its own name."""
    if name.endswith("街道"):
        return f"{name}办事处"
    return f"{name}人民政府" if name.endswith(("镇", "乡")) else name
