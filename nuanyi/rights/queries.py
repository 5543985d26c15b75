"""What is kept of a person, in every room: from the rules of keeping, the declarations and the sealed fields."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from nuanyi.journal import rules as journal_rules
from nuanyi.journal.models import Entry
from nuanyi.lib import clock, retention, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import CONSENT_BASIS, Declaration, Sensitivity
from nuanyi.lib.retention import Rule, Subject
from nuanyi.lib.seal import CannotOpen
from nuanyi.people.models import Account, Consent, Person, keys
from nuanyi.rights.models import Request
from nuanyi.rights.rules import MASKED_BY_PHONE, SHOWN_ENTRIES, State


@dataclass(frozen=True)
class Value:
    """One field of one row: the value as it may be shown, and what its declaration says."""

    name: str
    shown: str
    declared: Declaration
    file: str = ""

    @property
    def sensitive(self) -> bool:
        """Whether a leak would do much harm."""
        return self.declared.sensitivity is Sensitivity.SENSITIVE

    def as_json(self) -> dict[str, Any]:
        """Plain values; a picture or a recording in base64."""
        told: dict[str, Any] = {
            "field": self.name,
            "title": str(self.declared.title),
            "value": self.shown,
            "purpose": str(self.declared.purpose),
            "basis": str(self.declared.basis),
            "days": self.declared.retention_days,
            "sensitive": self.sensitive,
        }
        return told | ({"base64": self.file} if self.file else {})


@dataclass(frozen=True)
class Holding:
    """One row about the person. ``alone``: it can be forgotten by itself; ``consent``: it stands on a consent."""

    table: str
    key: str
    values: list[Value]
    alone: bool
    consent: bool

    @property
    def title(self) -> str:
        """What it is, by the first of its fields."""
        return str(self.values[0].declared.title)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"table": self.table, "key": self.key, "fields": [value.as_json() for value in self.values]}


@dataclass(frozen=True)
class Look:
    """One entry of the journal about the person: when, what, who, what for."""

    at: Any
    what: str
    who: str
    purpose: str

    def as_json(self) -> dict[str, str]:
        """Plain values."""
        return {"at": self.at.isoformat(), "what": self.what, "who": self.who, "purpose": self.purpose}


def persons_with(phone: str) -> list[Person]:
    """The persons on whose record this number stands; a family or a station may share one."""
    return list(
        Person.objects.filter(phone_digest=keys().digest("phone", phone), erased_at=None).order_by("pk")
    )


def rows_of(subject: Subject) -> Iterator[tuple[Rule, list[Model]]]:
    """Every rule with the rows about a person, those that are nobody's part last."""
    for rule in retention.rules():
        rows = list(rule.of(subject)) if rule.of is not None else []
        if rows:
            yield rule, rows


def title_of(rule: Rule) -> str:
    """What rows of a table are, in words: the first of its declared fields."""
    return str(next(iter(retention.declared(rule.model).values())).title)


def holdings(subject: Subject, *, full: bool) -> list[Holding]:
    """What is kept of a person. Without ``full`` (only a phone was proven) identity number and affiliation stay masked."""
    return [_holding(rule, row, full) for rule, rows in reversed(list(rows_of(subject))) for row in rows]


def _holding(rule: Rule, row: Model, full: bool) -> Holding:
    declared = retention.declared(rule.model)
    if rule.at_desk and not full:
        values = [
            Value(name, _on_file() if getattr(row, name) else "", one) for name, one in declared.items()
        ]
    else:
        values = [_value(row, name, one, full) for name, one in declared.items()]
    return Holding(
        table=rule.name,
        key=str(row.pk),
        values=[value for value in values if value.shown],
        alone=not rule.part,
        consent=not rule.part and all(one.basis == CONSENT_BASIS for one in declared.values()),
    )


def _on_file() -> str:
    return _("on file; seen in full at a desk")


