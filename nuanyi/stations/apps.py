"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Stations(AppConfig):
    """The room ``stations``."""

    name = "nuanyi.stations"
    label = "stations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events", "kinds", "figures", "answers"):
            import_module(f"nuanyi.stations.{part}")
