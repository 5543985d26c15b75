"""Row-level security on photos, voice notes and mediation: whoever sees the case sees them."""

from django.db import migrations

FORWARD = """
ALTER TABLE cases_attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY attachment_seen ON cases_attachment FOR ALL
  USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)) WITH CHECK (true);
ALTER TABLE cases_hearing ENABLE ROW LEVEL SECURITY;
CREATE POLICY hearing_seen ON cases_hearing FOR ALL
  USING (EXISTS (SELECT FROM cases_case c WHERE c.id = case_id)) WITH CHECK (true);
"""
BACKWARD = """
DROP POLICY attachment_seen ON cases_attachment; ALTER TABLE cases_attachment DISABLE ROW LEVEL SECURITY;
DROP POLICY hearing_seen ON cases_hearing; ALTER TABLE cases_hearing DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_files_hearings_lists")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
