"""Forms of organisation, the path of whoever wants to join, two coverages. No database.

Sources, as far as their published texts could be read: 中国共产党章程 Art. 30; 中国共产党支部工作条例（试行）(2018);
中国共产党发展党员工作细则 (2014). Where the number of an article could not be checked it is left out and ``checked`` is False.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuanyi.lib.dates import day_words
from nuanyi.lib.errors import IllegalMove, Words
from nuanyi.lib.region_codes import township_of

#: Permissions: the organisation department's, the assigned instructor's, and whoever may look at coverage.
ORGANISE, FOLLOW, COVERAGE = "party.organise", "party.follow", "party.coverage"
APPLICATIONS = "party.applications"
#: The secretary's of a branch, and the organisation department's: who belongs to it.
MEMBERS = "party.members"
#: What is brought in (三进入) and standing lecture teams: the organisation department's and the instructors'.
ENTRIES = "party.entries"
#: Joint committees (大工委、大党委): of the whole district, or of one's own place.
COMMITTEES = "party.committees"
#: More establishments than any instructor can follow.
CAPACITY_AT_MOST = 500
#: Alliances: all of them for the offices, those of one's own unit for whoever works in a member unit.
ALLIANCES = "party.alliances"
#: Applications an hour from one network.
ASKED_AN_HOUR = 20


class Form(models.TextChoices):
    """Forms of a Party organisation."""

    COMMITTEE = "committee", _("Committee")
    FORMAL = "formal", _("Branch")
    JOINT = "joint", _("Joint branch")
    TEMPORARY = "temporary", _("Temporary branch")
    MOBILE = "mobile", _("Branch of roving members")


class Changed(models.TextChoices):
    """What of an organisation is changed by a paper."""

    NAME = "name", _("Name of the organisation")
    ABOVE = "above", _("Stands below")
    PLACE = "place", _("Place")
    SECTOR = "sector", _("Sector")
    TASK = "task", _("Task")
    UNTIL = "until", _("Until")


@dataclass(frozen=True)
class FormRule:
    """What an organisation of a form may do, and what it takes to have one."""

    members_at_least: int
    establishments_at_most: int | None
    admits: bool
    ends_with_a_task: bool
    source: Words
    members_at_most: int | None = None


#: Members of a branch at most, as a rule (支部工作条例 Art. 4).
MEMBERS_AT_MOST = 50

FORMS: Mapping[Form, FormRule] = {
    Form.COMMITTEE: FormRule(0, None, True, False, ""),
    Form.FORMAL: FormRule(
        3, None, True, False, _("Constitution Art. 30: three or more full members"), MEMBERS_AT_MOST
    ),
    Form.JOINT: FormRule(
        3,
        5,
        True,
        False,
        _("Regulations on branches: fewer than three each; as a rule at most five units"),
        MEMBERS_AT_MOST,
    ),
    Form.TEMPORARY: FormRule(
        3,
        None,
        False,
        True,
        _(
            "Regulations on branches: educates and manages for the length of a task; as a rule it neither admits members,"
            " disciplines, collects dues nor elects; its secretary is appointed"
        ),
        MEMBERS_AT_MOST,
    ),
    Form.MOBILE: FormRule(
        3,
        None,
        True,
        False,
        _("Regulations on branches: set up by the home organisation with the receiving one"),
        MEMBERS_AT_MOST,
    ),
}


class Standing(models.TextChoices):
    """How somebody belongs to a branch."""

    FULL = "full", _("Full Party member")
    PROBATIONARY = "probation", _("Probationary member")


#: A member is roving who is away for so many months or more (支部工作条例; 流动党员).
ROVING_MONTHS = 6
#: For so long the code with which a member reports to a branch opens anything.
REPORT_DAYS = 30
#: Codes that one secretary may try in an hour.
CODES_AN_HOUR = 20
#: Members that one account may enter in an hour, and after how many in a day the auditor is told.
ENTERED_AN_HOUR = 40
ENTERED_ALARM = 30
#: Full members below which a branch cannot stand by itself (党章 Art. 30).
MEMBERS_AT_LEAST = 3


def is_roving(since: date, until: date) -> bool:
    """Whether an absence is long enough to count."""
    return until >= months_later(since, ROVING_MONTHS)


class VisitKind(models.TextChoices):
    """What an instructor does at an establishment."""

    VISIT = "visit", _("Visit")
    TALK = "talk", _("Talk with several")


class Strand(models.TextChoices):
    """The three strands of what is brought to establishments and social organisations (三进入)."""

    DOCUMENTS = "documents", _("Documents on Party work")
    SERVICES = "services", _("Government services")
    CULTURE = "culture", _("Culture")


class TeamPart(models.TextChoices):
    """Who sits in a standing lecture team beside its instructor."""

    MEMBER = "member", _("Party member")
    WORKER = "worker", _("Workers' representative")


def missing_parts(parts: Iterable[str]) -> list[TeamPart]:
    """The parts that a standing lecture team still lacks: one of each makes it complete."""
    there = set(parts)
    return [part for part in TeamPart if part not in there]


class SpeakerKind(models.TextChoices):
    """Of what kind the speaker of a week is an example."""

    MODEL = "model", _("Model Party member")
    PIONEER = "pioneer", _("Pioneer against the epidemic")
    BENCHMARK = "benchmark", _("Example of the trade")


class CommitteeLevel(models.TextChoices):
    """Where a joint committee stands."""

    TOWNSHIP = "township", _("Joint working committee of a township")
    COMMUNITY = "community", _("Joint Party committee of a community")


class MatterState(models.TextChoices):
    """Whether a matter that was taken on is done."""

    OPEN = "open", _("Taken on")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class State(models.TextChoices):
    """Whether an application goes on."""

    OPEN = "open", _("On the way")
    PAUSED = "paused", _("Paused")
    MEMBER = "member", _("Full member")
    ENDED = "ended", _("Ended")


class EndReason(models.TextChoices):
    """Why an application goes on no more."""

    TAKEN_BACK = "back", _("Taken back by whoever asked")
    REFUSED = "refused", _("Not accepted")
    CANCELLED = "cancelled", _("Probationary membership cancelled")
    HANDED_OUT = "handed_out", _("Handed on to another district")
    OTHER = "other", _("Another reason")


#: Endings that an organisation decides, or that somebody else goes on from: they name their paper.
ENDED_BY_PAPER = frozenset({EndReason.REFUSED, EndReason.CANCELLED, EndReason.HANDED_OUT})


@dataclass(frozen=True)
class Step:
    """One step of the path. ``earliest_months`` after the step ``after``; ``due_months`` after it at the latest.

    ``admits``: not in a temporary branch. ``in_branch``: by a meeting of a branch that can hold one. ``by_committee``: by
    the committee that approves for the branch. ``checked``: the article was read in its text.
    """

    code: str
    title: Words
    article: str
    paper: Words
    after: str = ""
    earliest_months: int = 0
    due_months: int | None = None
    checked: bool = True
    admits: bool = False
    in_branch: bool = False
    by_committee: bool = False
    needs_paper: bool = True


#: The path in its order; nothing of it is skipped. The text of 发展党员工作细则 was not in hand for the articles that are
#: not ``checked``: their numbers stand as experts of Party work name them, and the page says so.
STEPS: tuple[Step, ...] = (
    # left on the phone; the application of Art. 6 is the one in one's own hand, ``written``. The month for the talk (Art. 7)
    # begins with the phone: earlier than the article asks
    Step(
        "applied",
        pgettext_lazy("Party", "Asked to join"),
        "",
        _("Left on the phone"),
        needs_paper=False,
    ),
    Step("talk", _("First talk"), "7", _("Note of the talk"), "applied", due_months=1, needs_paper=False),
    Step(
        "written",
        _("Application in one's own hand received"),
        "6",
        _("Application in one's own hand"),
        "talk",
    ),
    Step(
        "activist",
        _("Activist"),
        "8",
        _("Recommendation; decision of the branch; notice to the committee"),
        "written",
    ),
    Step(
        "contacts",
        _("One or two contacts named"),
        "9",
        _("Names of the contacts"),
        "activist",
        checked=False,
    ),
    Step(
        "object",
        _("Object of development"),
        "13",
        _("Opinions of the group, the contacts, members and others; notice to the committee"),
        "activist",
        earliest_months=12,
    ),
    Step("sponsors", _("Two full members as sponsors"), "14", _("Names of the sponsors"), "object"),
    Step("review", _("Political review"), "16", _("Conclusion of the review"), "object"),
    Step(
        "training", _("Training of three days or 24 hours"), "17", _("Certificate of the training"), "object"
    ),
    Step(
        "precheck",
        _("Pre-examination by the committee"),
        "19",
        _("Opinion of the committee; form of application"),
        "review",
    ),
    Step(
        "meeting",
        _("Meeting of the branch"),
        "20",
        _("Resolution of the meeting"),
        "precheck",
        admits=True,
        in_branch=True,
    ),
    Step(
        "talk_above",
        _("Talk by the committee before it approves"),
        "24",
        _("Note of the committee's talk"),
        "meeting",
        checked=False,
        admits=True,
    ),
    Step(
        "approved",
        _("Approved as a probationary member"),
        "26",
        _("Decision of the committee"),
        "meeting",
        due_months=3,
        checked=False,
        admits=True,
        by_committee=True,
    ),
    Step(
        "oath",
        _("Oath before the flag"),
        "29",
        _("Record of the ceremony"),
        "approved",
        checked=False,
        admits=True,
    ),
    Step(
        "full_meeting",
        _("Meeting of the branch on full membership"),
        "32",
        _("Application for full membership; resolution of the meeting"),
        "meeting",
        earliest_months=12,
        admits=True,
        in_branch=True,
    ),
    Step(
        "full",
        _("Approved as a full member"),
        "34",
        _("Decision of the committee"),
        "full_meeting",
        due_months=3,
        checked=False,
        admits=True,
        by_committee=True,
    ),
)
#: The step that waits for the end of a probation, and may be put off with it.
AFTER_PROBATION = "full_meeting"
BY_CODE: Mapping[str, Step] = {step.code: step for step in STEPS}
#: An activist is looked at every half year. Article 11, as experts of Party work name it; its text was not in hand.
REVIEW_MONTHS, REVIEW_ARTICLE = 6, "11"


def review_due(done: Mapping[str, date], reviews: Sequence[date]) -> date | None:
    """The last day of the next half-yearly review; None before somebody is an activist and once the branch has met."""
    if "activist" not in done or "meeting" in done:
        return None
    return months_later(max([done["activist"], *reviews]), REVIEW_MONTHS)


#: So many days before a day of the path whoever follows it is told.
TOLD_BEFORE_DAYS = 7
#: The probation may be prolonged once, by half a year at least and a year at most (Art. 32).
PROLONGED_MONTHS = (6, 12)


def months_later(day: date, months: int) -> date:
    """The same day ``months`` later; the last day of a month that is shorter (民法典 Art. 202: by the calendar)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def may_be_enrolled(done: Collection[str], state: str, *, is_named: bool) -> bool:
    """Whether an application may come to the list of a branch: approved, not ended, and still with a name."""
    return "approved" in done and state != State.ENDED and is_named


