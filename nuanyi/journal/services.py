"""Writing to the journal, in the transaction of the act it tells of."""

from __future__ import annotations

import hmac
import json
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from nuanyi.journal import keys, rules
from nuanyi.lib.actor import Actor


def record(actor: Actor, kind: str, subject: Model | None = None, **detail: Any) -> int:
    """Append an entry and return its number. Raises KeyError for a kind that no room declared.

    ``detail`` holds plain values only and never a personal value in clear.
    """
    rules.kind(kind)
    label = subject._meta.label_lower if subject is not None else ""
    key = str(subject.pk) if subject is not None else ""
    facts = json.dumps(detail, default=str)
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM journal_next(%s::jsonb)", [facts])
        partition, seq, previous, at, detail_text = cursor.fetchone()
        account = "" if actor.account_id is None else str(actor.account_id)
        fields = [
            str(partition),
            str(seq),
            at,
            actor.kind,
            account,
            actor.label[:80],
            kind,
            label,
            key,
            detail_text,
        ]
        digest = rules.digest(bytes(previous), fields, keys.of_the_chain())
        proof = hmac.new(keys.of_the_proof(), digest.hex().encode(), "sha256").hexdigest()
        cursor.execute(
            "SELECT journal_append(%s::int, %s::bigint, %s::text, %s::text, %s::bigint, %s::text, %s::text, %s::text,"
            " %s::text, %s::jsonb, %s::bytea, %s::text)",
            [
                partition,
                seq,
                at,
                actor.kind,
                actor.account_id,
                actor.label[:80],
                kind,
                label,
                key,
                detail_text,
                digest,
                proof,
            ],
        )
        return int(cursor.fetchone()[0])
