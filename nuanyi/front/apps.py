"""Django's entry to the room."""

from django.apps import AppConfig
from django.core import validators
from django.forms import ModelChoiceField, fields
from django.utils.translation import gettext_lazy as _


class Front(AppConfig):
    """The room ``front``."""

    name = "nuanyi.front"
    label = "front"

    def ready(self) -> None:
        """Say how refusals are answered."""
        from nuanyi.front.refusals import answer
        from nuanyi.lib.access import refusals_are_answered_by

        refusals_are_answered_by(answer)
        _say_it_in_our_words()


def _say_it_in_our_words() -> None:
    """What a form says of a wrong field, for every form of every room: Django's own words speak of variables and fields."""
    fields.Field.default_error_messages["required"] = _("Fill this in.")
    fields.ChoiceField.default_error_messages["invalid_choice"] = _("Choose from the list.")
    fields.MultipleChoiceField.default_error_messages["invalid_choice"] = _("Choose from the list.")
    fields.IntegerField.default_error_messages["invalid"] = _("Write a whole number.")
    fields.DateField.default_error_messages["invalid"] = _("Write a day, like 2026-03-01.")
    fields.TimeField.default_error_messages["invalid"] = _("Write a time, like 08:30.")
    ModelChoiceField.default_error_messages["invalid_choice"] = _("Choose from the list.")
    validators.MaxLengthValidator.message = _("At most %(limit_value)d characters; these are %(show_value)d.")
    validators.MinLengthValidator.message = _(
        "At least %(limit_value)d characters; these are %(show_value)d."
    )
    validators.MaxValueValidator.message = _("At most %(limit_value)s.")
    validators.MinValueValidator.message = _("At least %(limit_value)s.")
