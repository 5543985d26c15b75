"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanyi.census.models import CensusRound
from nuanyi.census.rules import ROUND_CLOSED, Kind, RoundState
from nuanyi.lib import clock
from nuanyi.lib.ids import new_id
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places
from nuanyi.units import queries as units

#: What the browser's chooser offers; what a file really is shows its content.
ACCEPTED = ".xlsx,.xls,.et,.ods,.csv,.tsv,.txt,.htm,.html,.xml,.xlsm,.xlsb"


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """ISO, as the browser wants it."""
        return str(value.isoformat()) if hasattr(value, "isoformat") else value or None


class SendForm(forms.Form):
    """A roster to send. Only the file is needed; the rest has sensible answers."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
    file = forms.FileField(
        label=_("Roster"),
        required=False,
        help_text=_(
            "xlsx, xls, et, ods or csv, up to 40 MB. Columns in any order. Drop the file anywhere on this page."
        ),
        widget=forms.FileInput(attrs={"class": "drop", "accept": ACCEPTED}),
    )
    pasted = forms.CharField(
        label=_("Or paste rows from Excel"),
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": _("Copy the rows with their head, paste them here.")}
        ),
    )
    source = forms.CharField(
        label=_("Who sends it"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
        help_text=_("The same name each time: columns are remembered by it."),
    )
    kind = forms.ChoiceField(
        label=_("It lists"), required=False, choices=[("", _("see for yourself")), *Kind.choices]
    )
    as_of_date = forms.DateField(label=_("It speaks for the day"), initial=clock.today, widget=DateInput)
    census_round = forms.ModelChoiceField(
        label=_("Census round"),
        queryset=CensusRound.objects.exclude(state=RoundState.CLOSED),
        required=False,
        error_messages={"invalid_choice": ROUND_CLOSED},
    )
    default_sector = forms.ChoiceField(label=_("Sector of rows that name none"), required=False)
    default_region = forms.ChoiceField(label=_("Township of rows that name none"), required=False)
    political_evidence = forms.CharField(
        label=_("Consent for political affiliation"),
        required=False,
        max_length=200,
        help_text=_("Where the signed consents are kept. Left empty, that column is not taken in."),
    )

    def __init__(self, *args: Any, political: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["default_sector"].choices = [("", "—"), *Sector.choices]  # type: ignore[attr-defined]
        townships = [(region.code, region.name) for region in places.townships()]
        self.fields["default_region"].choices = [("", "—"), *townships]  # type: ignore[attr-defined]
        for name in ("file", "pasted"):  # one of them is needed: neither is there "if you like"
            self.fields[name].is_one_of_several = True  # type: ignore[attr-defined]
        if not political:
            del self.fields["political_evidence"]

    def clean(self) -> dict[str, Any]:
        """A file or pasted rows."""
        told: dict[str, Any] = super().clean() or {}
        if not told.get("file") and not told.get("pasted", "").strip() and "file" not in self.errors:
            self.add_error("file", _("Choose a file, or paste rows."))
        return told


class RoundForm(forms.Form):
    """A census round."""

    name = forms.CharField(label=_("Name"), max_length=120)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"), choices=Sector.choices, widget=forms.CheckboxSelectMultiple
    )
    region_codes = forms.MultipleChoiceField(label=_("Places"), widget=forms.CheckboxSelectMultiple)
    units = forms.TypedMultipleChoiceField(
        label=_("Units in charge"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    start_date = forms.DateField(label=_("From"), initial=clock.today, widget=DateInput)
    end_date = forms.DateField(label=_("Until"), initial=clock.today, widget=DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region_codes"].choices = [(r.code, r.name) for r in places.townships()]  # type: ignore[attr-defined]
        self.fields["units"].choices = units.unit_choices()  # type: ignore[attr-defined]
