"""Reading accounts and persons."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import monotonic

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, limits, masks, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.form_parsing import number_of
from nuanyi.lib.identity import Unreadable, read_id_number, read_mobile
from nuanyi.lib.seal import CannotOpen
from nuanyi.people import events, rules
from nuanyi.people.models import Account, KeptView, Person, RoleGrant, WecomLink, keys
from nuanyi.people.rules import Role
from nuanyi.units.models import Unit, UnitKind


def accounts_for(actor: Actor) -> QuerySet[Account]:
    """Accounts with their units and roles, for whoever manages them."""
    actor.require("people.manage_accounts")
    rows = Account.objects.select_related("unit").prefetch_related("grants").order_by("username")
    if actor.everywhere("people.manage_accounts"):
        return rows
    return rows.filter(unit_id__in=actor.units("people.manage_accounts"))


def accounts_listed(actor: Actor, filters: dict[str, str]) -> QuerySet[Account]:
    """Accounts for the office's list."""
    rows = accounts_for(actor)
    if filters.get("state") in ("True", "False"):
        rows = rows.filter(is_active=filters["state"] == "True")
    if filters.get("role") in Role.values:
        rows = rows.filter(pk__in=RoleGrant.objects.filter(role=filters["role"]).values("account"))
    if filters.get("unit") == "none":
        rows = rows.filter(unit=None)
    elif unit := number_of(filters.get("unit", "")):
        rows = rows.filter(unit_id=unit)
    if words := filters.get("q"):
        rows = rows.filter(Q(username__icontains=words) | Q(display_name__icontains=words))
    return rows


def digests_of(text: str) -> list[tuple[str, bytes]]:
    """``[(field, digest)]`` for what could be a phone or an identity number; empty for anything else."""
    found: list[tuple[str, bytes]] = []
    for field, read in (("phone", read_mobile), ("id_number", read_id_number)):
        try:
            found.append((field, keys().digest(field, read(text))))
        except Unreadable:
            continue
    return found


#: How many persons of one family name are compared at most; a city looks for the others by phone.
COMPARED = 20_000
#: A whole name: Chinese signs, with the dot of longer ones between them.
_NAME = re.compile(r"[\u3400-\u9fff](?:[\u3400-\u9fff·]){1,19}")


@dataclass(frozen=True)
class LookUp:
    """The persons that were found, and by what was looked for, in words; empty where nothing was looked for at all."""

    persons: QuerySet[Person]
    by: list[Words]


def look_up(actor: Actor, text: str) -> LookUp:
    """The persons with exactly this phone, identity number or name, among those the actor may see; journaled.

    A name is looked for by those who may open one. It has no digest: a few hundred names are those of half the
    country, and a digest of each would have to be kept for this alone. What has the family name (its mask) and the
    sealed length is compared. Raises TooMuch (names, and numbers of nobody, of one account in one hour).
    """
    if not actor.can("people.see_masked"):
        return LookUp(Person.objects.none(), [])
    digests = digests_of(text)
    if not digests:
        return _named(actor, text)
    wanted = Q(pk__in=[])
    for field, digest in digests:
        wanted |= Q(**{f"{field}_digest": digest})
    journal.record(actor, events.LOOKED_UP, field=digests[0][0])
    found = Person.objects.visible_to(actor).filter(wanted)
    if actor.account_id is not None and not found.exists():
        limits.count_of_account("missed-numbers", actor.account_id, at_most=rules.MISSED_AN_HOUR)
    return LookUp(found, [_("whole phone number"), _("whole ID number")])


def person_with(actor: Actor, text: str) -> QuerySet[Person]:
    """The persons of ``look_up`` alone."""
    return look_up(actor, text).persons


def _named(actor: Actor, text: str) -> LookUp:
    if not _NAME.fullmatch(text) or not actor.can("people.reveal"):
        return LookUp(Person.objects.none(), [])
    if actor.account_id is not None:
        limits.count_of_account("names", actor.account_id, at_most=rules.NAMES_AN_HOUR)
    journal.record(actor, events.LOOKED_UP, field="name")
    length = len(keys().seal("person", text, b""))
    candidates = (
        Person.objects.visible_to(actor)
        .filter(name_mask=masks.mask_name(text), erased_at=None)
        .annotate(sealed_length=Length("sealed_name"))
        .filter(sealed_length=length)
        .order_by("pk")
        .only("pk", "sealed_name")[: COMPARED + 1]
    )
    found, seen = [], 0
    for seen, row in enumerate(candidates.iterator(), start=1):
        if seen <= COMPARED and _name_of(row) == text:
            found.append(row.pk)
    by: list[Words] = [_("whole name")]
    if seen > COMPARED:
        by.append(_("only the first %d of this family name: look by phone") % COMPARED)
    return LookUp(Person.objects.visible_to(actor).filter(pk__in=found), by)


