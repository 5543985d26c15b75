from django.db import migrations


def wait_again(apps, _editor):
    """Instructors of the whole district whom somebody else made wait until the organisation department confirms them."""
    grants = apps.get_model("people", "RoleGrant")._base_manager
    department = list(
        grants.filter(role="organisation", confirmed_at__isnull=False).values_list("account_id", flat=True)
    )
    made = grants.filter(role="instructor", region_code="").exclude(granted_by=None)
    made.exclude(granted_by__in=department).exclude(confirmed_by__in=department).update(confirmed_at=None)


class Migration(migrations.Migration):
    dependencies = [("people", "0013_held_before")]

    operations = [migrations.RunPython(wait_again, migrations.RunPython.noop)]
