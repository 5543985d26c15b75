"""Letters and records of a case as Word files, from templates that an office may replace by its own.

The worker's name stands on nothing that goes to the firm before the worker agrees: a letter for the firm says
"not named yet" until then, and an agreement cannot be written at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import events, queries
from nuanyi.cases.models import Case, LetterTemplate
from nuanyi.cases.rules import Kind, Outcome
from nuanyi.cases.services.desk import held
from nuanyi.journal import queries as journal_queries
from nuanyi.journal import services as journal
from nuanyi.lib import clock, documents
from nuanyi.lib.actor import Actor
from nuanyi.lib.calendar import add_working_days
from nuanyi.lib.errors import BadInput, IllegalMove, NotFound, Words
from nuanyi.people.models import Account
from nuanyi.people.services import openings
from nuanyi.places import queries as places

FOLDER = Path(__file__).resolve().parent.parent / "letters"
#: Working days within which the firm is asked to answer.
ANSWER_DAYS = 5
UNNAMED = "姓名暂不公开"
#: What aid is asked for, by kind; where the kind does not say it, the worker ticks it.
MATTERS = {Kind.WAGE.value: "请求支付劳动报酬", Kind.INJURY.value: "请求工伤事故人身损害赔偿"}
ANY_MATTER = (
    "□ 请求确认劳动关系或者支付劳动报酬　□ 请求工伤、交通事故人身损害赔偿"
    "　□ 请求给予社会保险待遇　□ 其他：＿＿＿＿＿＿"
)


@dataclass(frozen=True)
class Letter:
    """A letter: its name in Chinese, for which kinds, and whether the firm gets it."""

    title: str
    kinds: frozenset[str]
    to_firm: bool
    needs_agreement: bool = False


_WAGE = frozenset({Kind.WAGE.value, Kind.INJURY.value})
LETTERS: dict[str, Letter] = {
    "apply_mediation": Letter("调解申请书", _WAGE, to_firm=True),
    "notice": Letter("告知书", _WAGE, to_firm=True),
    "agreement": Letter("调解协议书", _WAGE, to_firm=True, needs_agreement=True),
    "legal_aid": Letter("法律援助申请表", frozenset({Kind.LEGAL_AID.value, *_WAGE}), to_firm=False),
}
#: What a template may ask for, and what stands there.
FIELDS: dict[str, Words] = {
    "worker": _("name of the worker"),
    "phone": _("phone of the worker"),
    "employer": _("employer"),
    "ref": _("number of the case"),
    "kind": _("what it is about"),
    "facts": _("what happened"),
    "total": _("sum of the claim, in yuan"),
    "claim": _("lines of the claim"),
    "instalments": _("instalments"),
    "hearing": _("day and place of the mediation"),
    "outcome": _("what was agreed"),
    "mediator": _("mediator"),
    "unit": _("unit that handles it"),
    "today": _("today"),
    "answer_by": _("answer due by"),
    "decide_by": _("decision due by"),
    "number": _("number of the letter"),
    "contact": _("whom to ask"),
    "aid_agency": _("legal aid centre"),
    "matter": _("matter of the application"),
}


def letters_for(case: Case) -> list[tuple[str, Letter]]:
    """The letters that can be written for a kind of case."""
    return [(name, letter) for name, letter in LETTERS.items() if case.kind in letter.kinds]


@transaction.atomic
def write_letter(*, actor: Actor, pk: int, name: str) -> tuple[str, bytes]:
    """A file name and the Word file. That it was written, and for whom, is journaled; the name and the phone that it
    carries count into the day's quota.

    Raises NotAllowed, NotFound, IllegalMove (the worker has not agreed yet), BadInput (a template with an unknown field),
    TooMuch.
    """
    case = held(actor, pk)
    letter = LETTERS.get(name)
    if letter is None or case.kind not in letter.kinds:
        raise NotFound()
    if letter.needs_agreement and case.name_agreed_at is None:
        raise IllegalMove(
            _("The worker has not agreed yet that the firm may learn the name."), code="not-agreed"
        )
    named = _named(case, letter)
    values = int(named and case.sealed_caller is not None)
    values += int(not letter.to_firm and case.sealed_phone is not None)
    facts = _facts(case, letter) | {"contact": _contact(case, actor)}
    openings.record_opening(actor, events.LETTER_WRITTEN, case, values=values, letter=name, named=named)
    made = _filled(template(name), facts)
    return f"{letter.title}-{case.ref}.docx", made


def _named(case: Case, letter: Letter) -> bool:
    return not letter.to_firm or case.name_agreed_at is not None


def template(name: str) -> bytes:
    """The Word file that a letter is made from: the office's own, else the program's."""
    own = LetterTemplate.objects.filter(name=name).first()
    return bytes(own.docx) if own is not None else (FOLDER / f"{name}.docx").read_bytes()


def _yuan(cents: int) -> str:
    return f"{cents / 100:,.2f}"


def _day(moment: Any) -> str:
    day = moment.astimezone(clock.CHINA).date() if hasattr(moment, "astimezone") else moment
    return f"{day.year}年{day.month}月{day.day}日"


def _facts(case: Case, letter: Letter) -> dict[str, Any]:
    """What the templates may use. To the firm goes neither phone nor words of the worker."""
    named = _named(case, letter)
    caller = queries.opened(case.sealed_caller, case.key.bytes + b"caller")
    lines = list(case.claim_lines.order_by("first_date"))
    hearing = case.hearings.select_related("mediator").order_by("-at").first()
    decided = queries.clock_book().legal.get(Kind.LEGAL_AID, ())
    written = len(journal_queries.acts_on(case, [events.LETTER_WRITTEN]))
    district = places.district()
    at = (
        f"{_day(hearing.at)} {hearing.at.astimezone(clock.CHINA):%H:%M}，{hearing.where}"
        if hearing
        else "另行通知"
    )
    return {
        "worker": caller or "＿＿＿＿＿＿" if named else UNNAMED,
        "phone": queries.opened(case.sealed_phone, case.key.bytes + b"phone") or "＿＿＿＿＿＿"
        if not letter.to_firm
        else "由调解组织转达",
        "employer": case.employer or "＿＿＿＿＿＿",
        "ref": case.ref,
        "kind": case.official_kind,
        "facts": queries.words_of(case) if not letter.to_firm or name_is_open(case) else "见上表及证据。",
        "total": _yuan(sum(line.cents for line in lines)),
        "claim": [
            {
                "days": f"{_day(line.first_date)}至{_day(line.last_date)}",
                "work": line.work,
                "yuan": _yuan(line.cents),
                "evidence": line.evidence,
            }
            for line in lines
        ],
        "instalments": [
            {"day": _day(part.due_date), "yuan": _yuan(part.cents)}
            for part in case.instalments.order_by("due_date")
        ],
        "hearing": at,
        "outcome": hearing.words if hearing and hearing.outcome == Outcome.AGREED else "",
        "mediator": str(hearing.mediator) if hearing and hearing.mediator else "",
        "unit": case.unit.name,
        "number": f"{case.ref}-{written + 1:02d}",
        # the county's own: where an office writes to another one it uses a template of its own
        "aid_agency": f"{district.name if district else ''}法律援助中心",
        "matter": MATTERS.get(case.kind, ANY_MATTER),
        "today": _day(clock.today()),
        "answer_by": _day(add_working_days(clock.today(), ANSWER_DAYS)),
        # a term of days ends at the midnight after its last day
        "decide_by": _day(
            (decided[0].term.after(case.made_at) if decided else case.due_at) - timedelta(seconds=1)
        ),
    }


def _contact(case: Case, actor: Actor) -> str:
    """Whom the reader of a letter may ask: the clerk, the unit's telephone and its address, as far as they are known."""
    account = case.clerk or Account.objects.filter(pk=actor.account_id or 0).first()
    parts = [str(account) if account else "", case.unit.public_phone, case.unit.public_address]
    return "，".join(part for part in parts if part) or "＿＿＿＿＿＿"


