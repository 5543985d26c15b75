"""Forms of the service desk."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanyi.cases.models import ServiceItem
from nuanyi.cases.rules import MAX_WORDS, Channel, Kind
from nuanyi.cases.services.intake import Request
from nuanyi.lib.sectors import Sector
from nuanyi.places import queries as places
from nuanyi.units.models import Unit


def _townships() -> list[tuple[str, str]]:
    """Read only where they are shown or one was chosen."""
    return [("", "—"), *((region.code, region.name) for region in places.townships())]


class AskForm(forms.Form):
    """A request: what about, what happened; everything else may stay empty."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What is it about?"), choices=Kind.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("What happened?"), max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 4}))
    phone = forms.CharField(
        label=_("Your phone"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text=_("Only if we may call you. Only the clerk of your case can open it."),
    )  # fmt: skip
    caller = forms.CharField(label=_("How may we call you?"), max_length=60, required=False)
    region = forms.ChoiceField(label=_("Where do you work?"), required=False)
    sector = forms.ChoiceField(label=_("What do you do?"), required=False, choices=[("", "—"), *Sector.choices])
    employer = forms.CharField(
        label=_("Which firm or station is it about?"), max_length=120, required=False,
        help_text=_("They never learn who asked."),
    )  # fmt: skip
    since = forms.DateField(
        label=_("Since when?"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The day of the injury, or on which the work there ended: arbitration can be asked for within one year."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"].setdefault("key", uuid4())
        super().__init__(*args, **kwargs)
        field: Any = self.fields["region"]
        field.choices = _townships

    def request(self, *, channel: str = Channel.WEB, item: ServiceItem | None = None) -> Request:
        """What was said, for the service."""
        told = self.cleaned_data
        return Request(
            kind=told["kind"], words=told["words"], caller=told["caller"], phone=told["phone"], sector=told["sector"],
            region_code=told["region"], employer=told["employer"], since=told["since"], item=item, channel=channel,
        )  # fmt: skip


class ItemForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    """A line of the service list."""

    class Meta:
        model = ServiceItem
        fields = ["part", "title", "words", "who", "needed", "unit", "promised_days", "law", "desk_call", "hours", "case_kind",
                  "active", "place"]  # fmt: skip
        labels = {
            "part": _("Part"), "title": _("Title"), "words": _("In words a rider uses"), "who": _("Who may ask"),
            "needed": _("What is needed"), "unit": _("Unit that answers"), "promised_days": _("Promised within days"),
            "law": _("Law and article"), "desk_call": _("Telephone of the desk"), "hours": _("Hours"),
            "case_kind": _("Kind of case"), "active": _("Shown"), "place": _("Place in its part"),
        }  # fmt: skip
        widgets = {"words": forms.Textarea(attrs={"rows": 3})}


class RuleForm(forms.Form):
    """Which unit gets a kind of case."""

    kind = forms.ChoiceField(label=_("Kind of case"), choices=Kind.choices)
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", "—"), *Sector.choices])
    region = forms.ChoiceField(label=_("Township"), required=False)
    unit = forms.ModelChoiceField(label=_("Unit that answers"), queryset=Unit.objects.none())
    because = forms.CharField(label=_("Why"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = _townships
        unit: Any = self.fields["unit"]
        unit.queryset = Unit.objects.filter(active=True).order_by("name")
