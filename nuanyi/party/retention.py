"""When what Party work keeps of people is past its time, and whose it is.

An application counts from the day on which it was asked, or from its last step. By phone whoever asks what is kept reads
only that something is on file: a number may have had another holder before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from nuanyi.lib import clock, retention
from nuanyi.lib.actor import Actor
from nuanyi.lib.retention import Subject
from nuanyi.party.models.applications import Application, Review, StepDone
from nuanyi.party.models.instructors import InstructorTerms, LanguageWish
from nuanyi.party.models.life import Meeting
from nuanyi.party.models.members import Member, Showing
from nuanyi.party.models.speaking import Speaker, SpeakerWeek, TeamSeat
from nuanyi.party.ports import plan
from nuanyi.party.rules import State
from nuanyi.people.models import keys


def _mark(field: str, subject: Subject) -> bytes | None:
    """The keyed digest by which a table knows the proven phone; None where none was proven."""
    return keys().digest(field, subject.phone) if subject.phone else None


def _without_a_step_since(before: datetime) -> QuerySet[Application]:
    since = StepDone.objects.filter(application=OuterRef("pk"), done_date__gte=before.date())
    return Application.objects.filter(asked_date__lt=before.date()).exclude(Exists(since))


def idle_applications(before: datetime) -> QuerySet[Application]:
    """Applications asked before, without a step since, that still say something of who asked."""
    nobody = Q(sealed_name=None, sealed_phone=None, phone_digest=None)
    return _without_a_step_since(before).exclude(
        nobody, workplace="", home_code="", end_paper="", handed_to=""
    )


def empty_applications(_actor: Actor, rows: list[Model]) -> None:
    """That somebody asked, and what came of it, stays; who it was goes, and nobody waits for them any more."""
    chosen = Application.objects.filter(pk__in=[row.pk for row in rows])
    chosen.filter(state__in=[State.OPEN, State.PAUSED]).update(state=State.ENDED, moved=False)
    chosen.empty()


def applications_of(subject: Subject) -> QuerySet[Application]:
    """Those that ask with the phone."""
    mark = _mark("application", subject)
    return Application.objects.filter(phone_digest=mark) if mark else Application.objects.none()


retention.keep(
    Application,
    over=idle_applications,
    forget=empty_applications,
    of=applications_of,
    at_desk=True,
)


def _keep_words(model: type[StepDone] | type[Review], field: str) -> None:
    """That a step was taken, or somebody looked at, stays; what was written goes with what the application says."""
    written: Any = model._default_manager.exclude(**{field: ""})

    def forget(_actor: Actor, rows: list[Model]) -> None:
        written.filter(pk__in=[row.pk for row in rows]).update(**{field: ""})

    retention.keep(
        model,
        over=lambda before: written.filter(application__in=_without_a_step_since(before)),
        forget=forget,
        of=lambda subject: written.filter(application__in=applications_of(subject)),
        part=True,
        at_desk=True,
    )


_keep_words(StepDone, "paper")
_keep_words(Review, "note")


def former_members(before: datetime) -> QuerySet[Member]:
    """Whoever left a branch before, as long as a name or a phone is kept."""
    empty = Q(
        sealed_name=None,
        sealed_phone=None,
        phone_digest=None,
        agreed="",
        standing_paper="",
        full_paper="",
        transfer_paper="",
    )
    return Member.objects.filter(left_date__lt=before.date()).exclude(empty)


def empty_members(_actor: Actor, rows: list[Model]) -> None:
    """That the branch had somebody stays; who it was goes. On request whoever stands on the list still leaves it by that."""
    chosen = Member.objects.filter(pk__in=[row.pk for row in rows])
    Showing.objects.filter(member__in=chosen).delete()
    chosen.filter(left_date=None).update(left_date=clock.today())
    chosen.update(
        sealed_name=None,
        sealed_phone=None,
        phone_digest=None,
        code_digest=None,
        receiving=None,
        away_code="",
        agreed="",
        standing_paper="",
        full_date=None,
        full_paper="",
        transfer_paper="",
    )


def members_of(subject: Subject) -> QuerySet[Member]:
    """Whoever stands, or stood, on the list of a branch with the phone."""
    mark = _mark("member", subject)
    return Member.objects.filter(phone_digest=mark) if mark else Member.objects.none()


retention.keep(
    Member,
    over=former_members,
    forget=empty_members,
    of=members_of,
    held=Member.objects.exclude(phone_digest=None).all,
    at_desk=True,
)


def old_showings(before: datetime) -> QuerySet[Showing]:
    """What was said a year ago and not said again."""
    return Showing.objects.filter(since_date__lt=before.date())


def end_showings(_actor: Actor, rows: list[Model]) -> None:
    """Nobody goes on being shown because they forgot."""
    Showing.objects.filter(pk__in=[row.pk for row in rows]).delete()


def showings_of(subject: Subject) -> QuerySet[Showing]:
    """What whoever has the phone says of themselves."""
    return Showing.objects.filter(member__in=members_of(subject))


retention.keep(
    Showing,
    over=old_showings,
    forget=end_showings,
    of=showings_of,
    at_desk=True,
)


def old_minutes(before: datetime) -> QuerySet[Meeting]:
    """Meetings held before whose minutes are kept."""
    return Meeting.objects.filter(held_date__lt=before.date()).exclude(sealed_minutes=None)


def empty_minutes(_actor: Actor, rows: list[Model]) -> None:
    """That it was held stays; what was said goes."""
    Meeting.objects.filter(pk__in=[row.pk for row in rows]).update(sealed_minutes=None)


retention.keep(Meeting, over=old_minutes, forget=empty_minutes)


def unused_terms(before: datetime) -> QuerySet[InstructorTerms]:
    """Terms of instructors who have not signed in since; whoever has the role no more loses them at once."""
    last = Coalesce(F("account__last_login"), F("account__made_at"))
    return InstructorTerms.objects.annotate(last_use=last).filter(last_use__lt=before)


retention.keep(
    InstructorTerms,
    over=unused_terms,
    of=lambda subject: InstructorTerms.objects.filter(
        Q(account__in=subject.accounts) | Q(account__person__in=subject.persons)
    ),
)

retention.keep(
    LanguageWish,
    over=lambda before: LanguageWish.objects.filter(said_date__lt=before.date()),
    of=lambda subject: LanguageWish.objects.filter(contact__in=subject.persons),
    at_desk=True,
)


def former_seats(before: datetime) -> QuerySet[TeamSeat]:
    """Whoever left a lecture team before, or whose team ended, as long as the name is kept."""
    over = Q(until_date__lt=before.date()) | Q(team__until_date__lt=before.date())
    return TeamSeat.objects.filter(over).exclude(sealed_name=None, sealed_part=None, agreed="")


def empty_seats(_actor: Actor, rows: list[Model]) -> None:
    """That a team had somebody stays; who it was goes."""
    TeamSeat.objects.filter(pk__in=[row.pk for row in rows]).update(
        sealed_name=None, sealed_part=None, agreed=""
    )


retention.keep(TeamSeat, over=former_seats, forget=empty_seats)


def silent_speakers(before: datetime) -> QuerySet[Speaker]:
    """Speakers who agreed before and have spoken in no week since."""
    since = SpeakerWeek.objects.filter(speaker=OuterRef("pk"), week_date__gte=before.date())
    rows = Speaker.objects.filter(agreed_date__lt=before.date()).exclude(sealed_name=None, agreed="")
    return rows.exclude(Exists(since))


def empty_speakers(actor: Actor, rows: list[Model]) -> None:
    """That somebody of a kind spoke stays; who it was goes, wherever it was said. Weeks to come are free."""
    chosen = [row.pk for row in rows]
    weeks = SpeakerWeek.objects.filter(speaker__in=chosen)
    hush_weeks(actor, list(weeks))
    weeks.filter(week_date__gte=clock.monday(clock.today())).delete()
    Speaker.objects.filter(pk__in=chosen).update(sealed_name=None, agreed="", named=False)


retention.keep(Speaker, over=silent_speakers, forget=empty_speakers)


def old_weeks(before: datetime) -> QuerySet[SpeakerWeek]:
    """Weeks that began before and still say something of their speaker."""
    return SpeakerWeek.objects.filter(week_date__lt=before.date()).exclude(said="")


def hush_weeks(actor: Actor, rows: list[Model]) -> None:
    """Nobody goes on being shown because they forgot; what was told before the shift names them no more either."""
    chosen = SpeakerWeek.objects.filter(pk__in=[row.pk for row in rows])
    for monday in chosen.values_list("week_date", flat=True):
        plan().name_speaker(actor, monday, monday + timedelta(days=6), "", None)
    chosen.update(said="")


retention.keep(SpeakerWeek, over=old_weeks, forget=hush_weeks)
