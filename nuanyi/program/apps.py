"""Django's entry to what only the whole program knows: how it was set up."""

from importlib import import_module

from django.apps import AppConfig


class Program(AppConfig):
    """The top floor."""

    name = "nuanyi.program"
    label = "program"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what declares itself by being imported."""
        import_module("nuanyi.program.setup.events")
        from nuanyi.program import web_role

        web_role.guard()
