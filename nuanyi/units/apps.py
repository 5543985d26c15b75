"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Units(AppConfig):
    """The room ``units``."""

    name = "nuanyi.units"
    label = "units"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events",):
            import_module(f"nuanyi.units.{part}")
