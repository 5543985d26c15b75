"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Volunteers(AppConfig):
    """The room ``volunteers``."""

    name = "nuanyi.volunteers"
    label = "volunteers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events", "kinds", "figures"):
            import_module(f"nuanyi.volunteers.{part}")
