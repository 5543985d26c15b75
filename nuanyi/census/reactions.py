"""What the census does when a lower room announces or asks something."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from nuanyi.census import queries
from nuanyi.census.models import Appearance, Change, Establishment, Match, Worker
from nuanyi.people.events import person_erased
from nuanyi.people.models import Person
from nuanyi.units.events import Subjects, subjects_asked


@receiver(subjects_asked)
def who_is_here(sender: object, **_more: Any) -> list[Subjects]:
    """Establishments and workers by sector and region."""
    return queries.subjects()


@receiver(person_erased)
def forget(sender: object, person: Person, **_more: Any) -> None:
    """A person is erased: the worker's rows in rosters, sealed earlier values and matches go with it."""
    for worker in Worker.objects.filter(person=person):
        Appearance.objects.filter(worker=worker).delete()
        Change.objects.filter(record_id=worker.pk).delete()
        Match.objects.filter(record_id=worker.pk).delete()
        worker.delete()
    Establishment.objects.filter(contact=person).update(contact=None)