def next_step(done: Mapping[str, date]) -> Step | None:
    """The step after the furthest one that is done; None at the path's end.

    Not the first that is missing: who was further on when a step was added to the path does not go back for it.
    """
    furthest = max((number for number, step in enumerate(STEPS) if step.code in done), default=-1)
    return STEPS[furthest + 1] if furthest + 1 < len(STEPS) else None


def earliest(step: Step, done: Mapping[str, date], prolonged_months: int = 0) -> date:
    """The first day on which ``step`` may be dated. ``done`` holds the step it follows."""
    return max([earliest_by_rule(step, done, prolonged_months) or date.min, *done.values()])


def earliest_by_rule(step: Step, done: Mapping[str, date], prolonged_months: int = 0) -> date | None:
    """The day before which the rules allow no ``step``; None where the step it follows is not done, or it follows none."""
    if step.after not in done:
        return None
    months = step.earliest_months + (prolonged_months if step.code == AFTER_PROBATION else 0)
    return months_later(done[step.after], months)


def due(step: Step, done: Mapping[str, date]) -> date | None:
    """The last day for ``step``, where the rules set one."""
    if step.due_months is None or step.after not in done:
        return None
    return months_later(done[step.after], step.due_months)


#: Branches that can discuss whom to admit.
DISCUSSING = frozenset({Form.FORMAL, Form.JOINT, Form.MOBILE})


