from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("party", "0022_a_wish_has_its_day")]

    operations = [
        migrations.AddField("member", "full_date", models.DateField(null=True)),
        migrations.AddField("member", "full_paper", models.CharField(blank=True, max_length=120)),
    ]
