"""The way of a case: who did what with it, and when, from the journal, in the words of the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import events
from nuanyi.cases.models import Case
from nuanyi.cases.rules import Outcome, PauseReason, State, Urgency
from nuanyi.cases.services.letters import LETTERS
from nuanyi.journal import queries as journal
from nuanyi.lib.errors import Words
from nuanyi.people.models import Account
from nuanyi.units.models import Unit

Detail = dict[str, Any]


@dataclass(frozen=True)
class CaseStep:
    """One step: when, what in words, and who ("" for the worker and the program)."""

    at: datetime
    words: str
    who: str


def _answered(detail: Detail, _units: dict[int, str]) -> Words:
    said = {"worker": _("The worker wrote"), "inside": _("A note inside")}
    return said.get(str(detail.get("of")), _("The worker was answered"))


def _label(choices: Any, value: Any) -> str:
    return str(dict(choices).get(value, value or "—"))


def _wage(detail: Detail, _units: dict[int, str]) -> Words:
    if "outcome" in detail:
        return gettext("Mediation held: %(outcome)s") % {
            "outcome": _label(Outcome.choices, detail["outcome"])
        }
    for name, words in (
        ("hearing", _("A mediation was appointed")),
        ("paid", _("An instalment came")),
        ("instalment", _("An instalment was agreed on")),
    ):
        if name in detail:
            return words
    return _("A line of what was not paid was added")


def _of_unit(words: Words, name: str) -> Callable[[Detail, dict[int, str]], Words]:
    return lambda detail, units: str(words) % {"unit": units.get(detail.get(name) or 0, "—")}


def _plain(words: Words) -> Callable[[Detail, dict[int, str]], Words]:
    return lambda _detail, _units: words


_WORDS: dict[str, Callable[[Detail, dict[int, str]], Words]] = {
    events.CASE_SENT: _plain(_("Came in")),
    events.CASE_TAKEN: _of_unit(_("Taken by %(unit)s"), "unit"),
    events.CASE_OFFERED: _of_unit(_("Offered to %(unit)s"), "to"),
    events.OFFER_REFUSED: _plain(_("The other unit did not take it")),
    events.CASE_ASSIGNED: _plain(_("Given to a clerk")),
    events.CASE_ANSWERED: _answered,
    events.CASE_MOVED: lambda detail, _units: _label(State.choices, detail.get("after")),
    events.CASE_CLASSED: lambda detail, _units: (
        gettext("Class set: %(class)s") % {"class": _label(Urgency.choices, detail.get("urgency"))}
    ),
    events.CLOCK_PAUSED: lambda detail, _units: (
        gettext("The clock stands still: %(reason)s")
        % {"reason": _label(PauseReason.choices, detail.get("reason"))}
    ),
    events.CLOCK_RESUMED: _plain(_("The clock runs on")),
    events.WAGE_NOTED: _wage,
    events.LETTER_WRITTEN: lambda detail, _units: (
        gettext("Letter written: %(letter)s")
        % {
            "letter": LETTERS[detail["letter"]].title
            if detail.get("letter") in LETTERS
            else detail.get("letter", "—")
        }
    ),
    events.NAME_AGREED: _plain(_("The worker agreed that the firm may learn the name")),
    events.PHONE_OPENED: lambda detail, _units: (
        gettext("The phone was opened: %(purpose)s") % {"purpose": detail.get("purpose", "—")}
    ),
    events.CASES_JOINED: _plain(_("Joined with another request")),
    events.CASE_FORGOTTEN: _plain(_("The worker had the words deleted")),
}


def time_line(case: Case) -> list[CaseStep]:
    """The steps of a case that its reader may see, the newest first; three queries whatever happened."""
    acts = journal.acts_on(case, list(_WORDS))
    by = {act.actor_id for act in acts if act.actor_id}
    units = {act.detail.get(name) for act in acts for name in ("unit", "to")} - {None}
    names = {one.pk: str(one) for one in Account.objects.filter(pk__in=by)}
    short = {one.pk: one.short_name or one.name for one in Unit.objects.filter(pk__in=units)}
    return [
        CaseStep(act.at, str(_WORDS[act.kind](act.detail, short)), names.get(act.actor_id or 0, ""))
        for act in reversed(acts)
    ]
