"""Good practice and regulations, written: drafted by a unit, reviewed by somebody else, shared; versions of the 制度."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, figures, rooms
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotAllowed, NotFound, Words
from nuanyi.lib.figures import window
from nuanyi.matrix import events, kinds, practice_rules
from nuanyi.matrix.models import Practice, Regulation, RegulationVersion
from nuanyi.matrix.practice_rules import Shelf
from nuanyi.notices import services as notices
from nuanyi.people.models import Account
from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.units.queries import district_served, require_unit

WRITE, REVIEW, KEEP = "matrix.practice", "matrix.practice_review", "matrix.regulations"


def _check(title: str, text: str, period: str, region_code: str) -> None:
    wrong: dict[str, Words] = {}
    if len(title.strip()) < 4:
        wrong["title"] = _("Give it a title.")
    if not 20 <= len(text.strip()) <= 8000:
        wrong["text"] = _("Between 20 and 8,000 signs.")
    unknown = [key for key in practice_rules.slots(text) if key not in figures.offered()]
    if unknown:
        wrong["text"] = _("There is no figure %(keys)s.") % {"keys": "、".join(unknown)}
    try:
        window(period)
    except BadInput:
        wrong["period"] = _("Write a period as 2022, 2022-Q2 or 2022-06.")
    if region_code and region_code not in places.names_by_code():
        wrong["region"] = _("Choose a region.")
    if wrong:
        raise BadInput(fields=wrong)


def _own(actor: Actor, pk: int) -> Practice:
    actor.require(WRITE)
    found = Practice.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    actor.require_within(WRITE, units=(found.unit_id,))
    return found


@transaction.atomic
def save_practice(
    *,
    actor: Actor,
    unit: Unit,
    title: str,
    text: str,
    period: str = "",
    region_code: str = "",
    pk: int | None = None,
) -> Practice:
    """Write a good practice up, or change a draft. Raises NotAllowed, NotFound, BadInput, IllegalMove (not a draft any more)."""
    actor.require(WRITE, units=(unit.pk,))
    _check(title, text, period, region_code)
    found = _own(actor, pk) if pk is not None else Practice()
    if found.state != Shelf.DRAFT:
        practice_rules.check_move(found.state, Shelf.DRAFT)
        found.state = Shelf.DRAFT
    found.unit, found.title, found.text = unit, title.strip()[:60], text.strip()
    found.period, found.region_code = period, region_code
    if found.author_id is None:
        found.author = Account.objects.filter(pk=actor.account_id or 0).first()
    if actor.account_id is not None and actor.account_id not in found.writers:
        found.writers = [*found.writers, actor.account_id]
    found.changed_at = clock.now()
    found.save()
    journal.record(actor, events.PRACTICE_SAVED, found)
    return found


@transaction.atomic
def move_practice(*, actor: Actor, pk: int, to: str, words: str = "") -> Practice:
    """Hand it in, share it, send it back, withdraw it. Nobody reviews what he wrote in himself.

    Raises NotAllowed, NotFound, IllegalMove, BadInput (sent back without a word).
    """
    found = _own(actor, pk)
    practice_rules.check_move(found.state, to)
    was = found.state
    if was == Shelf.REVIEW:
        actor.require(REVIEW)
        if found.written_by(actor.account_id):
            raise NotAllowed(_("Somebody else reviews what you wrote."))
        if to == Shelf.DRAFT and len(words.strip()) < 2:
            raise BadInput(fields={"words": _("Say what is to be changed.")})
        found.reviewer = Account.objects.filter(pk=actor.account_id or 0).first()
        found.review = words.strip()[:300]
    found.state = Shelf(to)
    found.shared_at = clock.now() if to == Shelf.SHARED else found.shared_at
    found.changed_at = clock.now()
    found.save()
    journal.record(actor, events.PRACTICE_SAVED, found, state=to)
    if was == Shelf.REVIEW:
        _tell_writers(found)
    return found


def _tell_writers(found: Practice) -> None:
    """Whoever wrote in it hears what became of it."""
    kind = kinds.PRACTICE_SHARED if found.state == Shelf.SHARED else kinds.PRACTICE_RETURNED
    moment = found.changed_at.isoformat()
    for account in Account.objects.filter(pk__in={*found.writers, found.author_id or 0}, is_active=True):
        notices.call(
            account.unit_id or found.unit_id,
            [str(role) for role in rooms.permissions()[WRITE].roles],  # who writes it up hears of it
            kind,
            once=f"{kind}:{found.pk}:{account.pk}:{moment}",
            address=reverse("matrix:practice", args=[found.pk]),
            account_id=account.pk,
            title=found.title,
        )


@transaction.atomic
def save_regulation(
    *, actor: Actor, title: str, unit: Unit, text: str, from_date: date, paper: str = "", why: str = ""
) -> RegulationVersion:
    """Enter a regulation, or a new version of the one of this title; earlier ones stay. Raises NotAllowed, BadInput."""
    actor.require(KEEP)
    wrong: dict[str, Words] = {}
    if len(title.strip()) < 4:
        wrong["title"] = _("Give it a title.")
    if not 10 <= len(text.strip()) <= 20000:
        wrong["text"] = _("Between 10 and 20,000 signs.")
    if wrong:
        raise BadInput(fields=wrong)
    found, _made = Regulation.objects.select_for_update().get_or_create(
        title=title.strip()[:80], district=district_served(unit), defaults={"unit": unit}
    )
    require_unit(actor, KEEP, unit, found.unit)
    last = found.versions.order_by("-number").first()
    if last is not None and from_date < last.from_date:
        raise BadInput(fields={"from_date": _("Not before the version that holds now.")})
    if last is not None and last.text == text.strip():
        raise BadInput(fields={"text": _("It says what the version before says.")})
    if found.ended_date is not None or found.unit_id != unit.pk:
        found.ended_date, found.unit = None, unit
        found.save()
    made = RegulationVersion.objects.create(
        regulation=found,
        number=(last.number if last else 0) + 1,
        paper=paper.strip()[:60],
        text=text.strip(),
        why=why.strip()[:200],
        from_date=from_date,
        account=Account.objects.filter(pk=actor.account_id or 0).first(),
    )
    journal.record(actor, events.REGULATION_SAVED, found, version=made.number)
    return made


@transaction.atomic
def end_regulation(*, actor: Actor, pk: int, on: date) -> Regulation:
    """A regulation holds no more from a day on; it stays on the shelf. Raises NotAllowed, NotFound."""
    actor.require(KEEP)
    found = Regulation.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound()
    require_unit(actor, KEEP, found.unit)
    found.ended_date = on
    found.save()
    journal.record(actor, events.REGULATION_SAVED, found, ended=str(on))
    return found
