"""The papers of the path as Word files, filled from what is recorded; what a person writes by hand stays empty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock, documents, sealed
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotFound, Words
from nuanyi.party import application_queries, events, rules
from nuanyi.party.models.applications import Application, PaperTemplate
from nuanyi.party.rules import APPLICATIONS, ORGANISE
from nuanyi.people.services import openings
from nuanyi.places import queries as places

FOLDER = Path(__file__).resolve().parent.parent / "papers"
#: Where a value is not recorded: room to write by hand.
BY_HAND = "＿＿＿＿＿＿"


#: A paper that belongs to no step: it may be written at any time.
ANY_STEP = "*"


@dataclass(frozen=True)
class Paper:
    """A paper: its name in Chinese, and the step it belongs to ("" for the half-yearly review, ANY_STEP)."""

    name: str
    title: str
    step: str


PAPERS: tuple[Paper, ...] = (
    Paper("talk", "入党申请人谈话记录", "talk"),
    Paper("activist", "入党积极分子推荐和备案表", "activist"),
    Paper("half_year", "入党积极分子半年考察记录", ""),
    Paper("review", "发展对象政治审查结论", "review"),
    Paper("meeting", "支部大会接收预备党员决议", "meeting"),
    Paper("full", "预备党员转正决议", "full_meeting"),
    # what goes along to the organisation that goes on elsewhere (Art. 12); at any time
    Paper("handed_on", "培养教育和考察材料转交单", ANY_STEP),
)
BY_NAME = {paper.name: paper for paper in PAPERS}


#: What a template may ask for, and what stands there; ``steps`` is a list of ``step``, ``day`` and ``paper``,
#: ``reviews`` of ``day`` and ``paper``.
FIELDS: dict[str, Words] = {
    "person": _("name"),
    "workplace": _("workplace"),
    "place": _("where they work"),
    "organisation": _("Party organisation that handles it"),
    "instructor": _("instructor"),
    "asked": _("day of asking"),
    "today": _("today"),
    "number": _("number of the application"),
    "steps": _("steps done, with their days and papers"),
    "reviews": _("half-yearly reviews, with their days and papers"),
    "to": _("organisation to which it is handed on"),
}


def template(name: str) -> bytes:
    """The Word file that a paper is made from: the district's own, else the program's. Raises NotFound."""
    if name not in BY_NAME:
        raise NotFound()
    own = PaperTemplate.objects.filter(name=name).first()
    return bytes(own.docx) if own is not None else (FOLDER / f"{name}.docx").read_bytes()


def own_names() -> set[str]:
    """The papers for which the district uses a Word file of its own."""
    return set(PaperTemplate.objects.values_list("name", flat=True))


@transaction.atomic
def save_template(*, actor: Actor, name: str, docx: bytes | None) -> None:
    """Use a Word file of one's own for a paper, or (None) the program's again. Raises NotAllowed, NotFound, BadInput."""
    actor.require_everywhere(ORGANISE)
    if name not in BY_NAME:
        raise NotFound()
    if docx is None:
        PaperTemplate.objects.filter(name=name).delete()
    else:
        documents.check_template(docx, frozenset(FIELDS))
        PaperTemplate.objects.update_or_create(
            name=name, defaults={"docx": docx, "account_id": actor.account_id, "made_at": clock.now()}
        )
    journal.record(actor, events.PAPER_TEMPLATE_SAVED, None, paper=name, own=docx is not None)


def papers_for(path: application_queries.Path) -> list[Paper]:
    """The papers that belong to where an application stands: what was done, what comes next, and the reviews."""
    near = {step.code for step, _day in path.done} | ({path.step.code} if path.step is not None else set())
    return [
        paper
        for paper in PAPERS
        if paper.step in near or paper.step == ANY_STEP or (not paper.step and path.review_due is not None)
    ]


@transaction.atomic
def write_paper(*, actor: Actor, pk: int, name: str) -> tuple[str, bytes]:
    """A file name and the Word file; the name counts into the quota of the day.

    Raises NotAllowed, NotFound, TooMuch, BadInput.
    """
    actor.require(APPLICATIONS)
    rows = Application.objects.visible_to(actor).select_related("organisation", "instructor")
    found = rows.prefetch_related("steps", "reviews").filter(pk=pk).first()
    paper = BY_NAME.get(name)
    if found is None or paper is None:
        raise NotFound()
    openings.record_opening(actor, events.PAPER_WRITTEN, found, paper=paper.name)
    names = places.names_by_code()
    facts = {
        "person": sealed.open_text(found, "sealed_name") or BY_HAND,
        "workplace": found.workplace or BY_HAND,
        "place": names.get(found.work_code, BY_HAND),
        "organisation": found.organisation.name if found.organisation is not None else BY_HAND,
        "instructor": found.instructor.display_name if found.instructor is not None else BY_HAND,
        "asked": _day(found.asked_date),
        "today": _day(clock.today()),
        "number": str(found.pk),
        "to": found.handed_to or BY_HAND,
        "steps": [
            {
                "step": str(rules.BY_CODE[row.code].title),
                "day": _day(row.done_date),
                "paper": row.paper,
            }
            for row in found.steps.all()
        ],
        "reviews": [{"day": _day(row.review_date), "paper": row.note} for row in found.reviews.all()],
    }
    try:
        made = documents.filled(template(paper.name), facts)
    except documents.BadTemplate as exc:
        raise BadInput(_("This template cannot be filled."), code="bad-template") from exc
    return f"{paper.title}-{found.pk}.docx", made


def _day(day: object) -> str:
    return f"{day.year}年{day.month}月{day.day}日"  # type: ignore[attr-defined]
