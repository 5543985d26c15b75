"""What a worker does with his case: send it, come back, add, agree or not, rate, take it back, have it forgotten."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import events, kinds, queries, rules
from nuanyi.cases.models import Attachment, Case, Message, ServiceItem
from nuanyi.cases.rules import Channel, State
from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock, limits, masks, pictures, row_security, sounds
from nuanyi.lib.actor import Actor
from nuanyi.lib.dates import due_words
from nuanyi.lib.digests import body_digest, sha256_hex
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound, Words
from nuanyi.lib.ids import new_ref
from nuanyi.lib.sectors import Sector
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import progress
from nuanyi.notices import services as notices
from nuanyi.people import erasures, links
from nuanyi.people.models import keys
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.workflow import intake as taking
from nuanyi.workflow import rules as workflow


@dataclass
class Request:
    """What a worker says. Kind and words are enough."""

    kind: str
    words: str
    caller: str = ""
    phone: str = ""
    sector: str = ""
    region_code: str = ""
    employer: str = ""
    since: date | None = None
    item: ServiceItem | None = None
    channel: str = Channel.WEB.value
    photos: Sequence[bytes] = ()
    voice: bytes = b""


# coming back -------------------------------------------------------------------------------------


#: Codes are base32, whose signs are A-Z and 2-7. O and I are shown as the free digits, so that nobody mistakes them.
_SHOWN = str.maketrans("OI", "98")
#: What somebody typed, as base32: zero and one are the letters that they look like; codes of before 0.7 have O and I.
_TYPED = str.maketrans("9801", "OIOI")


def claim_code_of(key: UUID) -> str:
    """The code to come back by, as people write it: ``ABCD-EFGH-JKMN-PQRS``, 80 bits, worked out from the key."""
    raw = keys().digest("claim", key.hex)[:10]
    code = base64.b32encode(raw).decode().translate(_SHOWN)
    return "-".join(code[n : n + 4] for n in range(0, 16, 4))


def _claim_digest(code: str) -> bytes:
    plain = unicodedata.normalize("NFKC", code).upper().translate(_TYPED)
    return keys().digest("claim-code", "".join(sign for sign in plain if sign.isalnum()))


def link_of(case: Case) -> str:
    """The secret end of the case's address."""
    return links.link_of("case", case.key)


def case_by_link(link: str) -> Case:
    """The case of a secret link; opens the wall for it. Raises NotFound."""
    return links.row_of("case", link, Case.objects.select_related("unit", "item"))


def case_by_code(code: str, network: str) -> Case:
    """The case of a claim code. Raises NotFound, TooMuch (a network that guesses)."""
    digest = _claim_digest(code)
    row_security.show(claim=digest.hex())
    found = Case.objects.filter(claim_digest=digest).first()
    if found is None:
        # wrong codes alone are counted: a neighbour behind the same carrier's address locks no right code out
        limits.count("claim", network, at_most=rules.TRIED_AN_HOUR, crowd=1)
        raise NotFound(_("No case has this code. Look at it once more."), code="no-case")
    return found


# sending -----------------------------------------------------------------------------------------


def _checked(told: Request) -> Request:
    wrong: dict[str, Words] = {}
    told.words = told.words.strip()
    known = queries.kinds().get(told.kind)
    if known is None:
        wrong["kind"] = _("What is it about?")
    if len(told.words) < 2:
        wrong["words"] = _("Say in a few words what happened.")
    if len(told.words) > rules.MAX_WORDS:
        wrong["words"] = _("At most 2,000 characters. The rest can be added later.")
    if told.sector and told.sector not in Sector.values:
        wrong["sector"] = _("Choose a sector.")
    if told.region_code and told.region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if told.since is not None and told.since > clock.today():
        wrong["since"] = _("This date lies in the future.")
    told.phone = taking.mobile(told.phone, wrong)
    if wrong:
        raise BadInput(fields=wrong)
    return told


@shaped_otherwise(Reason.PERSON)
def send_case(*, actor: Actor, key: UUID, told: Request, network: str = "") -> Case:
    """Take a request in: sealed, routed, with its clocks running. The same ``key`` again gives the first answer.

    Raises BadInput, Conflict (the key came with other words), TooMuch.
    """
    if actor.kind == "guest":
        # before any work is done: a photo costs more than a number
        limits.count("case", network, at_most=rules.SENT_AN_HOUR)
    told = _checked(told)
    body = _digest(told)
    return taking.once(lambda: _take_in(actor, key, told, body), lambda: _known(key), body)


def _known(key: UUID) -> Case | None:
    row_security.show(case=str(key))
    return Case.objects.filter(key=key).first()


