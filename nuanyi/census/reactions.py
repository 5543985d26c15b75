"""What the census does when a lower room announces or asks something."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from nuanyi.census import events, queries
from nuanyi.census.loading.establishments import CONTACT, forget_contact_in
from nuanyi.census.models import (
    Appearance,
    Change,
    Establishment,
    Match,
    RecordNote,
    RecordPhoto,
    Worker,
)
from nuanyi.journal import services as journal
from nuanyi.lib.actor import PHONE_HOLDER, Actor
from nuanyi.people.events import person_erased
from nuanyi.people.models import Person
from nuanyi.units.events import Subjects, subjects_asked


@receiver(subjects_asked)
def who_is_here(sender: object, **_more: Any) -> list[Subjects]:
    """Establishments and workers by sector and region."""
    return queries.subjects()


@receiver(person_erased)
def forget(sender: object, person: Person, actor: Actor, **_more: Any) -> None:
    """A person is erased: the worker's rows in rosters, sealed earlier values and matches go with it."""
    for worker in Worker.objects.filter(person=person):
        Appearance.objects.filter(worker=worker).delete()
        Change.objects.filter(record_id=worker.pk).delete()
        Match.objects.filter(record_id=worker.pk).delete()
        worker.delete()
    concerned = Q(contact=person)
    concerned |= Q(pk__in=Change.objects.filter(former_contact=person).values("record_id"))
    # earlier values go after a year and with an undo; what was noted of somebody says longer whose contact they were
    for remark in (RecordNote, RecordPhoto):
        concerned |= Q(pk__in=remark.objects.filter(contact=person).values("establishment"))
    for shop in Establishment.objects.filter(concerned):
        _forget_contact(shop, person, actor)


def _forget_contact(shop: Establishment, person: Person, actor: Actor) -> None:
    """The shop stays; what was noted and photographed while somebody was its contact may name them, and goes with them.

    So does what rosters called its contact before; its other earlier values stay, for undoing and for figures. A phone
    alone does not take away what an office noted: who answers for a firm could else wipe it out by becoming its
    contact. That goes by a decision at the desk, or when its time is over.
    """
    gone = 0
    if actor != PHONE_HOLDER:
        gone = sum(
            model.objects.filter(establishment=shop, contact=person).delete()[0]
            for model in (RecordNote, RecordPhoto)
        )
    forget_contact_in(Change.objects.filter(record_id=shop.pk))
    for match in Match.objects.filter(record_id=shop.pk):
        match.changes = [line for line in match.changes if line[0] not in CONTACT]
        match.save(update_fields=["changes"])
    Establishment.objects.filter(pk=shop.pk, contact=person).update(contact=None)
    journal.record(actor, events.CONTACT_FORGOTTEN, shop, remarks=gone)
