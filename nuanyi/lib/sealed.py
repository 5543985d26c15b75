"""Sealed fields as a type: what a column seals, under which key and bound to what, is said once, where the column is.

Everything that must know every sealed value walks :func:`fields` and :func:`stores`: rotation, the check before an
old key is dropped, the page of what is kept. A column that seals without this type does not start (``people.checks``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from nuanyi.lib import durable, row_security
from nuanyi.lib.actor import system
from nuanyi.lib.seal import CannotOpen, Keys, keys_at

MASK = "●●●"


def keys() -> Keys:
    """The keys of this installation, from the file named by ``NUANYI_KEYS_FILE``."""
    return keys_at(settings.NUANYI_KEYS_FILE)


class SealedValue(bytes):
    """Sealed bytes as a row carries them. Shown anywhere, in a page, a log line or a traceback, it is a mask."""

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return MASK


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A column of sealed values, each bound to its row: copied into another row it does not open.

    ``bound_by`` names the column whose value is the first part of what binds it ("" for none), ``suffix`` is the
    second part. ``family`` is the family of keys (``lib.seal.FAMILIES``).
    """

    def __init__(
        self, *args: Any, bound_by: str = "pk", suffix: bytes = b"", family: str = "person", **more: Any
    ) -> None:
        self.bound_by, self.suffix, self.family = bound_by, suffix, family
        super().__init__(*args, **more)

    def deconstruct(self) -> Any:
        """To migrations it is a plain column of bytes: how it is sealed changes nothing in the table."""
        name, _path, args, more = super().deconstruct()
        return name, "django.db.models.BinaryField", args, more

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> SealedValue | None:
        """Wrap what comes from the table."""
        return None if value is None else SealedValue(value)

    def bound_column(self) -> models.Field[Any, Any] | None:
        """The column that binds a value to its row; None where only the suffix does."""
        if not self.bound_by:
            return None
        meta = self.model._meta
        return meta.pk if self.bound_by == "pk" else meta.get_field(self.bound_by)  # type: ignore[return-value]

    def bound_to(self, part: Any) -> bytes:
        """What a value is bound to, from the value of the binding column."""
        if not self.bound_by:
            return self.suffix
        return (part.bytes if isinstance(part, UUID) else str(part).encode()) + self.suffix

    def bound_of(self, row: models.Model) -> bytes:
        """What the value of ``row`` is bound to."""
        column = self.bound_column()
        return self.bound_to(getattr(row, column.attname) if column is not None else None)

    @property
    def where(self) -> str:
        """Table and column, as people read them in a count."""
        return f"{self.model._meta.db_table}.{self.column}"


class SealedText(SealedField):
    """Sealed text."""


class SealedBytes(SealedField):
    """A sealed file: a picture, a recording."""


def _field(row: models.Model, name: str) -> SealedField:
    found = row._meta.get_field(name)
    assert isinstance(found, SealedField), name
    return found


def put(row: models.Model, name: str, clear: str | bytes | None) -> None:
    """Seal ``clear`` into a field of a row that has its binding column already; nothing where there is nothing."""
    field = _field(row, name)
    raw = clear.encode() if isinstance(clear, str) else clear
    setattr(row, name, keys().seal_bytes(field.family, raw, field.bound_of(row)) if raw else None)


def open_text(row: models.Model, name: str) -> str:
    """The clear text of a field, "" where there is none. Raises CannotOpen. Whoever calls it journals the reading."""
    return open_bytes(row, name).decode()


def open_bytes(row: models.Model, name: str) -> bytes:
    """The clear bytes of a field, empty where there are none. Raises CannotOpen."""
    field, sealed = _field(row, name), getattr(row, name)
    return keys().open_bytes(field.family, bytes(sealed), field.bound_of(row)) if sealed else b""


#: Bytes to which a choice is padded: the length of what is sealed must not tell which of a list it is.
CHOICE_BYTES = 24


def put_choice(row: models.Model, name: str, choice: str) -> None:
    """Seal one of a fixed list, padded with spaces: whoever has the table alone reads neither it nor its length."""
    put(row, name, padded(choice))


def padded(choice: str) -> str:
    """A choice at the one length that all choices are sealed at. Raises ValueError for a longer one."""
    if len(choice.encode()) > CHOICE_BYTES:
        raise ValueError(f"a choice has at most {CHOICE_BYTES} bytes")
    return choice + " " * (CHOICE_BYTES - len(choice.encode()))


def open_choice(row: models.Model, name: str) -> str:
    """What :func:`put_choice` sealed, "" where there is none. Raises CannotOpen."""
    return open_text(row, name).rstrip(" ")


# the registry --------------------------------------------------------------------------------


