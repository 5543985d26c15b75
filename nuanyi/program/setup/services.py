"""Setting a district up: every step is a write of its own, so that it can be left and come back to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from nuanyi.cases.models import RoutingRule, ServiceItem
from nuanyi.cases.services import settings as desk
from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed, NotFound, Refusal
from nuanyi.people.models import Account, RoleGrant, keys
from nuanyi.people.passwords import Slip, one_time_password
from nuanyi.people.rules import Role
from nuanyi.people.services.accounts import give_role, make_account, set_first_password
from nuanyi.places import division
from nuanyi.places import queries as places
from nuanyi.places import services as place_services
from nuanyi.places.models import Level, Region
from nuanyi.program.models import Installation
from nuanyi.program.setup import events, queries
from nuanyi.program.setup import trial as trials
from nuanyi.program.setup.template import ServiceLine, UnitLine, template, township_unit_name
from nuanyi.units import reading
from nuanyi.units import services as units
from nuanyi.units.models import ResponsibilityRule, Unit, UnitKind
from nuanyi.units.reading import UnitInput

KEY_HOURS = 24
#: Roles that are given for the place of their unit: a township, or a district of a city.
OF_A_PLACE = frozenset({Role.UNIT_STAFF, Role.DISTRICT_OFFICE, Role.ORGANISATION})
SERVICE_HOURS = "周一至周五 09:00-12:00 13:00-17:00"


def _require_setup(actor: Actor) -> None:
    """Only the program itself sets a home up: the command, or the browser that holds the one-time key."""
    if actor.kind != "system":
        raise NotAllowed()


def refuse_second() -> None:
    """Raise Conflict where this home already serves a district."""
    if queries.is_set_up():
        district = places.district()
        raise Conflict(
            _("This home already serves %(name)s. Change it on its own pages, or choose another NUANYI_HOME.")
            % {"name": district.name if district else "—"},
            code="already-set-up",
        )


# the one-time key --------------------------------------------------------------------------------


@transaction.atomic
def make_key(*, actor: Actor) -> str:
    """A new one-time key for the set-up page; an older one ends. Raises Conflict where the home is set up."""
    _require_setup(actor)
    refuse_second()
    key = secrets.token_urlsafe(24)
    Installation.objects.update_or_create(
        pk=1,
        defaults={
            "key_digest": keys().digest("setup-key", key),
            "key_expires_at": clock.now() + timedelta(hours=KEY_HOURS),
        },
    )
    journal.record(actor, events.KEY_MADE)
    return key


@transaction.atomic
def use_key(*, actor: Actor, key: str) -> str:
    """Give the one-time key up for a token that this browser keeps. Raises NotFound: used, expired, or never ours."""
    _require_setup(actor)
    row = Installation.objects.select_for_update().filter(pk=1, opened_at=None).first()
    digest = keys().digest("setup-key", key)
    good = (
        row is not None
        and row.key_digest is not None
        and secrets.compare_digest(bytes(row.key_digest), digest)
        and row.key_expires_at is not None
        and row.key_expires_at > clock.now()
    )
    if row is None or not good:
        raise NotFound(
            _(
                "This address was used already, or it is too old. Start the program again: it prints a new one."
            ),
            code="setup-key",
        )
    token = secrets.token_urlsafe(24)
    row.key_digest = row.key_expires_at = None
    row.session_digest = keys().digest("setup-session", token)
    row.save()
    journal.record(actor, events.KEY_USED)
    return token


def holds_session(token: str) -> bool:
    """Whether a browser's token is the one that the key was given up for, and the district is not open yet."""
    row = Installation.objects.filter(pk=1, opened_at=None).first()
    if row is None or row.session_digest is None or not token:
        return False
    return secrets.compare_digest(bytes(row.session_digest), keys().digest("setup-session", token))


# the district ------------------------------------------------------------------------------------