@dataclass(frozen=True)
class Where:
    """The organisation at which an application stands: its form (None: none), full members, and whether a committee that may
    approve stands above it (that of a township or of the district: one of a village under it may not)."""

    form: Form | None
    members: int = 0
    committee: bool = False


def check_step(
    code: str,
    on: date,
    *,
    done: Mapping[str, date],
    where: Where,
    today: date,
    prolonged_months: int = 0,
) -> Step:
    """The step that ``code`` names, if it is the next one, ``on`` fits and the organisation may take it.

    Raises IllegalMove: out of order, before its time, in the future, where the organisation may not admit, in what is no
    branch of three or more, without a committee that approves.
    """
    step = next_step(done)
    if step is None or step.code != code:
        raise IllegalMove(
            _("The next step is: %(step)s.") % {"step": step.title if step else "—"}, code="not-the-next-step"
        )
    if on > today:
        raise IllegalMove(_("The day has not come yet."), code="in-the-future")
    first = earliest(step, done, prolonged_months)
    if on < first:
        raise IllegalMove(
            _("%(step)s: not before %(day)s.") % {"step": step.title, "day": day_words(first)},
            code="too-early",
        )
    if step.admits and (where.form is None or not FORMS[where.form].admits):
        raise IllegalMove(
            _("A temporary branch admits nobody: hand the application to the organisation above it first."),
            code="does-not-admit",
        )
    if step.in_branch and where.form not in DISCUSSING:
        raise IllegalMove(
            _("A meeting of a branch discusses it: hand the application to a branch first."),
            code="no-branch",
        )
    if step.in_branch and where.members < MEMBERS_AT_LEAST:
        raise IllegalMove(
            _("The branch has fewer than three full members and cannot discuss it: hand it to another one."),
            code="branch-too-small",
        )
    if step.by_committee and not where.committee:
        raise IllegalMove(
            _(
                "The committee of the township or of the district approves it, and none stands above this"
                " organisation: note what it stands below first."
            ),
            code="no-committee",
        )
    return step


