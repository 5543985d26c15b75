from pathlib import Path

from django.conf import settings
from django.db import migrations, models

from nuanyi.lib.seal import keys_at


def seal_the_key_in_force(apps, _editor):
    """Each signing key was worked out from one that no rotation changes: the one in force goes on, sealed by itself."""
    for key in apps.get_model("sharing", "SigningKey").objects.filter(until_date=None, private_key=None):
        ring = keys_at(Path(settings.NUANYI_KEYS_FILE))
        raw = ring.lasting_key(f"monthly summary {key.number}")
        key.private_key = ring.seal_bytes("file", raw, f"{key.number}".encode() + b"private")
        key.save(update_fields=["private_key"])


class Migration(migrations.Migration):
    dependencies = [("sharing", "0002_made_void")]

    operations = [
        migrations.AddField("signingkey", "private_key", models.BinaryField(null=True)),
        migrations.RunPython(seal_the_key_in_force, migrations.RunPython.noop),
    ]
