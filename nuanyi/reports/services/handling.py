"""What units do with a report: take it, hand it over, correct it, mend it, refuse it, join it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.dates import due_words
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.lib.terms import Term
from nuanyi.notices import progress
from nuanyi.notices import services as notices
from nuanyi.people.models import keys
from nuanyi.people.services import openings
from nuanyi.places import queries as places
from nuanyi.reports import doubles, events, kinds, queries, rules
from nuanyi.reports.models import ACT, Picture, Report, Step, Voice
from nuanyi.reports.rules import OPEN, State, Why
from nuanyi.reports.services.sending import keep_pictures, tell_senders, tell_unit
from nuanyi.units.models import Unit
from nuanyi.workflow import clocks, handover, joining

MOST_WORDS = 300
#: So many phones of one report are opened at once: whoever must ask where it is needs no more.
PHONES = 10


def own(actor: Actor, pk: int, *, lock: bool = True) -> Report:
    """A report that the actor may see. Another unit's is as good as none. Raises NotAllowed, NotFound."""
    actor.require(ACT)
    rows = Report.objects.visible_to(actor).select_related("kind", "unit", "offered_unit", "account")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def held(actor: Actor, pk: int) -> Report:
    """A report that the actor's unit has (not one that it is only offered). Raises NotAllowed, NotFound."""
    report = own(actor, pk)
    actor.require(ACT, units=(report.unit_id,), regions=(report.region_code,) if report.region_code else ())
    return report


@shaped_otherwise(Reason.PART)
def add_step(
    actor: Actor, report: Report, words: str = "", *, key: UUID | None = None, shown: bool = True
) -> None:
    """Write down that a report moved; the first step that the reporters see is its first answer."""
    now = clock.now()
    if report.answered_at is None and shown and report.state != State.NEW:
        report.answered_at = now
    report.save()
    Step.objects.create(
        key=key,
        report=report,
        state=report.state,
        of="unit" if actor.kind == "account" else "system",
        unit_id=report.unit_id,
        account_id=actor.account_id,
        words=words[:MOST_WORDS],
        open_to_all=shown,
        at=now,
    )
    if shown:
        tell_senders(report)
    journal.record(actor, events.REPORT_MOVED, report, state=report.state, unit=report.unit_id)


def _again(report: Report, key: UUID | None) -> bool:
    """Whether a phone repeats an act that was done already."""
    return key is not None and Step.objects.filter(key=key, report=report).exists()


@transaction.atomic
def take(*, actor: Actor, pk: int, key: UUID | None = None, mine: bool = False) -> Report:
    """Take a report on; ``mine`` makes the actor its grid worker. Raises IllegalMove."""
    report = held(actor, pk)
    if _again(report, key):
        return report
    rules.check_move(report.state, State.TAKEN)
    report.state, report.ended_at, report.why = State.TAKEN, None, ""
    if mine:
        report.account_id = actor.account_id
    add_step(actor, report, key=key)
    return report


@transaction.atomic
def mend(*, actor: Actor, pk: int, words: str, photos: list[bytes], key: UUID | None = None) -> Report:
    """It is mended, says the unit, with a photo or a word to show for it. Raises IllegalMove, BadInput, BadPicture."""
    report = held(actor, pk)
    if _again(report, key):
        return report
    words = rules.clean(words)
    if not photos and len(words) < 2:
        raise BadInput(fields={"words": _("A photo of how it is now, or a word on what was done.")})
    if len(photos) > rules.MAX_PHOTOS:
        raise BadInput(fields={"photo": _("At most three photos.")})
    rules.check_move(report.state, State.MENDED)
    report.state, report.mended_at = State.MENDED, clock.now()
    keep_pictures(report, key or UUID(int=report.pk), photos, after=True)
    add_step(actor, report, words, key=key)
    return report


@transaction.atomic
def answer(*, actor: Actor, pk: int, words: str, shown: bool = True) -> Report:
    """A word to the reporters, or a note inside the unit. Raises BadInput."""
    report = held(actor, pk)
    words = rules.clean(words)
    if len(words) < 2:
        raise BadInput(fields={"words": _("Write a word.")})
    if report.answered_at is None and shown:
        report.answered_at = clock.now()
    add_step(actor, report, words, shown=shown)
    return report


@transaction.atomic
def refuse(*, actor: Actor, pk: int, why: str, words: str) -> Report:
    """Not taken, with a reason that the reporter is told. One about a person loses its words and photos at
    once. Raises BadInput.
    """
    report = held(actor, pk)
    if why not in Why.values:
        raise BadInput(fields={"why": _("A refusal needs a reason.")})
    rules.check_move(report.state, State.REFUSED)
    report.state, report.why, report.ended_at = State.REFUSED, why, clock.now()
    if why in (Why.PERSON, Why.SPAM):
        report.sealed_words = None
        report.pictures.all().delete()
    add_step(actor, report, rules.clean(words))
    return report


