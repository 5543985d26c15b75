"""Django's ``migrate``, with one thing before it: an empty database begins by the schema that was built once."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.conninfo import make_conninfo

from nuanyi.program import built_schema

#: Whoever asks for one of these wants something else than all tables as they are today.
ASK_FOR_LESS = ("app_label", "migration_name", "fake", "fake_initial", "plan", "check_unapplied", "prune")
REACHED_BY = ("dbname", "user", "password", "host", "port")


class Command(migrate.Command):
    """Updates database schema."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; before and after it, in an empty database, see ``program.built_schema``."""
        connection = connections[options["database"]]
        is_part = any(options.get(name) for name in ASK_FOR_LESS) or options["database"] != DEFAULT_DB_ALIAS
        if is_part or connection.in_atomic_block:
            super().handle(*args, **options)
            return
        known = connection.get_connection_params()
        with built_schema.beginning(make_conninfo("", **{name: known.get(name) for name in REACHED_BY})):
            super().handle(*args, **options)
