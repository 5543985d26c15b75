"""What phones do: send a report, say "me too", come back by the secret link, say whether it is mended.

Nothing of who or of the minute is kept. Each sending has a key that the phone made; the same key again gives the first answer.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock, limits, masks, pictures, row_security
from nuanyi.lib.actor import system
from nuanyi.lib.dates import due_words
from nuanyi.lib.digests import body_digest, salted_mark, sha256_hex
from nuanyi.lib.errors import BadInput, NotFound, TooMuch
from nuanyi.lib.ids import new_ref
from nuanyi.lib.region_codes import township_of
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.lib.terms import Term
from nuanyi.notices import progress
from nuanyi.notices import services as notices
from nuanyi.people import links
from nuanyi.people.models import keys
from nuanyi.places import queries as places
from nuanyi.reports import doubles, kinds, queries, rules
from nuanyi.reports.models import Check, PasserSalt, Picture, Report, Step, Voice
from nuanyi.reports.rules import DONE, State
from nuanyi.workflow import intake as taking
from nuanyi.workflow import rules as workflow


@dataclass
class ReportInput:
    """A report as a phone tells it. Place in WGS-84; ``accuracy`` is the phone's own guess of its error in metres.

    Without a position ``where`` says where it is, and ``region_code`` in which region, if that was chosen.
    """

    kind: str
    words: str
    lat_wgs84: float | None
    lon_wgs84: float | None
    accuracy: float = 0.0
    where: str = ""
    phone: str = ""
    photos: list[bytes] = field(default_factory=list)
    source: str = "phone"
    region_code: str = ""

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude in WGS-84; None where there is no position, or half of one."""
        if self.lat_wgs84 is None or self.lon_wgs84 is None:
            return None
        return self.lat_wgs84, self.lon_wgs84


# the secret link ---------------------------------------------------------------------------------


def link_of(voice: Voice) -> str:
    """The secret end of the address by which the sender comes back."""
    return links.link_of("report", voice.key)


def voice_by_link(link: str) -> Voice:
    """The sending of a secret link. Raises NotFound, whatever is wrong."""
    return links.row_of(
        "report", link, Voice.objects.select_related("report__kind", "report__unit"), shown="voice"
    )


# sending -----------------------------------------------------------------------------------------


def _checked(told: ReportInput) -> ReportInput:
    told.words, told.where = rules.clean(told.words), rules.clean(told.where)[: rules.MAX_PLACE]
    wrong: dict[str, Any] = {}
    if not told.kind:
        told.kind = queries.guess_kind(told.words) or rules.OTHER
    if told.kind not in queries.book().kinds:
        # a kind that was taken out while the phone was offline: the report counts all the same
        told.kind = (
            rules.OTHER if rules.OTHER in queries.book().kinds else next(iter(queries.book().kinds), "")
        )
    if not told.kind:
        wrong["kind"] = _("This district takes no reports yet.")
    if not told.words and not told.photos:
        wrong["words"] = _("A photo or a few words.")
    if len(told.words) > rules.MAX_WORDS:
        wrong["words"] = _("At most 500 characters.")
    if len(told.photos) > rules.MAX_PHOTOS:
        wrong["photo"] = _("At most three photos.")
    if told.point is None and not told.where:
        wrong["where"] = _("Where is it?")
    told.phone = taking.mobile(told.phone, wrong)
    if wrong:
        raise BadInput(fields=wrong)
    if rules.names_somebody(f"{told.words} {told.where}"):
        raise BadInput(
            code="about-a-person",
            fields={
                "words": _(
                    "This seems to be about a person: a name, a number or a plate. Reports are about places and"
                    " things. Take it out; or call 110"
                    " where there is danger, 12345 with a complaint, or ask at Help."
                )
            },
        )
    return told