# hand-over ---------------------------------------------------------------------------------------


@transaction.atomic
def offer(*, actor: Actor, pk: int, unit: Unit, words: str) -> Report:
    """Offer a report to another unit; until it accepts, ours answers for it. Raises BadInput, IllegalMove."""
    report = held(actor, pk)
    handover.offer(report, unit, rules.clean(words))
    add_step(actor, report, report.offered_words, shown=False)
    notices.call(
        unit.pk,
        ("unit_staff", "clerk"),
        kinds.OFFERED,
        once=f"offer:{report.pk}:{clock.now():%y%m%d%H%M%S}",
        address=reverse("reports:report", args=[report.pk]),
        about=report.kind.title,
        why=report.offered_words,
    )
    return report


@transaction.atomic
def reply(*, actor: Actor, pk: int, accepts: bool, words: str = "") -> Report:
    """The other unit accepts, or says why not. Raises NotFound, NotAllowed, IllegalMove, BadInput."""
    report, words = own(actor, pk), rules.clean(words)
    if accepts:
        handover.accept(report, actor, ACT)
        report.account = None
        report.state = State.TAKEN if report.state == State.NEW else report.state
        add_step(actor, report, words[: handover.MOST])
        return report
    words = handover.decline(report, actor, ACT, words)
    add_step(actor, report, words, shown=False)
    notices.call(
        report.unit_id,
        ("unit_staff", "clerk"),
        kinds.DECLINED,
        once=f"decline:{report.pk}:{clock.now():%y%m%d%H%M%S}",
        address=reverse("reports:report", args=[report.pk]),
        ref=report.ref,
        why=words,
    )
    return report


# corrections -------------------------------------------------------------------------------------


@transaction.atomic
def correct(
    *, actor: Actor, pk: int, kind: str, point_wgs84: tuple[float, float] | None, where: str
) -> Report:
    """Correct kind and place: it is dispatched and its time counted anew, from the hour in which it was told.

    One that was told in words alone may stay so (``point_wgs84`` None); a position that is known is not taken away.
    Raises BadInput.
    """
    report = held(actor, pk)
    if not report.open:
        raise IllegalMove()
    known = queries.book().kinds.get(kind)
    if known is None:
        raise BadInput(fields={"kind": _("Choose from the list.")})
    report.kind, report.where, report.vague = known, rules.clean(where)[: rules.MAX_PLACE], False
    if point_wgs84 is not None:
        _place(report, *point_wgs84)
    elif report.point is not None:
        raise BadInput(fields={"place": _("Where is it?")})
    elif not report.where:
        raise BadInput(fields={"where": _("Where is it?")})
    report.unit, why = queries.dispatch(known.pk, report.region_code)
    report.route_reason, report.account_id = str(why)[:120], queries.book().grids.get(report.grid_code)
    report.due_at = Term(known.amount, known.counted, "").after(rules.next_hour(report.hour_at))
    add_step(actor, report, shown=False)
    journal.record(actor, events.REPORT_CHANGED, report, about=kind, grid=report.grid_code)
    return report


def _place(report: Report, lat_wgs84: float, lon_wgs84: float) -> None:
    """Set a report's place, its region and grid with it; not saved yet. Raises BadInput for one outside the district."""
    region, grid = places.codes_at(lat_wgs84=lat_wgs84, lon_wgs84=lon_wgs84)
    if not region and places.has_outline():
        raise BadInput(
            fields={
                "place": _(
                    "This place lies outside our district. Refuse the report with that reason instead."
                )
            }
        )
    report.lat_wgs84, report.lon_wgs84 = round(lat_wgs84, 6), round(lon_wgs84, 6)
    report.cell, report.region_code, report.grid_code = doubles.cell_of(lat_wgs84, lon_wgs84), region, grid


@transaction.atomic
def join(*, actor: Actor, pk: int, into: int) -> Report:
    """Two reports tell of one thing: the later one's senders are told of the other from now on.

    Raises BadInput, IllegalMove, NotFound.
    """
    report, other = joining.both(
        pk, into, lambda number: held(actor, number) if number == pk else own(actor, number)
    )
    rules.check_move(report.state, State.JOINED)
    moved = Voice.objects.filter(report=report).update(report=other, first=False)
    Picture.objects.filter(report=report).update(report=other)
    Report.objects.filter(joined_to=report).update(joined_to=other)
    Report.objects.filter(pk=other.pk).update(voices_count=F("voices_count") + moved)
    report.state, report.joined_to, report.double_of, report.ended_at, report.voices_count = (
        State.JOINED,
        other,
        None,
        clock.now(),
        0,
    )
    add_step(actor, report, shown=False)
    ledger.reverse_all_from(report)  # what was told twice counts once
    journal.record(actor, events.REPORTS_JOINED, report, into=other.ref, voices=moved)
    return other


