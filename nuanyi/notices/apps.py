"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Notices(AppConfig):
    """The room ``notices``."""

    name = "nuanyi.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events", "kinds", "reactions"):
            import_module(f"nuanyi.notices.{part}")
