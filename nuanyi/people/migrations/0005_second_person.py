import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def confirm_all(apps, schema_editor):
    """What was given before there was a second person goes on to hold."""
    apps.get_model("people", "RoleGrant")._base_manager.update(confirmed_at=F("granted_at"))


def account_link():
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0004_roles")]

    operations = [
        migrations.AddField("account", "made_by", account_link()),
        migrations.AddField("account", "password_set_by", account_link()),
        migrations.AddField("account", "password_set_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "rolegrant",
            "confirmed_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("rolegrant", "confirmed_at", models.DateTimeField(null=True)),
        migrations.RunPython(confirm_all, migrations.RunPython.noop),
    ]
