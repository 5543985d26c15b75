"""Notes and photos on a record: what colleagues said and agreed, and what a place looks like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.census import events
from nuanyi.census.models import Establishment, RecordNote, RecordPhoto, Worker
from nuanyi.census.rules import MAX_PHOTOS, NOTE_SIGNS
from nuanyi.journal import services as journal
from nuanyi.lib import clock, pictures, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed, NotFound
from nuanyi.lib.meanwhile import changed_meanwhile
from nuanyi.units import queries as units

Record = Establishment | Worker
Remark = RecordNote | RecordPhoto


@dataclass
class NoteShown:
    """A note as its readers see it: its words, by whom and when, and what stood there before, the last first."""

    key: UUID
    words: str
    who: str
    made_at: datetime
    may_change: bool
    ended_at: datetime | None = None
    ended_by: str = ""
    earlier: list[NoteShown] = field(default_factory=list)
    #: under which a correction of it comes once
    next_key: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class PhotoShown:
    """A photo as its readers see it; one that was taken away says by whom and when."""

    key: UUID
    who: str
    made_at: datetime
    may_change: bool
    ended_at: datetime | None
    ended_by: str


def _record(actor: Actor, model: type[Record], pk: UUID, permission: str, *, lock: bool = False) -> Any:
    """A record within reach. Raises NotFound: out of reach answers like none."""
    rows = model.objects.visible_to(actor, permission)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.select_related("person" if model is Worker else "contact").filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


def _field(model: type[Record]) -> str:
    return "worker" if model is Worker else "establishment"


def _of(record: Record) -> dict[str, Any]:
    """Of which record a remark is, and whom it concerns: of an establishment whoever is its contact now."""
    if isinstance(record, Worker):
        return {"worker": record}
    return {"establishment": record, "contact_id": record.contact_id}


def _about(record: Record) -> Any:
    """Of whom the journal tells: of a worker the person, who may ask who read what is written there."""
    return record.person if isinstance(record, Worker) else record


def _may_change(actor: Actor, record: Record, remark: Remark) -> bool:
    """Whoever wrote it, and whoever may change the record."""
    own = actor.account_id is not None and remark.account_id == actor.account_id
    return own or actor.can(
        "census.edit", regions=(record.region_code,), units=(record.unit_id,) if record.unit_id else ()
    )


def _words(text: str) -> str:
    words = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not words:
        raise BadInput(fields={"words": _("Write what colleagues should know.")})
    if len(words) > NOTE_SIGNS:
        raise BadInput(fields={"words": _("At most 1,000 characters. Write a second note.")})
    return words


@transaction.atomic
def add_note(*, actor: Actor, model: type[Record], pk: UUID, words: str, key: UUID) -> RecordNote:
    """Write a note on a record; a repeat with the same key changes nothing. Raises NotFound, BadInput, Conflict."""
    record = _record(actor, model, pk, "census.follow_up")
    told = _words(words)
    known = RecordNote.objects.filter(pk=key).first()
    if known is not None:
        if getattr(known, f"{_field(model)}_id") != pk or sealed.open_text(known, "sealed_words") != told:
            raise Conflict(code="key-reused")
        return known
    made = RecordNote(key=key, account_id=actor.account_id, **_of(record))
    sealed.put(made, "sealed_words", told)
    made.save(force_insert=True)
    journal.record(actor, events.NOTE_WRITTEN, _about(record))
    return made


def _own(actor: Actor, model: type[Record], pk: UUID, kind: type[Remark], key: UUID) -> tuple[Any, Any]:
    """A record with a note or photo of it, locked. Raises NotFound, NotAllowed."""
    record = _record(actor, model, pk, "census.follow_up")
    found = (
        kind.objects.select_for_update(of=("self",))
        .select_related("ended_by")
        .filter(pk=key, **{_field(model): record})
        .first()
    )
    if found is None:
        raise NotFound()
    if not _may_change(actor, record, found):
        raise NotAllowed(
            _("Only who wrote it, or who may change the record, changes a note or a photo."),
            code="not-yours",
        )
    return record, found


def _end(actor: Actor, found: Remark) -> None:
    if found.ended_at is not None:
        raise changed_meanwhile(found.ended_by, found.ended_at)
    found.ended_at = clock.now()
    found.ended_by_id = actor.account_id


@transaction.atomic
def correct_note(
    *, actor: Actor, model: type[Record], pk: UUID, note: UUID, words: str, key: UUID
) -> RecordNote:
    """Put new words in the place of a note, whose old ones stay in its history.

    Raises NotFound, NotAllowed, BadInput, Conflict (somebody has changed it meanwhile).
    """
    record, found = _own(actor, model, pk, RecordNote, note)
    told = _words(words)
    if found.ended_at is None and sealed.open_text(found, "sealed_words") == told:
        return found  # type: ignore[no-any-return]
    _end(actor, found)
    # a note that is put right concerns whom it concerned, or nobody, as it did
    of = _of(record) | {"contact_id": found.contact_id}
    made = RecordNote(key=key, account_id=actor.account_id, **of)
    sealed.put(made, "sealed_words", told)
    made.save(force_insert=True)
    found.corrected_by = made.pk
    found.save()
    journal.record(actor, events.NOTE_CORRECTED, _about(record))
    return made


@transaction.atomic
def take_note_away(*, actor: Actor, model: type[Record], pk: UUID, note: UUID) -> RecordNote:
    """A note stands no longer on the record; it can be put back. Raises NotFound, NotAllowed, Conflict."""
    record, found = _own(actor, model, pk, RecordNote, note)
    _end(actor, found)
    found.save()
    journal.record(actor, events.NOTE_TAKEN_AWAY, _about(record))
    return found  # type: ignore[no-any-return]


@transaction.atomic
def put_note_back(*, actor: Actor, model: type[Record], pk: UUID, note: UUID) -> RecordNote:
    """A note that was taken away stands there again. Raises NotFound, NotAllowed, Conflict (it was corrected)."""
    record, found = _own(actor, model, pk, RecordNote, note)
    if found.corrected_by is not None:
        raise changed_meanwhile(found.ended_by, found.ended_at)
    if found.ended_at is not None:
        found.ended_at = found.ended_by = None
        found.save()
        journal.record(actor, events.NOTE_PUT_BACK, _about(record))
    return found  # type: ignore[no-any-return]


@transaction.atomic
def read_notes(*, actor: Actor, record: Record) -> tuple[list[NoteShown], list[NoteShown]]:
    """The notes on a record that its reader sees, newest first, and those that were taken away; the reading is journaled.

    Raises NotFound where the record is out of reach.
    """
    model: type[Record] = type(record)
    _record(actor, model, record.pk, "census.view")
    if units.is_of_a_member(actor):
        return [], []
    rows = list(
        RecordNote.objects.filter(**{_field(model): record.pk})
        .select_related("account", "ended_by")
        .order_by("-made_at", "-key")
    )
    if rows:
        journal.record(actor, events.NOTES_READ, _about(record), rows=len(rows))
    shown = {
        row.pk: NoteShown(
            row.pk,
            sealed.open_text(row, "sealed_words"),
            str(row.account or "—"),
            row.made_at,
            _may_change(actor, record, row),
            row.ended_at,
            str(row.ended_by or "—"),
        )
        for row in rows
    }
    before = {row.corrected_by: row.pk for row in rows if row.corrected_by}
    for row in rows:
        at = before.get(row.pk)
        while at is not None:
            shown[row.pk].earlier.append(shown[at])
            at = before.get(at)
    stand = [shown[row.pk] for row in rows if row.ended_at is None]
    gone = [shown[row.pk] for row in rows if row.ended_at is not None and row.corrected_by is None]
    return stand, gone


# photos ----------------------------------------------------------------------------------------


@transaction.atomic
def add_photo(*, actor: Actor, model: type[Record], pk: UUID, data: bytes, key: UUID) -> RecordPhoto:
    """Keep a photo, rebuilt from its pixels and sealed; a repeat with the same key changes nothing.

    Raises NotFound, BadInput (there are six), BadPicture.
    """
    _record(actor, model, pk, "census.follow_up")  # nobody out of reach has a picture looked at
    clean = pictures.rebuild(data)  # takes long: before the row is locked
    record = _record(actor, model, pk, "census.follow_up", lock=True)
    known = RecordPhoto.objects.filter(pk=key, **{_field(model): record}).first()
    if known is not None:
        return known
    there = RecordPhoto.objects.filter(ended_at=None, **{_field(model): record}).count()
    if there >= MAX_PHOTOS:
        raise BadInput(fields={"photo": _("A record holds at most six photos. Take one away first.")})
    made = RecordPhoto(
        key=key,
        account_id=actor.account_id,
        width=clean.width,
        height=clean.height,
        **_of(record),
    )
    sealed.put(made, "sealed_data", clean.jpeg)
    made.save(force_insert=True)
    journal.record(actor, events.PHOTO_ADDED, _about(record))
    return made


def photos_of(actor: Actor, record: Record) -> list[PhotoShown]:
    """The photos of a record that its reader may see, without their pictures, newest first."""
    if units.is_of_a_member(actor):
        return []
    rows = RecordPhoto.objects.filter(**{_field(type(record)): record.pk})
    return [
        PhotoShown(
            row.pk,
            str(row.account or "—"),
            row.made_at,
            _may_change(actor, record, row),
            row.ended_at,
            str(row.ended_by or "—"),
        )
        for row in rows.select_related("account", "ended_by").defer("sealed_data")
    ]


@transaction.atomic
def photo(*, actor: Actor, model: type[Record], pk: UUID, key: UUID) -> bytes:
    """A photo, opened, for whoever may see its record; that it was looked at is journaled. Raises NotFound."""
    record = _record(actor, model, pk, "census.view")
    if units.is_of_a_member(actor):
        raise NotFound()
    found = RecordPhoto.objects.filter(pk=key, ended_at=None, **{_field(model): record}).first()
    if found is None:
        raise NotFound()
    # which one: of an establishment each is its own contact's, who may ask who looked at it
    journal.record(actor, events.PHOTO_SEEN, _about(record), photo=found.pk)
    return sealed.open_bytes(found, "sealed_data")


@transaction.atomic
def take_photo_away(*, actor: Actor, model: type[Record], pk: UUID, key: UUID) -> RecordPhoto:
    """The picture is deleted for good; that there was one, and who took it away, stays.

    Raises NotFound, NotAllowed, Conflict.
    """
    record, found = _own(actor, model, pk, RecordPhoto, key)
    _end(actor, found)
    found.sealed_data = None
    found.save()
    journal.record(actor, events.PHOTO_TAKEN_AWAY, _about(record))
    return found  # type: ignore[no-any-return]
