from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("census", "0002_rosters_in_ranges")]

    operations = [migrations.RenameModel("DoorEntry", "DoorstepEntry")]
