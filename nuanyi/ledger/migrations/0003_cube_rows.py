"""The sums that the cube reads, kept by the trigger of the roll-up; filled from it once."""

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION ledger_roll_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO ledger_rollup AS r (kind, month, region_code, sector, unit_id, count, entries)
  SELECT kind, date_trunc('month', day)::date, region_code, sector, unit_id, sum(count), count(*)
  FROM fresh GROUP BY 1, 2, 3, 4, 5
  ORDER BY 1, 2, 3, 4, 5   -- always in one order, so that two writers never wait for each other in a circle
  ON CONFLICT (kind, month, region_code, sector, unit_id)
  DO UPDATE SET count = r.count + EXCLUDED.count, entries = r.entries + EXCLUDED.entries;
  INSERT INTO ledger_cuberow AS c (kind, month, region_code, sector, count, entries)
  SELECT kind, date_trunc('month', day)::date, region_code, sector, sum(count), count(*)
  FROM fresh GROUP BY 1, 2, 3, 4
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (month, kind, region_code, sector)
  DO UPDATE SET count = c.count + EXCLUDED.count, entries = c.entries + EXCLUDED.entries;
  RETURN NULL;
END $$;
INSERT INTO ledger_cuberow (kind, month, region_code, sector, count, entries)
SELECT kind, month, region_code, sector, sum(count), sum(entries) FROM ledger_rollup GROUP BY 1, 2, 3, 4;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION ledger_roll_up() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO ledger_rollup AS r (kind, month, region_code, sector, unit_id, count, entries)
  SELECT kind, date_trunc('month', day)::date, region_code, sector, unit_id, sum(count), count(*)
  FROM fresh GROUP BY 1, 2, 3, 4, 5
  ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (kind, month, region_code, sector, unit_id)
  DO UPDATE SET count = r.count + EXCLUDED.count, entries = r.entries + EXCLUDED.entries;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_roll_up"),
    ]

    operations = [
        migrations.CreateModel(
            name="CubeRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("month", models.DateField()),
                ("region_code", models.CharField(blank=True, max_length=12)),
                ("sector", models.CharField(blank=True, max_length=20)),
                ("count", models.BigIntegerField()),
                ("entries", models.BigIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                fields=["region_code", "day"],
                name="ledger_region_day",
                opclasses=["varchar_pattern_ops", "date_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="cuberow",
            index=models.Index(
                fields=["region_code", "month"],
                name="ledger_cube_region",
                opclasses=["varchar_pattern_ops", "date_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="cuberow",
            constraint=models.UniqueConstraint(
                models.F("month"),
                models.F("kind"),
                models.F("region_code"),
                models.F("sector"),
                name="ledger_cube_key",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
