"""The stars that a district begins with; the office changes them."""

from django.db import migrations

from nuanyi.volunteers.rules import FIRST_STARS


def enter(apps, schema_editor):
    """Enter the steps."""
    steps = apps.get_model("volunteers", "StarStep")
    for stars, hours in FIRST_STARS.items():
        steps.objects.create(stars=stars, hours=hours)


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("volunteers", "0001_initial")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
