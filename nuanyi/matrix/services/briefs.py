"""Briefs, written: drafted from the figures, edited, signed. A signed one is never changed; what was wrong stands in the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, figures, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound
from nuanyi.lib.official_numbers import numbers_in
from nuanyi.lib.periods import Period, period_of
from nuanyi.matrix import brief_paper, brief_rules, briefs, events, task_board
from nuanyi.matrix.brief_rules import BriefState
from nuanyi.matrix.briefs import ACT
from nuanyi.matrix.models import Brief
from nuanyi.people.models import Account
from nuanyi.units import queries as units
from nuanyi.units.models import Unit

CHINESE = "zh-hans"
#: What a brief says first where its counts of people are coarse.
ROUNDED = "本简报中涉及个人的数字按月分别按5取整后相加，不足5的记0。"
MOST_PARAGRAPHS, LONGEST = 40, 4000
#: Whoever numbers a brief waits for another who does.
NUMBER_LOCK = 77020
#: A number counts also those that its drafter does not see.
_ALL_BRIEFS = system("briefs")


def written(period: Period, region: str, *, exact: bool) -> dict[str, Any]:
    """What a brief of a period and place says now: sections, counts, corrections. Nothing is kept."""
    with translation.override(CHINESE):
        counts = briefs.counts_of(period, region, exact=exact)
        owed = briefs.owed_corrections(region, period, exact=exact)
        parts = [
            {"key": part.key, "title": part.title, "paragraphs": brief_rules.paragraphs(part, counts, period)}
            for part in brief_rules.sections()
        ]
        parts.append(
            {"key": "tasks", "title": "重点任务推进情况", "paragraphs": task_board.sentences(period, region)}
        )
        if owed:
            words_of = {one.period: period_of(one.period).words for one in owed}
            told = brief_rules.corrected(owed, words_of)
            parts.append({"key": "corrections", "title": "数据更正", "paragraphs": told})
        if period.last >= clock.today():
            today = clock.today()
            said = f"本期尚未结束，数据截至{today.month}月{today.day}日。"
            parts[0]["paragraphs"] = [said, *parts[0]["paragraphs"]]
        if not exact:
            parts[0]["paragraphs"] = [ROUNDED, *parts[0]["paragraphs"]]
    months = briefs.months_of(period, region, brief_paper.CHARTED, exact=exact)
    townships = briefs.by_township(period, region, brief_paper.BY_TOWNSHIP)
    known = {
        str(number) for count in counts.values() for number in asdict(count).values() if number is not None
    }
    for part in parts:
        for words in part["paragraphs"]:
            known |= numbers_in(words)
    return {
        "sections": parts,
        "counts": {
            key: {
                **asdict(count),
                "exact": exact or not figures.offered()[key].of_people,
                "months": months.get(key, []),
                "townships": townships.get(key, {}),
            }
            for key, count in counts.items()
        },
        "corrections": [asdict(one) for one in owed],
        "known_numbers": sorted(known),
    }


def _require(actor: Actor, region: str) -> None:
    actor.require(ACT)
    if not actor.everywhere(ACT) and not (region and actor.can(ACT, regions=(region,))):
        raise BadInput(fields={"region": _("You write briefs of your own place only.")})


def _issuer(region: str) -> Unit:
    """The district office, or whoever leads where there is none. Raises BadInput where there are no units."""
    office = units.office(region)
    if office is not None:
        return office
    try:
        book = units.directory()
    except NotFound as exc:
        words = _("No unit issues it: enter the district office first.")
        raise BadInput(fields={"unit": words}) from exc
    return book.units[book.fallback]


def _exact(actor: Actor, region: str) -> bool:
    if briefs.rounds(region):
        return False
    permission = figures.exact_permission()
    # in a city a district's office counts its own district's records one by one
    of_district = bool(region and permission) and actor.can(permission, regions=(region,))
    return figures.sees_exact(actor) or of_district


def _number_held(region: str, year: str) -> int:
    """:func:`_next_number`, held until the brief is written, so that two who draft at once get two numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
    return _next_number(region, year)


def _next_number(region: str, year: str) -> int:
    """The number after the highest of a place's year: one that was thrown away leaves no double."""
    with row_security.reader(_ALL_BRIEFS):
        found = Brief.objects.filter(region_code=region, period__startswith=year)
        return (found.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def draft(*, actor: Actor, period: str, region_code: str = "", unit: Unit | None = None) -> Brief:
    """Draft the brief of a period and a place. Raises NotAllowed, BadInput, NotFound, Conflict (there is one)."""
    actor.require(ACT)
    when = briefs.asked_period(period)
    place = briefs.region_words(region_code)
    _require(actor, region_code)
    if Brief.objects.filter(period=when.name, region_code=region_code).exists():
        raise Conflict(_("There is a brief of this period and place already."), code="brief-there")
    issuer = unit or Unit.objects.filter(pk=actor.unit_id or 0).first() or _issuer(region_code)
    made = Brief(
        period=when.name,
        region_code=region_code,
        number=_number_held(region_code, when.name[:4]),
        title=f"{place}{when.words}新就业群体服务工作简报",
        unit=issuer,
        drafted_by=Account.objects.filter(pk=actor.account_id or 0).first(),
        asked_at=clock.now(),
        **written(when, region_code, exact=_exact(actor, region_code)),
    )
    made.save()
    journal.record(actor, events.BRIEF_SAVED, made, period=when.name, region=region_code)
    return made


def _open(actor: Actor, pk: int) -> Brief:
    actor.require(ACT)
    found = Brief.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=pk).first()
    if found is None or not briefs.may_edit(actor, found):
        raise NotFound()
    if found.signed:
        raise IllegalMove(
            _("It is signed and does not change any more. What is wrong stands in the next one.")
        )
    return found


