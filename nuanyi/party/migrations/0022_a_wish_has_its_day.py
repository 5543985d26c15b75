from django.db import migrations, models

import nuanyi.lib.clock


class Migration(migrations.Migration):
    dependencies = [("party", "0021_parts_of_a_team_are_sealed")]

    operations = [
        migrations.AddField("languagewish", "said_date", models.DateField(default=nuanyi.lib.clock.today)),
    ]
