"""How many open cases an account has, for whoever closes accounts: a number, past the wall, and nothing else."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION nuanyi_open_cases_of(account bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
  SELECT count(*) FROM public.cases_case WHERE clerk_id = account AND state IN ('new', 'open')
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_wall")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION nuanyi_open_cases_of")]
