"""A mark as well whenever something regular is done at establishments, or the end of a temporary branch is put off."""

from django.db import migrations

TABLES = {
    "party_brought": "INSERT OR UPDATE OR DELETE",
    "party_jointactivity": "INSERT OR UPDATE OR DELETE",
    "party_meeting": "INSERT OR UPDATE OF held_date OR DELETE",
    "party_organisation": "UPDATE OF until_date",
    "census_shopcountedwith": "INSERT OR UPDATE OR DELETE",
}
FORWARDS = "".join(
    f"CREATE TRIGGER party_mark AFTER {what} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION party_mark_coverage();\n"
    for table, what in TABLES.items()
)
BACKWARDS = "".join(f"DROP TRIGGER party_mark ON {table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("party", "0016_what_counts_as_worked")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
