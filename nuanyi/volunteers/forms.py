"""Forms of volunteers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanyi.places import queries as places
from nuanyi.units.models import Unit
from nuanyi.volunteers import queries
from nuanyi.volunteers.pledges import Offer
from nuanyi.volunteers.rules import Role, TeamKind, Topic
from nuanyi.volunteers.services import joining, shifts


class JoinForm(forms.Form):
    """Join a team."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    team = forms.ChoiceField(label=_("Team"))
    name = forms.CharField(label=_("Your name"), max_length=20)
    phone = forms.CharField(
        label=_("Mobile number"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    role = forms.ChoiceField(label=_("What would you like to do?"), choices=Role.choices)
    region = forms.ChoiceField(label=_("Where do you work most?"), required=False)
    hours = forms.IntegerField(label=_("Hours a week"), min_value=1, max_value=20, initial=2)
    agrees = forms.BooleanField(
        label=_("My name and phone may be kept for the duty list, until I leave."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"].setdefault("key", uuid4())
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.choices = [(team.pk, team.name) for team in queries.teams()]
        region: Any = self.fields["region"]
        region.choices = places.township_choices

    def told(self) -> joining.VolunteerInput:
        """For the service."""
        told = self.cleaned_data
        return joining.VolunteerInput(
            name=told["name"],
            phone=told["phone"],
            role=told["role"],
            region_code=told["region"],
            hours_a_week=told["hours"],
            agrees=told["agrees"],
        )


class _OfUnit(forms.Form):
    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "unit" in self.fields:
            unit: Any = self.fields["unit"]
            unit.queryset = units


class TeamForm(_OfUnit):
    """A team."""

    name = forms.CharField(label=_("Name of the team"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind of team"), choices=TeamKind.choices)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())


class ShiftForm(forms.Form):
    """A shift and what it needs."""

    team = forms.ChoiceField(label=_("Team"))
    topic = forms.ChoiceField(label=_("Topic"), choices=Topic.choices)
    title = forms.CharField(label=_("Heading"), max_length=60)
    place = forms.CharField(label=_("Where"), max_length=80)
    starts = forms.DateTimeField(
        label=_("Begins"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ends = forms.DateTimeField(
        label=_("Ends"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    region = forms.ChoiceField(label=_("Township"), required=False)
    grid = forms.ChoiceField(label=_("Grid"), required=False)

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.choices = [(row.pk, row.name) for row in teams]
        region: Any = self.fields["region"]
        region.choices = places.township_choices
        grid: Any = self.fields["grid"]
        grid.choices = [
            ("", "—"),
            *((row.code, f"{row.region.name} {row.name}") for row in places.all_grids()),
        ]
        for value, title in Role.choices:
            self.fields[f"need_{value}"] = forms.IntegerField(
                label=title, min_value=0, max_value=200, required=False, initial=0
            )

    def needs(self) -> list[Any]:
        """The fields that ask how many."""
        return [self[f"need_{value}"] for value in Role.values]

    def told(self) -> shifts.ShiftInput:
        """For the service."""
        told = self.cleaned_data
        return shifts.ShiftInput(
            team=int(told["team"]),
            topic=told["topic"],
            title=told["title"],
            place=told["place"],
            starts_at=told["starts"],
            ends_at=told["ends"],
            region_code=told["region"],
            grid_code=told["grid"],
            needs={value: told[f"need_{value}"] or 0 for value in Role.values},
        )


class CampaignForm(_OfUnit):
    """A campaign."""

    topic = forms.ChoiceField(label=_("Topic"), choices=Topic.choices)
    title = forms.CharField(label=_("Heading"), max_length=60)
    text = forms.CharField(
        label=_("What it says"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    stock = forms.IntegerField(label=_("Leaflets in stock"), min_value=0, max_value=100_000)
    first_day = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))


class RewardForm(forms.Form):
    """A reward out of a pledge."""

    pledge = forms.TypedChoiceField(label=_("Out of which pledge"), coerce=int)
    stock = forms.IntegerField(label=_("How many of it"), min_value=1, max_value=10_000)
    hours = forms.IntegerField(label=_("For how many hours"), min_value=1, max_value=500)

    def __init__(self, *args: Any, offers: list[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["pledge"]
        field.choices = [
            (one.pk, f"{one.title} · {one.unit} · {one.left} {one.measure} · {one.last_date}")
            for one in offers
        ]
