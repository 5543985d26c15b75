"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Ledger(AppConfig):
    """The room ``ledger``."""

    name = "nuanyi.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("kinds",):
            import_module(f"nuanyi.ledger.{part}")
