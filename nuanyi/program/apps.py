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
        from django.db.models.signals import post_migrate

        from nuanyi.lib import rooms, row_security
        from nuanyi.program import row_policies, web_role

        rooms.collect()
        web_role.guard()
        row_security.hook_connections()
        post_migrate.connect(row_policies.after_migrating, sender=self, dispatch_uid="nuanyi-policies")
