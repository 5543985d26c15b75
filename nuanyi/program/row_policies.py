"""The database's part of row-level security: the functions that open what a transaction was told, and the policies.

Rooms declare their policies (``room.py``, ``lib.row_security.RowPolicy``). After every migration they are laid down as
they are declared, FORCED, so that they bind the tables' owner as well; what is declared no longer goes. The secret that
signs readers is written into a schema that the role of pages may not enter; backups leave it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps

from nuanyi.lib import rooms
from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.row_security import RowPolicy, secret

SCHEMA, POLICY = "nuanyi_private", "reader"
#: Seconds by which the clocks of program and database may differ, and for which a word once told would be believed again.
BELIEVED_SECONDS = 300

FUNCTIONS = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC;
CREATE TABLE IF NOT EXISTS {SCHEMA}.secret (purpose text PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);
REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM PUBLIC;

-- HMAC-SHA-256 (RFC 2104) with the pads worked out beforehand
CREATE OR REPLACE FUNCTION nuanyi_signature(of_purpose text, message text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT encode(sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8'))), 'hex')
     FROM {SCHEMA}.secret WHERE purpose = of_purpose $$;
REVOKE ALL ON FUNCTION nuanyi_signature FROM PUBLIC;

-- what the transaction was told, if its signature holds and it was told about when the transaction began, or since
CREATE OR REPLACE FUNCTION nuanyi_reader() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_told text := coalesce(current_setting('nuanyi.reader', true), '');
  v_body text := substr(v_told, 65);
  v_traits jsonb;
  v_at double precision;
BEGIN
  IF v_told = '' OR left(v_told, 64) IS DISTINCT FROM public.nuanyi_signature('row-level security', v_body) THEN
    RETURN '{{}}';
  END IF;
  v_traits := v_body::jsonb;
  v_at := (v_traits ->> 'at')::double precision;
  IF v_at < extract(epoch FROM transaction_timestamp()) - {BELIEVED_SECONDS}
     OR v_at > extract(epoch FROM clock_timestamp()) + {BELIEVED_SECONDS} THEN
    RETURN '{{}}';
  END IF;
  RETURN v_traits;
END $$;

CREATE OR REPLACE FUNCTION nuanyi_reads_all(permission text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(r ->> 'kind' = 'system' OR r -> 'where' -> permission ? '*', false) FROM public.nuanyi_reader() r $$;

CREATE OR REPLACE FUNCTION nuanyi_regions(permission text) RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(array_agg(substr(w, 2)), '{{}}') FROM jsonb_array_elements_text(public.nuanyi_reader() -> 'where' -> permission) w
    WHERE w LIKE 'r%' $$;

CREATE OR REPLACE FUNCTION nuanyi_units(permission text) RETURNS bigint[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(array_agg(substr(w, 2)::bigint), '{{}}')
     FROM jsonb_array_elements_text(public.nuanyi_reader() -> 'where' -> permission) w WHERE w LIKE 'u%' $$;

-- whether the reader has one of these permissions anywhere at all
CREATE OR REPLACE FUNCTION nuanyi_may(VARIADIC permissions text[]) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(r ->> 'kind' = 'system' OR r -> 'where' ?| permissions, false) FROM public.nuanyi_reader() r $$;

CREATE OR REPLACE FUNCTION nuanyi_kind() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce(public.nuanyi_reader() ->> 'kind', 'guest') $$;

CREATE OR REPLACE FUNCTION nuanyi_account() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT (public.nuanyi_reader() ->> 'account')::bigint $$;

CREATE OR REPLACE FUNCTION nuanyi_person() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT nullif(public.nuanyi_reader() ->> 'person', '') $$;

CREATE OR REPLACE FUNCTION nuanyi_shown(what text) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT nullif(public.nuanyi_reader() -> 'shown' ->> what, '') $$;

-- whether the place with this code lies in one of these regions (codes are prefixes of one another)
CREATE OR REPLACE FUNCTION nuanyi_within(code text, regions text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT regions && ARRAY[left(code, 2), left(code, 4), left(code, 6), left(code, 9), code] $$;
"""  # noqa: S608 - made of constants
#: What stood before; the policies that used it are gone when it goes.
FORMER = """
DROP FUNCTION IF EXISTS nuanyi_has_case(bigint, bigint, uuid, bytea);
DROP FUNCTION IF EXISTS nuanyi_sees(text[], bigint[]);
DROP FUNCTION IF EXISTS nuanyi_setting(text);
"""


class BadPolicy(Exception):
    """A policy cannot be laid down; the message names it."""


def declared() -> list[tuple[str, RowPolicy]]:
    """``(table, policy)`` of every room, by table. Raises BadPolicy for a table that is not there or that has two."""
    found: dict[str, RowPolicy] = {}
    for room in rooms.rooms().values():
        for policy in room.policies:
            try:
                table = apps.get_model(policy.model)._meta.db_table
            except LookupError as exc:
                raise BadPolicy(f"{room.written_at}: there is no model {policy.model}") from exc
            if table in found:
                raise BadPolicy(f"{room.written_at}: {policy.model} has two policies")
            found[table] = policy
    return sorted(found.items())


def statements() -> list[str]:
    """What lays the declared policies down; run as the owner, in one transaction."""
    made = [FUNCTIONS]
    for table, policy in declared():
        made.append(
            f'DROP POLICY IF EXISTS {POLICY} ON "{table}";'
            f' ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;'
            f' CREATE POLICY {POLICY} ON "{table}" FOR ALL USING ({policy.using}) WITH CHECK ({policy.check});'
        )
    return made


def lay_down(cursor: Any) -> None:
    """Make the database's policies those that are declared, and let it know the secret."""
    made = statements()
    digest = sha256_hex("\n".join(made).encode())
    cursor.execute("SELECT obj_description(to_regnamespace(%s)::oid, 'pg_namespace')", [SCHEMA])
    if cursor.fetchone()[0] != digest:
        cursor.execute("SELECT pg_advisory_xact_lock(77011)")
        for statement in made:
            cursor.execute(statement)
        _drop_others(cursor, [table for table, _policy in declared()])
        cursor.execute(FORMER)
        cursor.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{digest}'")
    write_secret(cursor)


def _drop_others(cursor: Any, tables: Sequence[str]) -> None:
    """Policies that no room declares: of an older version, or of a hand."""
    cursor.execute(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'"
        " AND NOT (policyname = %s AND tablename = ANY(%s))",
        [POLICY, list(tables)],
    )
    for table, name in cursor.fetchall():
        cursor.execute(f'DROP POLICY "{name}" ON "{table}"')
        if table not in tables:
            cursor.execute(
                f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY; ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY'
            )


def write_secret(cursor: Any) -> None:
    """Let the functions know the secret that signs readers, as the two pads of HMAC."""
    key = secret().ljust(64, b"\0")
    pads = [bytes(byte ^ mask for byte in key) for mask in (0x36, 0x5C)]
    cursor.execute(
        f"INSERT INTO {SCHEMA}.secret AS s VALUES ('row-level security', %s, %s) ON CONFLICT (purpose) DO UPDATE"  # noqa: S608
        " SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad WHERE s.inner_pad <> excluded.inner_pad",
        pads,
    )


def after_migrating(using: str, **_more: Any) -> None:
    """The signal's receiver: every database that was migrated gets the policies."""
    from django.db import connections, transaction

    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        lay_down(cursor)
