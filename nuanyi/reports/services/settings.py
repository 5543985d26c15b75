"""What the office sets: kinds with their time, where they go, who walks which grid, who may send by Open311;
counting for the ledger.
"""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.lib.terms import TermUnit
from nuanyi.people.models import Account, keys
from nuanyi.places import queries as places
from nuanyi.places.models import Grid
from nuanyi.reports import events, kinds, queries
from nuanyi.reports.models import ApiKey, DispatchRule, GridDuty, Kind, Report
from nuanyi.reports.rules import State
from nuanyi.units import queries as units
from nuanyi.units.models import Unit

ACT = "reports.settings"


def _saved(actor: Actor, what: str, **detail: object) -> None:
    journal.record(actor, events.SETTINGS_CHANGED, None, what=what, **detail)
    queries.forget_books()


@transaction.atomic
def save_kind(
    *,
    actor: Actor,
    code: str,
    title: str,
    english: str,
    keywords: str,
    amount: int,
    counted: str,
    active: bool = True,
) -> Kind:
    """Enter or change a kind, everywhere; one in use is stopped, not deleted. Raises NotAllowed, BadInput."""
    actor.require_everywhere(ACT)
    if not code.isascii() or not code.replace("-", "").isalnum() or len(code) > 20:
        raise BadInput(fields={"code": _("Small letters and digits.")})
    if not title.strip() or counted not in TermUnit.values or not 1 <= amount <= 365:
        raise BadInput(fields={"amount": _("A name, and a time of 1 to 365.")})
    kind, _made = Kind.objects.update_or_create(
        code=code.lower(),
        defaults={
            "title": title.strip()[:30],
            "english": english.strip()[:40],
            "keywords": " ".join(keywords.split())[:300],
            "amount": amount,
            "counted": counted,
            "active": active,
        },
    )
    _saved(actor, "kind", code=code, amount=amount, counted=counted, active=active)
    return kind


def rule_of(*, kind: str, region: str, unit: Unit, because: str = "") -> DispatchRule:
    """A rule as it would be. Raises BadInput."""
    known = Kind.objects.filter(code=kind).first() if kind else None
    if kind and known is None:
        raise BadInput(fields={"kind": _("Choose from the list.")})
    if region and region not in places.names_by_code():
        raise BadInput(fields={"region": _("Choose a region.")})
    if not units.is_body(unit):
        raise BadInput(fields={"unit": _("Choose another unit.")})
    return DispatchRule(kind=known, region_code=region, unit=unit, because=because.strip()[:120])


@transaction.atomic
def save_rule(*, actor: Actor, rule: DispatchRule) -> DispatchRule:
    """Enter a rule; one for the same kind and region is replaced. Raises NotAllowed (a place out of reach)."""
    actor.require(ACT, regions=(rule.region_code,))
    DispatchRule.objects.filter(kind=rule.kind, region_code=rule.region_code).delete()
    rule.pk = None
    rule.save()
    _saved(actor, "rule", of=rule.kind.code if rule.kind else "", region=rule.region_code, unit=rule.unit_id)
    return rule


@transaction.atomic
def drop_rule(*, actor: Actor, pk: int) -> None:
    """Take a rule away: then the place holds it. Raises NotAllowed, NotFound (also a place out of reach)."""
    actor.require(ACT)
    found = DispatchRule.objects.filter(pk=pk).first()
    if found is not None:
        actor.require_within(ACT, regions=(found.region_code,))
        found.delete()
    _saved(actor, "rule", dropped=pk)


@transaction.atomic
def set_grid_worker(*, actor: Actor, grid_code: str, account: Account | None) -> None:
    """Say who walks a grid; None takes it away. His open reports of the grid come to him. Raises NotFound."""
    actor.require(ACT)
    grid = Grid.objects.filter(code=grid_code).first()
    if grid is None:
        raise NotFound()
    actor.require_within(ACT, regions=(grid.region_id,))
    if account is None:
        GridDuty.objects.filter(grid_code=grid_code).delete()
    else:
        GridDuty.objects.update_or_create(grid_code=grid_code, defaults={"account": account})
    Report.objects.open().filter(grid_code=grid_code).update(account=account)
    _saved(actor, "grid", grid=grid_code, account=account.pk if account else None)


@transaction.atomic
def make_key(*, actor: Actor, name: str, unit: Unit) -> tuple[ApiKey, str]:
    """A key for Open311, shown this once. Raises NotAllowed (a unit out of reach), BadInput."""
    actor.require(ACT, units=(unit.pk,))
    if len(name.strip()) < 2:
        raise BadInput(fields={"name": _("Give it a name.")})
    key = secrets.token_urlsafe(24)
    made = ApiKey.objects.create(name=name.strip()[:60], unit=unit, digest=keys().digest("open311", key))
    _saved(actor, "key", name=made.name)
    return made, key


@transaction.atomic
def stop_key(*, actor: Actor, pk: int) -> None:
    """A key is void from the next request on. Raises NotAllowed, NotFound (also a unit out of reach)."""
    actor.require(ACT)
    found = ApiKey.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    actor.require_within(ACT, units=(found.unit_id,))
    ApiKey.objects.filter(pk=pk).update(active=False)
    _saved(actor, "key", stopped=pk)


def key_of(text: str) -> ApiKey | None:
    """The key in use that a request carries."""
    if not text:
        return None
    digest = keys().digest("open311", text)
    row_security.show(api_key=digest.hex())
    return ApiKey.objects.select_related("unit").filter(digest=digest, active=True).first()


@shaped_otherwise(Reason.PROGRAM)
@transaction.atomic
def count_into_ledger() -> int:
    """Put the reports of days that are over into the ledger: at night, so that no entry tells the moment of a sending."""
    rows = list(
        Report.objects.select_for_update()
        .filter(counted=False, hour_at__lt=clock.midnight(clock.today()))
        .exclude(state=State.JOINED)
    )
    for row in rows:
        day = row.hour_at.astimezone(clock.CHINA).date()
        ledger.record(
            kinds.REPORTED, [Delivered(day=day, region_code=row.region_code, unit_id=row.unit_id)], source=row
        )
    Report.objects.filter(pk__in=[row.pk for row in rows]).update(counted=True)
    return len(rows)