def check_form(
    form: Form, *, members: int, establishments: int, task: str, until: date | None, secretary: bool
) -> dict[str, Words]:
    """What keeps an organisation of this form from being set up: field -> words."""
    rule = FORMS[form]
    wrong: dict[str, Words] = {}
    if members < rule.members_at_least:
        wrong["members"] = _("It takes three full members or more.")
    if rule.members_at_most is not None and members > rule.members_at_most:
        wrong["members"] = _(
            "A branch has fifty members at most, as a rule (Regulations on branches, Art. 4)."
        )
    if rule.establishments_at_most is not None and establishments > rule.establishments_at_most:
        wrong["establishments"] = _("A joint branch covers five units at most, as a rule.")
    if rule.ends_with_a_task and not task:
        wrong["task"] = _("A temporary branch has a task.")
    if rule.ends_with_a_task and until is None:
        wrong["until"] = _("A temporary branch has an end.")
    if rule.ends_with_a_task and not secretary:
        wrong["secretary"] = _("The secretary of a temporary branch is appointed: name them.")
    return wrong


#: How rosters write that somebody is a full member; anything else is not counted (probationary, other parties).
FULL_MEMBER = frozenset(
    {"中共党员", "党员", "中国共产党党员", "中共正式党员", "正式党员", "中共党员（正式）"}
)


