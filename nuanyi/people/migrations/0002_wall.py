"""Row-level security on sealed persons: the second wall behind ``visible_to`` (see ``lib/wall.py``)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION nuanyi_setting(name text) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('nuanyi.' || name, true), '') $$;

CREATE FUNCTION nuanyi_sees(regions text[], units bigint[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT nuanyi_setting('scope') = 'all'
      OR regions && string_to_array(nullif(nuanyi_setting('regions'), ''), ',')
      OR units && string_to_array(nullif(nuanyi_setting('units'), ''), ',')::bigint[]
$$;

ALTER TABLE people_person ENABLE ROW LEVEL SECURITY;
CREATE POLICY person_seen ON people_person FOR ALL
  USING (nuanyi_sees(region_codes::text[], unit_ids) OR id::text = nuanyi_setting('person'))
  WITH CHECK (true);
"""

BACKWARD = """
DROP POLICY person_seen ON people_person; ALTER TABLE people_person DISABLE ROW LEVEL SECURITY;
DROP FUNCTION nuanyi_sees; DROP FUNCTION nuanyi_setting;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
