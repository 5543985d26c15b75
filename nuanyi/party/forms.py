"""Forms of Party work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuanyi.census.models import Establishment
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.form_parsing import uuid_of
from nuanyi.lib.region_codes import TOWNSHIP
from nuanyi.lib.sectors import Sector
from nuanyi.party import instructor_queries, queries, rules
from nuanyi.party.life_rules import Every, MeetingKind
from nuanyi.party.models.coverage import CoverageDefinition
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.models.speaking import Speaker
from nuanyi.party.rules import CommitteeLevel, Form, SpeakerKind, Standing, Strand, TeamPart, VisitKind
from nuanyi.party.services import brought, committees, joining, life, members, organisations, speaking
from nuanyi.places import queries as places

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


#: What is chosen for a place that is not this district's.
ELSEWHERE = "elsewhere"
#: What a button of a page does with what was posted: who pressed it, the record of the page, the fields.
Deed = Callable[[Actor, int, QueryDict], object]


class JoinForm(forms.Form):
    """Would like to join."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = forms.CharField(
        label=_("Your name"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    work = forms.ChoiceField(label=_("Where do you work most?"))
    workplace = forms.CharField(
        label=_("Name of your shop or depot (if you like)"), max_length=80, required=False
    )
    sector = forms.ChoiceField(
        label=_("What do you do?"), required=False, choices=[("", "—"), *Sector.choices]
    )
    home = forms.ChoiceField(label=_("Where do you live?"), required=False)
    roving = forms.BooleanField(
        label=_("I am not from here and away from home for half a year or more"), required=False
    )
    agrees = forms.BooleanField(
        label=_(
            "Only the organisation department and the instructor who talks with me may see my name and phone."
        ),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        work: Any = self.fields["work"]
        # whoever works elsewhere finds their answer too: whom to ask there
        work.choices = lambda: [*places.township_choices(), (ELSEWHERE, _("In another district"))]
        home: Any = self.fields["home"]
        home.choices = places.township_choices

    def told(self) -> joining.ApplicationInput:
        """For the service."""
        told = self.cleaned_data
        return joining.ApplicationInput(
            name=told["name"],
            phone=told["phone"],
            work_code=told["work"],
            home_code=told["home"],
            workplace=told["workplace"],
            sector=told["sector"],
            roving=told["roving"],
            agrees=told["agrees"],
        )


class MemberForm(forms.Form):
    """Somebody who belongs to a branch."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    branch = forms.ChoiceField(label=_("Branch"))
    name = forms.CharField(label=_("Name"), max_length=20)
    phone = forms.CharField(
        label=_("Mobile number"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    standing = forms.ChoiceField(label=pgettext_lazy("Party member", "Standing"), choices=Standing.choices)
    joined = forms.DateField(label=_("In this branch since"), widget=_DAY)
    agreed = forms.CharField(label=_("Paper by which they agree"), max_length=120)

    def __init__(self, *args: Any, branches: list[Organisation], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"joined": clock.today()})
        super().__init__(*args, **kwargs)
        branch: Any = self.fields["branch"]
        branch.choices = [(str(one.pk), one.name) for one in branches]

    def told(self) -> members.MemberInput:
        """For the service."""
        told = self.cleaned_data
        return members.MemberInput(
            told["name"], told["phone"], told["standing"], told["joined"], told["agreed"]
        )


class AwayForm(forms.Form):
    """A member goes away for half a year or more."""

    since = forms.DateField(label=_("Away from"), widget=_DAY)
    until = forms.DateField(label=_("Until"), widget=_DAY)
    place = forms.ChoiceField(label=_("Place"))
    branch = forms.ChoiceField(label=_("Branch that receives them"), required=False)

    def __init__(self, *args: Any, branches: list[Organisation], **kwargs: Any) -> None:
        today = clock.today()
        kwargs.setdefault(
            "initial", {"since": today, "until": rules.months_later(today, rules.ROVING_MONTHS)}
        )
        super().__init__(*args, **kwargs)
        place: Any = self.fields["place"]
        place.choices = places.township_choices()
        branch: Any = self.fields["branch"]
        branch.choices = [
            ("", _("not known yet: whichever is told the code")),
            *((str(one.pk), one.name) for one in branches),
        ]

    def told(self) -> members.Absence:
        """For the service."""
        told = self.cleaned_data
        return members.Absence(
            told["since"], told["until"], told["place"], int(told["branch"]) if told["branch"] else None
        )


class MemberChangeForm(forms.Form):
    """What of a member is otherwise."""

    name = forms.CharField(label=_("Name (left empty: as it is)"), max_length=20, required=False)
    phone = forms.CharField(label=_("Mobile number (left empty: as it is)"), max_length=20, required=False)
    standing = forms.ChoiceField(
        label=_("Standing"), choices=[("", _("as it is")), *Standing.choices], required=False
    )
    on = forms.DateField(label=_("Since (of the standing)"), widget=_DAY, required=False)
    paper = forms.CharField(label=_("Paper that says so"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "change_%s", **kwargs})

    def told(self) -> members.MemberChange:
        """For the service."""
        told = self.cleaned_data
        return members.MemberChange(told["name"], told["phone"], told["standing"], told["on"], told["paper"])


class OrganisationForm(forms.Form):
    """An organisation as the committee above approved it."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=80)
    form = forms.ChoiceField(label=_("Form"), choices=Form.choices)
    region = forms.ChoiceField(label=_("Place"))
    parent = forms.ChoiceField(label=_("Stands below"), required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", "—"), *Sector.choices])
    members = forms.IntegerField(label=_("Full members"), min_value=0, max_value=5000, initial=3)
    approval = forms.CharField(label=_("Paper of approval"), max_length=80, required=False)
    founded = forms.DateField(label=_("Since"), widget=_DAY)
    task = forms.CharField(label=_("Task (temporary branch)"), max_length=200, required=False)
    until = forms.DateField(label=_("Until (temporary branch)"), widget=_DAY, required=False)
    establishments = forms.MultipleChoiceField(
        label=_("Establishments that it covers from the first day"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    secretary = forms.ChoiceField(label=_("Secretary (appointed, temporary branch)"), required=False)

    def __init__(self, *args: Any, tree: list[queries.Branch], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"founded": clock.today()})
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        district = places.district()
        own = [(district.code, district.name)] if district else []
        region.choices = [*own, *((code, name) for code, name in places.township_choices() if code)]
        covers: Any = self.fields["establishments"]
        covers.choices = self._chosen()
        parent: Any = self.fields["parent"]
        parent.choices = [
            ("", "—"),
            *(
                (str(row.organisation.pk), row.organisation.name)
                for row in tree
                if row.organisation.form == Form.COMMITTEE
            ),
        ]
        secretary: Any = self.fields["secretary"]
        secretary.choices = [("", "—"), *((str(one.pk), str(one)) for one in queries.secretaries())]

    def told(self) -> organisations.OrganisationInput:
        """For the service."""
        told = self.cleaned_data
        return organisations.OrganisationInput(
            name=told["name"],
            form=told["form"],
            region_code=told["region"],
            founded_date=told["founded"],
            parent=int(told["parent"]) if told["parent"] else None,
            sector=told["sector"],
            members=told["members"],
            approval=told["approval"],
            task=told["task"],
            until_date=told["until"],
            establishments=[UUID(one) for one in told["establishments"]],
            secretary=int(told["secretary"]) if told["secretary"] else None,
        )

    def _chosen(self) -> list[tuple[str, str]]:
        """The establishments that were proposed, or are sent back: no others are offered here."""
        sent: Any = (
            self.data.getlist("establishments") if self.is_bound and hasattr(self.data, "getlist") else []
        )
        wanted = [uuid_of(str(one)) for one in (sent or self.initial.get("establishments") or [])]
        rows = Establishment.objects.filter(pk__in=wanted).order_by("name")
        return [(str(row.pk), row.name) for row in rows]


class RearrangeForm(forms.Form):
    """What of an organisation is otherwise from a day on, by a paper."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=80)
    parent = forms.ChoiceField(label=_("Stands below"), required=False)
    region = forms.ChoiceField(label=_("Place"))
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", "—"), *Sector.choices])
    task = forms.CharField(label=_("Task (temporary branch)"), max_length=200, required=False)
    until = forms.DateField(label=_("Until (temporary branch)"), widget=_DAY, required=False)
    change_on = forms.DateField(label=_("From which day on?"), widget=_DAY)
    change_paper = forms.CharField(label=_("Paper of approval"), max_length=120)

    def __init__(self, *args: Any, branch: Organisation, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial",
            {
                "name": branch.name,
                "parent": str(branch.parent_id or ""),
                "region": branch.region_code,
                "sector": branch.sector,
                "task": branch.task,
                "until": branch.until_date,
                "change_on": clock.today(),
            },
        )
        super().__init__(*args, **{"auto_id": "change_%s", **kwargs})
        region: Any = self.fields["region"]
        names = places.names_by_code()
        codes = {code for code in names if len(code) <= TOWNSHIP} | {branch.region_code}
        region.choices = [(code, names.get(code, code)) for code in sorted(codes)]
        parent: Any = self.fields["parent"]
        above = Organisation.objects.filter(form=Form.COMMITTEE, ended_date=None).exclude(pk=branch.pk)
        parent.choices = [("", "—"), *((str(one.pk), one.name) for one in above)]
        if branch.form != Form.TEMPORARY:
            del self.fields["task"], self.fields["until"]

    def told(self) -> organisations.ChangeInput:
        """For the service."""
        told = self.cleaned_data
        return organisations.ChangeInput(
            on=told["change_on"],
            paper=told["change_paper"],
            name=told["name"],
            region_code=told["region"],
            parent=int(told["parent"]) if told["parent"] else None,
            sector=told["sector"],
            task=told.get("task", ""),
            until_date=told.get("until"),
        )


class VisitForm(forms.Form):
    """A visit or a talk with several."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    kind = forms.ChoiceField(label=_("What was it?"), choices=VisitKind.choices)
    on = forms.DateField(label=_("Day"), widget=_DAY, initial=clock.today)
    present = forms.IntegerField(label=_("How many were there?"), min_value=1, max_value=500, initial=1)
    note = forms.CharField(
        label=_("What the next one should know"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TalkForm(forms.Form):
    """The first talk with somebody who would like to join, as the phone writes it down."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    on = forms.DateField(label=_("Day"), widget=_DAY, initial=clock.today)
    note = forms.CharField(label=_("Note of the talk"), max_length=120, required=False)


class DefinitionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What counts as covered."""

    class Meta:
        model = CoverageDefinition
        fields = [
            "from_date",
            "visit_within_days",
            "activity_within_days",
            "target_percent",
            "target_date",
            "source",
        ]
        labels = {
            "from_date": _("Holds from"),
            "visit_within_days": _("A visit counts for (days)"),
            "activity_within_days": _("A regular activity counts for (days)"),
            "target_percent": _("Target (per cent)"),
            "target_date": _("Target day"),
            "source": _("Paper that says so"),
        }
        widgets = {"from_date": _DAY, "target_date": _DAY}

    def validate_unique(self) -> None:
        """A day that has a definition is changed, not refused."""


class MeetingForm(forms.Form):
    """A meeting, lesson or themed day of a branch."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    branch = forms.ChoiceField(label=_("Branch"))
    kind = forms.ChoiceField(label=_("Kind of meeting"), choices=MeetingKind.choices)
    topic = forms.CharField(label=_("What is it about? (no names)"), min_length=2, max_length=50)
    place = forms.CharField(label=_("Where"), max_length=120)
    starts = forms.DateTimeField(label=_("Begins"), widget=_MOMENT)
    ends = forms.DateTimeField(label=_("Ends"), widget=_MOMENT)
    announced = forms.BooleanField(
        label=_("A themed day to which everybody may come: it stands in the public list"), required=False
    )

    def __init__(self, *args: Any, branches: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branch: Any = self.fields["branch"]
        branch.choices = [(str(one.pk), one.name) for one in branches]

    def told(self) -> life.MeetingInput:
        """For the service."""
        told = self.cleaned_data
        return life.MeetingInput(
            told["kind"], told["topic"], told["place"], told["starts"], told["ends"], told["announced"]
        )


class LifeRuleForm(forms.Form):
    """How often something is due of a branch."""

    kind = forms.ChoiceField(label=_("What is due?"), choices=MeetingKind.choices)
    months = forms.TypedChoiceField(label=_("How often?"), choices=Every.choices, coerce=int)
    from_date = forms.DateField(label=_("Holds from"), widget=_DAY, initial=clock.today)
    members_at_least = forms.IntegerField(
        label=_("Of branches with full members from"), min_value=0, max_value=1000, initial=0
    )
    source = forms.CharField(label=_("Paper that says so"), max_length=200)

    def told(self) -> life.LifeRuleInput:
        """For the service."""
        told = self.cleaned_data
        return life.LifeRuleInput(
            told["kind"], told["months"], told["from_date"], told["members_at_least"], told["source"]
        )


class BroughtForm(forms.Form):
    """Something that was brought to an establishment or a place."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    strand = forms.ChoiceField(label=_("Strand"), choices=Strand.choices)
    title = forms.CharField(label=_("What was brought?"), min_length=2, max_length=80)
    amount = forms.IntegerField(label=_("How much?"), min_value=1, max_value=1_000_000, initial=1)
    measure = forms.CharField(label=_("Copies, times, books …"), max_length=12)
    on = forms.DateField(label=_("Day"), widget=_DAY)
    establishment = forms.ChoiceField(label=_("Establishment"), required=False)
    region = forms.ChoiceField(label=_("Or a place: where?"), required=False)
    place = forms.CharField(label=_("The place in words"), max_length=80, required=False)

    def __init__(self, *args: Any, establishments: list[Establishment], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today(), "amount": 1, "measure": _("times")})
        super().__init__(*args, **kwargs)
        establishment: Any = self.fields["establishment"]
        establishment.choices = [("", "—"), *((str(one.pk), one.name) for one in establishments)]
        region: Any = self.fields["region"]
        region.choices = places.township_choices()

    def told(self) -> brought.BroughtInput:
        """For the service."""
        told = self.cleaned_data
        chosen = told["establishment"]
        return brought.BroughtInput(
            strand=told["strand"],
            title=told["title"],
            amount=told["amount"],
            measure=told["measure"],
            on=told["on"],
            establishment=UUID(str(chosen)) if chosen else None,
            region_code=told["region"],
            place=told["place"],
        )


class TeamForm(forms.Form):
    """A standing lecture team."""

    name = forms.CharField(label=_("Name of the team"), min_length=2, max_length=40)
    region = forms.ChoiceField(label=_("Place"))
    instructor = forms.ChoiceField(label=_("Instructor"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = [(code, name) for code, name in places.township_choices() if code]
        instructor: Any = self.fields["instructor"]
        instructor.choices = [
            (str(one.account.pk), str(one.account)) for one in instructor_queries.instructors_of(actor)
        ]


class SeatForm(forms.Form):
    """Somebody joins a lecture team."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    part = forms.ChoiceField(label=_("Part in the team"), choices=TeamPart.choices)
    name = forms.CharField(label=_("Name"), min_length=2, max_length=20)
    agreed = forms.CharField(label=_("Paper by which they agree"), max_length=120)


class SpeakerForm(forms.Form):
    """Somebody agreed to speak."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = forms.CharField(label=_("Name"), min_length=2, max_length=20)
    kind = forms.ChoiceField(label=_("Kind"), choices=SpeakerKind.choices)
    agreed = forms.CharField(label=_("Paper by which they agree"), max_length=120)
    named = forms.BooleanField(label=_("They wish to be named in public"), required=False)

    def told(self) -> speaking.SpeakerInput:
        """For the service."""
        told = self.cleaned_data
        return speaking.SpeakerInput(told["name"], told["kind"], told["agreed"], told["named"])


class WeekForm(forms.Form):
    """Who speaks in a week."""

    speaker = forms.ChoiceField(label=_("Speaker"))
    week = forms.DateField(label=_("A day of the week"), widget=_DAY)

    def __init__(self, *args: Any, speakers: list[Speaker], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"week": clock.today()})
        super().__init__(*args, **kwargs)
        speaker: Any = self.fields["speaker"]
        speaker.choices = [(str(one.pk), f"{one.pk} · {one.get_kind_display()}") for one in speakers]


class CommitteeForm(forms.Form):
    """A joint committee."""

    name = forms.CharField(label=_("Name of the committee"), min_length=2, max_length=60)
    level = forms.ChoiceField(label=_("Level"), choices=CommitteeLevel.choices)
    region = forms.ChoiceField(label=_("Place"))
    founded = forms.DateField(label=_("Since"), widget=_DAY)
    approval = forms.CharField(label=_("Paper of approval"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"founded": clock.today()})
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = [
            (code, name)
            for code, name in sorted(places.names_by_code().items())
            if len(code) in committees.CODE_LENGTH.values()
        ]

    def told(self) -> committees.CommitteeInput:
        """For the service."""
        told = self.cleaned_data
        return committees.CommitteeInput(
            told["name"], told["level"], told["region"], told["founded"], told["approval"]
        )