@transaction.atomic
def not_a_double(*, actor: Actor, pk: int) -> Report:
    """They are two things: the hint goes. Raises NotFound."""
    report = held(actor, pk)
    report.double_of, report.likeness = None, 0.0
    report.save(update_fields=["double_of", "likeness"])
    journal.record(actor, events.REPORTS_JOINED, report, apart=True)
    return report


# looking -----------------------------------------------------------------------------------------


@transaction.atomic
def words(*, actor: Actor, pk: int) -> str:
    """The words, opened; that they were read is journaled."""
    report = own(actor, pk, lock=False)
    journal.record(actor, events.WORDS_SEEN, report, what="words")
    return queries.words_of(report)


@transaction.atomic
def picture(*, actor: Actor, pk: int, picture: UUID) -> bytes:
    """A photo, opened; that it was looked at is journaled. Raises NotFound."""
    report = own(actor, pk, lock=False)
    found = report.pictures.filter(pk=picture).first()
    if found is None:
        raise NotFound()
    journal.record(actor, events.WORDS_SEEN, report, what="photo")
    return keys().open_bytes("person", bytes(found.sealed_data), found.pk.bytes)


@transaction.atomic
def phones(*, actor: Actor, pk: int, purpose: str) -> list[str]:
    """The phones that senders left, opened for a purpose: the first ten, journaled with it, within the day's quota.

    Only the unit that has the report. Raises NotAllowed, NotFound, BadInput (no purpose), TooMuch.
    """
    report = held(actor, pk)
    purpose = openings.read_purpose(purpose)
    found = list(report.voices.exclude(sealed_phone=None).order_by("pk")[:PHONES])
    openings.record_opening(actor, events.PHONES_SEEN, report, values=len(found), purpose=purpose)
    return [keys().open("person", bytes(voice.sealed_phone or b""), voice.key.bytes) for voice in found]


# by themselves -----------------------------------------------------------------------------------


@shaped_otherwise(Reason.PROGRAM)
def warn_late(actor: Actor) -> int:
    """Tell unit and district once of each report whose time is over; returns how many."""
    late = list(
        Report.objects.filter(state__in=OPEN, due_at__lte=clock.now(), warned=False).select_related(
            "unit", "account"
        )[:500]
    )
    for report in late:
        with transaction.atomic():
            facts: dict[str, Any] = {"ref": report.ref, "due": due_words(report.due_at)}
            tell_unit(report, kinds.LATE, once=f"late:{report.pk}:{report.reopened}", **facts)
            notices.queue_to_role(
                "district_office", kinds.LATE, once=f"late-up:{report.pk}:{report.reopened}", **facts
            )
            Report.objects.filter(pk=report.pk).update(warned=True)
    return len(late)


@shaped_otherwise(Reason.PROGRAM)
def close_silent(actor: Actor) -> int:
    """End what was said to be mended a week ago and nobody said no to; it counts apart from what a reporter confirmed."""
    now = clock.now()
    silent = Report.objects.filter(state=State.MENDED, mended_at__lt=clocks.silent_since(now), ended_at=None)
    with transaction.atomic():
        ended = list(silent.select_for_update(of=("self",)))
        Report.objects.filter(pk__in=[report.pk for report in ended]).update(ended_at=now)
        senders = Voice.objects.filter(report__in=ended).values_list("key", flat=True)
        progress.happened("report", [key.hex for key in senders], over=True, told=False)
    return len(ended)


@shaped_otherwise(Reason.PROGRAM)
@transaction.atomic
def regrid() -> int:
    """After grids or outlines were redrawn: open reports lie in the grid that is there now; who has them, keeps them. One that
    was told in words alone lies nowhere and stays as it is.
    """
    changed = 0
    for report in Report.objects.open().iterator():
        if report.point is None:
            continue
        region, grid = places.codes_at(lat_wgs84=report.point[0], lon_wgs84=report.point[1])
        if (region, grid) != (report.region_code, report.grid_code):
            changed += Report.objects.filter(pk=report.pk).update(
                region_code=region or report.region_code, grid_code=grid
            )
    return changed
