from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("census", "0004_keyed_digests"), ("units", "0001_initial")]

    operations = [
        migrations.AlterField("source", "name", models.CharField(max_length=80)),
        migrations.AddConstraint(
            "source",
            models.UniqueConstraint("name", "unit", name="source_of_unit_once", nulls_distinct=False),
        ),
    ]
