"""The road-safety test: a paper at random, tries with a pause, a certificate; a firm sees how many passed and
never who failed.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.learning import events, kinds, rules
from nuanyi.learning.models import BankQuestion, Certificate, FirmCode, Paper
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, limits, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.lib.small_cells import OUTSIDE, coarse
from nuanyi.people.models import keys
from nuanyi.units.models import Unit
from nuanyi.units.queries import require_unit

PAPERS_AN_HOUR = 120
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@transaction.atomic
def add_questions(*, actor: Actor, told: list[dict[str, Any]]) -> int:
    """Put questions into the bank; one that is there already is left as it is. Raises NotAllowed, BadInput."""
    actor.require("learning.publish")
    for row in told:
        options, right = row.get("options", []), row.get("right", -1)
        if (
            not row.get("q")
            or not row.get("why")
            or not 2 <= len(options) <= 5
            or not 0 <= right < len(options)
        ):
            raise BadInput(
                fields={
                    "questions": _("A question has two to five options, one right one and an explanation.")
                }
            )
    rows = [
        BankQuestion(question=r["q"][:200], options=r["options"], right=r["right"], why=r["why"][:300])
        for r in told
    ]
    before = BankQuestion.objects.count()
    BankQuestion.objects.bulk_create(rows, ignore_conflicts=True)
    added = BankQuestion.objects.count() - before
    journal.record(actor, events.BANK_CHANGED, None, added=added)
    return added


@transaction.atomic
def retire_question(*, actor: Actor, pk: int) -> None:
    """Take a question out of new papers; papers that have it keep it. Raises NotAllowed, NotFound."""
    actor.require_everywhere("learning.publish")
    if not BankQuestion.objects.filter(pk=pk, active=True).update(active=False):
        raise NotFound()
    journal.record(actor, events.BANK_CHANGED, None, retired=pk)


@transaction.atomic
def make_firm_code(*, actor: Actor, firm: str, unit: Unit) -> FirmCode:
    """An address of the test for a firm. Raises NotAllowed, BadInput."""
    require_unit(actor, "learning.publish", unit)
    if len(firm.strip()) < 2:
        raise BadInput(fields={"firm": _("Give it a name.")})
    made = FirmCode.objects.create(firm=firm.strip()[:80], unit=unit)
    journal.record(actor, events.FIRM_CODE_MADE, made)
    return made


def _device(device: UUID) -> bytes:
    return keys().digest("exam", f"{device.hex}:{clock.today()}")


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def begin(*, key: UUID, device: UUID, firm: str = "", network: str) -> Paper:
    """A new paper; the same ``key`` gives the same paper. Raises IllegalMove (wait, or come tomorrow; no bank), TooMuch."""
    known = Paper.objects.filter(pk=key).first()
    if known is not None:
        return known
    limits.count("exam", network, at_most=PAPERS_AN_HOUR)
    tries = list(Paper.objects.filter(device=_device(device)).order_by("-made_at"))
    if len(tries) >= rules.TRIES_A_DAY:
        raise IllegalMove(_("Three tries a day. Read a lesson and come back tomorrow."), code="tries")
    if tries and tries[0].made_at > clock.now() - timedelta(minutes=rules.WAIT_MINUTES):
        raise IllegalMove(_("Ten minutes between two tries: time for a lesson."), code="wait")
    bank = list(BankQuestion.objects.filter(active=True).values_list("pk", flat=True))
    if not bank:
        raise IllegalMove(_("The test is not open yet."), code="no-bank")
    code = FirmCode.objects.filter(code=firm).first() if firm else None
    return Paper.objects.create(
        key=key,
        device=_device(device),
        questions=rules.draw_paper(bank, SystemRandom()),
        firm=code,
        made_at=clock.now(),
    )


def questions_of(paper: Paper) -> list[BankQuestion]:
    """The questions of a paper in its order."""
    found = BankQuestion.objects.in_bulk(paper.questions)
    return [found[pk] for pk in paper.questions if pk in found]


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def hand_in(*, key: UUID, answers: dict[int, int]) -> Paper:
    """Mark a paper. Handed in twice it keeps its first mark. Raises NotFound, IllegalMove (too late)."""
    paper = Paper.objects.select_for_update().filter(pk=key).first()
    if paper is None:
        raise NotFound()
    if paper.ended_at is not None:
        return paper
    if paper.made_at < clock.now() - timedelta(minutes=rules.PAPER_MINUTES):
        raise IllegalMove(_("The twenty minutes are over. Take a new paper."), code="late")
    asked = questions_of(paper)
    paper.right = sum(answers.get(question.pk) == question.right for question in asked)
    paper.passed, paper.ended_at = rules.passed(paper.right, len(asked)), clock.now()
    paper.save()
    return paper


#: Wrong numbers an hour of one network.
NUMBERS_AN_HOUR = 60


@shaped_otherwise(Reason.STRANGER)
@transaction.atomic
def certify(*, key: UUID, name: str) -> Certificate:
    """A certificate for a paper that was passed; asked for again it is the same one. Raises NotFound,
    IllegalMove, BadInput, Conflict.
    """
    paper = Paper.objects.select_for_update(of=("self",)).select_related("firm").filter(pk=key).first()
    if paper is None:
        raise NotFound()
    if not paper.passed:
        raise IllegalMove()
    name = " ".join(name.split())
    known = certificate_of(key)
    if known is not None:
        if name and name_on(known) != name:
            raise Conflict(code="named")
        return known
    if not 2 <= len(name) <= 20 or "|" in name or any(ord(sign) < 32 for sign in name):
        raise BadInput(
            fields={"name": _("Two to twenty characters, as they shall stand on the certificate.")}
        )
    number = f"{clock.today():%y%m}" + "".join(secrets.choice(LETTERS) for _n in range(6))
    made = Certificate.objects.create(
        number=number,
        paper=paper,
        day=clock.today(),
        sealed_name=keys().seal("person", name, number.encode()),
    )
    ledger.record(kinds.CERTIFICATES, [Delivered(day=made.day)], source=made)
    return made


def certificate_of(key: UUID) -> Certificate | None:
    """The certificate of a paper, for whoever has the paper's key."""
    row_security.show(paper=str(key))
    return Certificate.objects.select_related("paper").filter(paper=key).first()


