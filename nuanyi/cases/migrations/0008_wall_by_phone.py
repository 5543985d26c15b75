"""Who proved to hold a phone sees the cases in which it was given."""

from django.db import migrations

FORWARD = """
CREATE POLICY case_by_phone ON cases_case FOR SELECT
  USING (phone_digest IS NOT NULL AND encode(phone_digest, 'hex') = nullif(nuanyi_setting('case_phone'), ''));
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_phone_codes")]
    operations = [migrations.RunSQL(FORWARD, "DROP POLICY case_by_phone ON cases_case")]
