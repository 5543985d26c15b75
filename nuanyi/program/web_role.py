"""Every connection of Django proves that row-level security binds it, or is refused.

A pooler that drops the startup ``options`` (PgBouncer in transaction mode with ``ignore_startup_parameters``) hands out
connections of the owner; on those every policy would be void and every page would go on working.
"""

from __future__ import annotations

import os
from typing import Any

from django.db.backends.signals import connection_created
from django.db.utils import OperationalError

from nuanyi.program.database import AS_OWNER

_ASK = (
    "SELECT current_user, rolsuper OR rolbypassrls, current_setting('row_security') = 'on',"
    " pg_has_role(current_user, c.relowner, 'USAGE')"
    " FROM pg_roles, pg_class c WHERE rolname = current_user AND c.oid = to_regclass('people_person')"
)


class NotTheWebRole(OperationalError):
    """The connection is not bound by row-level security; the message says what to do."""


def refuse_who_is_not_bound(sender: Any, connection: Any, **_more: Any) -> None:
    """Close a new connection that row-level security does not bind. Raises NotTheWebRole."""
    if os.environ.get(AS_OWNER) == "1":
        return
    with connection.cursor() as cursor:
        cursor.execute(_ASK)
        found = cursor.fetchone()
    if found is None:
        return  # no tables yet: nothing to guard
    user, above, bound, owns = found
    if above or owns or not bound:
        connection.close()
        raise NotTheWebRole(
            f"this connection runs as {user}, whom row-level security does not bind: no page is served from it. "
            "Behind a pooler give pages a login of their own in NUANYI_WEB_DATABASE_URL (role nuanyi_web, without "
            "SUPERUSER and BYPASSRLS, not the tables' owner)"
        )


def guard() -> None:
    """Look at every connection that Django opens from now on."""
    connection_created.connect(refuse_who_is_not_bound, dispatch_uid="nuanyi-web-role")
