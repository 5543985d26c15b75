"""Notes and photos on a record: written, corrected, taken away, looked at."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanyi.census import lists
from nuanyi.census.models import Worker
from nuanyi.census.rules import MAX_PHOTOS
from nuanyi.census.services import remarks
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import BadInput
from nuanyi.lib.form_parsing import key_of


def shown(request: HttpRequest, record: Any) -> dict[str, Any]:
    """What a record's page shows of its notes and photos; reading the notes is journaled."""
    actor = actor_of(request)
    stand, gone = remarks.read_notes(actor=actor, record=record)
    photos = remarks.photos_of(actor, record)
    there = [photo for photo in photos if photo.ended_at is None]
    return {
        "what": lists.WORKERS if isinstance(record, Worker) else lists.ESTABLISHMENTS,
        "notes": stand,
        "notes_gone": gone,
        "photos": there,
        "photos_gone": [photo for photo in photos if photo.ended_at is not None],
        "may_remark": actor.can("census.follow_up"),
        "has_room": len(there) < MAX_PHOTOS,
        "note_just_gone": _just_gone(request, record),
        "note_key": uuid4(),
        "photo_key": uuid4(),
    }


def _just_gone(request: HttpRequest, record: Any) -> str:
    """The note that was taken away from this record by the last click; "" for none."""
    pk, _sign, key = request.session.pop("undo_note", "").partition(":")
    return str(key) if pk == str(record.pk) else ""


def _back(what: str, pk: UUID) -> HttpResponse:
    return redirect(f"census:{what[:-1]}", pk)


@require_POST
@permission_required("census.follow_up")
def note(request: HttpRequest, what: str, pk: UUID) -> HttpResponse:
    """Write a note on a record."""
    remarks.add_note(
        actor=actor_of(request),
        model=lists.MODELS[what],
        pk=pk,
        words=request.POST.get("words", ""),
        key=key_of(request),
    )
    return _back(what, pk)


@require_POST
@permission_required("census.follow_up")
def note_act(request: HttpRequest, what: str, pk: UUID, key: UUID) -> HttpResponse:
    """Correct a note, take it away, put it back."""
    actor, model = actor_of(request), lists.MODELS[what]
    deed = request.POST.get("deed", "")
    if deed == "away":
        remarks.take_note_away(actor=actor, model=model, pk=pk, note=key)
        request.session["undo_note"] = f"{pk}:{key}"
    elif deed == "back":
        remarks.put_note_back(actor=actor, model=model, pk=pk, note=key)
    else:
        words = request.POST.get("words", "")
        remarks.correct_note(actor=actor, model=model, pk=pk, note=key, words=words, key=key_of(request))
    return _back(what, pk)


@require_POST
@permission_required("census.follow_up")
def photo_add(request: HttpRequest, what: str, pk: UUID) -> HttpResponse:
    """Put a photo on a record."""
    sent = request.FILES.get("photo")
    if sent is None:
        raise BadInput(fields={"photo": _("Choose a file.")})
    remarks.add_photo(
        actor=actor_of(request), model=lists.MODELS[what], pk=pk, data=sent.read(), key=key_of(request)
    )
    return _back(what, pk)


@require_safe
@permission_required("census.view", journaled=True)
def photo(request: HttpRequest, what: str, pk: UUID, key: UUID) -> HttpResponse:
    """A photo of a record, for whoever may see the record; looking at it is journaled."""
    data = remarks.photo(actor=actor_of(request), model=lists.MODELS[what], pk=pk, key=key)
    response = HttpResponse(data, content_type="image/jpeg")
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required("census.follow_up")
def photo_away(request: HttpRequest, what: str, pk: UUID, key: UUID) -> HttpResponse:
    """Delete a photo's picture for good."""
    remarks.take_photo_away(actor=actor_of(request), model=lists.MODELS[what], pk=pk, key=key)
    return _back(what, pk)