@transaction.atomic
def edit(
    *, actor: Actor, pk: int, revision: int, title: str, texts: Mapping[str, str], red_head: bool = False
) -> Brief:
    """Change the words of a draft; ``texts`` has the paragraphs of each section, one a line.

    Raises NotAllowed, NotFound, IllegalMove (signed), BadInput, Conflict (somebody else was quicker).
    """
    found = _open(actor, pk)
    if revision != found.revision:
        raise Conflict(
            _("Somebody changed it meanwhile. Open it again; your words are still in this window."),
            code="revision",
        )
    if len(title.strip()) < 4:
        raise BadInput(fields={"title": _("Give it a title.")})
    found.sections = [
        {
            **part,
            "paragraphs": _paragraphs(texts[part["key"]]) if part["key"] in texts else part["paragraphs"],
        }
        for part in found.sections
    ]
    found.title, found.red_head = title.strip()[:120], red_head
    found.revision, found.changed_at = found.revision + 1, clock.now()
    found.save()
    journal.record(actor, events.BRIEF_SAVED, found, revision=found.revision)
    return found


def _paragraphs(text: str) -> list[str]:
    lines = [line.strip()[:LONGEST] for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_PARAGRAPHS:
        raise BadInput(_("A section has at most 40 paragraphs."))
    return lines


@transaction.atomic
def ask_again(*, actor: Actor, pk: int) -> Brief:
    """Ask for the numbers anew: the words are written again, edits go. Raises NotAllowed, NotFound, IllegalMove."""
    found = _open(actor, pk)
    exact = _exact(actor, found.region_code)
    for name, value in written(period_of(found.period), found.region_code, exact=exact).items():
        setattr(found, name, value)
    found.asked_at = found.changed_at = clock.now()
    found.revision += 1
    found.save()
    journal.record(actor, events.BRIEF_SAVED, found, revision=found.revision, asked_again=True)
    return found


@transaction.atomic
def sign(*, actor: Actor, pk: int, revision: int) -> Brief:
    """Sign a brief: its file is made and kept, and nothing of it changes again. Raises NotAllowed, NotFound,
    IllegalMove, Conflict.
    """
    found = _open(actor, pk)
    if revision != found.revision:
        raise Conflict(
            _("Somebody changed it meanwhile. Look at it once more before you sign."), code="revision"
        )
    if any("months" not in told for told in found.counts.values()):
        raise Conflict(
            _(
                "Its numbers were asked for by an earlier version of the program. Ask for them again, then sign."
            ),
            code="asked-before",
        )
    found.state, found.signed_at = BriefState.SIGNED, clock.now()
    found.signed_by = Account.objects.filter(pk=actor.account_id or 0).first()
    found.docx = brief_paper.document(found)
    found.digest = sha256_hex(bytes(found.docx))
    found.save()
    journal.record(actor, events.BRIEF_SIGNED, found, digest=found.digest, revision=found.revision)
    return found


@transaction.atomic
def drop(*, actor: Actor, pk: int) -> None:
    """Throw a draft away. Raises NotAllowed, NotFound, IllegalMove (signed)."""
    found = _open(actor, pk)
    journal.record(actor, events.BRIEF_SAVED, found, dropped=True)
    found.delete()


def made_now(
    *, actor: Actor, period: str, region_code: str = "", red_head: bool = False
) -> tuple[Brief, bytes]:
    """A brief as it would be drafted now, and its file; nothing is kept. Where one was signed, that one and its own file.

    Raises NotAllowed, BadInput, NotFound.
    """
    actor.require(ACT)
    when = briefs.asked_period(period)
    place = briefs.region_words(region_code)
    _require(actor, region_code)
    there = Brief.objects.select_related("unit").filter(period=when.name, region_code=region_code).first()
    if there is not None and there.signed:
        return there, bytes(there.docx or b"")
    if there is None:
        there = Brief(
            period=when.name,
            region_code=region_code,
            number=_next_number(region_code, when.name[:4]),
            title=f"{place}{when.words}新就业群体服务工作简报",
            unit=_issuer(region_code),
            red_head=red_head,
            asked_at=clock.now(),
            **written(when, region_code, exact=_exact(actor, region_code)),
        )
    there.red_head = there.red_head or red_head
    return there, brief_paper.document(there)


def sections_of(brief: Brief) -> Sequence[tuple[str, str, str]]:
    """``(key, title, text)`` of each section, for a form."""
    return [(part["key"], part["title"], "\n".join(part["paragraphs"])) for part in brief.sections]
