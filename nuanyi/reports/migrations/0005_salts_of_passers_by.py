from django.db import migrations, models

#: In no write-ahead log, so in no archive and on no standby either: a salt that is deleted is gone.
UNLOGGED = "ALTER TABLE reports_passersalt SET UNLOGGED"
#: Numbers from before were drawn under a key that lasts: other ones in their place, the same to the same network.
OTHERS = """
UPDATE reports_check c SET network = o.other FROM (
    SELECT report_id, network, floor(random() * 65536)::int AS other FROM reports_check GROUP BY report_id, network
) o WHERE o.report_id = c.report_id AND o.network = c.network
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_turns")]

    operations = [
        migrations.CreateModel(
            name="PasserSalt",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(UNLOGGED, migrations.RunSQL.noop),
        migrations.RunSQL(OTHERS, migrations.RunSQL.noop),
    ]