def _value(row: Model, name: str, declared: Declaration, full: bool) -> Value:
    raw, field = getattr(row, name), row._meta.get_field(name)
    if not raw:
        return Value(name, "", declared)
    if not full and name in MASKED_BY_PHONE:
        return Value(name, _on_file(), declared)
    try:
        if isinstance(field, sealed.SealedBytes):
            data = sealed.open_bytes(row, name)
            words = _("a file of %(n)s kB") % {"n": max(1, len(data) // 1000)}
            return Value(name, words, declared, base64.b64encode(data).decode())
        if isinstance(field, sealed.SealedField):
            return Value(name, sealed.open_text(row, name), declared)
    except CannotOpen:
        return Value(name, _("sealed under a key that is gone"), declared)
    if name.endswith("digest") or name.startswith("digest"):
        return Value(name, _("a keyed mark, from which nothing can be read"), declared)
    return Value(name, str(raw), declared)


def consents_of(subject: Subject) -> QuerySet[Consent]:
    """The consents that stand."""
    return Consent.objects.filter(person__in=subject.persons, withdrawn_at=None).order_by("given_at")


def looks_of(subject: Subject, *, full: bool, all_of_them: bool = False) -> list[Look]:
    """Who looked at what is kept of the person, or changed it, the latest first; at what a desk shows, with ``full`` only."""
    about = Q(pk=None)
    for rule, rows in rows_of(subject):
        if rule.at_desk and not full:
            continue
        about |= Q(subject_type=rule.name, subject_id__in=[str(row.pk) for row in rows])
        for one in rule.looked_at(rows) if rule.looked_at is not None else []:
            at = Q(
                kind=one.kind,
                subject_type=one.subject_type,
                subject_id=one.subject_id,
                at__gte=one.since,
            )
            if one.names:
                said = f"detail__{one.names}"
                at &= Q(**{f"{said}__in": one.rows}) | ~Q(detail__has_key=one.names)
            about |= at
    for person in subject.persons:
        about |= Q(subject_type="people.person", subject_id=str(person))
    entries = list(Entry.objects.filter(about).order_by("-at")[: None if all_of_them else SHOWN_ENTRIES])
    units = dict(
        Account.objects.filter(pk__in={entry.actor_id for entry in entries if entry.actor_id}).values_list(
            "pk", "unit__name"
        )
    )
    kinds = journal_rules.kinds()
    return [
        Look(
            at=entry.at.astimezone(clock.CHINA),
            what=str(kinds[entry.kind].title) if entry.kind in kinds else entry.kind,
            who=units.get(entry.actor_id or 0)
            or (_("the program") if entry.actor_kind == "system" else _("you")),
            purpose=str(
                entry.detail.get("purpose")
                or entry.detail.get("reason")
                or (kinds[entry.kind].purpose if entry.kind in kinds else "")
            ),
        )
        for entry in entries
    ]


def document(subject: Subject, *, full: bool) -> dict[str, Any]:
    """Everything, as a file to take along."""
    return {
        "made_at": clock.now().isoformat(timespec="seconds"),
        "kept": [holding.as_json() for holding in holdings(subject, full=full)],
        "consents": [
            {"purpose": one.purpose, "evidence": one.evidence, "given_at": one.given_at.isoformat()}
            for one in consents_of(subject)
        ],
        "looked": [look.as_json() for look in looks_of(subject, full=full, all_of_them=True)],
    }


def waiting_for(actor: Actor) -> QuerySet[Request]:
    """Requests of the desk, for whoever handles them."""
    actor.require("rights.handle")
    rows = Request.objects.visible_to(actor)
    return rows.select_related("person", "account", "asked_by", "decided_by")


def open_to(actor: Actor) -> QuerySet[Request]:
    """Those that wait for a second person other than the actor."""
    if not actor.can("rights.handle"):
        return Request.objects.none()
    return waiting_for(actor).filter(state=State.ASKED).exclude(asked_by=actor.account_id)
