import uuid

from django.db import migrations, models

#: The number of a photo of a fault told the millisecond at which it was told.
BY_LOT = """
SET CONSTRAINTS ALL DEFERRED;
WITH fresh AS MATERIALIZED (
  SELECT id AS old, gen_random_uuid() AS lot FROM stations_photo
  WHERE shows = 'fault' AND substr(id::text, 15, 1) = '7'
), moved AS (
  UPDATE stations_photo p SET id = lot FROM fresh WHERE p.id = old RETURNING 1
)
UPDATE stations_fault f SET photo_id = lot FROM fresh WHERE f.photo_id = old;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("stations", "0005_given_up_on")]

    operations = [
        migrations.AlterField(
            model_name="photo",
            name="id",
            field=models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
        ),
        migrations.RunSQL(BY_LOT, migrations.RunSQL.noop),
    ]
