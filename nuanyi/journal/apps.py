"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Journal(AppConfig):
    """The room ``journal``."""

    name = "nuanyi.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events",):
            import_module(f"nuanyi.journal.{part}")