def _name_of(person: Person) -> str:
    """A name to compare; "" for one that does not open: one damaged value hides nobody else."""
    try:
        return sealed.open_text(person, "sealed_name")
    except CannotOpen:
        return ""


#: Units in which somebody could sign in, and until when that is believed; a no is asked anew each time.
_hands: dict[int, float] = {}
HANDS_SECONDS = 20


def has_hands(unit_id: int) -> bool:
    """Whether somebody of a unit can sign in, so that what comes to it is seen.

    Asked for everything that is sent. A yes holds for 20 seconds, as routing rules do, but where this process closed an account.
    """
    now = monotonic()
    if _hands.get(unit_id, 0.0) > now:
        return True
    found = Account.objects.filter(unit_id=unit_id, is_active=True).exists()
    if found:
        _hands[unit_id] = now + HANDS_SECONDS
    return found


def forget_hands() -> None:
    """Ask anew who has somebody to sign in."""
    _hands.clear()


def units_without_hands(region: str = "") -> QuerySet[Unit]:
    """Active units, of a place or of all, in which nobody can sign in: what goes there comes to the district office.

    Members of alliances need none.
    """
    hands = Account.objects.filter(unit=OuterRef("pk"), is_active=True)
    rows = Unit.objects.filter(~Exists(hands), active=True, region_code__startswith=region)
    return rows.exclude(kind=UnitKind.MEMBER)


def kept_views(actor: Actor, list_name: str) -> list[KeptView]:
    """Views of a list: one's own, and those that one's unit shares."""
    if actor.account_id is None:
        return []
    mine = Q(account_id=actor.account_id) | Q(is_shared=True, unit_id=actor.unit_id)
    return list(KeptView.objects.filter(mine, list_name=list_name)[:50])


#: What counts as one; recovery codes only stand in for it.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def second_factors(account: Account) -> str:
    """The second factors of an account in words; "" for none."""
    words = {"totp": _("code generator"), "webauthn": _("passkey")}
    kinds = Authenticator.objects.filter(user=account).values_list("type", flat=True).distinct()
    return "、".join(str(words[kind]) for kind in sorted(kinds) if kind in words)


def must_have_second_factor(roles: Iterable[str]) -> bool:
    """Whether a password alone does not do for somebody with these roles."""
    return settings.NUANYI_SECOND_FACTOR and not {str(role) for role in rules.SENSITIVE}.isdisjoint(roles)


def lacks_second_factor(account: Account, roles: Iterable[str]) -> bool:
    """Whether an account must set a second factor up before it goes on."""
    return clock.today() > second_factor_by(account) and is_without_second_factor(account, roles)


def is_without_second_factor(account: Account, roles: Iterable[str]) -> bool:
    """Whether an account that must have a second factor, now or in a few days, has none."""
    if not must_have_second_factor(roles):
        return False
    return not Authenticator.objects.filter(user=account, type__in=SECOND_FACTORS).exists()


def second_factor_by(account: Account) -> date:
    """The last day on which a password alone does for an account that must have a second factor."""
    return account.made_at.astimezone(clock.CHINA).date() + timedelta(days=rules.SECOND_FACTOR_WITHIN_DAYS)


def reach_with_second_factor() -> tuple[int, int]:
    """Of the open accounts whose roles reach everything, how many have a second factor; and how many they are."""
    reach = Account.objects.filter(
        is_active=True, pk__in=RoleGrant.objects.filter(role__in=rules.SENSITIVE).values("account")
    )
    having = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    return reach.filter(Exists(having)).count(), reach.count()


def wecom_linked_at(account: Account) -> datetime | None:
    """When an account was linked to WeCom, or None."""
    return WecomLink.objects.filter(account=account).values_list("linked_at", flat=True).first()
