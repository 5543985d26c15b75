"""Every process hears which stations changed (see ``stations.live``); many at once are told as one word."""

from django.db import migrations

TABLES = (
    ("stations_station", "id"),
    ("stations_amenity", "station_id"),
    ("stations_hoursexception", "station_id"),
    ("stations_confirmation", "station_id"),
)

FUNCTION = """
CREATE FUNCTION nuanyi_tell_stations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids text[];
BEGIN
  EXECUTE format('SELECT array_agg(DISTINCT %I::text) FROM (SELECT %I FROM rows LIMIT 60) few', TG_ARGV[0], TG_ARGV[0])
    INTO ids;
  IF ids IS NULL THEN RETURN NULL; END IF;
  IF cardinality(ids) > 50 THEN
    PERFORM pg_notify('nuanyi_stations', 'all');
  ELSE
    PERFORM pg_notify('nuanyi_stations', id) FROM unnest(ids) id;
  END IF;
  RETURN NULL;
END $$;
"""


def _triggers() -> str:
    lines = []
    for table, column in TABLES:
        for act, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            lines.append(
                f"CREATE TRIGGER tell_{act.lower()} AFTER {act} ON {table} REFERENCING {rows} TABLE AS rows"
                f" FOR EACH STATEMENT EXECUTE FUNCTION nuanyi_tell_stations('{column}');"
            )
    return "\n".join(lines)


def _without() -> str:
    drops = [
        f"DROP TRIGGER tell_{act} ON {table};"
        for table, _c in TABLES
        for act in ("insert", "update", "delete")
    ]
    return "\n".join([*drops, "DROP FUNCTION nuanyi_tell_stations;"])


class Migration(migrations.Migration):
    dependencies = [("stations", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION + _triggers(), _without())]
