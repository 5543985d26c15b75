from django.db import migrations

from nuanyi.lib.digests import rekey_rows


def put_under_the_key(apps, _editor):
    """Digests of what people wrote were SHA-256 without a key: whoever has the database can guess what stands behind."""
    rekey_rows(apps.get_model("stations", "Fault"), "body_digest", "fault-body")
    rekey_rows(apps.get_model("stations", "StationList"), "file_digest", "station-list")


class Migration(migrations.Migration):
    dependencies = [("stations", "0002_notify")]

    operations = [
        migrations.RenameField("stationlist", "file_sha256", "file_digest"),
        migrations.RunPython(put_under_the_key, migrations.RunPython.noop),
    ]