def name_on(certificate: Certificate) -> str:
    """The name in clear; for its holder, who has the paper's key."""
    return keys().open("person", bytes(certificate.sealed_name), certificate.number.encode())


@transaction.atomic
def revoke(*, actor: Actor, number: str, words: str) -> Certificate:
    """Put a certificate on the revocation list with a reason. Raises NotAllowed, NotFound, BadInput."""
    actor.require("learning.publish")
    found = Certificate.objects.select_for_update().filter(number=number).first()
    if found is None:
        raise NotFound()
    if len(words.strip()) < 2:
        raise BadInput(fields={"words": _("Say why.")})
    found.revoked_at, found.revoked_words = clock.now(), words.strip()[:120]
    found.save()
    journal.record(actor, events.CERTIFICATE_REVOKED, found, why=found.revoked_words)
    return found


def revoked_numbers() -> list[str]:
    """The revocation list: numbers, and nothing else."""
    with row_security.reader(system("revoked")):
        return list(
            Certificate.objects.filter(revoked_at__isnull=False)
            .order_by("pk")
            .values_list("number", flat=True)
        )


def by_number(*, number: str, network: str) -> Certificate | None:
    """The certificate of a number as it stands on paper; None where we issued none. Raises TooMuch (a network that guesses)."""
    printed = number.strip().upper()[:12]
    row_security.show(certificate=printed)
    found = Certificate.objects.filter(number=printed).first()
    if found is None:
        limits.count("certificate", network, at_most=NUMBERS_AN_HOUR)
    return found


def passed_by(code: str) -> tuple[FirmCode, int]:
    """A firm's code and how many passed by it until yesterday, in tens: never who, and nothing of those who failed.

    An exact number of this moment would tell a firm that sends one worker whether that one passed. Raises NotFound.
    """
    firm = FirmCode.objects.filter(code=code).first()
    if firm is None:
        raise NotFound()
    with row_security.reader(system("passed")):
        passed = Certificate.objects.filter(paper__firm=firm, day__lt=clock.today())
        return firm, coarse(passed.count(), OUTSIDE)


@shaped_otherwise(Reason.PROGRAM)
def forget_devices() -> int:
    """Empty the marks of phones on papers of earlier days; returns how many."""
    today = clock.midnight(clock.today())
    return Paper.objects.filter(device__isnull=False, made_at__lt=today).update(device=None)