@transaction.atomic
def choose_district(*, actor: Actor, code: str, villages: bool = True) -> Region:
    """Enter the district with its places. Another one may be chosen until the first record is in.

    Raises BadInput (no such district), Conflict (records belong to the one that is there).
    """
    _require_setup(actor)
    code = division.short(code)
    old = places.district()
    if old is not None and old.code != code:
        there = trials.held()
        if there:
            words = "、".join(f"{name} {count}" for name, count in there.items())
            raise Conflict(
                _(
                    "%(name)s already has records (%(records)s), so the district stays. Choose another home for another."
                )
                % {"name": old.name, "records": words},
                code="district-has-records",
            )
        _forget_units_of(actor, old)
        place_services.drop_tree(actor=actor, district=old.code)
    place_services.load_tree(actor=actor, district=code, villages=villages)
    new = Region.objects.get(code=code)
    if old is not None and old.name != new.name:
        for unit in Unit.objects.filter(name__contains=old.name):
            unit.name = unit.name.replace(old.name, new.name)[:80]
            unit.save(update_fields=["name"])
    journal.record(actor, events.DISTRICT_CHOSEN, district=code, before=old.code if old else "")
    return new


def _forget_units_of(actor: Actor, district: Region) -> None:
    """The units in places that were chosen by mistake: gone, or closed where an account hangs on them."""
    for unit in Unit.objects.filter(region_code__startswith=district.code):
        ResponsibilityRule.objects.filter(unit=unit).delete()
        try:
            with transaction.atomic():
                unit.delete()
        except ProtectedError:
            unit.active = False
            unit.save(update_fields=["active"])


# units -------------------------------------------------------------------------------------------


def proposed_units() -> list[UnitLine]:
    """The usual units of the root, in a city those of each district too, and the government of each township, for ticks."""
    root = places.district()
    name = root.name if root else ""
    lines = [
        UnitLine(line.code, line.name_in(name), line.short_name, line.kind, line.required)
        for line in template().units
    ]
    for part in parts():
        lines += [
            UnitLine(
                code_in(part, line.code),
                line.name_in(part.name),
                f"{part.name}{line.short_name}"[:20],
                line.kind,
                line.required,
                part.code,
            )
            for line in template().units
        ]
    return lines + [
        UnitLine(
            f"t{one.code}",
            _township_unit_name(one),
            one.name[:20],
            UnitKind.TOWNSHIP.value,
            region=one.code,
        )
        for one in places.townships()
    ]


def parts() -> list[Region]:
    """The districts of a city; none where the root is a district itself."""
    root = places.district()
    return places.districts() if root is not None and root.level == Level.CITY else []


def code_in(part: Region, code: str) -> str:
    """The code of a usual unit in a district of a city."""
    return f"{code}-{part.code}"


def _township_unit_name(township: Region) -> str:
    """In a city two townships may have one name: the district's stands before it."""
    above = next((part.name for part in parts() if township.code.startswith(part.code)), "")
    return f"{above}{township_unit_name(township.name)}"


@transaction.atomic
def save_units(*, actor: Actor, ticked: Iterable[str], more: Sequence[UnitInput] = ()) -> int:
    """Make the ticked units and those of a list; the district office is always among them. Returns how many there are.

    Raises Conflict (no district yet), BadInput (a unit of the list is there already).
    """
    _require_setup(actor)
    if places.district() is None:
        raise Conflict(_("Choose the district first."), code="no-district")
    chosen = set(ticked)
    for line in proposed_units():
        if line.code in chosen or line.required:
            known = Unit.objects.filter(code=line.code).first()
            units.put_unit(
                actor=actor,
                code=line.code,
                name=line.name,
                short_name=line.short_name,
                kind=line.kind,
                region_code=line.region,
                public_phone=known.public_phone if known else "",
                public_address=known.public_address if known else "",
            )
    units.take_list(actor=actor, rows=more)
    return Unit.objects.filter(active=True).count()


# who answers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleInput:
    """One line of the proposal: a role, a sector, the unit's code (empty: nobody yet), from when."""

    role: str
    sector: str
    unit: str
    because: str
    from_date: date | None = None
    region: str = ""


def proposed_rules() -> list[RuleInput]:
    """The proposal by sector, filled with the units that are there."""
    known = set(Unit.objects.filter(active=True).values_list("code", flat=True))
    rules = [
        RuleInput(
            line.role, line.sector, line.unit if line.unit in known else "", line.because, clock.today()
        )
        for line in template().responsibility
    ]
    for part in parts():
        for line in template().responsibility:
            unit = code_in(part, line.unit)
            if unit in known:
                rules.append(RuleInput(line.role, line.sector, unit, line.because, clock.today(), part.code))
    return rules