def is_full_member(written: str) -> bool:
    """Whether a roster's words say full member of the Party."""
    return "".join(written.split()) in FULL_MEMBER


@dataclass(frozen=True)
class Group:
    """Full members in one establishment (``key``), or in none (``key`` "") of a township and sector."""

    key: str
    name: str
    region_code: str
    sector: str
    members: int


@dataclass(frozen=True)
class Possible:
    """A branch that could be set up: form, place, sector, whose members it would have, and why."""

    form: Form
    region_code: str
    sector: str
    groups: tuple[Group, ...]
    reason: Words

    @property
    def members(self) -> int:
        """Full members together."""
        return sum(group.members for group in self.groups)


def possible(groups: Sequence[Group]) -> list[Possible]:
    """Where a branch is possible: by itself with three or more, else with neighbours of the same township and sector
    (five units at most), else for those of a township and sector who stand in no unit. The largest first.
    """
    least, most = MEMBERS_AT_LEAST, FORMS[Form.JOINT].establishments_at_most or 0
    found: list[Possible] = []
    small: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        place = township_of(group.region_code)
        if not group.key and group.members >= least:
            reason: Words = _(
                "Three or more of one township and sector who belong to no unit: a roving branch."
            )
            found.append(Possible(Form.MOBILE, place, group.sector, (group,), reason))
        elif group.key and group.members >= least:
            reason = FORMS[Form.FORMAL].source
            found.append(Possible(Form.FORMAL, group.region_code, group.sector, (group,), reason))
        elif group.key and group.members:
            small.setdefault((place, group.sector), []).append(group)
    for (place, sector), rows in sorted(small.items()):
        rest = sorted(rows, key=lambda group: (group.region_code, -group.members, group.name))
        while rest:
            # neighbours first: those of one village follow each other; never more units than a joint branch may have
            taken = rest[:most]
            while len(taken) > 1 and sum(group.members for group in taken[:-1]) >= least:
                taken = taken[:-1]
            if sum(group.members for group in taken) < least:
                break
            reason = FORMS[Form.JOINT].source
            found.append(Possible(Form.JOINT, place, sector, tuple(taken), reason))
            rest = rest[len(taken) :]
    return sorted(found, key=lambda one: (-one.members, one.region_code, one.sector))


class Door(models.TextChoices):
    """Why an application goes to an organisation (发展党员工作细则 Art. 6)."""

    WORKPLACE = "workplace", _("the organisation of your workplace")
    RESIDENCE = "residence", _("the organisation where you live, since your workplace has none")
    ROVING = "roving", _("the organisation where you work, since you are away from home")
    DEPARTMENT = "department", _("the organisation department, which finds the right one with you")
    HANDED = "handed", _("the organisation to which it was handed on")


#: The same for whoever handles the application: there the worker is not "you".
DOORS_TOLD_STAFF = {
    Door.WORKPLACE: _("organisation of the workplace"),
    Door.RESIDENCE: _("the workplace has none: organisation of the residence"),
    Door.ROVING: _("away from home: organisation of the place of work"),
    Door.DEPARTMENT: _("the organisation department finds the right one"),
    Door.HANDED: _("the organisation to which it was handed on"),
}


def doors(*, roving: bool) -> tuple[Door, ...]:
    """Where somebody may apply, the first that exists is taken."""
    if roving:
        return Door.WORKPLACE, Door.ROVING, Door.RESIDENCE, Door.DEPARTMENT
    return Door.WORKPLACE, Door.RESIDENCE, Door.DEPARTMENT


#: Where nobody has room: what an assignment says in place of an instructor.
NO_ROOM = -1


@dataclass(frozen=True)
class Shares:
    """How many more establishments each instructor gets at least and at most, and how many find no room with anybody."""

    least: tuple[int, ...]
    most: tuple[int, ...]
    left_over: int = 0


