"""Accounts, roles, sealed persons, consent."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.ids import new_id
from nuanyi.lib.personal import (
    CONSENT_BASIS,
    DUTY_BASIS,
    KEY_DESTROYED,
    NOBODY,
    Declaration,
    Sensitivity,
)
from nuanyi.lib.sealed import SealedBytes, SealedText
from nuanyi.lib.sealed import keys as keys  # rooms above ask the room of persons for them
from nuanyi.people.rules import Role
from nuanyi.units.models import Unit


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; roles are given by ``people.services.accounts``."""

    def create_user(self, username: str, password: str | None = None, **traits: object) -> Account:
        """An account with a hashed password."""
        account = Account(username=username, **traits)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """Somebody who can sign in."""

    PERSONAL = {
        "display_name": Declaration(
            _("Name shown to colleagues"),
            _("To know who did what"),
            DUTY_BASIS,
            1095,
            _("Replaced by the account's number"),
        ),
        "email": Declaration(
            _("E-mail of a staff member"), _("To send notices about work"), DUTY_BASIS, 1095, _("Emptied")
        ),
    }

    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts")
    person = models.ForeignKey(
        "Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts"
    )
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    password_set_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    password_set_at = models.DateTimeField(null=True, blank=True)

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.display_name or self.username

    def check_password(self, raw_password: str) -> bool:
        """Whether this is the password. One that is right is hashed anew where the hasher has become stricter, and then
        nobody reads yet."""
        with row_security.reader(system("sign-in")):
            return super().check_password(raw_password)


class WecomLink(models.Model):
    """Which member of the office's WeCom an account belongs to, as a keyed digest: nothing of WeCom itself is kept."""

    PERSONAL = NOBODY

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="wecom")
    member_digest = models.BinaryField(unique=True, max_length=32)
    linked_at = models.DateTimeField()


class HeldManager(models.Manager["RoleGrant"]):
    """Grants that hold; one that waits for a second person gives nothing yet."""

    def get_queryset(self) -> models.QuerySet[RoleGrant]:
        """Only what was confirmed."""
        return super().get_queryset().filter(confirmed_at__isnull=False)


class RoleGrant(models.Model):
    """A role that an account has: in a region (empty: wherever the role reaches) and for a unit."""

    PERSONAL: dict[str, Declaration] = {}

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    region_code = models.CharField(max_length=12, blank=True)
    granted_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    #: it held until somebody else set the account's password: who confirms it says that its owner asked for that
    held_before = models.BooleanField(default=False)

    objects = HeldManager()
    #: with those that wait for a second person
    asked = models.Manager()  # noqa: DJ012 - the field the rule means is none

    class Meta:
        constraints = [models.UniqueConstraint("account", "role", "region_code", name="role_once")]


class PersonQuerySet(models.QuerySet["Person"]):
    """Filters."""

    def visible_to(self, actor: Actor) -> PersonQuerySet:
        """Persons in the actor's regions or from its unit's rosters; row-level security holds the same."""
        found = Q(pk__in=[])
        for scope in actor.scopes("people.see_masked"):
            if scope.everywhere:
                return self
            if scope.region:
                found |= Q(region_codes__overlap=[scope.region])
            if scope.unit is not None:
                found |= Q(unit_ids__overlap=[scope.unit])
        if actor.person_id:
            found |= Q(pk=actor.person_id)
        return self.filter(found)


