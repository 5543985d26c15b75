"""Reading accounts and persons."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib.actor import Actor
from nuanyi.lib.identity import Unreadable, read_id_number, read_mobile
from nuanyi.people import events
from nuanyi.people.models import Account, KeptView, Person, WecomLink, keys
from nuanyi.units.models import Unit, UnitKind


def accounts_for(actor: Actor) -> QuerySet[Account]:
    """Accounts with their units and roles, for whoever manages them."""
    actor.require("people.manage_accounts")
    rows = Account.objects.select_related("unit").prefetch_related("grants").order_by("username")
    if actor.everywhere("people.manage_accounts"):
        return rows
    return rows.filter(unit_id__in=actor.units("people.manage_accounts"))


def digests_of(text: str) -> list[tuple[str, bytes]]:
    """``[(field, digest)]`` for what could be a phone or an identity number; empty for anything else."""
    found: list[tuple[str, bytes]] = []
    for field, read in (("phone", read_mobile), ("id_number", read_id_number)):
        try:
            found.append((field, keys().digest(field, read(text))))
        except Unreadable:
            continue
    return found


def person_with(actor: Actor, text: str) -> QuerySet[Person]:
    """The persons with exactly this phone or identity number, among those the actor may see; journaled."""
    digests = digests_of(text)
    if not digests or not actor.can("people.see_masked"):
        return Person.objects.none()
    wanted = Q(pk__in=[])
    for field, digest in digests:
        wanted |= Q(**{f"{field}_digest": digest})
    journal.record(actor, events.LOOKED_UP, field=digests[0][0])
    return Person.objects.visible_to(actor).filter(wanted)


def has_hands(unit_id: int) -> bool:
    """Whether somebody of a unit can sign in, so that what comes to it is seen."""
    return Account.objects.filter(unit_id=unit_id, is_active=True).exists()


def units_without_hands() -> QuerySet[Unit]:
    """Active units in which nobody can sign in: what goes there comes to the district office. Members of alliances need none."""
    hands = Account.objects.filter(unit=OuterRef("pk"), is_active=True)
    return Unit.objects.filter(~Exists(hands), active=True).exclude(kind=UnitKind.MEMBER)


def kept_views(actor: Actor, list_name: str) -> list[KeptView]:
    """Views of a list: one's own, and those that one's unit shares."""
    if actor.account_id is None:
        return []
    mine = Q(account_id=actor.account_id) | Q(is_shared=True, unit_id=actor.unit_id)
    return list(KeptView.objects.filter(mine, list_name=list_name)[:50])


def second_factors(account: Account) -> str:
    """The second factors of an account in words; "" for none."""
    words = {"totp": _("code generator"), "webauthn": _("passkey")}
    kinds = Authenticator.objects.filter(user=account).values_list("type", flat=True).distinct()
    return "、".join(str(words[kind]) for kind in sorted(kinds) if kind in words)


def wecom_linked_at(account: Account) -> datetime | None:
    """When an account was linked to WeCom, or None."""
    return WecomLink.objects.filter(account=account).values_list("linked_at", flat=True).first()
