"""Who asks to join, sealed under the keys of political affiliation; the steps and papers of the path."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import CONSENT_BASIS, KEY_DESTROYED, NOBODY, Declaration, Sensitivity
from nuanyi.lib.sealed import SealedText
from nuanyi.lib.sectors import Sector
from nuanyi.party.models.organisations import Organisation, organised_by
from nuanyi.party.rules import (
    FOLLOW,
    ORGANISE,
    Door,
    EndReason,
    State,
)
from nuanyi.people.models import Account

_ASKED = _("To talk with you about joining, within a month")


def _kept(title: object, erased: object = KEY_DESTROYED) -> Declaration:
    return Declaration(title, _ASKED, CONSENT_BASIS, 1095, erased, Sensitivity.SENSITIVE)  # type: ignore[arg-type]


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> ApplicationQuerySet:
        """Those of its district for the organisation department (by the place of work, or of the organisation that received
        it), those assigned to them for an instructor, nothing for anybody else."""
        if actor.everywhere(ORGANISE):
            return self
        seen = organised_by(actor, "work_code", "organisation__region_code")
        if actor.can(FOLLOW) and actor.account_id:
            seen |= Q(instructor_id=actor.account_id)
        return self.filter(seen)

    def empty(self) -> None:
        """That somebody asked, each step and how it ended stay; who it was and every word written about them go."""
        chosen = list(self.values_list("pk", flat=True))
        StepDone.objects.filter(application__in=chosen).update(paper="")
        Review.objects.filter(application__in=chosen).update(note="")
        Application.objects.filter(pk__in=chosen).update(
            sealed_name=None,
            sealed_phone=None,
            phone_digest=None,
            workplace="",
            home_code="",
            end_paper="",
            handed_to="",
        )


class Application(models.Model):
    """Somebody wants to join. ``key`` was made by the phone; the secret link to one's own page is worked out from it."""

    PERSONAL = {
        "sealed_name": _kept(_("Your name, as you asked to join")),
        "sealed_phone": _kept(_("Your phone, as you asked to join")),
        "phone_digest": _kept(
            _("Your phone as a keyed digest, so that you are not asked twice"), _("Deleted")
        ),
        "workplace": _kept(_("Your workplace, as you asked to join"), _("Deleted")),
        "home_code": _kept(_("The place where you live, as you asked to join"), _("Deleted")),
        "end_paper": _kept(_("The paper by which your application ended"), _("Deleted")),
        "handed_to": _kept(_("The organisation that goes on with your application"), _("Deleted")),
    }

    key = models.UUIDField(unique=True, editable=False)
    sealed_name = SealedText(bound_by="key", suffix=b"name", family="political", null=True)
    sealed_phone = SealedText(bound_by="key", suffix=b"phone", family="political", null=True)
    phone_digest = models.BinaryField(null=True)
    workplace = models.CharField(max_length=80, blank=True)
    work_code = models.CharField(max_length=12)
    home_code = models.CharField(max_length=12, blank=True)
    sector = models.CharField(max_length=20, choices=Sector, blank=True)
    roving = models.BooleanField(default=False)
    door = models.CharField(max_length=12, choices=Door)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="applications"
    )
    instructor = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    prolonged_months = models.PositiveSmallIntegerField(default=0)
    moved = models.BooleanField(default=False)
    #: why it ended, by which paper, and the organisation of another district that goes on from here
    end_reason = models.CharField(max_length=10, choices=EndReason, blank=True)
    end_paper = models.CharField(max_length=120, blank=True)
    handed_to = models.CharField(max_length=80, blank=True)
    #: the phone stood on the roll of a branch when it asked
    on_a_roll = models.BooleanField(default=False)
    asked_date = models.DateField(default=clock.today)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        # of one phone there may be several: a second one that were refused, or went elsewhere, would tell of the first
        indexes = [
            models.Index("instructor", "state", name="application_of_instructor"),
            models.Index("phone_digest", name="application_of_phone"),
        ]


class Review(models.Model):
    """An activist was looked at: once in half a year."""

    PERSONAL = {"note": _kept(_("Note of a half-yearly review"), _("Deleted"))}

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reviews")
    review_date = models.DateField()
    note = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["review_date", "pk"]
        constraints = [models.UniqueConstraint("application", "review_date", name="review_once_a_day")]


class StepDone(models.Model):
    """A step that was taken, on a day, with its paper; ``key`` where a phone wrote it down."""

    PERSONAL = {"paper": _kept(_("Note or paper of a step of your application"), _("Deleted"))}

    key = models.UUIDField(null=True, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    code = models.CharField(max_length=12)
    done_date = models.DateField()
    paper = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("application", "code", name="step_once")]


class PaperTemplate(models.Model):
    """The district's own Word file for a paper of the path, in place of the one that the program comes with."""

    PERSONAL = NOBODY

    name = models.CharField(max_length=20, unique=True)
    docx = models.BinaryField()
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
