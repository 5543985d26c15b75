"""The target that holds today: both coverages whole by the end of 2027."""

from datetime import date

from django.db import migrations


def forwards(apps, schema_editor):
    apps.get_model("party", "CoverageDefinition").objects.create(
        from_date=date(2026, 4, 26),
        visit_within_days=90,
        target_percent=100,
        target_date=date(2027, 12, 31),
        source="中办国办《关于加强新就业群体服务管理的意见》（2026年4月26日）；走访周期90天是本系统的默认值，可以改",
    )


class Migration(migrations.Migration):
    dependencies = [("party", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