def _digest(told: Request) -> bytes:
    parts = (
        told.kind,
        told.words,
        told.caller,
        told.phone,
        told.sector,
        told.region_code,
        told.employer,
        told.since,
        " ".join(map(sha256_hex, told.photos)),
        sha256_hex(told.voice) if told.voice else "",
    )
    return body_digest("case-body", repr(parts).encode())


def _take_in(actor: Actor, key: UUID, told: Request, body: bytes) -> Case:
    row_security.show(case=str(key))
    case = _case(key, told, body)
    case.save(force_insert=True)
    _attach(case, key, told.photos, told.voice)
    unit = case.unit
    journal.record(
        actor,
        events.CASE_SENT,
        case,
        ref=case.ref,
        kind_of_case=case.kind,
        unit=unit.pk,
        channel=case.channel,
    )
    # in the language of the notices, not of whoever sent it
    with translation.override("zh-hans"):
        tell_unit(
            case,
            unit,
            kinds.CASE_CAME,
            once=f"case:{case.pk}",
            unit=unit.short_name or unit.name,
            about=case.official_kind,
            answer_by=due_words(case.answer_due_at),
        )
    return case


def _case(key: UUID, told: Request, body: bytes) -> Case:
    """A case as it begins: routed, with its clocks, what names somebody sealed."""
    why: Words
    if told.item is not None and told.item.unit_id:
        unit, why = Unit.objects.get(pk=told.item.unit_id), told.item.title
    else:
        unit, why = queries.route(told.kind, told.sector, told.region_code)
    now, ring, book = clock.now(), keys(), queries.clock_book()
    # a page that a phone kept may name a kind that was closed since: what somebody sends is taken in all the same
    kind = queries.kinds()[told.kind]
    own_kind = kind.code if kind.own else ""
    case = Case(
        key=key,
        ref=new_ref(),
        claim_digest=_claim_digest(claim_code_of(key)),
        body_digest=body,
        kind=kind.follows,
        own_kind=own_kind,
        channel=told.channel,
        item=told.item,
        urgency=kind.urgency,
        sector=told.sector,
        region_code=told.region_code,
        employer=told.employer.strip()[:120],
        since_date=told.since,
        unit=unit,
        route_reason=str(why)[:200],
        made_at=now,
        answer_due_at=book.first_answer.after(now),
        phone_mask=masks.mask_phone(told.phone) if told.phone else "",
    )
    case.due_at, source = queries.due_of(case, now)
    case.due_source = str(source)[:120]
    case.sealed_words = ring.seal("person", told.words, key.bytes + b"words")
    if told.caller.strip():
        case.sealed_caller = ring.seal("person", told.caller.strip()[:60], key.bytes + b"caller")
    if told.phone:
        case.sealed_phone = ring.seal("person", told.phone, key.bytes + b"phone")
        case.phone_digest = queries.phone_mark(told.phone)
    return case


def _attach(case: Case, key: UUID, photos: Sequence[bytes], voice: bytes) -> None:
    """Keep photos (rebuilt without their place) and a voice note, sealed. Raises BadPicture, BadInput."""
    coming = len(photos) + bool(voice)
    if coming and case.attachments.count() + coming > rules.MAX_FILES:
        raise BadInput(
            code="too-many-files",
            fields={"photo": _("A request holds at most eight photos and voice notes.")},
        )
    made = []
    for place, photo in enumerate(photos):
        clean = pictures.rebuild(photo)
        name = f"photo{place + 1}" if place else "photo"
        made.append((name, "photo", "image/jpeg", clean.jpeg, clean.width, clean.height))
    if voice:
        made.append(("voice", "voice", sounds.type_of(voice), voice, 0, 0))
    for name, media, kind, raw, width, height in made:
        number = uuid5(key, name)
        Attachment.objects.create(
            id=number,
            case=case,
            media=media,
            content_type=kind,
            width=width,
            height=height,
            made_at=clock.now(),
            sealed_file=keys().seal_bytes("person", raw, number.bytes),
        )


@shaped_otherwise(Reason.PART)
def tell_unit(case: Case, to: Unit, kind: str, *, once: str, **facts: object) -> None:
    """Tell those of a unit who handle cases: the clerk of the case alone where it has one."""
    clerk = case.clerk_id if case.unit_id == to.pk else None
    address = (
        reverse("cases:case", args=[case.pk])
        if to.pk in (case.unit_id, case.offered_unit_id)
        else reverse("office")
    )
    notices.call(to.pk, ("clerk", "unit_staff"), kind, once=once, address=address, account_id=clerk, **facts)


@shaped_otherwise(Reason.PART)
def tell_worker(case: Case, *, told: bool = True) -> None:
    """A case moved: its worker hears of it where he wants to; not ``told`` what he did himself."""
    progress.happened("case", [case.key.hex], over=case.ended_at is not None, told=told)


# afterwards --------------------------------------------------------------------------------------


