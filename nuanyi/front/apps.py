"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Front(AppConfig):
    """The room ``front``."""

    name = "nuanyi.front"
    label = "front"

    def ready(self) -> None:
        """Load what declares itself by being imported, and say how refusals are answered."""
        for part in ("checks", "sign_in"):
            import_module(f"nuanyi.front.{part}")
        from nuanyi.front.refusals import answer
        from nuanyi.lib.access import refusals_are_answered_by

        refusals_are_answered_by(answer)
