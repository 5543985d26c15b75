"""The database's part of row-level security: the functions that open what a transaction was told, and the policies.

Rooms declare their policies (``room.py``, ``lib.row_security.RowPolicy``). After every migration they are laid down as
they are declared, FORCED, so that they bind the tables' owner as well; what is declared no longer goes. The secret that
signs readers is written into a schema that the role of pages may not enter; backups leave it out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings

from nuanyi.journal import keys as journal
from nuanyi.lib import rooms
from nuanyi.lib.digests import sha256_hex
from nuanyi.lib.row_security import PURPOSE, RowPolicy, secret
from nuanyi.lib.seal import keys_at
from nuanyi.program import database

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

-- whether the place with this code lies in one of these regions (codes are prefixes of one another); asked of every row of a
-- long list, so one comparison and no array that is made first
CREATE OR REPLACE FUNCTION nuanyi_within(code text, regions text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(code OPERATOR(pg_catalog.^@) ANY (regions), false) $$;
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


def without() -> dict[str, str]:
    """Tables that are tied to a unit, an account or a person and have no policy, each with its room's reason."""
    return {
        f"{room.name}.{model}": reason
        for room in rooms.rooms().values()
        for model, reason in room.unbound.items()
    }


def statements() -> list[str]:
    """What lays the declared policies down; run as the owner, in one transaction."""
    made = [FUNCTIONS]
    for table, policy in declared():
        made.append(
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;'
        )
        made += [
            f'DROP POLICY IF EXISTS {name} ON "{table}"; CREATE POLICY {name} ON "{table}" {rest};'
            for name, rest in _policies(policy).items()
        ]
        made.append(_guard(table, policy))
    return made


def _policies(policy: RowPolicy) -> dict[str, str]:
    """``{name: what follows}`` of one declaration."""
    if not (policy.insert or policy.update or policy.delete):
        return {POLICY: f"FOR ALL USING ({policy.using}) WITH CHECK (true)"}
    update, delete = policy.update or policy.using, policy.delete or policy.using
    return {
        POLICY: f"FOR SELECT USING ({policy.using})",
        f"{POLICY}_makes": f"FOR INSERT WITH CHECK ({policy.insert or 'true'})",
        f"{POLICY}_changes": f"FOR UPDATE USING ({update}) WITH CHECK ({policy.update or 'true'})",
        f"{POLICY}_removes": f"FOR DELETE USING ({delete})",
    }


def _guard(table: str, policy: RowPolicy) -> str:
    """A trigger over the guarded columns; like the policies it binds everybody but superusers."""
    drop = f'DROP TRIGGER IF EXISTS nuanyi_guard ON "{table}";'
    if not policy.guarded:
        return drop
    old, new = (", ".join(f"{row}.{column}" for column in policy.guarded) for row in ("OLD", "NEW"))
    return f"""
CREATE OR REPLACE FUNCTION nuanyi_guard_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ({new}) IS DISTINCT FROM ({old}) AND row_security_active('{table}') AND NOT coalesce({policy.guard}, false) THEN
    RAISE EXCEPTION 'this reader may not change {", ".join(policy.guarded)} of {table}' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
{drop}
CREATE TRIGGER nuanyi_guard BEFORE UPDATE ON "{table}" FOR EACH ROW EXECUTE FUNCTION nuanyi_guard_{table}();
"""


def digest() -> str:
    """A digest of all that is declared; the database keeps that of what was laid down."""
    return sha256_hex("\n".join(statements()).encode())


def lay_down(cursor: Any) -> None:
    """Make the database's policies those that are declared, and let it know the secret. Raises UnsafeKeys for other keys."""
    note_keys(cursor)
    cursor.execute("SELECT obj_description(to_regnamespace(%s)::oid, 'pg_namespace')", [SCHEMA])
    if cursor.fetchone()[0] != digest():
        cursor.execute("SELECT pg_advisory_xact_lock(77011)")
        for statement in statements():
            cursor.execute(statement)
        _drop_others(cursor, {(table, name) for table, policy in declared() for name in _policies(policy)})
        cursor.execute(FORMER)
        cursor.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{digest()}'")
    write_secret(cursor)


def note_keys(cursor: Any) -> None:
    """Let the database know by which keys it is sealed, once for good. Raises UnsafeKeys where it knows others."""
    known = keys_at(Path(settings.NUANYI_KEYS_FILE))
    cursor.execute(
        f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}; REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC;"
        f" CREATE TABLE IF NOT EXISTS {database.KEYS_TABLE} (fingerprint text PRIMARY KEY);"
        f" REVOKE ALL ON {database.KEYS_TABLE} FROM PUBLIC"
    )
    cursor.execute(
        f"INSERT INTO {database.KEYS_TABLE} SELECT %s WHERE NOT EXISTS (SELECT 1 FROM {database.KEYS_TABLE})",  # noqa: S608
        [known.fingerprints()["digest"]],
    )
    database.refuse_other_keys(cursor, known, Path(settings.NUANYI_KEYS_FILE))


def _drop_others(cursor: Any, kept: set[tuple[str, str]]) -> None:
    """Policies that no room declares: of an older version, or of a hand."""
    cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")
    tables = {table for table, _name in kept}
    for table, name in cursor.fetchall():
        if (table, name) in kept:
            continue
        cursor.execute(f'DROP POLICY "{name}" ON "{table}"')
        if table not in tables:
            cursor.execute(
                f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY; ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY;'
                f'DROP TRIGGER IF EXISTS nuanyi_guard ON "{table}"'
            )


def write_secret(cursor: Any) -> None:
    """Let the functions know the secrets that sign readers and entries of the journal, as the two pads of HMAC."""
    for purpose, key in ((PURPOSE, secret()), (journal.PROOF, journal.of_the_proof())):
        padded = key.ljust(64, b"\0")
        pads = [bytes(byte ^ mask for byte in padded) for mask in (0x36, 0x5C)]
        cursor.execute(
            f"INSERT INTO {SCHEMA}.secret AS s VALUES (%s, %s, %s) ON CONFLICT (purpose) DO UPDATE"  # noqa: S608
            " SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad WHERE s.inner_pad <> excluded.inner_pad",
            [purpose, *pads],
        )


def after_migrating(using: str, **_more: Any) -> None:
    """The signal's receiver: every database that was migrated gets the policies."""
    from django.db import connections, transaction

    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        lay_down(cursor)
