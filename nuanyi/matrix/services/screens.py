"""Links for big screens: the office makes one for a wall, sees when it was last used, and takes it back at one tap."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotAllowed, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.matrix import events
from nuanyi.matrix.models import ScreenLink
from nuanyi.people.models import Account, keys
from nuanyi.units.queries import of_own_units, require_unit

GIVE = "matrix.screens"
#: A screen asks each minute; that it was there is written down as often as somebody would want to know.
NOTED_EVERY = timedelta(minutes=10)


def _digest(link: str) -> bytes:
    return keys().digest("screen", link)


@transaction.atomic
def make_link(*, actor: Actor, name: str) -> tuple[ScreenLink, str]:
    """A new link for the wall of this name, and the secret end of its address, which nobody can be told again.

    Raises NotAllowed, BadInput.
    """
    actor.require(GIVE)
    if actor.unit_id is None and not actor.everywhere(GIVE):
        raise NotAllowed()  # nobody of that district could take it back
    name = name.strip()
    if not 2 <= len(name) <= 40:
        raise BadInput(fields={"name": _("Say in a few words where it hangs.")})
    if of_own_units(ScreenLink.objects.filter(name=name, revoked_at=None), actor, GIVE).exists():
        raise BadInput(fields={"name": _("There is a link of this name already. Revoke it first.")})
    link = secrets.token_urlsafe(32)
    made = ScreenLink.objects.create(
        name=name,
        link_digest=_digest(link),
        unit_id=actor.unit_id,
        made_by=Account.objects.filter(pk=actor.account_id or 0).first(),
    )
    journal.record(actor, events.SCREEN_LINK, made, screen=made.name)
    return made, link


@transaction.atomic
def revoke_link(*, actor: Actor, pk: int) -> ScreenLink:
    """Take a link back: from the next minute on its screen shows nothing. Raises NotAllowed, NotFound."""
    actor.require(GIVE)
    found = ScreenLink.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    require_unit(actor, GIVE, found.unit)
    if found.revoked_at is None:
        found.revoked_at = clock.now()
        found.save()
        journal.record(actor, events.SCREEN_LINK, found, screen=found.name, revoked=True)
    return found


@shaped_otherwise(Reason.STRANGER)
def open_link(*, link: str) -> ScreenLink:
    """The link that a screen shows, noted as used. Raises NotFound for one that was never made or was taken back."""
    digest = _digest(link)
    row_security.show(screen=digest.hex())
    found = ScreenLink.objects.filter(link_digest=digest, revoked_at=None).first()
    if found is None:
        raise NotFound()
    now = clock.now()
    if found.used_at is None or found.used_at < now - NOTED_EVERY:
        ScreenLink.objects.filter(pk=found.pk).update(used_at=now)
    return found
