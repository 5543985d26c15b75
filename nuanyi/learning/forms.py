"""Forms of learning."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanyi.learning.models import Lesson
from nuanyi.learning.rules import MAX_BODY, Category, SessionKind
from nuanyi.learning.services import groups, lessons, sessions
from nuanyi.lib.errors import Words
from nuanyi.lib.sectors import Sector
from nuanyi.notices import channels
from nuanyi.places import queries as places
from nuanyi.units.models import Unit


def questions_as_text(questions: list[dict[str, Any]]) -> str:
    """Questions as staff write them: a block each, ``* `` before the right option, ``= `` before the explanation."""
    blocks = []
    for question in questions:
        lines = [str(question["q"])]
        lines += [
            f"{'*' if n == question['right'] else '-'} {option}"
            for n, option in enumerate(question["options"])
        ]
        blocks.append("\n".join([*lines, f"= {question['why']}"]))
    return "\n\n".join(blocks)


def questions_from_text(text: str) -> list[dict[str, Any]]:
    """The same, read. What is not understood comes out incomplete and is refused by the service."""
    found = []
    for block in text.replace("\r", "").split("\n\n"):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if not lines:
            continue
        options = [line[1:].strip() for line in lines[1:] if line[0] in "-*"]
        right = next((n for n, line in enumerate(x for x in lines[1:] if x[0] in "-*") if line[0] == "*"), -1)
        why = next((line[1:].strip() for line in lines[1:] if line[0] == "="), "")
        found.append({"q": lines[0], "options": options, "right": right, "why": why})
    return found


class LessonForm(forms.Form):
    """A lesson as staff write it."""

    category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    title = forms.CharField(label=_("Heading"), max_length=60)
    lead = forms.CharField(label=_("One sentence for the group"), max_length=120, required=False)
    body = forms.CharField(
        label=_("Text"),
        max_length=MAX_BODY,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("Mark some words and press a button above; beside it stands what riders will see."),
    )
    sources = forms.CharField(label=_("Sources, one a line"), widget=forms.Textarea(attrs={"rows": 3}))
    douyin = forms.URLField(
        label=_("Link of a Douyin video"),
        required=False,
        assume_scheme="https",
        help_text=_("From Douyin's share button."),
    )
    questions = forms.CharField(
        label=_("Questions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Press “Add a question” and write over what it puts there; * marks the right answer."),
    )

    @classmethod
    def of(cls, lesson: Lesson) -> dict[str, Any]:
        """First values from a lesson."""
        return {
            "category": lesson.category,
            "title": lesson.title,
            "lead": lesson.lead,
            "body": lesson.body,
            "sources": "\n".join(lesson.sources),
            "douyin": lesson.douyin,
            "questions": questions_as_text(lesson.questions),
        }

    def told(self) -> lessons.LessonInput:
        """For the service."""
        told = self.cleaned_data
        return lessons.LessonInput(
            category=told["category"],
            title=told["title"],
            lead=told["lead"],
            body=told["body"],
            sources=told["sources"].splitlines(),
            questions=questions_from_text(told["questions"]),
            douyin=told["douyin"],
        )


class _Placed(forms.Form):
    region = forms.ChoiceField(label=_("Township"), required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", "—"), *Sector.choices])
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = places.township_choices
        unit: Any = self.fields["unit"]
        unit.queryset = units


def _robots() -> list[tuple[str, Words]]:
    return channels.choices(channels.of_groups())


class GroupForm(_Placed):
    """A group and its robot."""

    name = forms.CharField(label=_("Name of the group"), max_length=60)
    robot = forms.ChoiceField(label=_("Robot"), choices=_robots)
    address = forms.CharField(
        label=_("Address of the robot (webhook)"),
        max_length=400,
        required=False,
        help_text=_("Kept sealed; leave it empty to keep the present one."),
    )
    secret = forms.CharField(
        label=_("Secret for signing"),
        max_length=200,
        required=False,
        help_text=_("DingTalk and Feishu: where signing is switched on."),
    )
    hour = forms.TimeField(label=_("At which hour"), widget=forms.TimeInput(attrs={"type": "time"}))
    members = forms.IntegerField(label=_("How many read it"), min_value=0, max_value=100_000, required=False)
    active = forms.BooleanField(label=_("Gets pushes"), required=False, initial=True)

    def told(self) -> groups.GroupInput:
        """For the service."""
        told = self.cleaned_data
        return groups.GroupInput(
            name=told["name"],
            robot=told["robot"],
            address=told["address"].strip(),
            secret=told["secret"].strip(),
            hour=told["hour"],
            unit=told["unit"],
            sector=told["sector"],
            region_code=told["region"],
            members=told["members"] or 0,
            active=told["active"],
        )


class SessionForm(_Placed):
    """A session."""

    kind = forms.ChoiceField(label=_("Kind of session"), choices=SessionKind.choices)
    title = forms.CharField(label=_("Heading"), max_length=80)
    place = forms.CharField(label=_("Where"), max_length=120)
    starts = forms.DateTimeField(
        label=_("Begins"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ends = forms.DateTimeField(
        label=_("Ends"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    capacity = forms.IntegerField(
        label=_("Places (0: without limit)"), min_value=0, max_value=5000, initial=0
    )

    def told(self) -> sessions.SessionInput:
        """For the service."""
        told = self.cleaned_data
        return sessions.SessionInput(
            kind=told["kind"],
            title=told["title"],
            place=told["place"],
            starts_at=told["starts"],
            ends_at=told["ends"],
            unit=told["unit"],
            region_code=told["region"],
            sector=told["sector"],
            capacity=told["capacity"],
        )


def answers_of(lesson: Lesson) -> str:
    """The right options as JSON for the page's own check."""
    return json.dumps([question["right"] for question in lesson.questions])
