"""What Party work does when a lower room announces something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.dispatch import receiver

from nuanyi.census.events import contact_named_by_mistake, contact_named_first, still_needed
from nuanyi.census.models import Establishment
from nuanyi.journal import services as journal
from nuanyi.lib import clock, row_security
from nuanyi.lib.region_codes import district_of
from nuanyi.notices import services as notices
from nuanyi.party import application_queries, events, kinds, queries
from nuanyi.party.models.alliances import AllianceBranch, AllianceFirm, SharedRoom
from nuanyi.party.models.instructors import Assignment, InstructorTerms, LanguageWish, Visit
from nuanyi.party.models.members import Flag
from nuanyi.party.models.organisations import Organisation, Reach
from nuanyi.party.models.speaking import Brought
from nuanyi.people.events import account_closing, role_taken
from nuanyi.people.models import Account, Person, RoleGrant
from nuanyi.units.events import alliance_ended
from nuanyi.units.models import Alliance


@receiver(account_closing)
def close_an_account(sender: object, account: Account, **_more: object) -> None:
    """Whoever leaves follows nobody any more and leads no branch.

    It is not refused: that somebody asked to join must not be told to whoever closes accounts.
    """
    _let_go_of_groups(account)
    _let_go_of_branches(account)


@receiver(role_taken)
def take_a_role(sender: object, account: Account, role: str, **_more: object) -> None:
    """Who has the role nowhere any more can do nothing with what was given to them for it."""
    if RoleGrant.objects.filter(account=account, role=role).exists():
        return
    if role == "instructor":
        _let_go_of_groups(account)
    elif role == "branch":
        _let_go_of_branches(account)


def _let_go_of_groups(account: Account) -> None:
    """What they followed is proposed anew, who asked to join waits for another; the organisation department hears of it."""
    with row_security.reader(queries.PROGRAM):  # whoever closes accounts sees nothing of it
        rows = Assignment.objects.filter(account=account, until_date=None)
        last = rows.order_by("-pk").values_list("pk", flat=True).first()
        codes = list(rows.values_list("establishment__region_code", flat=True))
        ended = rows.update(until_date=clock.today())
        waiting = application_queries.on_their_way().filter(instructor=account)
        waiting.update(instructor=None)
        InstructorTerms.objects.filter(account=account).delete()
    if ended:
        journal.record(queries.PROGRAM, events.INSTRUCTOR_GONE, account, count=ended)
        # in a city each department hears of its own district's
        for district, count in Counter(district_of(code) for code in codes).items():
            notices.queue_to_role(
                "organisation",
                kinds.INSTRUCTOR_GONE,
                once=f"instructor-gone-{last}-{district}",
                region_code=district,
                who=str(account),
                count=count,
            )


def _let_go_of_branches(account: Account) -> None:
    for branch in Organisation.objects.filter(secretary=account, ended_date=None):
        branch.secretary = None
        branch.save(update_fields=["secretary"])
        journal.record(queries.PROGRAM, events.ORGANISATION_CHANGED, branch)


@receiver(alliance_ended)
def end_an_alliance(sender: object, alliance: Alliance, **_more: object) -> None:
    """Its firms are members no more and its rooms are closed; activities stay, and so do their entries in the ledger."""
    for model in (AllianceFirm, AllianceBranch, SharedRoom):
        model.objects.filter(alliance=alliance, until_date=None).update(until_date=alliance.ended_date)


@receiver(contact_named_first)
def give_a_wish_to_whoever_is_named_first(
    sender: object, establishment: Establishment, person: Person, **_more: object
) -> None:
    """A wish that was said before anybody was named is the first contact's to see and to take back."""
    with row_security.reader(queries.PROGRAM):
        LanguageWish.objects.filter(establishment=establishment, contact=None).update(contact=person)


@receiver(contact_named_by_mistake)
def take_wishes_from_those_named_by_mistake(
    sender: object, named: Mapping[UUID, tuple[UUID, datetime]], **_more: object
) -> None:
    """What was said before is nobody's again; what was said on that day may be theirs, and stays so."""
    with row_security.reader(queries.PROGRAM):
        for wish in LanguageWish.objects.filter(contact__in=named):
            establishment, since = named[wish.contact_id]  # type: ignore[index]
            if (
                wish.establishment_id == establishment
                and wish.said_date < since.astimezone(clock.CHINA).date()
            ):
                wish.contact = None
                wish.save(update_fields=["contact"])


@receiver(still_needed)
def keep_what_was_worked_with(
    sender: object, model: type[object], ids: set[UUID], **_more: object
) -> set[UUID]:
    """A roster that is taken back takes no visit, no reach and no flag along: where one stands the establishment stays."""
    if model is not Establishment or not ids:
        return set()
    needed: set[UUID] = set()
    with row_security.reader(queries.PROGRAM):
        for kept in (Reach, Assignment, Visit, Flag, AllianceFirm, Brought, LanguageWish):
            needed |= set(kept.objects.filter(establishment__in=ids).values_list("establishment", flat=True))
    return needed
