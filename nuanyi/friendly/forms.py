"""Forms of the room: what a rider says and what an office enters are the same fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanyi.friendly.models import FriendlyPlace, Tip
from nuanyi.friendly.rules import TEXTS, Gate, Kind
from nuanyi.friendly.services.places import PlaceInput
from nuanyi.lib.form_parsing import MAPS, PointField


class PlaceFields(forms.Form):
    """What can be said of a place."""

    name = forms.CharField(label=_("What is the place called?"), max_length=TEXTS["name"])
    kind = forms.ChoiceField(label=_("Kind of place"), choices=Kind.choices)
    gate = forms.ChoiceField(label=_("At the gate"), choices=[("", "—"), *Gate.choices], required=False)
    gate_words = forms.CharField(
        label=_("Which gate, what do the guards ask?"), max_length=TEXTS["gate_words"], required=False
    )
    parking = forms.CharField(
        label=_("Where can the bike stand?"), max_length=TEXTS["parking"], required=False
    )
    entrance = forms.CharField(
        label=_("How does one find the building and the door?"),
        max_length=TEXTS["entrance"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    price = forms.CharField(
        label=_("What does it cost? (meals, battery)"), max_length=TEXTS["price"], required=False
    )
    hours = forms.CharField(label=_("When is it open?"), max_length=TEXTS["hours"], required=False)
    place_words = forms.CharField(
        label=_("Street, in words"), max_length=TEXTS["place_words"], required=False
    )
    call = forms.CharField(label=_("Telephone"), max_length=TEXTS["call"], required=False)
    plan = forms.FileField(
        label=_("Photo of the plan of the buildings"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "data-photos": ""}),
    )

    def told(self, lat: float, lon: float, crs: str, region: str = "") -> PlaceInput:
        """What was said, for the service."""
        said = self.cleaned_data
        return PlaceInput(
            kind=said["kind"],
            gate=said["gate"],
            lat=lat,
            lon=lon,
            crs=crs,
            region_code=region,
            texts={name: said[name] for name in TEXTS},
            plan=said["plan"].read() if said["plan"] else None,
        )

    @staticmethod
    def first_of(place: FriendlyPlace | Tip) -> dict[str, Any]:
        """A place or a tip as the first values of these fields."""
        if isinstance(place, Tip):
            return dict(place.told)
        return {name: getattr(place, name) for name in ("kind", "gate", *TEXTS)}


class TipForm(PlaceFields):
    """What a rider says, from where he stands or from the map."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(widget=forms.HiddenInput, max_length=8, required=False)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False)
    lon = forms.FloatField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """A new place needs a position; the field that a person can mend is the name's."""
        said: dict[str, Any] = super().clean() or {}
        if not said.get("code") and (said.get("lat") is None or said.get("lon") is None):
            self.add_error("name", _("Where is it? Tap “I am there now” or set it on the map."))
        return said


class PlaceForm(PlaceFields):
    """What an office enters."""

    point = PointField(
        label=_("Position"),
        help_text=_("Latitude, longitude of the spot where a rider stops: 25.0746, 110.2863"),
    )
    crs = forms.ChoiceField(label=_("From which map"), choices=MAPS)
