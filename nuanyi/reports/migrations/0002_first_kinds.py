"""The kinds of report that a district begins with; the office changes them as it likes."""

from django.db import migrations

from nuanyi.reports.rules import FIRST_KINDS


def enter(apps, schema_editor):
    """Enter the kinds."""
    kinds = apps.get_model("reports", "Kind")
    for place, (code, (title, english, keywords, amount, counted)) in enumerate(FIRST_KINDS.items()):
        kinds.objects.create(
            code=code,
            title=title,
            english=english,
            keywords=keywords,
            amount=amount,
            counted=counted,
            place=place,
        )


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
