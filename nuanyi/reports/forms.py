"""Forms of reports."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import BadInput
from nuanyi.lib.terms import TermUnit
from nuanyi.places import queries as places
from nuanyi.reports import queries
from nuanyi.reports.rules import MAX_PHOTOS, MAX_PLACE, MAX_WORDS
from nuanyi.reports.services.sending import ReportInput
from nuanyi.units import queries as units
from nuanyi.units.models import Unit


class ReportForm(forms.Form):
    """A report: a photo or a word, and where. Everything else may stay empty."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    accuracy = forms.FloatField(required=False, widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("What is it?"), max_length=MAX_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    where = forms.CharField(label=_("Where exactly?"), max_length=MAX_PLACE, required=False)
    township = forms.ChoiceField(label=_("Township, if the phone does not know where it is"), required=False)
    phone = forms.CharField(
        label=_("Your phone, if we may ask"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text=_("Leave it empty to stay unknown."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"].setdefault("key", uuid4())
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("We find out")), *queries.kind_choices()]
        township: Any = self.fields["township"]
        township.choices = places.township_choices

    def told(self, files: list[Any]) -> ReportInput:
        """For the service. A phone without a position names its township: its middle stands in, marked as vague. Where no
        map of it is here, as in a district that was set up today, words say where it is, and no point stands in.

        Raises BadInput.
        """
        told = self.cleaned_data
        lat, lon, accuracy = told["lat"], told["lon"], told["accuracy"] or 0.0
        if lat is None or lon is None:
            township = told["township"]
            middle = places.middle_of(township) if township else None
            if middle is not None:
                (lat, lon), accuracy = middle, 5000.0
            elif not township and places.has_townships_drawn():
                raise BadInput(
                    fields={
                        "township": _(
                            "Where is it? Allow the position, set it on the map, or choose the township."
                        )
                    }
                )
            elif not told["where"]:
                raise BadInput(fields={"where": _("Allow the position, or write where it is.")})
            else:
                lat, lon, accuracy = None, None, 0.0
        return ReportInput(
            kind=told["kind"],
            words=told["words"],
            lat_wgs84=lat,
            lon_wgs84=lon,
            accuracy=accuracy,
            where=told["where"],
            phone=told["phone"],
            photos=[file.read() for file in files[: MAX_PHOTOS + 1]],
            region_code=told["township"],
        )


class KindForm(forms.Form):
    """A kind and its time."""

    code = forms.SlugField(label=_("Code"), max_length=20)
    title = forms.CharField(label=_("Name in Chinese"), max_length=30)
    english = forms.CharField(label=_("Name in English"), max_length=40, required=False)
    keywords = forms.CharField(label=_("Words that tell of it"), max_length=300, required=False)
    amount = forms.IntegerField(label=_("To be mended within"), min_value=1, max_value=365)
    counted = forms.ChoiceField(label=_("Counted in"), choices=TermUnit.choices)
    active = forms.BooleanField(label=_("In use"), required=False, initial=True)


class RuleForm(forms.Form):
    """Where a kind goes."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    region = forms.ChoiceField(label=_("Township"), required=False)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    because = forms.CharField(label=_("Because"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("All kinds")), *queries.kind_choices()]
        unit: Any = self.fields["unit"]
        unit.queryset = units.bodies()
        region: Any = self.fields["region"]
        region.choices = places.township_choices