class Person(models.Model):
    """A natural person, sealed. ``name``, ``phone``, ``id_number`` and ``political`` answer with a mask;
    the clear text comes only from ``people.services.openings.reveal``."""

    PERSONAL = {
        "sealed_name": Declaration(
            _("Name"), _("To know who is here and to address them"), DUTY_BASIS, 730, KEY_DESTROYED
        ),
        "name_mask": Declaration(
            _("Name, masked"), _("To tell rows apart in a list"), DUTY_BASIS, 730, _("Emptied")
        ),
        "sealed_phone": Declaration(
            _("Phone"),
            _("To reach the person, and to find the same person in two rosters"),
            DUTY_BASIS,
            730,
            KEY_DESTROYED,
        ),
        "phone_mask": Declaration(
            _("Phone, masked"), _("To tell rows apart in a list"), DUTY_BASIS, 730, _("Emptied")
        ),
        "phone_digest": Declaration(
            _("Phone, as a keyed digest"),
            _("To find the same person in two rosters"),
            DUTY_BASIS,
            730,
            KEY_DESTROYED,
        ),
        "sealed_id_number": Declaration(
            _("ID number"),
            _("To find the same person in two rosters for certain"),
            DUTY_BASIS,
            730,
            KEY_DESTROYED,
            Sensitivity.SENSITIVE,
        ),
        "id_number_mask": Declaration(
            _("ID number, masked"),
            _("To tell rows apart in a list"),
            DUTY_BASIS,
            730,
            _("Emptied"),
            Sensitivity.SENSITIVE,
        ),
        "id_number_digest": Declaration(
            _("ID number, as a keyed digest"),
            _("To find the same person in two rosters"),
            DUTY_BASIS,
            730,
            KEY_DESTROYED,
            Sensitivity.SENSITIVE,
        ),
        "sealed_political": Declaration(
            _("Political affiliation"),
            _("Party work by the organisation department; never a service's condition"),
            CONSENT_BASIS,
            730,
            KEY_DESTROYED,
            Sensitivity.SENSITIVE,
        ),
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sealed_name = SealedText(suffix=b"name", null=True)
    name_mask = models.CharField(max_length=8, blank=True)
    sealed_phone = SealedText(suffix=b"phone", null=True)
    phone_mask = models.CharField(max_length=16, blank=True)
    phone_digest = models.BinaryField(null=True)
    sealed_id_number = SealedText(suffix=b"id_number", null=True)
    id_number_mask = models.CharField(max_length=20, blank=True)
    id_number_digest = models.BinaryField(null=True)
    sealed_political = SealedText(suffix=b"political", family="political", null=True)
    region_codes = ArrayField(models.CharField(max_length=12), default=list)
    unit_ids = ArrayField(models.BigIntegerField(), default=list)
    made_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("phone_digest", name="person_phone"),
            models.Index("id_number_digest", name="person_id_number"),
        ]

    def __str__(self) -> str:
        return self.name_mask or "—"

    @property
    def name(self) -> str:
        """The mask of the name."""
        return self.name_mask

    @property
    def phone(self) -> str:
        """The mask of the phone number."""
        return self.phone_mask

    @property
    def id_number(self) -> str:
        """The mask of the identity number."""
        return self.id_number_mask

    @property
    def political(self) -> str:
        """Whether an affiliation is on file, and nothing more."""
        return "●" if self.sealed_political else ""


class Consent(models.Model):
    """A consent that a person gave for one purpose, and when it was taken back (PIPL Art. 14-16)."""

    PERSONAL: dict[str, Declaration] = {}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=60)
    evidence = models.CharField(max_length=200)
    given_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at=None), name="consent_once_at_a_time"
            )
        ]


class ClientKey(models.Model):
    """A key that a phone or a page made for one sending, claimed by the write that it belongs to (``lib.once``).

    ``mark`` stands for sender, address and key, ``body_digest`` for all that was sent; both are keyed, and the day on which
    the row goes is the only time in it: an anonymous sending leaves no moment here either.
    """

    PERSONAL = {
        "sealed_answer": Declaration(
            _("The answer to what you sent, with its link and code"),
            _("To answer the same when a bad network makes a phone send twice"),
            DUTY_BASIS,
            14,
            _("Deleted"),
        )
    }

    mark = models.UUIDField(primary_key=True, editable=False)
    body_digest = models.BinaryField()
    attempt = models.UUIDField()
    sealed_answer = SealedBytes(null=True)
    forget_date = models.DateField()


class KeptView(models.Model):
    """Filters, order and columns of an office list under a name: for one account, or for its whole unit."""

    PERSONAL: dict[str, Declaration] = {}

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="kept_views")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=40)
    title = models.CharField(max_length=30)
    query = models.CharField(max_length=400, blank=True)
    is_shared = models.BooleanField(default=False)

    class Meta:
        ordering = ["title", "pk"]
        constraints = [models.UniqueConstraint("account", "list_name", "title", name="kept_view_once")]

    def __str__(self) -> str:
        return self.title


class RetentionRun(models.Model):
    """When the rows of one table were last looked through for what is past its time (``lib.retention``)."""

    PERSONAL: dict[str, Declaration] = {}

    name = models.CharField(max_length=60, primary_key=True)
    ran_at = models.DateTimeField()
    forgotten = models.PositiveIntegerField(default=0)
    failed = models.CharField(max_length=60, blank=True)


class ErasureMark(models.Model):
    """A phone or an identity number of somebody who asked to be forgotten, as a keyed digest and nothing else.

    A roster that names it again does not bring the person back.
    """

    PERSONAL: dict[str, Declaration] = {}

    digest = models.BinaryField(primary_key=True)
    date = models.DateField(default=clock.today)
