import django.db.models.deletion
from django.db import migrations, models

#: A wish that was said until now is shown to whoever is the contact today, as it was.
WHOSE = """
UPDATE party_languagewish w SET contact_id = e.contact_id FROM census_establishment e WHERE e.id = w.establishment_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("party", "0023_full_once_confirmed"),
        ("people", "0014_instructors_of_a_department"),
    ]

    operations = [
        migrations.AddField(
            model_name="languagewish",
            name="contact",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="people.person"
            ),
        ),
        migrations.RunSQL(WHOSE, migrations.RunSQL.noop),
    ]