def _place(told: ReportInput) -> tuple[str, str]:
    """Region and grid of the place; of one told in words the region that was chosen. Raises BadInput for one outside the
    district.
    """
    if told.point is None:
        return (told.region_code if told.region_code in places.names_by_code() else ""), ""
    lat, lon = told.point
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadInput(fields={"place": _("Where is it?")})
    region, grid = places.codes_at(lat_wgs84=lat, lon_wgs84=lon)
    if not region and places.has_outline():
        raise BadInput(
            code="outside",
            fields={
                "place": _(
                    "This place lies outside our district. Set it on the map if your phone is wrong; else call"
                    " 12345 of that place."
                )
            },
        )
    return region, grid


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    """A point as it is kept: to some ten centimetres."""
    return round(point[0], 6), round(point[1], 6)


def _digest(told: ReportInput) -> bytes:
    parts = (
        told.kind,
        told.words,
        *(_rounded(told.point) if told.point else (None, told.region_code)),
        told.where,
        told.phone,
        [sha256_hex(photo) for photo in told.photos],
    )
    return body_digest("report-body", repr(parts).encode())


@shaped_otherwise(Reason.STRANGER)
def send_report(*, key: UUID, told: ReportInput, network: str = "", at_most: int = 0) -> Voice:
    """Take a report in: placed, dispatched, its time running. The same ``key`` again gives the first answer.

    Raises BadInput, BadPicture, Conflict (the key came with other words), TooMuch.
    """
    row_security.show(voice=str(key))
    if (again := _counted(key, network, at_most or rules.SENT_AN_HOUR)) is not None:
        return again
    told = _checked(told)
    body = _digest(told)
    return taking.once(lambda: _take_in(key, told, body), lambda: _known(key), body)


def _known(key: UUID) -> Voice | None:
    return Voice.objects.select_related("report__kind", "report__unit").filter(key=key).first()


def _counted(key: UUID, network: str, at_most: int) -> Voice | None:
    """Count before any work is done; where it is too much, what was taken under this key before. Raises TooMuch."""
    try:
        limits.count("report", network, at_most=at_most)
    except TooMuch:
        if known := _known(key):
            return known
        raise
    return None


def _take_in(key: UUID, told: ReportInput, body: bytes) -> Voice:
    region, grid = _place(told)
    book = queries.book()
    kind = book.kinds[told.kind]
    unit, why = queries.dispatch(kind.pk, region)
    now = clock.now()
    lat, lon = _rounded(told.point) if told.point else (None, None)
    report = Report(
        ref=new_ref(),
        kind=kind,
        lat_wgs84=lat,
        lon_wgs84=lon,
        vague=told.accuracy > rules.VAGUE_METRES,
        where=told.where,
        cell=doubles.cell_of(*told.point) if told.point else None,
        region_code=region,
        grid_code=grid,
        unit=unit,
        account_id=book.grids.get(grid),
        route_reason=str(why)[:120],
        source=told.source,
        hour_at=clock.hour_of(now),
        due_at=Term(kind.amount, kind.counted, "").after(rules.next_hour(now)),
    )
    if told.words:
        report.sealed_words = keys().seal("person", told.words, report.ref.encode())
    if report.point is not None:  # by words alone nothing is the same: a street has many lamps
        asked = doubles.Seen(
            *report.point, report.hour_at.timestamp() / 3600, str(kind.pk), doubles.grams(told.words)
        )
        report.double_of, report.likeness = queries.likely_double(
            asked, queries.neighbours(*report.point, now)
        )
    report.save(force_insert=True)
    voice = _voice(key, report, told.phone, body)
    keep_pictures(report, key, told.photos)
    tell_unit(
        report,
        kinds.CAME,
        once=f"report:{report.pk}",
        about=kind.title,
        where=place_words(report),
        due=due_words(report.due_at),
    )
    return voice


def _voice(key: UUID, report: Report, phone: str, body: bytes, *, first: bool = True) -> Voice:
    voice = Voice(key=key, report=report, body_digest=body, first=first)
    if phone:
        voice.sealed_phone, voice.phone_mask = (
            keys().seal("person", phone, key.bytes),
            masks.mask_phone(phone),
        )
    voice.save(force_insert=True)
    return voice


