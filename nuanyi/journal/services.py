"""Writing to the journal, in the transaction of the act it tells of."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.db.models import Model

from nuanyi.journal import rules
from nuanyi.lib.actor import Actor


def record(actor: Actor, kind: str, subject: Model | None = None, **detail: Any) -> int:
    """Append an entry and return its number. Raises KeyError for a kind that no room declared.

    ``detail`` holds plain values only and never a personal value in clear.
    """
    rules.kind(kind)
    label = subject._meta.label_lower if subject is not None else ""
    key = str(subject.pk) if subject is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT journal_append(%s::text, %s::bigint, %s::text, %s::text, %s::text, %s::text, %s::jsonb)",
            [
                actor.kind,
                actor.account_id,
                actor.label[:80],
                kind,
                label,
                key,
                json.dumps(detail, default=str),
            ],
        )
        return int(cursor.fetchone()[0])
