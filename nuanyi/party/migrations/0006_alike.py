from django.conf import settings
from django.db import migrations


def go_on_by_themselves(apps, _editor):
    """Whoever asked again waited behind the first of the phone; now each goes its own way, to whoever follows its place."""
    rows = apps.get_model("party", "Application").objects.filter(state="double").select_related("original")
    for row in rows:
        # the first one's instructor follows it only where both work in one township; else the department hands it over
        if row.original is None or row.original.work_code[:9] != row.work_code[:9]:
            row.instructor_id = None
        row.state = "open"
        row.save(update_fields=["state", "instructor"])


class Migration(migrations.Migration):
    dependencies = [
        ("party", "0005_alliances"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="application",
            name="application_once_at_a_time",
        ),
        migrations.RunPython(go_on_by_themselves, migrations.RunPython.noop),
    ]