@shaped_otherwise(Reason.PART)
def keep_pictures(report: Report, key: UUID, photos: list[bytes], *, after: bool = False) -> None:
    """Keep photos, rebuilt from their pixels (the place in them goes) and sealed. Raises BadPicture."""
    for number, photo in enumerate(photos):
        clean = pictures.rebuild(photo)
        own = uuid5(key, f"{'after' if after else 'before'}{number}")
        Picture.objects.create(
            id=own,
            report=report,
            after=after,
            width=clean.width,
            height=clean.height,
            sealed_data=keys().seal_bytes("person", clean.jpeg, own.bytes),
        )


def place_words(report: Report, names: dict[str, str] | None = None) -> str:
    """A place in words: what was written, else the community. ``names`` spares a list from asking for each."""
    names = places.names_by_code() if names is None else names
    return report.where or names.get(report.region_code, "") or names.get(township_of(report.region_code), "")


@shaped_otherwise(Reason.PART)
def tell_unit(report: Report, kind: str, *, once: str, **facts: object) -> None:
    """Tell the grid worker of a report, or those of its unit."""
    notices.call(
        report.unit_id,
        ("unit_staff", "clerk", "grid_worker"),
        kind,
        once=once,
        address=reverse("reports:report", args=[report.pk]),
        account_id=report.account_id if report.account and report.account.unit_id == report.unit_id else None,
        **facts,
    )


@shaped_otherwise(Reason.PART)
def tell_senders(report: Report, *, but: Voice | None = None) -> None:
    """A report moved: its senders hear of it, ``but`` the one who moved it himself."""
    over = report.ended_at is not None
    with row_security.reader(system("progress")):  # whoever moves it need not see who sent it
        heard = Voice.objects.filter(report=report)
        marks = [key.hex for key in heard.values_list("key", flat=True)]
    own = [] if but is None else [but.key.hex]
    progress.happened("report", [mark for mark in marks if mark not in own], over=over)
    progress.happened("report", own, over=over, told=False)


# me too, and afterwards --------------------------------------------------------------------------


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def me_too(*, key: UUID, ref: str, network: str) -> Voice:
    """Somebody saw the same: he is told back like the first. The same key again counts once for each report, since the
    button stands in the form of a report and sends its key. Raises NotFound, TooMuch.
    """
    row_security.show(voice=str(key))
    known = _known(key)
    if known is not None and known.report.ref != ref:
        key = uuid5(key, ref)
        row_security.show(voice=str(key))
        known = _known(key)
    if known is not None:
        return known
    limits.count("voice", network, at_most=rules.VOICES_AN_HOUR)
    report = (
        Report.objects.select_for_update(of=("self",)).select_related("kind", "unit").filter(ref=ref).first()
    )
    if report is None or not report.open:
        raise NotFound()
    voice = _voice(key, report, "", body_digest("report-body", ref.encode()), first=False)
    Report.objects.filter(pk=report.pk).update(voices_count=F("voices_count") + 1)
    report.refresh_from_db(fields=["voices_count"])
    return voice


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def look(voice: Voice) -> Report:
    """The sender looks at what came of it: where there is an end to hear of, he has heard it."""
    report = voice.report
    if report.state in (*DONE, State.REFUSED) and not voice.looked:
        Voice.objects.filter(pk=voice.pk).update(looked=True)
        Report.objects.filter(pk=report.pk, told_back=False).update(told_back=True)
    return report


