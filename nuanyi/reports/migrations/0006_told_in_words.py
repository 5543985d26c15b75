from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_salts_of_passers_by")]

    operations = [
        migrations.AlterField("report", "lat_wgs84", models.FloatField(null=True)),
        migrations.AlterField("report", "lon_wgs84", models.FloatField(null=True)),
        migrations.AlterField("report", "cell", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "report",
            models.CheckConstraint(
                condition=models.Q(lat_wgs84__isnull=False, lon_wgs84__isnull=False, cell__isnull=False)
                | models.Q(lat_wgs84__isnull=True, lon_wgs84__isnull=True, cell__isnull=True),
                name="report_placed_whole_or_not",
            ),
        ),
    ]