def name_is_open(case: Case) -> bool:
    """Whether the worker agreed that the firm may learn who asked."""
    return case.name_agreed_at is not None


def _filled(docx: bytes, facts: dict[str, Any]) -> bytes:
    try:
        return documents.filled(docx, facts)
    except documents.BadTemplate as exc:
        if exc.asks:
            raise BadInput(
                _("The template asks for a field that there is not: %(what)s") % {"what": exc.asks},
                code="bad-template",
            ) from exc
        raise BadInput(_("This template cannot be filled."), code="bad-template") from exc


@transaction.atomic
def save_template(*, actor: Actor, name: str, docx: bytes | None) -> None:
    """Use a Word file of one's own for a letter, or (None) the program's again. Raises NotAllowed, NotFound, BadInput."""
    actor.require_everywhere("cases.settings")
    if name not in LETTERS:
        raise NotFound()
    if docx is None:
        LetterTemplate.objects.filter(name=name).delete()
    else:
        documents.check_template(docx, frozenset(FIELDS))
        account = Account.objects.filter(pk=actor.account_id or 0).first()
        LetterTemplate.objects.update_or_create(
            name=name, defaults={"docx": docx, "account": account, "made_at": clock.now()}
        )
    journal.record(actor, events.LETTER_SAVED, None, letter=name, own=docx is not None)
