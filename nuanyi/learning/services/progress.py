"""Progress of a phone, kept here only where its owner asks for it.

What is kept is sealed on the phone: we can neither read it nor tell whose it is.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.learning.models import KeptProgress
from nuanyi.lib import clock, limits
from nuanyi.lib.errors import BadInput, Conflict, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people.models import keys

#: All questions of some forty lessons, sealed.
MOST_BYTES = 256 << 10
#: Wide: many riders stand behind one carrier address.
AN_HOUR = 3000
#: New ones are rare for a person, and each may hold a quarter of a megabyte.
NEW_AN_HOUR = 120
#: Progress that nobody asked for so long is forgotten.
IDLE_DAYS = 400
IDENT = re.compile(r"[0-9a-f]{64}")


def _mark(ident: str, network: str) -> bytes:
    limits.count("progress", network, at_most=AN_HOUR)
    if not IDENT.fullmatch(ident):
        raise BadInput(code="bad-ident")
    return keys().digest("learning-progress", ident)


def read(*, ident: str, network: str) -> KeptProgress:
    """What is kept under a name. Raises NotFound, BadInput, TooMuch."""
    found = KeptProgress.objects.filter(mark=_mark(ident, network)).first()
    if found is None:
        raise NotFound(_("Nothing is kept under this code."))
    return found


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def write(*, ident: str, version: int, blob: bytes, network: str) -> int:
    """Keep ``blob`` after ``version`` (0: nothing was there); returns its version. The same again is kept once.

    Raises Conflict (another phone wrote meanwhile: read and merge), BadInput, TooMuch.
    """
    mark = _mark(ident, network)
    if version == 0:
        limits.count("progress-new", network, at_most=NEW_AN_HOUR)
    if not 0 < len(blob) <= MOST_BYTES:
        raise BadInput(code="bad-size")
    if version == 0:
        KeptProgress.objects.bulk_create(
            [KeptProgress(mark=mark, blob=blob, day=clock.today())], ignore_conflicts=True
        )
    found = KeptProgress.objects.select_for_update().filter(mark=mark).first()
    if found is None:
        raise Conflict(code="changed-meanwhile")  # deleted by its owner on another phone
    if bytes(found.blob) == blob:
        return found.version
    if found.version != version:
        raise Conflict(code="changed-meanwhile")
    found.blob, found.version, found.day = blob, version + 1, clock.today()
    found.save()
    return found.version


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def drop(*, ident: str, network: str) -> None:
    """Delete it. Twice is once."""
    KeptProgress.objects.filter(mark=_mark(ident, network)).delete()


@shaped_otherwise(Reason.PROGRAM)
def forget_idle() -> int:
    """Delete what nobody touched for long."""
    return KeptProgress.objects.filter(day__lt=clock.today() - timedelta(days=IDLE_DAYS)).delete()[0]
