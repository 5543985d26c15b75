"""Django's entry to the room."""

from django.apps import AppConfig


class Front(AppConfig):
    """The room ``front``."""

    name = "nuanyi.front"
    label = "front"

    def ready(self) -> None:
        """Say how refusals are answered."""
        from nuanyi.front.refusals import answer
        from nuanyi.lib.access import refusals_are_answered_by

        refusals_are_answered_by(answer)