def shares(count: int, loads: Sequence[int], capacities: Sequence[int | None], *, spread: int = 1) -> Shares:
    """Fair shares of ``count`` more establishments: whoever follows many already (``loads``) gets fewer, so that all end up
    with about as many, give or take ``spread``; nobody gets beyond what they can follow (``capacities``; None: no limit).
    """
    rooms = [
        count if most is None else max(0, most - load) for load, most in zip(loads, capacities, strict=True)
    ]
    wanted = min(count, sum(rooms))

    def filled(level: int) -> list[int]:
        return [min(room, max(0, level - load)) for load, room in zip(loads, rooms, strict=True)]

    # the highest level to which all can be filled alike with what there is
    low, high = 0, max(loads, default=0) + count + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if sum(filled(middle)) <= wanted else (low, middle)
    # where they do not come out even, some get one more
    high = low + (sum(filled(low)) < wanted)
    return Shares(tuple(filled(low - spread)), tuple(filled(high + spread)), count - wanted)


def assign_greedily(costs: Sequence[Sequence[float]], given: Shares | None = None) -> list[int]:
    """The same by hand: each establishment in turn takes the nearest instructor who has room, and those at the end go to
    whoever has too few yet.

    What the optimum is shown beside.
    """
    if not costs:
        return []
    given = given or shares(len(costs), [0] * len(costs[0]), [None] * len(costs[0]))
    loads, found = [0] * len(costs[0]), []
    for number, row in enumerate(costs):
        owed = sum(max(0, least - load) for least, load in zip(given.least, loads, strict=True))
        room = [j for j in range(len(row)) if loads[j] < given.most[j]]
        if len(costs) - number <= owed:
            room = [j for j in room if loads[j] < given.least[j]]
        if not room:
            found.append(NO_ROOM)
            continue
        column = min(room, key=lambda j: row[j])
        loads[column] += 1
        found.append(column)
    return found


def assign(costs: Sequence[Sequence[float]], given: Shares | None = None) -> list[int]:
    """Who follows which establishment: a transport problem, solved to its proven optimum by HiGHS.

    ``costs[i][j]`` is what it costs (kilometres, more for who does not speak the language that is wished, less for who goes
    there already) that instructor ``j`` follows establishment ``i``. Everybody gets what ``given`` says (without it the even
    share, give or take one). The polytope is integral, so that the linear programme's corner is an assignment. Returns the
    instructor of each establishment, NO_ROOM for those left over. Raises ValueError without instructors.
    """
    # read where it is needed: it makes up a fifth of what every process reads at its start, and jobs alone assign
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, vstack

    if not costs:
        return []
    cost = np.asarray(costs, dtype=float)
    if cost.ndim != 2 or cost.shape[1] == 0:
        raise ValueError("nobody to follow them")
    given = given or shares(len(costs), [0] * cost.shape[1], [None] * cost.shape[1])
    least, most = given.least, given.most
    if given.left_over:
        # somebody who is nobody takes exactly those whom it would cost most to follow
        cost = np.hstack([cost, np.zeros((len(cost), 1))])
        least, most = (*least, given.left_over), (*most, given.left_over)
    rows, columns = cost.shape
    number = np.arange(rows * columns)
    of_row, of_column = number // columns, number % columns
    ones = np.ones(rows * columns)
    by_column = csr_matrix((ones, (of_column, number)), shape=(columns, rows * columns))
    found = linprog(
        cost.ravel(),
        A_ub=vstack([by_column, -by_column]).tocsr(),
        b_ub=np.concatenate([np.asarray(most, dtype=float), -np.asarray(least, dtype=float)]),
        A_eq=csr_matrix((ones, (of_row, number)), shape=(rows, rows * columns)),
        b_eq=np.ones(rows),
        bounds=(0, 1),
        method="highs-ds",
    )
    if not found.success:
        raise ValueError(found.message)
    chosen = found.x.reshape(rows, columns).argmax(axis=1)
    return [NO_ROOM if given.left_over and j == columns - 1 else int(j) for j in chosen]


def languages_of(written: str) -> tuple[str, ...]:
    """Languages as somebody typed them, each once, in their order: "桂林话、壮语"."""
    parts = re.split(r"[、,，;；/\s]+", written)
    return tuple(dict.fromkeys(part for part in parts if part))
