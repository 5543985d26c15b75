"""The table of how often a network came is called by what it counts."""

from django.db import migrations

FORWARD = "ALTER TABLE people_knock RENAME TO people_attempt; ALTER INDEX people_knock_pkey RENAME TO people_attempt_pkey;"
BACKWARD = "ALTER INDEX people_attempt_pkey RENAME TO people_knock_pkey; ALTER TABLE people_attempt RENAME TO people_knock;"


class Migration(migrations.Migration):
    dependencies = [("people", "0008_kept_views")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