def _locked(case: Case) -> Case:
    row_security.show(case=str(case.key))
    return Case.objects.select_for_update(of=("self",)).select_related("unit").get(pk=case.pk)


@shaped_otherwise(Reason.PERSON)
@transaction.atomic
def add_word(
    *, actor: Actor, case: Case, key: UUID, words: str, photos: Sequence[bytes] = (), voice: bytes = b""
) -> Message:
    """The worker adds to his case; the unit is told. The same ``key`` again gives the first answer."""
    case = _locked(case)
    known = Message.objects.filter(key=key, case=case).first()
    if known is not None:
        return known
    if case.state == State.WITHDRAWN:
        raise IllegalMove()
    words = words.strip() or ("…" if photos or voice else "")
    if not 1 <= len(words) <= rules.MAX_WORDS:
        raise BadInput(fields={"words": _("Write a word.")})
    made = Message.objects.create(
        key=key,
        case=case,
        of="worker",
        sealed_words=keys().seal("person", words, key.bytes),
        made_at=clock.now(),
    )
    _attach(case, key, photos, voice)
    journal.record(actor, events.CASE_ANSWERED, case, of="worker")
    tell_unit(case, case.unit, kinds.CASE_WORD, once=f"word:{made.pk}", ref=case.ref)
    return made


@shaped_otherwise(Reason.PERSON)
@transaction.atomic
def judge(*, actor: Actor, case: Case, agrees: bool, stars: int | None = None) -> Case:
    """The worker says whether it is solved: agreed, it is closed; not agreed, it is open again with the same clerk.

    Raises IllegalMove (not solved, or closed more than 30 days ago).
    """
    case = _locked(case)
    rules.check_worker_move("agree" if agrees else "disagree", case.standing, clock.now())
    if agrees:
        case.state, case.worker_agrees, case.ended_at = State.CLOSED, True, clock.now()
        case.stars = stars if stars and 1 <= stars <= 5 else case.stars
    else:
        if case.state == State.JOINED:  # "that is not mine": two cases again
            case.merged_into = None
        case.state, case.worker_agrees, case.solved_at = State.OPEN, False, None
        due_at, source = queries.due_of(case, clock.now())
        workflow.open_again(case, due_at)
        case.due_source = str(source)[:120]
        ledger.reverse_all_from(case)
        tell_unit(case, case.unit, kinds.CASE_WORD, once=f"reopened:{case.pk}:{case.reopened}", ref=case.ref)
    case.save()
    tell_worker(case, told=False)
    journal.record(actor, events.CASE_MOVED, case, after=case.state, agrees=agrees)
    return case


@shaped_otherwise(Reason.PERSON)
@transaction.atomic
def withdraw(*, actor: Actor, case: Case) -> Case:
    """The worker takes his case back. Raises IllegalMove."""
    case = _locked(case)
    rules.check_worker_move("withdraw", case.standing, clock.now())
    case.state, case.ended_at, case.offered_unit = State.WITHDRAWN, clock.now(), None
    case.save()
    tell_worker(case, told=False)
    journal.record(actor, events.CASE_MOVED, case, after=case.state)
    return case


@shaped_otherwise(Reason.PERSON)
@transaction.atomic
def forget(*, actor: Actor, case: Case) -> Case:
    """Delete what names the worker and what he wrote (PIPL Art. 47), once the case has ended; the count stays.

    Raises IllegalMove while a unit still works on it.
    """
    case = _locked(case)
    rules.check_worker_move("forget", case.standing, clock.now())
    case.sealed_words = case.sealed_caller = case.sealed_phone = case.phone_digest = None
    case.phone_mask, case.employer, case.forgotten_at = "", "", clock.now()
    case.save()
    case.messages.all().delete()
    case.attachments.all().delete()
    case.hearings.update(sealed_participants=None, words="")
    case.claim_lines.all().delete()
    progress.forget("case", [case.key.hex])
    journal.record(actor, events.CASE_FORGOTTEN, case)
    erasures.note(case.pk, table=case._meta.label_lower)
    return case


@shaped_otherwise(Reason.PERSON)
@transaction.atomic
def agree_to_name(*, actor: Actor, case: Case) -> Case:
    """The worker allows that letters to the firm carry the name. Raises IllegalMove (it has ended, or needs no letter)."""
    case = _locked(case)
    rules.check_worker_move("name", case.standing, clock.now())
    case.name_agreed_at = case.name_agreed_at or clock.now()
    case.save()
    journal.record(actor, events.NAME_AGREED, case)
    tell_unit(case, case.unit, kinds.CASE_WORD, once=f"named:{case.pk}", ref=case.ref)
    return case


def message_key(case: Case, text: str) -> UUID:
    """A key for a message of a client that made none: the same words twice are one."""
    return uuid5(case.key, text)
