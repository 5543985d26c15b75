from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("census", "0015_contacts_who_follow"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="preview",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="import",
            name="rows_digest",
            field=models.CharField(blank=True, max_length=32),
        ),
    ]
