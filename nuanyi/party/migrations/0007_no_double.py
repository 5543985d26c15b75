from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("party", "0006_alike")]

    operations = [
        migrations.RemoveField(
            model_name="application",
            name="original",
        ),
        migrations.AlterField(
            model_name="application",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "On the way"),
                    ("paused", "Paused"),
                    ("member", "Full member"),
                    ("ended", "Ended"),
                ],
                default="open",
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(models.F("phone_digest"), name="application_of_phone"),
        ),
    ]
