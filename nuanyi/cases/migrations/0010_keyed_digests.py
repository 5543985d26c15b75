from django.db import migrations

from nuanyi.lib.digests import rekey_rows


def put_under_the_key(apps, _editor):
    """Digests of what people wrote were SHA-256 without a key: whoever has the database can guess what stands behind."""
    rekey_rows(apps.get_model("cases", "Case"), "body_digest", "case-body")
    rekey_rows(apps.get_model("cases", "Register"), "file_digest", "register-file")


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_given_to_volunteers")]

    operations = [
        migrations.RenameField("register", "file_sha256", "file_digest"),
        migrations.RunPython(put_under_the_key, migrations.RunPython.noop),
    ]
