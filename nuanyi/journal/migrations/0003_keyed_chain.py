"""Lanes are partitions; entries are chained under a key that the database does not have.

An entry is written in two steps: ``journal_next`` holds a partition and says what the entry follows, the program works out
the HMAC over that and the entry's fields, ``journal_append`` writes both down. It takes no entry that the program did not sign
(``nuanyi_signature`` of ``program.row_policies``), so that whoever can run statements as the role of pages forges none.
"""

from django.db import migrations, models

FORWARD = """
DROP FUNCTION journal_append(text, bigint, text, text, text, text, jsonb);

CREATE FUNCTION journal_next(p_detail jsonb)
RETURNS TABLE (o_partition int, o_seq bigint, o_previous bytea, o_at text, o_detail text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_step int; v_got boolean := false;
BEGIN
  -- A partition is held until the transaction ends, so its entries are in commit order. Writers start at
  -- different ones and take the first that is free; when all are taken they wait for their own.
  FOR v_step IN 0..7 LOOP
    o_partition := (pg_backend_pid() + v_step) % 8;
    v_got := pg_try_advisory_xact_lock(77010, o_partition);
    EXIT WHEN v_got;
  END LOOP;
  IF NOT v_got THEN
    o_partition := pg_backend_pid() % 8;
    PERFORM pg_advisory_xact_lock(77010, o_partition);
  END IF;
  SELECT e.seq, e.hash INTO o_seq, o_previous FROM journal_entry e
   WHERE e.partition = o_partition ORDER BY e.seq DESC LIMIT 1;
  o_seq := coalesce(o_seq, 0) + 1;
  o_previous := coalesce(o_previous, decode(repeat('00', 32), 'hex'));
  o_at := journal_time(clock_timestamp());
  o_detail := p_detail::text;
  RETURN NEXT;
END $$;

CREATE FUNCTION journal_append(p_partition int, p_seq bigint, p_at text, p_actor_kind text, p_actor_id bigint,
                               p_actor_label text, p_kind text, p_subject_type text, p_subject_id text,
                               p_detail jsonb, p_hash bytea, p_proof text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_id bigint; v_previous bytea; v_at timestamptz := p_at::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF p_proof IS DISTINCT FROM nuanyi_signature('journal', encode(p_hash, 'hex')) THEN
    RAISE EXCEPTION 'this entry was not signed by the program' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF v_at NOT BETWEEN clock_timestamp() - interval '5 minutes' AND clock_timestamp() + interval '1 second' THEN
    RAISE EXCEPTION 'an entry is written when it happens' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT hash INTO v_previous FROM journal_entry WHERE partition = p_partition AND seq = p_seq - 1;
  IF v_previous IS NULL AND p_seq <> 1 THEN
    RAISE EXCEPTION 'an entry follows another' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO journal_entry (partition, seq, at, actor_kind, actor_id, actor_label, kind, subject_type, subject_id,
                             detail, previous, hash, keyed)
  VALUES (p_partition, p_seq, v_at, p_actor_kind, p_actor_id, p_actor_label, p_kind, p_subject_type, p_subject_id,
          p_detail, coalesce(v_previous, decode(repeat('00', 32), 'hex')), p_hash, true)
  RETURNING id INTO v_id;
  RETURN v_id;
END $$;
"""
BACKWARD = """
DROP FUNCTION journal_append(int, bigint, text, text, bigint, text, text, text, text, jsonb, bytea, text);
DROP FUNCTION journal_next(jsonb);
CREATE FUNCTION journal_append(text, bigint, text, text, text, text, jsonb) RETURNS bigint LANGUAGE sql AS $$ SELECT 0::bigint $$;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_chain")]
    operations = [
        migrations.RemoveConstraint("entry", "journal_lane_seq"),
        migrations.RenameField("entry", "lane", "partition"),
        migrations.AddConstraint(
            "entry", models.UniqueConstraint("partition", "seq", name="journal_partition_seq")
        ),
        migrations.AddField("entry", "keyed", models.BooleanField(default=False)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
