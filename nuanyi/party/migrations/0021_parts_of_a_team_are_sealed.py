from django.db import migrations, models

from nuanyi.lib.sealed import keys, padded


def seal_the_parts(apps, _editor):
    """Who sat in a team as a Party member stood in clear beside the sealed name; of the forgotten the part goes, too."""
    model, ring, changed = apps.get_model("party", "TeamSeat"), keys(), []
    for row in model.objects.exclude(sealed_name=None).only("pk", "key", "part").iterator(2000):
        row.sealed_part = ring.seal_bytes("member", padded(row.part).encode(), row.key.bytes + b"part")
        # a column that is dropped stays in the files of the database
        row.part = ""
        changed.append(row)
    model.objects.bulk_update(changed, ["sealed_part", "part"], batch_size=1000)
    model.objects.filter(sealed_name=None).update(part="")
    model.objects.filter(sealed_name=None).update(agreed="")
    apps.get_model("party", "Speaker").objects.filter(sealed_name=None).update(agreed="")


class Migration(migrations.Migration):
    dependencies = [("party", "0020_organisations_in_alliances")]

    operations = [
        migrations.AlterModelOptions("teamseat", {"ordering": ["pk"]}),
        migrations.AddField("teamseat", "sealed_part", models.BinaryField(null=True)),
        migrations.RunPython(seal_the_parts, migrations.RunPython.noop),
        migrations.RemoveField("teamseat", "part"),
    ]
