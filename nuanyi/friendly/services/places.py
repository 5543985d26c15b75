"""Entering, confirming and correcting places; what riders say of them, without saying who they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.friendly import events, rules
from nuanyi.friendly.models import FriendlyPlace, Tip
from nuanyi.friendly.rules import Gate, Kind, State, TipState
from nuanyi.journal import services as journal
from nuanyi.lib import clock, geo, limits, pictures, row_security
from nuanyi.lib.actor import Actor
from nuanyi.lib.database_errors import broken_rule
from nuanyi.lib.digests import body_digest, sha256_hex
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people import links
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.places.models import Level
from nuanyi.units.models import Unit
from nuanyi.workflow import intake as taking


@dataclass
class PlaceInput:
    """What is said of a place. ``texts`` are the fields of ``rules.TEXTS``; ``plan`` a picture as it was sent."""

    kind: str
    lat: float
    lon: float
    crs: str = "wgs84"
    gate: str = ""
    region_code: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    plan: bytes | None = None


def _checked(told: PlaceInput) -> dict[str, str]:
    """The texts without spaces around them. Raises BadInput."""
    wrong: dict[str, Any] = {}
    texts = {name: told.texts.get(name, "").strip() for name in rules.TEXTS}
    if told.kind not in Kind.values:
        wrong["kind"] = _("What kind of place is it?")
    if told.gate and told.gate not in Gate.values:
        wrong["gate"] = _("Choose from the list.")
    if len(texts["name"]) < 2:
        wrong["name"] = _("What is the place called?")
    for name, most in rules.TEXTS.items():
        if len(texts[name]) > most:
            wrong[name] = _("At most %(n)s characters.") % {"n": most}
    if texts["call"] and not set(texts["call"]) <= set("0123456789+- "):
        wrong["call"] = _("A telephone number has digits only.")
    if wrong:
        raise BadInput(fields=wrong)
    return texts


def _standing(told: PlaceInput) -> tuple[float, float, str]:
    """The point in WGS-84 and the region that holds it; without outlines the one that was said, or the district.

    Raises BadInput where the point lies outside.
    """
    lat, lon = geo.to_wgs84(told.lat, told.lon, told.crs)
    found = places.place_at(lat_wgs84=lat, lon_wgs84=lon).region
    if found is not None:
        return lat, lon, found.code
    region, known = told.region_code, places.names_by_code()
    drawn = bool(places.outlines(Level.TOWNSHIP)["features"])
    if not region and not drawn and (district := places.district()):
        region = district.code
    if drawn or region not in known:
        raise BadInput(code="outside-district", fields={"lat": _("This place lies outside the district.")})
    return lat, lon, region


def _next_code() -> str:
    taken = set(FriendlyPlace.objects.values_list("code", flat=True))
    return next(code for number in range(1, 1_000_000) if (code := f"FR{number:03d}") not in taken)


def _enter(place: FriendlyPlace) -> None:
    """Enter a place under the next code; where somebody else was quicker, under the one after that."""
    for attempt in range(taking.NUMBERS_DRAWN):
        place.code = _next_code()
        try:
            with transaction.atomic():
                place.save(force_insert=True)
                return
        except IntegrityError as exc:
            if "_code_" not in broken_rule(exc) or attempt + 1 == taking.NUMBERS_DRAWN:
                raise


def _unit_of(actor: Actor) -> Unit | None:
    """The unit in whose name an account confirms."""
    account = Account.objects.select_related("unit").filter(pk=actor.account_id or 0).first()
    return account.unit if account else None


@transaction.atomic
def save_place(
    *, actor: Actor, told: PlaceInput, place_id: UUID | None = None, tip_id: int | None = None
) -> FriendlyPlace:
    """Enter a place or change one; whoever does so confirms it. With a tip, that is what was confirmed.

    Raises NotAllowed, NotFound, BadInput, BadPicture, IllegalMove (the tip is answered already).
    """
    texts = _checked(told)
    lat, lon, region = _standing(told)
    actor.require("friendly.confirm", regions=(region,))
    # before anything is locked: a picture is rebuilt in a process of its own, which takes its time
    plan = pictures.rebuild(told.plan).jpeg if told.plan else None
    tip = _open_tip(actor, tip_id) if tip_id is not None else None
    place = FriendlyPlace() if place_id is None else _own(actor, place_id)
    made = place_id is None
    for name, text in texts.items():
        setattr(place, name, text)
    place.kind, place.gate, place.region_code = told.kind, told.gate, region
    place.lat_wgs84, place.lon_wgs84, place.state = lat, lon, State.SHOWN
    if plan is not None:
        place.plan = plan
    elif tip is not None and tip.plan:
        place.plan = bytes(tip.plan)
    place.unit, place.confirmed_date, place.changed_at = _unit_of(actor), clock.today(), clock.now()
    place.synthetic = place.synthetic or actor.label == "demo"
    if made:
        _enter(place)
    else:
        place.save()
    journal.record(actor, events.PLACE_SAVED, place, code=place.code, made=made)
    if tip is not None:
        tip.place, tip.state, tip.ended_date = place, TipState.TAKEN, clock.today()
        tip.save()
        journal.record(actor, events.TIP_TAKEN, tip, place=place.code)
    return place


def _own(actor: Actor, pk: UUID) -> FriendlyPlace:
    """A place that the actor may change, locked. Raises NotFound."""
    rows = FriendlyPlace.objects.changed_by(actor).select_for_update(of=("self",))
    place = rows.filter(pk=pk).first()
    if place is None:
        raise NotFound()
    return place


@transaction.atomic
def take_place_off(*, actor: Actor, place_id: UUID) -> FriendlyPlace:
    """It is no longer there, or no longer true. Raises NotAllowed, NotFound."""
    actor.require("friendly.confirm")
    place = _own(actor, place_id)
    place.state, place.changed_at = State.GONE, clock.now()
    place.save()
    journal.record(actor, events.PLACE_GONE, place, code=place.code)
    return place


def _open_tip(actor: Actor, pk: int) -> Tip:
    tip = Tip.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if tip is None:
        raise NotFound()
    if tip.state != TipState.OPEN:
        raise IllegalMove()
    return tip


@transaction.atomic
def decline_tip(*, actor: Actor, tip_id: int, answer: str) -> Tip:
    """It was looked at and is not so; whoever said it reads why. Raises NotAllowed, NotFound, BadInput, IllegalMove."""
    actor.require("friendly.confirm")
    tip = _open_tip(actor, tip_id)
    if len(answer.strip()) < 2:
        raise BadInput(fields={"answer": _("Say why, the rider will read it.")})
    tip.state, tip.answer, tip.ended_date = TipState.DECLINED, answer.strip()[:200], clock.today()
    tip.save()
    journal.record(actor, events.TIP_DECLINED, tip)
    return tip


# what riders say -------------------------------------------------------------------------------


def link_of(tip: Tip) -> str:
    """The secret end of the link by which a rider comes back: worked out, kept nowhere."""
    return links.link_of("tip", tip.key)


def tip_by_link(link: str) -> Tip:
    """The tip of a secret link. Raises NotFound, in the same time whatever is wrong."""
    return links.row_of("tip", link, Tip.objects.select_related("place"))


@shaped_otherwise(Reason.STRANGER)
def tell_tip(*, key: UUID, told: PlaceInput, code: str = "", network: str) -> Tip:
    """Say what a place is like: a new one, or (``code``) how a known one really is. The same ``key`` gives the first answer.

    Nothing is shown before a unit confirms it. Raises NotFound, BadInput, BadPicture, Conflict, TooMuch.
    """
    texts = _checked(told)
    digest = body_digest(
        "tip-body",
        repr((code, told.kind, told.gate, sorted(texts.items()), sha256_hex(told.plan or b""))).encode(),
    )
    row_security.show(tip=str(key))
    first = Tip.objects.filter(key=key).first()
    if first is not None:
        if bytes(first.body_digest) != digest:
            raise Conflict(code="key-reused")
        return first
    place = FriendlyPlace.objects.shown().filter(code=code).first() if code else None
    if code and place is None:
        raise NotFound()
    lat, lon, region = _standing(told)
    # outside the transaction: what a refusal takes back must not take the count of the attempt with it
    limits.count("tip", network, at_most=rules.TIPS_AN_HOUR)
    tip = Tip(
        key=key,
        place=place,
        told={"kind": told.kind, "gate": told.gate, **texts},
        region_code=place.region_code if place else region,
        lat_wgs84=lat,
        lon_wgs84=lon,
        plan=pictures.rebuild(told.plan).jpeg if told.plan else None,
        body_digest=digest,
        made_date=clock.today(),
    )

    def take_in() -> Tip:
        tip.save(force_insert=True)
        return tip

    return taking.once(take_in, lambda: Tip.objects.filter(key=key).first(), digest)


@transaction.atomic
def forget_tips(*, actor: Actor) -> int:
    """Delete tips that were answered long ago; returns how many. Raises NotAllowed."""
    actor.require("friendly.confirm")
    over = clock.today() - timedelta(days=rules.TIP_DAYS)
    gone = Tip.objects.filter(ended_date__lt=over).delete()[0]
    if gone:
        journal.record(actor, events.TIPS_FORGOTTEN, None, count=gone)
    return gone
