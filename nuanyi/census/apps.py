"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Census(AppConfig):
    """The room ``census``."""

    name = "nuanyi.census"
    label = "census"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events", "kinds", "reactions", "figures", "files"):
            import_module(f"nuanyi.census.{part}")
