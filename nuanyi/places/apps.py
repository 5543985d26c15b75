"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Places(AppConfig):
    """The room ``places``."""

    name = "nuanyi.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("events",):
            import_module(f"nuanyi.places.{part}")