@transaction.atomic
def save_rules(*, actor: Actor, rules: Iterable[RuleInput]) -> int:
    """Enter who leads, guides and cooperates; what was entered by this step before is replaced. Raises BadInput."""
    _require_setup(actor)
    codes = {unit.code: unit.pk for unit in Unit.objects.filter(active=True)}
    made = 0
    for place, rule in enumerate(rules):
        if not rule.unit:
            continue
        if rule.unit not in codes:
            raise BadInput(fields={f"unit-{place}": _("Choose a unit.")})
        if rule.role != "cooperate":
            ResponsibilityRule.objects.filter(
                role=rule.role, sector=rule.sector, region_code=rule.region
            ).delete()
        elif ResponsibilityRule.objects.filter(
            role=rule.role, sector=rule.sector, region_code=rule.region, unit_id=codes[rule.unit]
        ).exists():
            continue
        edit = units.RuleEdit(
            rule.role, rule.sector, rule.region, codes[rule.unit], rule.because, from_date=rule.from_date
        )
        units.change_rule(actor=actor, edit=edit)
        made += 1
    return made


# the service list and where requests go ----------------------------------------------------------


@transaction.atomic
def save_services(
    *, actor: Actor, lines: Iterable[tuple[ServiceLine, str]], routes: Iterable[tuple[str, str]]
) -> int:
    """Enter the chosen lines with the unit that answers each, and where each kind of request goes by default.

    ``lines`` pairs a line of the template with a unit's code; ``routes`` a kind with a unit's code; "" is nobody yet.
    A line whose title is there already is left alone. Returns how many lines there are.
    """
    _require_setup(actor)
    known = {unit.code: unit for unit in Unit.objects.filter(active=True)}
    titles = set(ServiceItem.objects.values_list("title", flat=True))
    for place, (line, unit) in enumerate(lines):
        if line.title in titles:
            continue
        item = {
            "part": line.part,
            "title": line.title,
            "words": line.words,
            "who": line.who,
            "needed": line.needed,
            "unit": known.get(unit),
            "promised_days": line.promised_days,
            "law": line.law,
            "desk_call": line.desk_call,
            "case_kind": line.case_kind,
            "place": place,
            "hours": SERVICE_HOURS,
        }
        desk.save_item(actor=actor, told=item)
    because = str(_("the unit of the service list"))
    for kind, unit in routes:
        # in a city what is asked in a district goes to the district's own unit of that kind, where there is one
        own = [(part.code, code_in(part, unit)) for part in parts()]
        for region, code in [("", unit), *own]:
            if code in known:
                desk.save_rule(
                    actor=actor, kind=kind, sector="", region_code=region, unit=known[code], because=because
                )
    return ServiceItem.objects.count()


def default_lines() -> list[tuple[ServiceLine, str]]:
    """Every line of the template with its unit where it is there; else the district office answers it."""
    known = set(Unit.objects.filter(active=True).values_list("code", flat=True))
    return [(line, line.unit if line.unit in known else "liangxin") for line in template().services]


def default_routes() -> list[tuple[str, str]]:
    """The template's routes to units that are there."""
    known = set(Unit.objects.filter(active=True).values_list("code", flat=True))
    set_already = dict(
        RoutingRule.objects.filter(sector="", region_code="").values_list("kind", "unit__code")
    )
    return [
        (line.kind, set_already.get(line.kind) or (line.unit if line.unit in known else ""))
        for line in template().routes
    ]


# accounts ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AccountInput:
    """One of the first accounts; ``unit`` is a unit's code."""

    username: str
    display_name: str
    unit: str
    role: str


@transaction.atomic
def make_accounts(*, actor: Actor, accounts: Sequence[AccountInput]) -> list[Slip]:
    """Make accounts with one-time passwords; all of them or none. Raises BadInput naming each that is wrong."""
    _require_setup(actor)
    slips: list[Slip] = []
    wrong: dict[str, str] = {}
    for place, one in enumerate(accounts):
        unit = Unit.objects.filter(code=one.unit, active=True).first()
        try:
            if one.role not in Role.values:
                raise BadInput(fields={"role": _("Choose a role.")})
            password = one_time_password()
            account = make_account(
                actor=actor,
                username=one.username,
                password=password,
                display_name=one.display_name,
                unit=unit,
            )
            region = unit.region_code if unit and one.role in OF_A_PLACE else ""
            give_role(actor=actor, account=account, role=one.role, region_code=region)
        except Refusal as refusal:
            reasons = "；".join(str(words) for words in refusal.fields.values()) or str(refusal)
            wrong[f"username-{place}"] = f"{one.username or '—'}：{reasons}"
            continue
        label = str(Role(one.role).label)
        slips.append(Slip(account.username, account.display_name, str(unit or ""), label, password))
    if wrong:
        raise BadInput(fields=wrong, code="bad-accounts")
    return slips


