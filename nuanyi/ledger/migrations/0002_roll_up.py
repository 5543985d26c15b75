"""The trigger that keeps the roll-up, and those that refuse any change to entries."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_roll_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO ledger_rollup AS r (kind, month, region_code, sector, unit_id, count, entries)
  SELECT kind, date_trunc('month', day)::date, region_code, sector, unit_id, sum(count), count(*)
  FROM fresh GROUP BY 1, 2, 3, 4, 5
  ORDER BY 1, 2, 3, 4, 5   -- always in one order, so that two writers never wait for each other in a circle
  ON CONFLICT (kind, month, region_code, sector, unit_id)
  DO UPDATE SET count = r.count + EXCLUDED.count, entries = r.entries + EXCLUDED.entries;
  RETURN NULL;
END $$;

CREATE TRIGGER ledger_roll_up AFTER INSERT ON ledger_ledgerentry REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_roll_up();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger_ledgerentry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

BACKWARD = """
DROP TRIGGER ledger_no_truncate ON ledger_ledgerentry; DROP TRIGGER ledger_append_only ON ledger_ledgerentry;
DROP TRIGGER ledger_roll_up ON ledger_ledgerentry; DROP FUNCTION ledger_roll_up;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("journal", "0002_chain")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
