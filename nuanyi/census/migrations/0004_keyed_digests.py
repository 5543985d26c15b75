from django.db import migrations

from nuanyi.lib.digests import rekey_rows


def put_under_the_key(apps, _editor):
    """Digests of what people wrote were SHA-256 without a key: whoever has the database can guess what stands behind."""
    rekey_rows(apps.get_model("census", "DoorstepEntry"), "body_digest", "doorstep-body")
    rekey_rows(apps.get_model("census", "Import"), "file_digest", "roster-file")


class Migration(migrations.Migration):
    dependencies = [("census", "0003_doorstep")]

    operations = [
        migrations.RenameField("import", "file_sha256", "file_digest"),
        migrations.RunPython(put_under_the_key, migrations.RunPython.noop),
    ]
