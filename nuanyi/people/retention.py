"""When accounts and persons are past their time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import retention
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import IllegalMove
from nuanyi.people.models import Account, ClientKey, Person
from nuanyi.people.services import persons


def closed_accounts(before: datetime) -> QuerySet[Account]:
    """Closed accounts that nobody signed in with since, and that still carry a name or an address."""
    last = Coalesce(F("last_login"), F("made_at"))
    rows = Account.objects.filter(is_active=False).annotate(last_use=last).filter(last_use__lt=before)
    return rows.exclude(email="", display_name__in=("", "#")).exclude(
        Q(email="") & Q(display_name__startswith="#")
    )


def forget_accounts(_actor: Actor, rows: list[Model]) -> None:
    """The account stays, since what it did stays; its owner's name becomes its number. Raises IllegalMove (it is open)."""
    for row in rows:
        if cast(Account, row).is_active:
            raise IllegalMove(_("The account is still open: it is closed first."), code="account-open")
        Account.objects.filter(pk=row.pk).update(display_name=f"#{row.pk}", email="")


def unused_persons(before: datetime) -> QuerySet[Person]:
    """Persons whom nobody has named, met or changed since, and who have no open account."""
    rows = Person.objects.filter(erased_at=None, changed_at__lt=before).exclude(accounts__is_active=True)
    for used in retention.not_in_use(Person, before):
        rows = rows.exclude(used)
    return rows


def forget_persons(actor: Actor, rows: list[Model]) -> None:
    """As on request, but for the mark: who comes back on a roster later is counted as anybody else."""
    for row in rows:
        persons.erase_person(actor=actor, person=cast(Person, row), reason="retention", for_good=False)


def answered_keys(before: datetime) -> QuerySet[ClientKey]:
    """Keys of sendings whose day is over; that day is the only time they carry."""
    days = ClientKey.PERSONAL["sealed_answer"].retention_days
    return ClientKey.objects.filter(forget_date__lt=(before + timedelta(days=days)).date())


retention.keep(ClientKey, over=answered_keys)
retention.keep(
    Account,
    over=closed_accounts,
    forget=forget_accounts,
    of=lambda subject: Account.objects.filter(Q(person__in=subject.persons) | Q(pk__in=subject.accounts)),
)
retention.keep(
    Person,
    over=unused_persons,
    forget=forget_persons,
    of=lambda subject: Person.objects.filter(pk__in=subject.persons, erased_at=None),
)
