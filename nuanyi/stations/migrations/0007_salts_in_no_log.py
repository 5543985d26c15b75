from django.db import migrations

#: In no write-ahead log, so in no archive and on no standby either: a salt that is deleted is gone.
UNLOGGED = "ALTER TABLE stations_hoursalt SET UNLOGGED"
LOGGED = "ALTER TABLE stations_hoursalt SET LOGGED"


class Migration(migrations.Migration):
    dependencies = [("stations", "0006_numbers_by_lot")]

    operations = [migrations.RunSQL(UNLOGGED, LOGGED)]
