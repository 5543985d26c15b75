"""Django's entry to the room."""

from importlib import import_module

from django.apps import AppConfig


class Matrix(AppConfig):
    """The room ``matrix``."""

    name = "nuanyi.matrix"
    label = "matrix"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        for part in ("figures", "pledges"):
            import_module(f"nuanyi.matrix.{part}")
