from pathlib import Path

from django.conf import settings
from django.db import migrations

from nuanyi.lib.seal import CannotOpen, keys_at

PURPOSE = "second factor"


def seal_them(apps, _editor):
    """Keys of code generators and seeds of recovery codes stood in clear: whoever had the database had the second factor too."""
    keys = keys_at(Path(settings.NUANYI_KEYS_FILE))

    def sealed(text):
        try:
            keys.open_for_good(PURPOSE, text)
        except CannotOpen:
            return keys.seal_for_good(PURPOSE, text)
        return text

    for row in apps.get_model("mfa", "Authenticator").objects.all():
        for name in ("secret", "seed"):
            if isinstance(row.data.get(name), str):
                row.data[name] = sealed(row.data[name])
        if isinstance(row.data.get("migrated_codes"), list):
            row.data["migrated_codes"] = [sealed(code) for code in row.data["migrated_codes"]]
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("people", "0005_second_person"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal_them, migrations.RunPython.noop)]
