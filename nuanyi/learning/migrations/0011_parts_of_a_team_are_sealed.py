from django.db import migrations, models

from nuanyi.lib.sealed import keys, padded


def seal_the_parts(apps, _editor):
    """Who sat in a team as a Party member stood in clear beside the sealed name."""
    model, ring, changed = apps.get_model("learning", "TeamMember"), keys(), []
    for row in model.objects.only("pk", "key", "role").iterator(2000):
        row.sealed_part = ring.seal_bytes("member", padded(row.role).encode(), row.key.bytes + b"part")
        # a column that is dropped stays in the files of the database
        row.role = ""
        changed.append(row)
    model.objects.bulk_update(changed, ["sealed_part", "role"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("learning", "0010_marks_of_each_table")]

    operations = [
        migrations.AddField("teammember", "sealed_part", models.BinaryField(null=True)),
        migrations.RunPython(seal_the_parts, migrations.RunPython.noop),
        migrations.AlterField("teammember", "sealed_part", models.BinaryField()),
        migrations.RemoveField("teammember", "role"),
    ]
