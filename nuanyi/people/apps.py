"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class People(AppConfig):
    """The room ``people``."""

    name = "nuanyi.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events", "checks", "reactions"):
            import_module(f"nuanyi.people.{part}")
