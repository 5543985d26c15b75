"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Reports(AppConfig):
    """The room ``reports``."""

    name = "nuanyi.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events", "kinds", "figures", "reactions"):
            import_module(f"nuanyi.reports.{part}")