def _open_again(report: Report) -> None:
    """The same unit has it again, with a new deadline, and is told; whoever opens it, sender or passer-by. Not saved yet."""
    report.state, report.mended_at, report.why, report.joined_to = State.TAKEN, None, "", None
    term = Term(report.kind.amount, report.kind.counted, "")
    workflow.open_again(report, term.after(rules.next_hour(clock.now())))
    tell_unit(report, kinds.REOPENED, once=f"again:{report.pk}:{report.reopened}", ref=report.ref)


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def judge(
    *, voice: Voice, good: bool, words: str = "", photos: list[bytes] | None = None, key: UUID
) -> Report:
    """A sender says whether it is mended: yes ends it, no opens it again with the same unit. Raises IllegalMove, BadInput."""
    report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("kind", "unit", "account")
        .get(pk=voice.report_id)
    )
    if Step.objects.filter(key=key, report=report).exists():
        return report
    hour, words = clock.hour_of(clock.now()), rules.clean(words)[:300]
    if rules.names_somebody(words):
        raise BadInput(
            code="about-a-person", fields={"words": _("Without names, numbers and plates, please.")}
        )
    wrong = rules.PROOFS.why_not(good, report.state, report.ended_at, clock.now())
    if wrong is not None:
        raise wrong
    if good:
        report.state, report.ended_at = State.CLOSED, hour
    else:
        _open_again(report)
    keep_pictures(report, key, photos or [])
    report.save()
    Step.objects.create(key=key, report=report, state=report.state, of="reporter", words=words, at=hour)
    tell_senders(report, but=voice)
    return report


def _network(report: Report, address: str) -> int:
    """The number of a network among those that share it; that of yesterday where it said something then."""
    forget_salts()
    today = clock.today()
    made, _new = PasserSalt.objects.get_or_create(day=today, defaults={"salt": os.urandom(32)})
    before = PasserSalt.objects.filter(day=today - timedelta(days=1)).first()
    told = repr((report.ref, report.reopened, limits.network_of(address)))
    if before is not None:
        yesterday = _number(before, told)
        if report.checks.filter(network=yesterday).exists():
            return yesterday
    return _number(made, told)


def _number(of: PasserSalt, told: str) -> int:
    return int.from_bytes(salted_mark(bytes(of.salt), told)) % rules.NETWORKS


@shaped_otherwise(Reason.PROGRAM)
def forget_salts() -> int:
    """Delete the salts of days before yesterday: numbers of networks that were drawn under them can be tried no more."""
    return PasserSalt.objects.filter(day__lt=clock.today() - timedelta(days=1)).delete()[0]


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def check(*, ref: str, good: bool, network: str, browser: str = "") -> Report:
    """Somebody passing by says whether a mended thing is mended; two who say no open it again. Raises NotFound, TooMuch.

    One browser counts once for each time that it was mended, however often it taps: by a keyed mark that is good for
    this report alone and goes when it is opened again. Who taps again has changed his mind. Whoever clears the browser
    in between still asks from the same network, and one network has one voice in two days.
    """
    limits.count("check", network, at_most=rules.CHECKS_AN_HOUR)
    report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("kind", "unit", "account")
        .filter(ref=ref)
        .first()
    )
    if report is None or report.state not in DONE:
        raise NotFound()
    address, _bar, token = network.partition("|")
    number = _network(report, address)
    # without a browser to tell: the number of the network, never the address itself, which the keys would let one try
    mark = body_digest("passer", repr((report.ref, report.reopened, browser or token or number)).encode())
    Check.objects.bulk_create(
        [Check(key=UUID(bytes=mark), report=report, good=good, network=number)],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["good"],
    )
    report.good, report.bad = (
        report.checks.filter(good=said).values("network").distinct().count() for said in (True, False)
    )
    hour = clock.hour_of(clock.now())
    if good and report.state == State.MENDED:
        report.state, report.ended_at = State.CLOSED, hour
        Step.objects.create(report=report, state=report.state, of="passer", at=hour)
        tell_senders(report)
    elif report.bad >= 2 and report.bad > report.good:
        _open_again(report)
        report.checks.all().delete()
        Step.objects.create(report=report, state=report.state, of="passer", at=hour)
        tell_senders(report)
    report.save()
    return report
