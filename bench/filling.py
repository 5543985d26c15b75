"""Many rows at once, made by the database itself.

A statement that names every column of a table is out of date as soon as the table grows one; here a part says the columns that
matter to it, and the model what stands in the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def fill(
    model: type[models.Model], told: Mapping[str, str], source: str, values: Sequence[object] = ()
) -> None:
    """``INSERT INTO model (told's columns and all that may not be empty) SELECT … FROM source``, and ANALYZE.

    Args:
        model: whose table.
        told: an SQL expression for each column that matters, over ``source``.
        source: what stands after FROM, ``generate_series(1, 1000) n`` as a rule.
        values: for the placeholders in ``told`` and ``source``, in their order.
    """
    columns, parts, rest = list(told), list(told.values()), []
    for field in model._meta.local_concrete_fields:
        if field.column in told or field.null or isinstance(field, models.AutoField):
            continue
        columns.append(field.column)
        parts.append("%s")
        rest.append(_usual(field))
    names = ", ".join(f'"{name}"' for name in columns)
    before = sum(part.count("%s") for part in told.values())
    given = [*values[:before], *rest, *values[before:]]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(parts)} FROM {source}", given)
        cursor.execute(f"ANALYZE {table}")


def _usual(field: Any) -> Any:
    """What a row holds there about which nothing was said, as the database takes it."""
    from nuanyi.lib import clock

    value = field.get_default()
    if value is None and isinstance(field, models.DateTimeField):
        value = clock.now()
    elif value is None and isinstance(field, models.DateField):
        value = clock.today()
    elif value is None and isinstance(field, models.BooleanField):
        value = False
    elif value is None and isinstance(field, models.IntegerField | models.FloatField):
        value = 0
    elif value is None and isinstance(field, models.BinaryField):
        value = b""
    return field.get_db_prep_save(value, connection)
