"""How often a network knocked in this hour: a keyed digest and a number. Unlogged, since it may be forgotten in a crash.

A digest has several rows, one for each group of connections, so that senders behind one carrier address do not wait for
each other's transaction.
"""

from django.db import migrations

FORWARD = """
CREATE UNLOGGED TABLE people_knock (digest bytea, slot smallint, hour integer NOT NULL, times integer NOT NULL,
                                    PRIMARY KEY (digest, slot));
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_wall")]
    operations = [migrations.RunSQL(FORWARD, "DROP TABLE people_knock")]
