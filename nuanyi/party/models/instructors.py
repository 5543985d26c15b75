"""Instructors: what they follow, what they can take on, where they were."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.lib.personal import DUTY_BASIS, NOBODY, Declaration, Sensitivity
from nuanyi.party.rules import (
    VisitKind,
)
from nuanyi.people.models import Account, Person


class Assignment(models.Model):
    """An instructor follows an establishment."""

    PERSONAL = NOBODY

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="assignments")
    reason = models.CharField(max_length=120, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "establishment", condition=Q(until_date=None), name="followed_by_one_instructor"
            )
        ]
        indexes = [models.Index("account", condition=Q(until_date=None), name="assignment_of_instructor")]


def _of_an_instructor(title: object) -> Declaration:
    purpose = _("To share out establishments by what each instructor can take on")
    return Declaration(title, purpose, DUTY_BASIS, 365, _("Deleted"))  # type: ignore[arg-type]


class InstructorTerms(models.Model):
    """What an instructor can take on: how many establishments (None: a fair share), and the languages spoken, by 、."""

    PERSONAL = {
        "capacity": _of_an_instructor(_("How many establishments you can follow")),
        "languages": _of_an_instructor(_("The languages you speak, as an instructor")),
    }

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    capacity = models.PositiveSmallIntegerField(null=True)
    languages = models.CharField(max_length=120, blank=True)


class LanguageWish(models.Model):
    """The language in which people of an establishment would like to be talked with, as they said it on a day.

    It is its contact's to see and to take back: mostly they said it, and a language can tell where somebody comes from.
    """

    PERSONAL = {
        "language": Declaration(
            _("The language in which you wish to be talked with"),
            _("To send an instructor who speaks it"),
            DUTY_BASIS,
            1095,
            _("Deleted"),
            Sensitivity.SENSITIVE,
        ),
    }

    establishment = models.OneToOneField(
        Establishment, on_delete=models.CASCADE, related_name="language_wish"
    )
    #: who was the contact then: whoever followed is not told of another's language
    contact = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=20)
    said_date = models.DateField(default=clock.today)


class Visit(models.Model):
    """An instructor was there. What was said stays with the establishment: the next instructor reads it."""

    PERSONAL = NOBODY

    key = models.UUIDField(unique=True, editable=False)
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="visits")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=VisitKind)
    visit_date = models.DateField()
    present = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["establishment", "-visit_date"], name="visit_latest")]
