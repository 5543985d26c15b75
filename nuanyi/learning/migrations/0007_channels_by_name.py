"""Which channels there are, their folders say: a new one changes no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0006_kept_progress"),
    ]

    operations = [
        migrations.AlterField(
            model_name="group",
            name="robot",
            field=models.CharField(max_length=10),
        ),
        migrations.AlterField(
            model_name="reader",
            name="way",
            field=models.CharField(max_length=8),
        ),
    ]
