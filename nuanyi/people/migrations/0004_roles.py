from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_knocks")]

    operations = [
        migrations.RemoveConstraint("dutygrant", "duty_once"),
        migrations.RenameModel("DutyGrant", "RoleGrant"),
        migrations.RenameField("rolegrant", "duty", "role"),
        migrations.AddConstraint(
            "rolegrant",
            models.UniqueConstraint("account", "role", "region_code", name="role_once"),
        ),
    ]