def unused_accounts() -> list[Account]:
    """Those who were given a slip and never signed in."""
    rows = Account.objects.filter(must_change_password=True, last_login=None, is_active=True)
    return list(rows.select_related("unit").order_by("username"))


@transaction.atomic
def renew_slips(*, actor: Actor) -> list[Slip]:
    """New one-time passwords for all who never signed in: their slips were shown once, and a page may be
    lost. Raises NotAllowed.
    """
    _require_setup(actor)
    slips = []
    for account in unused_accounts():
        password = one_time_password()
        set_first_password(actor=actor, account=account, password=password)
        grant = RoleGrant.objects.filter(account=account).first()
        label = str(Role(grant.role).label) if grant else ""
        slips.append(Slip(account.username, account.display_name, str(account.unit or ""), label, password))
    return slips


def proposed_accounts() -> list[tuple[AccountInput, bool]]:
    """The first accounts with a tick; then one for every township; those that are there are left out.

    In a city those of each district instead of townships: each district makes those of its townships itself.
    """
    city = parts()
    known = {unit.code: unit for unit in Unit.objects.filter(active=True)}
    taken = set(Account.objects.values_list("username", flat=True))
    rows = [
        (AccountInput(line.username, line.display_name, line.unit, line.role), line.ticked)
        for line in template().accounts
        if not line.unit or line.unit in known
    ]
    rows += [
        (
            AccountInput(
                f"{line.username}-{part.code}",
                f"{part.name}{line.display_name}",
                code_in(part, line.unit),
                line.role,
            ),
            line.ticked,
        )
        for part in city
        for line in template().accounts
        if line.unit and code_in(part, line.unit) in known
    ]
    rows += [
        (
            AccountInput(
                unit.region_code, str(_("%(unit)s clerk") % {"unit": unit.short_name}), code, "unit_staff"
            ),
            True,
        )
        for code, unit in known.items()
        if unit.kind == UnitKind.TOWNSHIP and not city
    ]
    return [(one, ticked) for one, ticked in rows if one.username not in taken]


# opening -----------------------------------------------------------------------------------------


@transaction.atomic
def open_district(*, actor: Actor, trial: bool = False) -> Region:
    """Open the district, ``trial`` only to try it out: from now on every address serves.

    Raises Conflict naming what is still missing.
    """
    _require_setup(actor)
    missing = [str(step.title) for step in queries.steps() if step.needed and not step.done]
    if missing:
        raise Conflict(_("Still missing: %(steps)s.") % {"steps": "、".join(missing)}, code="steps-missing")
    Installation.objects.update_or_create(
        pk=1,
        defaults={
            "opened_at": clock.now(),
            "trial": trial,
            "key_digest": None,
            "key_expires_at": None,
            "session_digest": None,
        },
    )
    district = places.district()
    if district is None:
        raise Conflict(_("Choose the district first."), code="no-district")
    journal.record(actor, events.DISTRICT_OPENED, district=district.code, trial=trial)
    return district


@transaction.atomic
def set_up(
    *,
    actor: Actor,
    district: str,
    unit_rows: Iterable[Sequence[object]] = (),
    administrator: str = "guanli",
    trial: bool = False,
) -> tuple[Region, list[Slip]]:
    """All steps with their proposals, as ``nuanyi setup`` does them; all or nothing. Raises Conflict, BadInput."""
    _require_setup(actor)
    refuse_second()
    more = reading.units_of(unit_rows) if unit_rows else []
    region = choose_district(actor=actor, code=district)
    save_units(actor=actor, ticked=[line.code for line in proposed_units()], more=more)
    save_rules(actor=actor, rules=proposed_rules())
    save_services(actor=actor, lines=default_lines(), routes=default_routes())
    chosen = [
        AccountInput(administrator, one.display_name, one.unit, one.role)
        if one.role == Role.ADMINISTRATOR
        else one
        for one, ticked in proposed_accounts()
        if ticked
    ]
    slips = make_accounts(actor=actor, accounts=chosen)
    open_district(actor=actor, trial=trial)
    return region, slips


def districts_named(text: str) -> list[division.Node]:
    """Districts of the country by code or name, and the city that is meant by exactly this name, which comes first."""
    return division.cities(text) + division.search(text)
