from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_call")]

    operations = [migrations.RenameField("call", "duties", "roles")]
