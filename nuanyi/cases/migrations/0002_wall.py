"""Row-level security on cases and their messages: the unit that has it or is offered it, or who holds its key."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION nuanyi_has_case(unit bigint, offered bigint, key uuid, claim bytea) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT nuanyi_setting('case_scope') = 'all'
      OR unit = ANY (string_to_array(nullif(nuanyi_setting('case_units'), ''), ',')::bigint[])
      OR offered = ANY (string_to_array(nullif(nuanyi_setting('case_units'), ''), ',')::bigint[])
      OR key::text = nuanyi_setting('case')
      OR encode(claim, 'hex') = nuanyi_setting('claim')
$$;
ALTER TABLE cases_case ENABLE ROW LEVEL SECURITY;
CREATE POLICY case_seen ON cases_case FOR ALL
  USING (nuanyi_has_case(unit_id, offered_unit_id, key, claim_digest)) WITH CHECK (true);
ALTER TABLE cases_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY message_seen ON cases_message FOR ALL
  USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)) WITH CHECK (true);
"""
BACKWARD = """
DROP POLICY message_seen ON cases_message; ALTER TABLE cases_message DISABLE ROW LEVEL SECURITY;
DROP POLICY case_seen ON cases_case; ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY;
DROP FUNCTION nuanyi_has_case;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("people", "0002_wall")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
