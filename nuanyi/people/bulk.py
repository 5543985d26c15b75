"""Many accounts from a list: 登录名, 姓名, 单位, 角色, 辖区, in any order.

All of them or none, each wrong row named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.people.models import Account
from nuanyi.people.passwords import Slip, one_time_password
from nuanyi.people.rules import Role
from nuanyi.people.services import accounts
from nuanyi.places import queries as places
from nuanyi.units.models import Unit

TITLES = {
    "username": ("登录名", "用户名", "账号", "sign-in name", "username"),
    "name": ("姓名", "名称", "name"),
    "unit": ("单位", "所在单位", "unit"),
    "role": ("角色", "职责", "role"),
    "place": ("辖区", "乡镇", "地方", "place"),
}
MOST = 500


@dataclass(frozen=True)
class AccountRow:
    """A row as it was written, what was understood, and what is wrong with it ("" where nothing is)."""

    row: int
    username: str
    name: str
    unit: Unit | None
    role: str
    region_code: str
    wrong: str = ""

    @property
    def role_words(self) -> str:
        """The role in words."""
        return str(Role(self.role).label) if self.role in Role.values else self.role


def rows_of_text(text: str) -> list[list[str]]:
    """Pasted lines as cells."""
    lines = [line.replace("，", ",").replace(",", "\t").split("\t") for line in text.splitlines()]
    return [[cell.strip() for cell in cells] for cells in lines]


def read(actor: Actor, raw: Iterable[Sequence[Any]]) -> list[AccountRow]:
    """What a list would make, each row with what is wrong with it for this actor. Raises BadInput (none, too many)."""
    columns = {"username": 0, "name": 1, "unit": 2, "role": 3, "place": 4}
    rows: list[AccountRow] = []
    labels = {str(label): value for value, label in Role.choices}
    units = {
        key: unit
        for unit in Unit.objects.filter(active=True)
        for key in (unit.name, unit.short_name, unit.code)
    }
    taken = set(Account.objects.values_list("username", flat=True))
    names = places.names_by_code()
    for number, cells in enumerate(raw, 1):
        texts = [" ".join(str(cell if cell is not None else "").split()).removesuffix(".0") for cell in cells]
        if not any(texts):
            continue
        titled = _columns(texts)
        if not rows and titled:
            columns = titled
            continue

        def of(field: str, texts: list[str] = texts, columns: dict[str, int] = columns) -> str:
            place = columns.get(field)
            return texts[place] if place is not None and place < len(texts) else ""

        role = labels.get(of("role"), of("role"))
        unit = units.get(of("unit"))
        region = places.region_named(of("place"), names) if of("place") else ""
        if not of("place") and unit is not None and role == Role.UNIT_STAFF:
            region = unit.region_code
        wrong = ""
        if not of("username"):
            wrong = _("the sign-in name is missing")
        elif of("username") in taken:
            wrong = _("this sign-in name is taken or stands here twice")
        elif role not in Role.values:
            wrong = _("there is no role %(role)s") % {"role": of("role") or "—"}
        elif of("unit") and unit is None:
            wrong = _("there is no unit %(unit)s") % {"unit": of("unit")}
        elif region is None:
            wrong = _("there is no place %(place)s") % {"place": of("place")}
        elif Role(role) not in accounts.grantable(actor):
            wrong = _("you may not give this role")
        taken.add(of("username"))
        rows.append(AccountRow(number, of("username"), of("name"), unit, role, region or "", wrong))
    if not rows or len(rows) > MOST:
        raise BadInput(fields={"accounts": _("From 1 to 500 accounts.")}, code="bad-list")
    return rows


def _columns(texts: Sequence[str]) -> dict[str, int]:
    places_of: dict[str, int] = {}
    for place, text in enumerate(texts):
        for field, titles in TITLES.items():
            if text.lower() in titles and field not in places_of:
                places_of[field] = place
    return places_of if "username" in places_of else {}


@transaction.atomic
def make_accounts(*, actor: Actor, rows: Sequence[AccountRow]) -> list[Slip]:
    """Make every account with a one-time password and its role; all of them or none. Raises NotAllowed, BadInput."""
    actor.require("people.manage_accounts")
    slips: list[Slip] = []
    wrong: list[str] = []
    for row in rows:
        reason = row.wrong
        if not reason:
            password = one_time_password()
            try:
                account = accounts.make_account(
                    actor=actor,
                    username=row.username,
                    password=password,
                    display_name=row.name,
                    unit=row.unit,
                )
                accounts.give_role(actor=actor, account=account, role=row.role, region_code=row.region_code)
            except Refusal as refusal:
                reason = "；".join(str(words) for words in refusal.fields.values()) or str(refusal)
            else:
                slips.append(Slip(row.username, row.name, str(row.unit or ""), row.role_words, password))
        if reason:
            wrong.append(
                _("row %(n)s (%(name)s): %(why)s")
                % {"n": row.row, "name": row.username or "—", "why": reason}
            )
    if wrong:
        raise BadInput(fields={"accounts": "；".join(wrong[:20])}, code="bad-list")
    return slips
