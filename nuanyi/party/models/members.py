"""Who belongs to a branch, sealed alike; what they show, and where."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.personal import CONSENT_BASIS, KEY_DESTROYED, NOBODY, Declaration, Sensitivity
from nuanyi.lib.sealed import SealedText
from nuanyi.party.models.organisations import Organisation, organised_by
from nuanyi.party.rules import (
    MEMBERS,
    ORGANISE,
    Standing,
)

_BELONGS = _("To know who belongs to the branch, and to receive whoever is away from home")


def _belongs(title: object, erased: object = KEY_DESTROYED) -> Declaration:
    return Declaration(title, _BELONGS, CONSENT_BASIS, 1095, erased, Sensitivity.SENSITIVE)  # type: ignore[arg-type]


class MemberQuerySet(models.QuerySet["Member"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> MemberQuerySet:
        """Those of its district's branches for the organisation department; for a secretary those of the own branch; for
        both, as long as they are away, those a branch received. A branch that has ended shows nobody any more.
        """
        if actor.everywhere(ORGANISE):
            return self
        away = Q(away_until_date=None) | Q(away_until_date__gte=clock.today())
        seen = organised_by(actor, "branch__region_code")
        seen |= organised_by(actor, "receiving__region_code") & away
        if actor.can(MEMBERS) and actor.account_id:
            own = Q(branch__secretary_id=actor.account_id, branch__ended_date=None)
            received = Q(receiving__secretary_id=actor.account_id, receiving__ended_date=None)
            seen |= own | received & away
        return self.filter(seen)


class Member(models.Model):
    """Somebody who belongs to a branch; away from home, another branch receives them (双找). Sealed under keys of its own."""

    PERSONAL = {
        "sealed_name": _belongs(_("Your name, as your branch keeps it")),
        "sealed_phone": _belongs(_("Your phone, as your branch keeps it")),
        "phone_digest": _belongs(
            _("Your phone as a keyed digest, so that you stand in one branch"), _("Deleted")
        ),
        "agreed": _belongs(_("How you agreed to stand on the list of your branch"), _("Deleted")),
        "standing_paper": _belongs(_("The paper by which your standing changed"), _("Deleted")),
        "full_paper": _belongs(_("The paper by which you are to stand as a full member"), _("Deleted")),
        "transfer_paper": _belongs(_("The letter of your transfer"), _("Deleted")),
    }

    key = models.UUIDField(unique=True, editable=False)
    sealed_name = SealedText(bound_by="key", suffix=b"name", family="member", null=True)
    sealed_phone = SealedText(bound_by="key", suffix=b"phone", family="member", null=True)
    phone_digest = models.BinaryField(null=True)
    branch = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members_kept")
    standing = models.CharField(max_length=9, choices=Standing, default=Standing.FULL)
    agreed = models.CharField(max_length=120)
    joined_date = models.DateField()
    receiving = models.ForeignKey(
        Organisation, null=True, on_delete=models.SET_NULL, related_name="members_received"
    )
    away_from_date = models.DateField(null=True)
    away_until_date = models.DateField(null=True)
    away_code = models.CharField(max_length=12, blank=True)
    code_digest = models.BinaryField(null=True)
    code_until_date = models.DateField(null=True)
    changed_date = models.DateField(default=clock.today)
    #: when the branch was shown the address of the member's own page, to hand it over
    link_shown_date = models.DateField(null=True)
    #: since when, and by which paper, they stand as they do, where that changed on this list
    standing_date = models.DateField(null=True)
    standing_paper = models.CharField(max_length=120, blank=True)
    #: what the path says that whoever keeps the list has not confirmed yet: a full member from a day on, by a paper
    full_date = models.DateField(null=True)
    full_paper = models.CharField(max_length=120, blank=True)
    #: the branch from which they were transferred last (组织关系转接), and the letter that says so
    came_from = models.ForeignKey(
        Organisation, null=True, on_delete=models.SET_NULL, related_name="members_sent"
    )
    transfer_paper = models.CharField(max_length=120, blank=True)
    left_date = models.DateField(null=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["branch_id", "pk"]
        constraints = [
            # in two branches the same phone may stand: a refusal would tell whoever enters it that it is on a roll
            models.UniqueConstraint(
                "branch", "phone_digest", condition=Q(left_date=None), name="member_once_in_a_branch"
            ),
            models.UniqueConstraint("code_digest", name="report_code_once"),
        ]
        indexes = [models.Index("phone_digest", name="member_of_phone")]

    def stand_full(self, on: date, paper: str) -> None:
        """Say that this is a full member from a day on, by a paper; not saved yet."""
        self.standing, self.standing_date, self.standing_paper = Standing.FULL, on, paper
        self.changed_date = clock.today()


class Showing(models.Model):
    """亮身份: what a member chose to say of themselves in public, in their own words, until they take it back."""

    PERSONAL = {
        "said": Declaration(
            _("What you say of yourself as a Party member"),
            _("To be seen by whoever looks, because you want it"),
            CONSENT_BASIS,
            365,
            _("Deleted"),
            Sensitivity.SENSITIVE,
        )
    }

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="showing")
    said = models.CharField(max_length=60)
    since_date = models.DateField(default=clock.today)

    class Meta:
        ordering = ["-since_date", "pk"]


class Flag(models.Model):
    """亮旗帜: an establishment shows the flag of its branch. A fact of the establishment, by its own paper."""

    PERSONAL = NOBODY

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="flags")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="flags")
    paper = models.CharField(max_length=120)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        ordering = ["-from_date", "pk"]
        constraints = [
            models.UniqueConstraint("establishment", condition=Q(until_date=None), name="one_flag_at_a_time")
        ]
