"""Forms of the stations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import BadInput
from nuanyi.lib.form_parsing import MAPS, PointField
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.places import queries as places
from nuanyi.stations import hours
from nuanyi.stations.models import Station
from nuanyi.stations.rules import Access, AmenityKind, CheckIn, Function, Tier, Trouble, Venue
from nuanyi.stations.services.lists import owners_in, owners_text
from nuanyi.stations.services.stations import StationDraft
from nuanyi.units.models import Unit

DAYS = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]


#: Hours said once for several days: the name, its title, a hint.
SHORT = (
    ("weekdays", _("Monday to Friday"), ""),
    ("weekend", _("Saturday and Sunday"), ""),
    ("every", _("Every day"), _("Holds for the days of which nothing else is said. A day of rest: 休.")),
)
LAST_WEEKDAY = 5


class StationForm(forms.Form):
    """Everything that an office says of a station."""

    name = forms.CharField(label=_("Station's name"), max_length=60)
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        required=False,
        help_text=_("Stands on the wall and in links. Left empty: NY and a number."),
    )
    tier = forms.ChoiceField(label=_("Tier"), choices=Tier.choices)
    venue = forms.ChoiceField(label=_("Kind of room"), choices=Venue.choices)
    unit = forms.ModelChoiceField(label=_("Unit that answers"), queryset=Unit.objects.none(), required=False)
    owners = forms.CharField(
        label=_("Whose room it is"),
        max_length=300,
        required=False,
        help_text=format_lazy(
            _("As {sample}. Left empty: that of the unit that answers."),
            sample="工会：雁山区总工会、银行：建行雁山支行",
        ),
    )
    place_words = forms.CharField(label=_("Where it is"), max_length=120)
    region = forms.ChoiceField(
        label=_("Township"),
        required=False,
        help_text=_("Left empty: the township whose outline holds the position, else that of the unit."),
    )
    point = PointField(
        label=_("Position"),
        help_text=_("Latitude, longitude, as a map shows them: 25.0746, 110.2863"),
    )
    crs = forms.ChoiceField(label=_("From which map"), choices=MAPS)
    how_to_find = forms.CharField(
        label=_("How to find the door"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Which gate, which floor, what is beside it."),
    )
    access = forms.ChoiceField(label=_("How one gets in"), choices=Access.choices)
    access_words = forms.CharField(label=_("Code or bell"), max_length=120, required=False)
    step_free = forms.BooleanField(label=_("No steps"), required=False)
    capacity = forms.IntegerField(label=_("Seats"), min_value=0, max_value=10_000, required=False)
    desk_call = forms.CharField(label=_("Telephone of the desk"), max_length=20, required=False)
    functions = forms.MultipleChoiceField(
        label=_("Functions"), choices=Function.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    amenities = forms.MultipleChoiceField(
        label=_("Amenities"), choices=AmenityKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    check_in = forms.ChoiceField(
        label=_("What makes a check-in count"),
        choices=CheckIn.choices,
        help_text=_("A photo of the code, sent to a friend, must not count."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["unit"]
        field.queryset = Unit.objects.order_by("name")
        region: Any = self.fields["region"]
        region.choices = self._regions()
        for name, title, words in SHORT:
            self.fields[name] = forms.CharField(label=title, max_length=80, required=False, help_text=words)
        for number, title in enumerate(DAYS, 1):
            self.fields[f"day{number}"] = forms.CharField(label=title, max_length=80, required=False)
        hint = _("Empty: like any such weekday. 休: closed.")
        self.fields["holiday"] = forms.CharField(
            label=_("Statutory holidays"), max_length=80, required=False, help_text=hint
        )
        self.fields["make_up"] = forms.CharField(
            label=_("Make-up working days"), max_length=80, required=False, help_text=hint
        )

    def _regions(self) -> list[tuple[str, Any]]:
        """The townships; a station that an outline put into a village keeps it."""
        now = str(self.initial.get("region", ""))
        found = [("", _("By the position")), *places.township_choices()[1:]]
        if len(now) <= TOWNSHIP:
            return found
        return [*found, (now, places.names_by_code().get(now, now))]

    @property
    def has_own_days(self) -> bool:
        """Whether something is said of a single day, so that the seven fields stand open."""
        return any(day.value() or day.errors for day in self.days)

    def _hours_of(self, number: int) -> str:
        """What was said of a weekday: of itself, of its part of the week, of every day."""
        told = self.cleaned_data
        part = told["weekdays"] if number <= LAST_WEEKDAY else told["weekend"]
        return str(told[f"day{number}"] or part or told["every"])

    def named(self, field: str) -> str:
        """The field that a person filled in where a refusal names a weekday (``day5``): perhaps that of several days."""
        number = field.removeprefix("day")
        if field == number or self.data.get(field):
            return field
        part = "weekdays" if int(number) <= LAST_WEEKDAY else "weekend"
        return part if self.data.get(part) else "every"

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the week."""
        return [self[f"day{number}"] for number in range(1, 8)]

    def clean_owners(self) -> list[dict[str, str]]:
        """Kinds of owners with their names."""
        try:
            return owners_in(self.cleaned_data["owners"])
        except BadInput as wrong:
            raise forms.ValidationError(str(wrong.fields["owners"])) from wrong

    def clean(self) -> dict[str, Any]:
        """The hours, so that what is wrong with them is said together with everything else, at the field it was said in."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        names = ["every", "weekdays", "weekend", *(f"day{n}" for n in range(1, 8)), "holiday", "make_up"]
        wrong = False
        for name in names:
            try:
                hours.parse(told.get(name) or "")
            except BadInput as refused:
                wrong = True
                self.add_error(name, str(refused))
        if not wrong and not self.errors.keys() & set(names):
            try:
                hours.week_from({str(n): self._hours_of(n) for n in range(1, 8)})
            except BadInput as refused:
                for name, words in refused.fields.items():
                    self.add_error(self.named(name) if name.startswith("day") else "every", str(words))
        return told

    def draft(self) -> StationDraft:
        """What was said, for the service."""
        told = self.cleaned_data
        lat, lon = told["point"]
        week: dict[str, Any] = {str(n): self._hours_of(n) for n in range(1, 8)}
        week |= {name: told[name] or None for name in ("holiday", "make_up")}
        return StationDraft(
            name=told["name"],
            code=told["code"].upper(),
            tier=told["tier"],
            venue=told["venue"],
            unit=told["unit"],
            owners=told["owners"],
            region_code=told["region"],
            place_words=told["place_words"],
            lat=lat,
            lon=lon,
            crs=told["crs"],
            how_to_find=told["how_to_find"],
            access=told["access"],
            access_words=told["access_words"],
            step_free=told["step_free"],
            capacity=told["capacity"] or 0,
            desk_call=told["desk_call"],
            functions=told["functions"],
            amenities=told["amenities"],
            check_in=told["check_in"],
            hours=week,
        )

    @classmethod
    def of(cls, station: Station) -> StationForm:
        """The form of a station as it is."""
        names = (
            "name",
            "code",
            "tier",
            "venue",
            "unit",
            "place_words",
            "how_to_find",
            "access",
            "access_words",
            "step_free",
            "capacity",
            "desk_call",
            "functions",
            "check_in",
        )
        first: dict[str, Any] = {name: getattr(station, name) for name in names}
        week = [text or "休" for _number, text in station.week_words]
        for name, days in (("weekdays", range(LAST_WEEKDAY)), ("weekend", range(LAST_WEEKDAY, 7))):
            said = {week[day] for day in days}
            if len(said) == 1:
                first[name] = said.pop()
            else:
                first |= {f"day{day + 1}": week[day] for day in days}
        for name in ("holiday", "make_up"):
            told = station.hours.get(name)
            first[name] = "" if told is None else told or "休"
        first["region"] = station.region_code if len(station.region_code) >= TOWNSHIP else ""
        first["point"] = f"{station.lat_wgs84:.6f}, {station.lon_wgs84:.6f}"
        first["crs"] = "wgs84"
        first["owners"] = owners_text(station.owners)
        first["amenities"] = [amenity.kind for amenity in station.amenities.all()]
        return cls(initial=first)


class TellForm(forms.Form):
    """What a worker tells the keeper: one choice is enough."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    trouble = forms.ChoiceField(label=_("What is wrong?"), choices=Trouble.choices, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("Which one?"), required=False)
    words = forms.CharField(
        label=_("In your words"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "data-photos": ""}),
    )

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = {amenity.kind for amenity in station.amenities.all()}
        field: Any = self.fields["kind"]
        field.choices = [("", "—"), *((v, t) for v, t in AmenityKind.choices if v in there)]
