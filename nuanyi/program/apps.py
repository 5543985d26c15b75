"""Django's entry to what only the whole program knows: how it was set up."""

from importlib import import_module

from django.apps import AppConfig


class Program(AppConfig):
    """The top floor."""

    name = "nuanyi.program"
    label = "program"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The last room of all: every model is there now, and the rooms declare themselves."""
        import_module("nuanyi.program.setup.events")
        from nuanyi.lib import rooms
        from nuanyi.program import web_role

        rooms.collect()
        web_role.guard()
