from django.db import migrations, models

import nuanyi.reports.models

#: The steps of each report in the order in which they were written.
TURNS = """
UPDATE reports_step s SET turn = t.turn FROM (
  SELECT id, row_number() OVER (PARTITION BY report_id ORDER BY id) AS turn FROM reports_step
) t WHERE t.id = s.id
"""
#: Numbers in line with those of units' steps stood between two moments.
BY_LOT = """
UPDATE reports_step SET id = (2 ^ 52 + floor(random() * 2 ^ 52))::bigint
WHERE "of" IN ('reporter', 'passer') AND id < 2 ^ 52
"""
#: From which networks people looked before is known to nobody: each counts as one.
APART = "UPDATE reports_check SET network = floor(random() * 65536)"


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_keyed_digests")]

    operations = [
        migrations.AddField(
            "step", "turn", models.PositiveIntegerField(default=0, editable=False), preserve_default=False
        ),
        migrations.AlterModelOptions("step", {"ordering": ["turn", "pk"]}),
        migrations.AddField(
            "check", "network", models.PositiveIntegerField(default=nuanyi.reports.models._bucket)
        ),
        migrations.RunSQL([TURNS, BY_LOT, APART], migrations.RunSQL.noop),
    ]
