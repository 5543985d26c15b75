"""Forms of the service desk."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import queries
from nuanyi.cases.models import ServiceItem, official_title
from nuanyi.cases.rules import MAX_FILES, MAX_WORDS, OFFICIAL, WRITTEN_DOWN, Channel, Kind, Part, Urgency
from nuanyi.cases.services.intake import Request
from nuanyi.cases.services.lists import ListLineInput
from nuanyi.lib.sectors import Sector
from nuanyi.lib.terms import TermUnit
from nuanyi.places import queries as places
from nuanyi.units import queries as units
from nuanyi.units.models import Unit


class PhotosInput(forms.FileInput):
    """Several pictures at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Some pictures; cleaned to a list, empty where none came."""

    widget = PhotosInput(attrs={"accept": "image/*", "data-photos": ""})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each by itself; as many as a request holds and one more, which the service refuses in words."""
        files = data if isinstance(data, list) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files[: MAX_FILES + 1]]


class AskForm(forms.Form):
    """A request: what about, what happened; everything else may stay empty."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What is it about?"), choices=queries.kind_choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What happened?"), max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 4})
    )
    owed = forms.CharField(
        label=_("How much is owed, in yuan?"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    months = forms.CharField(label=_("For which months?"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Your phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text=_("Only if we may call you. Only the clerk of your case can open it."),
    )
    caller = forms.CharField(label=_("How may we call you?"), max_length=60, required=False)
    region = forms.ChoiceField(label=_("Where do you work?"), required=False)
    sector = forms.ChoiceField(
        label=_("What do you do?"), required=False, choices=[("", "—"), *Sector.choices]
    )
    employer = forms.CharField(
        label=_("Which firm or station is it about?"),
        max_length=120,
        required=False,
        help_text=_("They never learn who asked."),
    )
    since = forms.DateField(
        label=_("Since when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_(
            "The day of the injury, or on which the work there ended: arbitration can be asked for within one year."
        ),
    )

    photo = PhotosField(label=_("Photos"), required=False)
    voice = forms.FileField(
        label=_("Voice note"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "audio/*", "data-voice": ""}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"].setdefault("key", uuid4())
        super().__init__(*args, **kwargs)
        field: Any = self.fields["region"]
        field.choices = places.township_choices

    def request(
        self, *, channel: str = Channel.WEB, item: ServiceItem | None = None, about_service: bool = False
    ) -> Request:
        """What was said, for the service; ``about_service``: of Nuanyi itself, which its words then say first."""
        told = self.cleaned_data
        about = [gettext("About Nuanyi itself:")] if about_service else []
        # sealed with the words: the clerk reads them in one breath, and no column says what somebody earns
        wage = [
            str(words) % told[name]
            for name, words in (("owed", _("Owed: %s yuan")), ("months", _("For: %s")))
            if told.get(name) and told["kind"] in queries.codes_following(Kind.WAGE)
        ]
        return Request(
            kind=told["kind"],
            words="\n".join([*about, told["words"], *wage]),
            caller=told["caller"],
            phone=told["phone"],
            sector=told["sector"],
            region_code=told["region"],
            employer=told["employer"],
            since=told["since"],
            item=item,
            channel=channel,
            photos=[photo.read() for photo in told["photo"]],
            voice=told["voice"].read() if told["voice"] else b"",
        )


class CallForm(AskForm):
    """What somebody says to a clerk, and how it came to him."""

    came = forms.ChoiceField(
        label=_("How it came"), choices=[(way.value, way.label) for way in WRITTEN_DOWN], initial=Channel.CALL
    )

    #: What a clerk asks for somebody else, where the form of a phone says you.
    OF_THE_CALLER = {
        "phone": _("Caller's phone"),
        "caller": _("Caller's name"),
        "region": _("Where the caller works"),
        "sector": _("What the caller does"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.OF_THE_CALLER.items():
            self.fields[name].label = label
        self.fields["phone"].help_text = _(
            "Only if the caller may be called back. Only the case's clerk can open it."
        )
        self.fields["employer"].help_text = _("The firm never learns who asked.")
        kind: Any = self.fields["kind"]
        kind.choices = [(code, official_title(code)) for code, _words in queries.kind_choices()]


def _kinds_and_all() -> list[tuple[str, Any]]:
    return [("", _("All kinds: a class or the first answer")), *queries.official_kinds()]


class KindForm(forms.Form):
    """A kind of case as the district has it."""

    code = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("The word on the phone"),
        max_length=20,
        required=False,
        help_text=_("As a rider would say it, in a few characters: 租房被赶, 孩子上学."),
    )
    english = forms.CharField(label=_("The same in English"), max_length=60, required=False)
    follows = forms.ChoiceField(
        label=_("Handled like"),
        choices=list(OFFICIAL.items()),
        initial=Kind.OTHER,
        help_text=_("Its terms by law, its letters and the figure it counts under are those of this kind."),
    )
    part = forms.ChoiceField(
        label=_("Part of the service list"), required=False, choices=[("", "—"), *Part.choices]
    )
    urgency = forms.ChoiceField(
        label=_("How urgent, until a clerk says otherwise"),
        choices=Urgency.choices,
        initial=Urgency.ORDINARY,
    )
    place = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=1000, required=False, initial=0
    )
    active = forms.BooleanField(label=_("Offered on the phone"), required=False, initial=True)


class ClockForm(forms.Form):
    """A length of time with its source: that of a clock that is there (``name`` comes with the page), or one more for a kind."""

    kind = forms.ChoiceField(
        label=_("Kind of case"),
        required=False,
        choices=_kinds_and_all,
    )
    name = forms.CharField(label=_("Which clock"), max_length=20, required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=80, required=False)
    amount = forms.IntegerField(label=_("How long"), min_value=1, max_value=1000)
    counted = forms.ChoiceField(label=_("Counted in"), choices=TermUnit.choices)
    source = forms.CharField(label=_("Law and article, or promise"), max_length=120)
    of_worker = forms.BooleanField(label=_("It limits the worker, not the unit"), required=False)


class LineForm(forms.Form):
    """A line of the list of needs or of the list of resources."""

    part = forms.ChoiceField(label=_("Part"), choices=Part.choices)
    title = forms.CharField(label=_("Title"), max_length=80)
    region = forms.ChoiceField(label=_("Township"), required=False)
    amount = forms.IntegerField(label=_("How many"), min_value=1, max_value=1_000_000)
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = places.township_choices
        unit: Any = self.fields["unit"]
        unit.queryset = units


class NeedForm(LineForm):
    """What is needed."""

    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", "—"), *Sector.choices])
    source = forms.CharField(label=_("Where it is known from"), max_length=80, required=False)

    def told(self) -> ListLineInput:
        """For the service."""
        told = self.cleaned_data
        return ListLineInput(
            part=told["part"],
            title=told["title"],
            region_code=told["region"],
            amount=told["amount"],
            unit=told["unit"],
            sector=told["sector"],
            source=told["source"],
        )


class PledgeForm(LineForm):
    """What a unit offers."""

    measure = forms.CharField(label=_("Measure"), max_length=12, initial="次")
    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    times = forms.CharField(label=_("At which times"), max_length=80, required=False)
    desk_call = forms.CharField(label=_("Telephone of the desk"), max_length=20, required=False)

    def told(self) -> ListLineInput:
        """For the service."""
        told = self.cleaned_data
        return ListLineInput(
            part=told["part"],
            title=told["title"],
            region_code=told["region"],
            amount=told["amount"],
            unit=told["unit"],
            measure=told["measure"],
            first=told["first"],
            last=told["last"],
            times=told["times"],
            desk_call=told["desk_call"],
        )


class ItemForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    """A line of the service list."""

    case_kind = forms.ChoiceField(label=_("Kind of case"), choices=queries.official_kinds)

    class Meta:
        model = ServiceItem
        fields = [
            "part",
            "title",
            "words",
            "who",
            "needed",
            "unit",
            "promised_days",
            "law",
            "desk_call",
            "hours",
            "case_kind",
            "active",
            "place",
        ]
        labels = {
            "part": _("Part"),
            "title": _("Title"),
            "words": _("In words a rider uses"),
            "who": _("Who may ask"),
            "needed": _("What is needed"),
            "unit": _("Unit that answers"),
            "promised_days": _("Promised within days"),
            "law": _("Law and article"),
            "desk_call": _("Telephone of the desk"),
            "hours": _("Hours"),
            "active": _("Shown"),
            "place": _("Place in its part"),
        }
        widgets = {"words": forms.Textarea(attrs={"rows": 3})}


class RuleForm(forms.Form):
    """Which unit gets a kind of case."""

    kind = forms.ChoiceField(label=_("Kind of case"), choices=queries.official_kinds)
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", "—"), *Sector.choices])
    region = forms.ChoiceField(label=_("Township"), required=False)
    unit = forms.ModelChoiceField(label=_("Unit that answers"), queryset=Unit.objects.none())
    because = forms.CharField(label=_("Why"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = places.township_choices
        unit: Any = self.fields["unit"]
        unit.queryset = units.bodies()
