"""What the service desk is set up with: service list, routing rules, lengths of time, often used answers, saved views.

In a city what holds everywhere is the city's to set; one of its districts routes what comes from its own places.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import events, queries
from nuanyi.cases.models import AnswerTemplate, CaseKind, ClockRule, RoutingRule, ServiceItem
from nuanyi.cases.rules import CLOCKS_FOR_ALL, Kind, Part, Urgency
from nuanyi.journal import services as journal
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.lib.sectors import Sector
from nuanyi.lib.terms import TermUnit
from nuanyi.places import queries as places
from nuanyi.units import queries as units
from nuanyi.units.models import Unit


@transaction.atomic
def save_item(*, actor: Actor, told: dict[str, Any], item: ServiceItem | None = None) -> ServiceItem:
    """Enter or change a line of the service list. Raises NotAllowed, BadInput."""
    actor.require_everywhere("cases.settings")
    wrong: dict[str, Any] = {}
    if told.get("part") not in Part.values:
        wrong["part"] = _("Choose from the list.")
    if not str(told.get("title", "")).strip():
        wrong["title"] = _("Give it a title.")
    if wrong:
        raise BadInput(fields=wrong)
    item = item or ServiceItem()
    for name, value in told.items():
        setattr(item, name, value)
    item.save()
    journal.record(actor, events.ITEM_SAVED, item)
    return item


@transaction.atomic
def save_kind(
    *,
    actor: Actor,
    title: str,
    follows: str,
    code: str = "",
    english: str = "",
    part: str = "",
    urgency: str = Urgency.ORDINARY,
    place: int = 0,
    active: bool = True,
) -> CaseKind:
    """Enter a kind of case (without ``code``) or change one; requests that come from now on have its word and class.

    A kind of the program may have other words, another place and be closed, but goes on following its own law; the last
    one, for everything else, stays open: nobody is refused for want of a word. Raises NotAllowed, BadInput.
    """
    actor.require_everywhere("cases.settings")
    wrong: dict[str, Any] = {}
    title, of_program = title.strip(), code in Kind.values
    known = queries.kinds()
    if code and code not in known:
        wrong["title"] = _("Choose from the list.")
    if not title and not of_program:
        wrong["title"] = _("Give it a word that a rider would say.")
    if title and any(str(kind.title) == title and kind.code != code for kind in known.values()):
        wrong["title"] = _("There is a kind with this word already.")
    if of_program:
        follows = code
    if follows not in Kind.values:
        wrong["follows"] = _("Choose from the list.")
    if urgency not in Urgency.values:
        wrong["urgency"] = _("Choose from the list.")
    if part and part not in Part.values:
        wrong["part"] = _("Choose from the list.")
    if code == Kind.OTHER and not active:
        wrong["active"] = _("This one stays: whoever finds no word of his own takes it.")
    if wrong:
        raise BadInput(fields=wrong)
    saved, _made = CaseKind.objects.update_or_create(
        code=code or f"own-{uuid4().hex[:8]}",
        defaults={
            "title": title[:20],
            "english": english.strip()[:60],
            "follows": follows,
            "part": part,
            "urgency": urgency,
            "place": place,
            "active": active,
        },
    )
    queries.forget_books()
    journal.record(actor, events.KIND_SAVED, saved, follows=follows, active=active)
    return saved


@transaction.atomic
def save_rule(
    *, actor: Actor, kind: str, sector: str, region_code: str, unit: Unit, because: str = ""
) -> RoutingRule:
    """Say which unit gets a kind of case (in a trade, in a place); one without a place holds everywhere.

    Raises NotAllowed (a place that the actor's role does not reach), BadInput.
    """
    actor.require("cases.settings", regions=(region_code,))
    if kind not in queries.kinds() or (sector and sector not in Sector.values):
        raise BadInput(code="bad-rule")
    if region_code and region_code not in places.names_by_code():
        raise BadInput(fields={"region": _("Choose a region.")})
    if not units.is_body(unit):
        raise BadInput(fields={"unit": _("Choose another unit.")})
    rule, _made = RoutingRule.objects.update_or_create(
        kind=kind, sector=sector, region_code=region_code, defaults={"unit": unit, "because": because[:120]}
    )
    queries.forget_books()
    journal.record(actor, events.RULE_SAVED, rule, unit=unit.pk)
    return rule


@transaction.atomic
def drop_rule(*, actor: Actor, pk: int) -> None:
    """Take a rule away: the next finer or coarser one holds, at last the place. Raises NotAllowed, NotFound."""
    actor.require("cases.settings")
    rule = RoutingRule.objects.filter(pk=pk).first()
    if rule is None:
        raise NotFound()
    actor.require_within("cases.settings", regions=(rule.region_code,))
    journal.record(actor, events.RULE_SAVED, rule, dropped=True)
    rule.delete()
    queries.forget_books()


@transaction.atomic
def save_clock(
    *,
    actor: Actor,
    kind: str,
    name: str,
    title: str,
    amount: int,
    counted: str,
    source: str,
    of_worker: bool = False,
) -> ClockRule:
    """Change a length of time, or add one (without ``name``), with its source; cases that come from now on run by it.

    Raises NotAllowed, BadInput.
    """
    actor.require_everywhere("cases.settings")
    wrong: dict[str, Any] = {}
    if kind and kind not in queries.kinds():
        wrong["kind"] = _("Choose from the list.")
    if not kind and name not in CLOCKS_FOR_ALL:
        wrong["kind"] = _("Choose from the list.")
    if not name and not title.strip():
        wrong["title"] = _("Give it a title.")
    if counted not in TermUnit.values or not 1 <= amount <= 1000:
        wrong["amount"] = _("From 1 to 1,000.")
    if len(source.strip()) < 4:
        wrong["source"] = _("Name the law and its article, or the promise.")
    if wrong:
        raise BadInput(fields=wrong)
    name = name or f"own-{uuid4().hex[:8]}"
    rule, _made = ClockRule.objects.update_or_create(
        kind=kind,
        name=name[:20],
        defaults={
            "title": title[:80],
            "amount": amount,
            "counted": counted,
            "source": source.strip()[:120],
            "of_worker": of_worker,
        },
    )
    queries.forget_books()
    journal.record(actor, events.CLOCK_SAVED, rule, amount=amount, counted=counted)
    return rule


@transaction.atomic
def drop_clock(*, actor: Actor, pk: int) -> None:
    """Go back to what the program comes with. Raises NotAllowed, NotFound."""
    actor.require_everywhere("cases.settings")
    rule = ClockRule.objects.filter(pk=pk).first()
    if rule is None:
        raise NotFound()
    journal.record(actor, events.CLOCK_SAVED, rule, dropped=True)
    rule.delete()
    queries.forget_books()


@transaction.atomic
def save_answer(*, actor: Actor, title: str, words: str) -> AnswerTemplate:
    """Keep words that the unit often answers with. Raises NotAllowed, BadInput."""
    actor.require("cases.handle")
    unit = next((scope.unit for scope in actor.scopes("cases.handle") if scope.unit is not None), None)
    if unit is None or not title.strip() or not words.strip():
        raise BadInput(fields={"title": _("Give it a title and words.")})
    made, _new = AnswerTemplate.objects.update_or_create(
        unit_id=unit, title=title.strip()[:40], defaults={"words": words.strip()[:1000]}
    )
    journal.record(actor, events.ANSWER_SAVED, made)
    return made


@transaction.atomic
def drop_answer(*, actor: Actor, pk: int) -> None:
    """Take such words away. Raises NotAllowed, NotFound."""
    actor.require("cases.handle")
    found = AnswerTemplate.objects.filter(pk=pk, unit__in=actor.units("cases.handle")).first()
    if found is None:
        raise NotFound()
    journal.record(actor, events.ANSWER_DROPPED, found)
    found.delete()
