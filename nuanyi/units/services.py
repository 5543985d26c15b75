"""Entering units and changing responsibility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.journal.queries import last_hand
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.meanwhile import changed_meanwhile
from nuanyi.lib.sectors import Sector
from nuanyi.units import events, queries, rules
from nuanyi.units.models import Alliance, ResponsibilityRule, Role, Unit, UnitKind
from nuanyi.units.reading import UnitInput

EDIT = "units.edit_rules"


def require_own(actor: Actor, *units: Unit) -> None:
    """Raise NotFound where one of these units stands in another district of the city, NotAllowed without the permission."""
    queries.require_unit(actor, EDIT, *units)


def keeps(actor: Actor, unit: Unit) -> bool:
    """Whether the actor keeps a unit: one that stands in their own district, or any where they keep all of them."""
    return actor.can(EDIT, regions=(unit.region_code,), units=(unit.pk,))


def keeps_rule(actor: Actor, rule: ResponsibilityRule) -> bool:
    """Whether the actor keeps a rule: it holds for their own district alone and names a unit that they keep."""
    return actor.can(EDIT, regions=(rule.region_code,)) and keeps(actor, rule.unit)


def _own_region(actor: Actor) -> str:
    """The one district whose units the actor keeps: a unit without a place of its own stands there. "" for all of them."""
    own = actor.regions(EDIT)
    return own[0] if len(own) == 1 and not actor.everywhere(EDIT) else ""


@dataclass(frozen=True)
class RuleEdit:
    """What a person wants to do with one rule: ``rule_id`` 0 adds; ``remove`` takes it away."""

    role: str
    sector: str
    region_code: str
    unit_id: int
    because: str = ""
    rule_id: int = 0
    remove: bool = False
    from_date: date | None = None
    until_date: date | None = None


@transaction.atomic
def put_unit(
    *,
    actor: Actor,
    code: str,
    name: str,
    short_name: str,
    kind: str,
    region_code: str = "",
    superior: Unit | None = None,
    public_phone: str = "",
    public_address: str = "",
) -> Unit:
    """Make or change a unit by its code. Raises NotAllowed, NotFound (another district's), BadInput."""
    actor.require(EDIT)
    same = Unit.objects.filter(code=code).first()
    if same is not None:
        require_own(actor, same)
    region_code = region_code or _own_region(actor)
    wrong: dict[str, object] = {}
    if not actor.can(EDIT, regions=(region_code,)):
        wrong["region_code"] = _("Choose a place of your own district.")
    if kind not in UnitKind.values:
        wrong["kind"] = _("Choose a kind.")
    if not name.strip():
        wrong["name"] = _("Write the name.")
    if not code or not code.replace("-", "").replace("_", "").isalnum() or not code.isascii():
        wrong["code"] = _("Letters, digits and hyphens.")
    if Unit.objects.filter(name=name.strip(), active=True).exclude(code=code).exists():
        wrong["name"] = _("Another unit has this name.")
    if wrong:
        raise BadInput(fields=wrong, code="bad-unit")  # type: ignore[arg-type]
    name, short_name = name.strip()[:80], (short_name.strip() or name.strip())[:20]
    traits = {
        "name": name,
        "short_name": short_name,
        "kind": kind,
        "region_code": region_code,
        "superior": superior,
        "public_phone": public_phone,
        "public_address": public_address,
    }
    unit, made = Unit.objects.update_or_create(code=code, defaults=traits)
    journal.record(actor, events.UNIT_SAVED, unit, made=made, unit_kind=kind)
    return unit


#: What is changed in the list of units, cell by cell, and how many characters each keeps.
CELLS = {"short_name": 20, "public_phone": 30, "public_address": 120}


@transaction.atomic
def change_cells(
    *, actor: Actor, field: str, values: dict[int, str], was: dict[int, str] | None = None
) -> list[tuple[int, str, str]]:
    """Change one field of some units, all of them or none; returns number, what it said and what it says now.

    ``was`` is what their cells said when they were changed: what somebody else has written since is not overwritten.
    Raises NotAllowed, NotFound (another district's), BadInput, Conflict.
    """
    actor.require(EDIT)
    if field not in CELLS:
        raise BadInput(code="bad-field")
    done: list[tuple[int, str, str]] = []
    for pk, text in values.items():
        unit = Unit.objects.select_for_update().filter(pk=pk).first()
        if unit is None:
            raise NotFound()
        now, text = getattr(unit, field), text.strip()[: CELLS[field]]
        if was is not None and was.get(pk, now) != now:
            raise changed_meanwhile(*last_hand(unit, events.UNIT_SAVED))
        names = (
            "code",
            "name",
            "short_name",
            "kind",
            "region_code",
            "superior",
            "public_phone",
            "public_address",
        )
        put_unit(
            actor=actor,
            **{name: getattr(unit, name) for name in names} | {field: text},
        )
        done.append((pk, now, text))
    return done


@transaction.atomic
def take_list(*, actor: Actor, rows: Sequence[UnitInput]) -> tuple[int, int]:
    """Take a list of units in: a name that is there gets the list's phone and address, any other is made.

    Returns how many were made and how many changed. Raises NotAllowed, BadInput (a code that another unit has).
    """
    actor.require(EDIT)
    made = changed = 0
    wrong: list[str] = []
    for row in rows:
        same = Unit.objects.filter(code=row.code).first() if row.code else None
        same = same or Unit.objects.filter(name=row.name).first()
        if same is not None and row.code and same.code != row.code:
            wrong.append(
                str(_("row %(n)s: %(name)s has another code here") % {"n": row.row, "name": row.name})
            )
            continue
        if same is not None and not keeps(actor, same):
            wrong.append(
                str(_("row %(n)s: %(name)s is a unit of another district") % {"n": row.row, "name": row.name})
            )
            continue
        put_unit(
            actor=actor,
            code=same.code if same else row.code or free_code(),
            name=row.name,
            short_name=row.short_name or row.name[:20],
            kind=same.kind if same else row.kind,
            region_code=same.region_code if same else row.region_code,
            superior=same.superior if same else None,
            public_phone=row.phone or (same.public_phone if same else ""),
            public_address=row.address or (same.public_address if same else ""),
        )
        made, changed = made + (same is None), changed + (same is not None)
    if wrong:
        raise BadInput(fields={"units": "；".join(wrong)}, code="bad-units")
    return made, changed


@transaction.atomic
def close_unit(*, actor: Actor, unit: Unit) -> None:
    """Close a unit: it gets nothing new and can be chosen nowhere; its history stays.

    Raises NotAllowed, NotFound (another district's), IllegalMove.

    What still hangs on it (accounts, open work, rules) is named and must go elsewhere first, or with a merge.
    """
    actor.require(EDIT)
    found = Unit.objects.select_for_update().get(pk=unit.pk)
    require_own(actor, found)
    reasons = blocking(found)
    if reasons:
        raise IllegalMove(
            _("%(unit)s still has: %(what)s. Give that to another unit first, or merge the two.")
            % {"unit": found.short_name, "what": "、".join(reasons)},
            code="unit-in-use",
        )
    found.active, found.closed_date = False, clock.today()
    found.save(update_fields=["active", "closed_date"])
    journal.record(actor, events.UNIT_CLOSED, found)


def blocking(unit: Unit) -> list[str]:
    """What still hangs on a unit, in words."""
    reasons: list[str] = []
    # what has ended stays with it, and answers for the days of then
    rules_there = unit.rules.filter(_not_over(clock.today()), active=True).count()
    if rules_there:
        reasons.append(str(_("rules of responsibility: %(n)s") % {"n": rules_there}))
    if unit.kind == UnitKind.DISTRICT_OFFICE and not (
        Unit.objects.filter(kind=UnitKind.DISTRICT_OFFICE, active=True).exclude(pk=unit.pk).exists()
    ):
        reasons.append(str(_("everything that has no route: it is the district office")))
    for _receiver, answer in events.unit_closing.send(sender=Unit, unit=unit):
        reasons += answer or []
    return reasons


@transaction.atomic
def open_unit(*, actor: Actor, unit: Unit) -> None:
    """Open a closed unit again. Raises NotAllowed, NotFound (another district's)."""
    require_own(actor, unit)
    unit.active, unit.closed_date = True, None
    unit.save(update_fields=["active", "closed_date"])
    journal.record(actor, events.UNIT_SAVED, unit, reopened=True)


def _not_over(day: date) -> Q:
    return Q(until_date=None) | Q(until_date__gte=day)


#: What is never rewritten: entries that were made for a unit stay with it.
HISTORY = ("ledger", "journal")


@transaction.atomic
def merge_units(*, actor: Actor, unit: Unit, into: Unit) -> dict[str, int]:
    """Give everything of one unit to another and close it: accounts, open work, rules, lines of the service list.

    Ledger and journal keep what they counted for it. Returns how many rows of which kind moved.
    Raises NotAllowed (one of the two is the actor's own: he would read by it what people told the other), NotFound (one is
    another district's), IllegalMove (a unit into itself or into a closed one; the only district office).
    """
    actor.require(EDIT)
    pair = {one.pk: one for one in Unit.objects.select_for_update().filter(pk__in=[unit.pk, into.pk])}
    require_own(actor, *pair.values())
    if actor.unit_id in pair:
        raise NotAllowed(
            _("Somebody of a third unit merges these two: its open work would come to yourself."),
            code="own-unit",
        )
    if unit.pk == into.pk or len(pair) != 2 or not pair[into.pk].active:
        raise IllegalMove(_("Choose another unit that is open."), code="merge-into")
    if unit.kind == UnitKind.DISTRICT_OFFICE and into.kind != UnitKind.DISTRICT_OFFICE:
        raise IllegalMove(
            _("The district office can only be merged into another district office."), code="merge-office"
        )
    moved: dict[str, int] = {}
    for relation in Unit._meta.get_fields(include_hidden=True):
        model = getattr(relation, "related_model", None)
        field = getattr(relation, "field", None)
        if not (relation.one_to_many and relation.auto_created and model and field):
            continue
        if model._meta.app_label in HISTORY or model is ResponsibilityRule:
            continue
        count = _move_rows(model, field.name, unit, into)
        if count:
            name = str(model._meta.verbose_name)
            moved[name] = moved.get(name, 0) + count
    if count := _hand_rules_on(unit, into):
        moved[str(ResponsibilityRule._meta.verbose_name)] = count
    events.unit_merging.send(sender=Unit, unit=unit, into=into, actor=actor)
    Unit.objects.filter(pk=unit.pk).update(active=False, closed_date=clock.today())
    journal.record(actor, events.UNIT_MERGED, unit, into=into.pk, moved=moved)
    return moved


def _hand_rules_on(unit: Unit, into: Unit) -> int:
    """Rules in force end with yesterday, and the same begin today for the other unit: who answered before is still said.

    A rule that begins today or later is the other unit's altogether; what has ended stays. Returns how many were handed on.
    """
    today, count = clock.today(), 0
    for rule in ResponsibilityRule.objects.filter(_not_over(today), unit=unit, active=True):
        begins = max(today, rule.from_date or today)
        theirs = list(
            ResponsibilityRule.objects.filter(
                _not_over(begins), unit=into, role=rule.role, sector=rule.sector, region_code=rule.region_code
            ).order_by("from_date")
        )
        own = next((one for one in theirs if one.from_date is None or one.from_date <= begins), None)
        later = next((one for one in theirs if one.from_date is not None and one.from_date > begins), None)
        until = rule.until_date
        if later is not None and later.from_date is not None and (until is None or until >= later.from_date):
            until = later.from_date - timedelta(days=1)
        if rule.from_date is not None and rule.from_date >= today:
            if own is None:
                rule.unit, rule.until_date = into, until
                rule.save(update_fields=["unit", "until_date"])
            else:
                rule.delete()
        else:
            rule.until_date = today - timedelta(days=1)
            rule.save(update_fields=["until_date"])
            if own is None:
                ResponsibilityRule.objects.create(
                    role=rule.role,
                    sector=rule.sector,
                    region_code=rule.region_code,
                    because=rule.because,
                    unit=into,
                    from_date=today,
                    until_date=until,
                )
        if own is not None and own.until_date is not None and (until is None or own.until_date < until):
            own.until_date = until  # the other unit's own goes on as long as the one that it takes over
            own.save(update_fields=["until_date"])
        count += 1
    return count


def _move_rows(model: type[Model], field: str, unit: Unit, into: Unit) -> int:
    """Point the rows at another unit; where it has the same row already, the old one is dropped or left."""
    rows = model._base_manager.filter(**{field: unit})
    try:
        with transaction.atomic():
            return rows.update(**{field: into})
    except IntegrityError:
        pass
    count = 0
    for pk in list(rows.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                count += model._base_manager.filter(pk=pk).update(**{field: into})
        except IntegrityError:
            model._base_manager.filter(pk=pk).delete()
    return count


def free_code() -> str:
    """A code for a unit that came without one."""
    taken = set(Unit.objects.filter(code__startswith="u").values_list("code", flat=True))
    return next(f"u{n:03d}" for n in range(1, 100_000) if f"u{n:03d}" not in taken)


@transaction.atomic
def put_alliance(*, actor: Actor, name: str, members: list[Unit]) -> Alliance:
    """Make an alliance or set its members. Raises NotAllowed, NotFound (one of another district's units is in it)."""
    actor.require(EDIT)
    alliance, made = Alliance.objects.get_or_create(name=name, ended_date=None)
    require_own(actor, *members, *alliance.members.all())
    alliance.members.set(members)
    journal.record(actor, events.UNIT_SAVED, alliance, made=made, members=[unit.code for unit in members])
    return alliance


@transaction.atomic
def save_alliance(*, actor: Actor, alliance: Alliance | None, name: str, members: list[Unit]) -> Alliance:
    """Make an alliance or change its name and members.

    Raises NotAllowed, NotFound (one of another district's units is or would be in it), BadInput (the name is taken).
    """
    actor.require(EDIT)
    require_own(actor, *members, *(alliance.members.all() if alliance is not None else ()))
    if not name.strip():
        raise BadInput(fields={"name": _("Write the name.")})
    if (
        Alliance.objects.filter(name=name.strip(), ended_date=None)
        .exclude(pk=alliance.pk if alliance else 0)
        .exists()
    ):
        raise BadInput(fields={"name": _("Another alliance has this name.")})
    found = alliance or Alliance()
    found.name = name.strip()[:80]
    found.save()
    found.members.set(members)
    journal.record(actor, events.UNIT_SAVED, found, members=[unit.code for unit in members])
    return found


@transaction.atomic
def dissolve_alliance(*, actor: Actor, alliance: Alliance) -> None:
    """Dissolve an alliance; its members stay, and what was done in it can be read further.

    Raises NotAllowed, NotFound (one of another district's units is in it, or it was dissolved already).
    """
    actor.require(EDIT)
    require_own(actor, *alliance.members.all())
    found = Alliance.objects.select_for_update().filter(pk=alliance.pk, ended_date=None).first()
    if found is None:
        raise NotFound()
    found.ended_date = clock.today()
    found.save(update_fields=["ended_date"])
    events.alliance_ended.send(sender=Alliance, alliance=found)
    journal.record(actor, events.UNIT_SAVED, found, dissolved=True)


def preview(edit: RuleEdit) -> list[queries.Move]:
    """What would move with an edit, on each day on which it changes something: today or the day on which the rule begins, and
    the day after its last. Nothing is written. Raises BadInput, NotFound.
    """
    today = clock.today()
    first = max(edit.from_date or today, today)
    book = queries.directory(first)
    moves = queries.dry_run(rules_after(edit, book, first), book, None if first == today else first)
    last = edit.until_date
    if last is not None and last >= first and not edit.remove:
        # beside what holds with it on its last day
        day = last + timedelta(days=1)
        book = queries.directory(day)
        with_it = replace(book, rows=tuple(rules_after(edit, queries.directory(last), last)))
        moves += queries.dry_run(rules_after(edit, book, day), with_it, day)
    return moves


def rules_after(edit: RuleEdit, book: queries.Directory, on: date | None = None) -> list[rules.RuleRow]:
    """The rules as they would be on a day (today) after an edit. Raises BadInput, NotFound."""
    _check(edit, book)
    day = on or clock.today()
    kept = [row for row in book.rows if row.rule_id != edit.rule_id]
    holds = (edit.from_date or day) <= day <= (edit.until_date or day)
    if edit.remove or not holds:
        return kept
    return [
        *kept,
        rules.RuleRow(edit.role, edit.sector, edit.region_code, edit.unit_id, edit.because, edit.rule_id),
    ]


def _check(edit: RuleEdit, book: queries.Directory) -> None:
    # one that has ended, or is to begin, may be changed as well
    if edit.rule_id and not ResponsibilityRule.objects.filter(pk=edit.rule_id).exists():
        raise NotFound(code="no-rule")
    if edit.remove:
        return
    wrong = {}
    if edit.role not in Role.values:
        wrong["role"] = _("Choose a role.")
    if edit.sector and edit.sector not in Sector.values:
        wrong["sector"] = _("Choose a sector.")
    if edit.unit_id not in book.units:
        wrong["unit"] = _("Choose a unit.")
    if edit.region_code and not edit.region_code.isdigit():
        wrong["region_code"] = _("Choose a region.")
    if edit.from_date and edit.until_date and edit.until_date < edit.from_date:
        wrong["until_date"] = _("The last day lies before the first.")
    if wrong:
        raise BadInput(fields=wrong)


def require_rule(actor: Actor, region_code: str, unit: Unit) -> None:
    """Raise NotFound for a rule that holds beyond the actor's own district, or names a unit of another."""
    actor.require_within(EDIT, regions=(region_code,))
    require_own(actor, unit)


def _check_own(actor: Actor, edit: RuleEdit, book: queries.Directory) -> None:
    """Raise BadInput where a rule would hold beyond the actor's own district, or give work to a unit of another."""
    unit, wrong = book.units[edit.unit_id], {}
    if not actor.can(EDIT, regions=(edit.region_code,)):
        wrong["region_code"] = _("Choose a place of your own district.")
    if not keeps(actor, unit):
        wrong["unit"] = _("Choose a unit of your own district.")
    if wrong:
        raise BadInput(fields=wrong)


@transaction.atomic
def change_rule(*, actor: Actor, edit: RuleEdit) -> ResponsibilityRule | None:
    """Add, change or remove one rule; the journal keeps what it was.

    Raises NotAllowed, NotFound (there is none, or it holds beyond one's own district), BadInput, Conflict.
    """
    actor.require(EDIT)
    book = queries.directory()
    before = ResponsibilityRule.objects.select_for_update().filter(pk=edit.rule_id).values().first()
    if before is not None:
        require_rule(actor, before["region_code"], Unit.objects.get(pk=before["unit_id"]))
    _check(edit, book)
    if not edit.remove:
        _check_own(actor, edit, book)
    if edit.remove:
        ResponsibilityRule.objects.filter(pk=edit.rule_id).delete()
        journal.record(actor, events.RULES_CHANGED, before=before, after=None)
        return None
    traits = {
        "role": edit.role,
        "sector": edit.sector,
        "region_code": edit.region_code,
        "unit_id": edit.unit_id,
        "because": edit.because[:200],
        "from_date": edit.from_date,
        "until_date": edit.until_date,
        "active": True,
    }
    try:
        with transaction.atomic():
            rule, _made = ResponsibilityRule.objects.update_or_create(
                pk=edit.rule_id or None, defaults=traits
            )
    except IntegrityError as exc:
        raise Conflict(_("The same rule is there already."), code="rule-twice") from exc
    journal.record(actor, events.RULES_CHANGED, rule, before=before, after=traits)
    return rule