def fields() -> list[SealedField]:
    """Every sealed column of every room, by table and column."""
    found = [
        field
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, SealedField)
    ]
    return sorted(found, key=lambda field: field.where)


@dataclass(frozen=True)
class Store:
    """Sealed files beside the database: ``files`` yields each path with what its content is bound to."""

    name: str
    family: str
    files: Callable[[], Iterable[tuple[Path, bytes]]]


_stores: dict[str, Store] = {}


def declare_store(store: Store) -> None:
    """A room says which sealed files it keeps."""
    _stores[store.name] = store


def stores() -> list[Store]:
    """Every folder of sealed files."""
    return [_stores[name] for name in sorted(_stores)]


# rotation ------------------------------------------------------------------------------------

#: Who reads when everything is sealed again: the program, everywhere.
_ROTATION = system("rotate-keys")
_KEY_NUMBER = "get_byte({column}, 1) * 256 + get_byte({column}, 2)"


def _old_where(field: SealedField) -> str:
    column = connection.ops.quote_name(field.column)
    return (
        f"{column} IS NOT NULL AND octet_length({column}) > 3 AND {_KEY_NUMBER.format(column=column)} <> %s"
    )


def under_old_keys(family: str) -> dict[str, int]:
    """How many values are not under the newest key of a family, by table and column or folder; only what there is."""
    newest = keys().rings[family].newest
    found: dict[str, int] = {}
    with row_security.reading_as(_ROTATION), connection.cursor() as cursor:
        for field in fields():
            if field.family == family:
                table = connection.ops.quote_name(field.model._meta.db_table)
                # the names come from the models, the number is a parameter
                cursor.execute(f"SELECT count(*) FROM {table} WHERE {_old_where(field)}", [newest])  # noqa: S608
                found[field.where] = int(cursor.fetchone()[0])
    for store in stores():
        if store.family == family:
            old = (path for path, _bound in store.files() if _number_in(path) not in (None, newest))
            found[store.name] = sum(1 for _path in old)
    return {where: count for where, count in found.items() if count}


def _number_in(path: Path) -> int | None:
    try:
        with path.open("rb") as file:
            head = file.read(3)
    except FileNotFoundError:
        return None
    return int.from_bytes(head[1:3], "big") if len(head) == 3 else None


def reseal(family: str, *, batch: int = 500) -> dict[str, int]:
    """Seal everything of a family again that is not under its newest key; how many, by table and column or folder.

    Each batch is a transaction of its own, so a rotation may be killed anywhere and run again. A value that
    somebody changes meanwhile is left to them: they seal under the newest key. Raises CannotOpen.
    """
    done = {field.where: _reseal_column(field, batch) for field in fields() if field.family == family}
    done |= {store.name: _reseal_files(store) for store in stores() if store.family == family}
    return {where: count for where, count in done.items() if count}


def _reseal_column(field: SealedField, batch: int) -> int:
    quote, meta, done = connection.ops.quote_name, field.model._meta, 0
    binding = field.bound_column()
    table, key, column = quote(meta.db_table), quote(meta.pk.column), quote(field.column)
    bound = quote(binding.column) if binding is not None else "NULL"
    select = (  # names come from the models, values are parameters
        f"SELECT {key}, {column}, {bound} FROM {table}"  # noqa: S608
        f" WHERE {_old_where(field)} LIMIT %s FOR UPDATE SKIP LOCKED"
    )
    update = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"  # noqa: S608
    while True:
        ring = keys()
        with row_security.reading_as(_ROTATION), connection.cursor() as cursor:
            cursor.execute(select, [ring.rings[field.family].newest, batch])
            rows = cursor.fetchall()
            for pk, sealed, part in rows:
                place = field.bound_to(part)
                clear = ring.open_bytes(field.family, bytes(sealed), place)
                cursor.execute(update, [ring.seal_bytes(field.family, clear, place), pk])
        done += len(rows)
        if len(rows) < batch:
            return done


def _reseal_files(store: Store) -> int:
    done = 0
    for path, bound in store.files():
        ring = keys()
        if _number_in(path) in (None, ring.rings[store.family].newest):
            continue
        try:
            clear = ring.open_bytes(store.family, path.read_bytes(), bound)
        except FileNotFoundError:
            continue  # deleted meanwhile, which is as good
        except CannotOpen as wrong:
            raise CannotOpen(f"{path}: {wrong}") from wrong
        durable.write(path, ring.seal_bytes(store.family, clear, bound))
        done += 1
    return done


def walk(folder: Path, pattern: str, bound: Callable[[Path], bytes]) -> Iterator[tuple[Path, bytes]]:
    """The files of a folder that match, each with what binds it: for :class:`Store`."""
    for path in sorted(folder.glob(pattern)) if folder.is_dir() else ():
        yield path, bound(path)
