"""Forms of the room."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanyi.people.rules import Role
from nuanyi.places import queries as places
from nuanyi.units import queries as units


class AccountForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label=_("Sign-in name"), max_length=60, help_text=_("Letters, digits, dot, hyphen only.")
    )
    display_name = forms.CharField(label=_("Name shown to colleagues"), max_length=60, required=False)
    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int, empty_value=None, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput,
        help_text=_("It must be changed at the first sign-in."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["unit"].choices = [("", "—"), *units.unit_choices()]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """A role for an account."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    region_code = forms.ChoiceField(label=_("In"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        regions = [(region.code, region.name) for region in places.all_regions()]
        self.fields["region_code"].choices = [("", _("wherever the role reaches")), *regions]  # type: ignore[attr-defined]
