"""What the people do when a unit is closed or merged, and where the keys of sendings are kept."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.dispatch import receiver
from django.utils.translation import gettext as _

from nuanyi.lib import once
from nuanyi.lib.actor import Actor
from nuanyi.people import client_keys
from nuanyi.people.models import Account, Person
from nuanyi.people.services import accounts
from nuanyi.units.events import unit_closing, unit_merging
from nuanyi.units.models import Unit

once.keep_in(client_keys.Table())


@receiver(unit_closing)
def name_accounts(sender: object, unit: Unit, **_more: Any) -> list[str]:
    """Accounts of the unit keep it open."""
    there = Account.objects.filter(unit=unit, is_active=True).count()
    return [_("accounts: %(n)s") % {"n": there}] if there else []


@receiver(unit_merging)
def let_helpers_wait(sender: object, into: Unit, actor: Actor, **_more: Any) -> None:
    """Nobody reads another unit's open work by merging it to where somebody of his own making sits."""
    accounts.let_helpers_wait(actor=actor, unit=into)


@receiver(unit_merging)
def move_persons(sender: object, unit: Unit, into: Unit, **_more: Any) -> None:
    """Persons on the unit's rosters are on the other's from now on."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Person._meta.db_table} SET unit_ids = array_replace(unit_ids, %s::bigint, %s::bigint)"  # noqa: S608
            " WHERE unit_ids @> ARRAY[%s::bigint]",
            [unit.pk, into.pk, unit.pk],
        )
