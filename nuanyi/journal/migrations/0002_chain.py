"""The function that appends and chains, and the triggers that refuse any change."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION journal_time(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') $$;

CREATE FUNCTION journal_part(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$ SELECT convert_to(octet_length(value)::text || ':' || value, 'UTF8') $$;

CREATE FUNCTION journal_append(p_actor_kind text, p_actor_id bigint, p_actor_label text, p_kind text,
                               p_subject_type text, p_subject_id text, p_detail jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_lane int; v_step int; v_seq bigint; v_previous bytea; v_hash bytea; v_at timestamptz := clock_timestamp();
  v_id bigint; v_got boolean := false;
BEGIN
  -- A lane is held until the transaction ends, so its entries are in commit order. Writers start at
  -- different lanes and take the first free one; when all are taken they wait for their own.
  FOR v_step IN 0..7 LOOP
    v_lane := (pg_backend_pid() + v_step) % 8;
    v_got := pg_try_advisory_xact_lock(77010, v_lane);
    EXIT WHEN v_got;
  END LOOP;
  IF NOT v_got THEN
    v_lane := pg_backend_pid() % 8;
    PERFORM pg_advisory_xact_lock(77010, v_lane);
  END IF;
  SELECT seq, hash INTO v_seq, v_previous FROM journal_entry WHERE lane = v_lane ORDER BY seq DESC LIMIT 1;
  v_seq := coalesce(v_seq, 0) + 1;
  v_previous := coalesce(v_previous, decode(repeat('00', 32), 'hex'));
  v_hash := sha256(v_previous || journal_part(v_lane::text) || journal_part(v_seq::text)
    || journal_part(journal_time(v_at)) || journal_part(p_actor_kind) || journal_part(coalesce(p_actor_id::text, ''))
    || journal_part(p_actor_label) || journal_part(p_kind) || journal_part(p_subject_type)
    || journal_part(p_subject_id) || journal_part(p_detail::text));
  INSERT INTO journal_entry (lane, seq, at, actor_kind, actor_id, actor_label, kind, subject_type, subject_id, detail,
                             previous, hash)
  VALUES (v_lane, v_seq, v_at, p_actor_kind, p_actor_id, p_actor_label, p_kind, p_subject_type, p_subject_id, p_detail,
          v_previous, v_hash)
  RETURNING id INTO v_id;
  RETURN v_id;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

BACKWARD = """
DROP TRIGGER journal_no_truncate ON journal_entry; DROP TRIGGER journal_append_only ON journal_entry;
DROP FUNCTION journal_append; DROP FUNCTION journal_part; DROP FUNCTION journal_time; DROP FUNCTION refuse_change CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
