"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Cases(AppConfig):
    """The room ``cases``."""

    name = "nuanyi.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events", "kinds", "reactions", "figures"):
            import_module(f"nuanyi.cases.{part}")
