"""A mark, once a statement, whenever something changes of which the two coverages are made.

What is older than two days goes at the same time; rows that another statement is just removing are left to it.
"""

from django.db import migrations

TABLES = {
    "party_reach": "INSERT OR UPDATE OR DELETE",
    "party_assignment": "INSERT OR UPDATE OR DELETE",
    "party_visit": "INSERT OR UPDATE OR DELETE",
    "party_alliancefirm": "INSERT OR UPDATE OR DELETE",
    "census_establishment": "INSERT OR DELETE OR UPDATE OF region_code, sector, first_seen_date",
}
MARK = """
CREATE FUNCTION party_mark_coverage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO party_coveragemark (made_at) VALUES (now());
  DELETE FROM party_coveragemark WHERE id IN (
    SELECT id FROM party_coveragemark WHERE made_at < now() - interval '2 days'
    ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED);
  RETURN NULL;
END $$;
"""
FORWARDS = MARK + "".join(
    f"CREATE TRIGGER party_mark AFTER {what} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION party_mark_coverage();\n"
    for table, what in TABLES.items()
)
BACKWARDS = (
    "".join(f"DROP TRIGGER party_mark ON {table};\n" for table in TABLES)
    + "DROP FUNCTION party_mark_coverage();"
)


class Migration(migrations.Migration):
    dependencies = [
        ("party", "0012_own_papers_and_marks"),
        ("census", "0011_import_files"),
    ]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
