"""Workers in bulk: batches are matched by keyed digests and written through COPY.

COPY cannot fill a table behind row-level security, so rows go through a temporary table that ends with
the transaction, then by three INSERT … SELECT into persons, workers and appearances.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from nuanyi.census.loading.background import BackgroundWriter, no_cycles_sought
from nuanyi.census.loading.binary import (
    INTEGER,
    NULL,
    SIGNATURE,
    SIZES,
    TRAILER,
    Remembered,
    array_field,
    bytes_field,
    row_of,
    text_field,
)
from nuanyi.census.loading.tally import (
    BARRED,
    CHANGED,
    DOUBLE,
    KNOWN,
    NEW,
    UNCHANGED,
    Choices,
    Met,
    Stale,
    Tally,
)
from nuanyi.census.models import Change, Establishment, Import, Record, Worker
from nuanyi.census.reading import ReadRow
from nuanyi.census.rows import WorkerDraft, name_key
from nuanyi.census.rules import Choice
from nuanyi.lib import clock, masks, row_security
from nuanyi.lib.actor import Scope, system
from nuanyi.lib.ids import new_id_bytes
from nuanyi.lib.region_codes import township_of
from nuanyi.people.models import Person, keys
from nuanyi.people.services.openings import open_for_program
from nuanyi.people.services.persons import all_barred, columns_of, seal_into

BATCH = 8000
#: A keyed digest.
DIGEST_BYTES = 16
#: What a roster says of the person behind a worker.
OF_PERSON = ("name", "phone", "id_number")
#: What a row of a roster may change of a worker, and an undo puts back.
OWN_VALUES = ("sector", "region_code", "site_name", "establishment", "as_of_date")

_FIELDS = """w.id, p.id, p.phone_digest, p.id_number_digest, p.sealed_name, p.name_mask, p.phone_mask, p.id_number_mask,
  w.sector, w.region_code, w.site_name, w.unit_id"""
_NAMED = (
    "worker, person, phone, id_number, name, name_mask, phone_mask, number_mask, sector, region, site, unit"
)
#: Digests that are sent end to end: an array would be written out sign by sign, which took as long as the look-up.
_DIGESTS = f"""(
  SELECT substring(told FROM {DIGEST_BYTES} * n + 1 FOR {DIGEST_BYTES}) AS d
  FROM (SELECT %s::bytea AS told) AS sent,
    generate_series(0, octet_length(told) / {DIGEST_BYTES} - 1) AS n
) AS digests"""  # noqa: S608 - the only part put in is the constant above


def _met_by(column: str) -> str:
    """The known workers whose person has one of the digests in ``column``.

    From the digests outwards, each one look into an index however large the table is. What the planner knows of a table
    is older than the rows that this import writes: without the fence of ``OFFSET 0``, behind which it merges no query
    into another, it joined all persons and all workers for each batch.
    """
    return f"""
SELECT met.* FROM {_DIGESTS} CROSS JOIN LATERAL (
  SELECT {_FIELDS} FROM people_person p JOIN census_worker w ON w.person_id = p.id WHERE p.{column} = d OFFSET 0
) AS met ({_NAMED})"""  # noqa: S608 - a column of ours


_KNOWN = f"{_met_by('phone_digest')} UNION ALL {_met_by('id_number_digest')} ORDER BY 1"
_KNOWN_ROWS = f"""
SELECT met.row_digest FROM {_DIGESTS} CROSS JOIN LATERAL (
  SELECT a.row_digest FROM census_appearance a WHERE a.source_id = %s AND a.row_digest = d OFFSET 0
) AS met
"""  # noqa: S608 - the only part put in is the constant above
_COLUMNS = (
    "worker_id uuid, person_id uuid, sealed_name bytea, name_mask text, sealed_phone bytea, phone_mask text,"
    " phone_digest bytea, sealed_id_number bytea, id_number_mask text, id_number_digest bytea, sealed_political bytea,"
    " region_codes varchar(12)[], sector text, region_code text, establishment_id uuid, site_name text,"
    " sheet text, row int4, row_digest bytea"
)
_NAMES = ", ".join(part.split()[0] for part in _COLUMNS.split(","))
COLUMN_COUNT = row_of(_COLUMNS.count(",") + 1)
_PERSONS = """
INSERT INTO people_person (id, sealed_name, name_mask, sealed_phone, phone_mask, phone_digest, sealed_id_number,
  id_number_mask, id_number_digest, sealed_political, region_codes, unit_ids, made_at, changed_at)
SELECT person_id, sealed_name, name_mask, sealed_phone, phone_mask, phone_digest, sealed_id_number, id_number_mask,
  id_number_digest, sealed_political, region_codes, %(units)s::bigint[], %(at)s, %(at)s FROM incoming
"""
_WORKERS = """
INSERT INTO census_worker (id, person_id, sector, region_code, establishment_id, site_name, unit_id, source_id, round_id,
  made_by_id, as_of_date, first_seen_date, follow_up, changed_at)
SELECT worker_id, person_id, sector, region_code, establishment_id, site_name, %(unit)s, %(source)s, %(round)s,
  %(import)s, %(as_of)s, %(as_of)s, 'new', %(at)s FROM incoming
"""
_APPEARANCES = """
INSERT INTO census_appearance (source_id, source_import_id, worker_id, sheet, row, row_digest, as_of_date)
SELECT %(source)s, %(import)s, worker_id, sheet, row, row_digest, %(as_of)s FROM incoming
"""


@dataclass(slots=True)
class _Record:
    """A known worker as matching sees it."""

    worker_id: UUID
    person_id: UUID
    phone: bytes | None
    id_number: bytes | None
    sealed_name: bytes | None
    name_mask: str
    phone_mask: str
    id_number_mask: str
    sector: str
    region: str
    site: str
    unit_id: int | None


@dataclass(slots=True)
class _Fresh:
    """A worker that this very file brought, in an earlier row."""

    worker_id: bytes
    row: int
    name: str
    phone: bytes | None
    id_number: bytes | None


@dataclass(slots=True)
class _Line:
    """A good row with its digests."""

    sheet: str
    number: int
    draft: WorkerDraft
    phone: bytes | None
    id_number: bytes | None
    row: bytes


def prefixes(region: str) -> list[str]:
    """The codes of a region and of all that hold it: 450311, 450311100, 450311100201."""
    return [region[:length] for length in (6, 9, 12) if len(region) >= length]


def moved(record: Record, wanted: list[str], since: date) -> dict[str, Any]:
    """For the change of a record: its sector and place until the day from which others hold."""
    if not {"sector", "region"} & set(wanted):
        return {}
    return {"former_sector": record.sector, "former_region": record.region_code, "until_date": since}


def _region_fields(region: str) -> tuple[bytes, bytes]:
    """The codes above a region, and the region itself, as fields."""
    return array_field(prefixes(region)), text_field(region)


class WorkerLoader:
    """Matches and writes the workers of one import."""

    def __init__(
        self, source_import: Import, scopes: Iterable[Scope], choices: Choices | None = None
    ) -> None:
        self.of = source_import
        self.scopes = tuple(scopes)
        self.choices = choices or {}
        self.tally = Tally()
        self.at: datetime = clock.now()
        self.ring = keys()
        self.by_phone: dict[bytes, _Record | _Fresh] = {}
        self.by_id: dict[bytes, _Record | _Fresh] = {}
        self.more_by_phone: dict[bytes, list[_Record | _Fresh]] = {}
        self.phones_asked: set[bytes] = set()
        self.numbers_asked: set[bytes] = set()
        self.rows_seen: set[bytes] = set()
        #: the batch before, ready to be written while this one is matched and sealed and the next one is read
        self.waiting: tuple[bytes, dict[str, Any]] | None = None
        #: who asked to be forgotten, as it was when the file was begun
        self.marked: frozenset[bytes] = frozenset()
        self.keep_political = bool(source_import.political_evidence)

    def load(self, rows: Iterable[ReadRow], *, write: bool) -> Iterator[int]:
        """Go through the good rows in batches; yields how many were seen so far. Nothing is written unless ``write``."""
        with connection.cursor() as cursor:
            if write:
                # foreign keys are looked up batch by batch in the writing thread, not all at once at the end
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS incoming ({_COLUMNS}) ON COMMIT DROP")
            cursor.execute("SELECT EXISTS (SELECT FROM census_worker)")
            self.somebody_known = bool(cursor.fetchone()[0])
            cursor.execute(
                "SELECT EXISTS (SELECT FROM census_appearance WHERE source_id = %s)", [self.of.source_id]
            )
            self.source_known = bool(cursor.fetchone()[0])
            # a table that was small when it was last looked at is not read whole for each digest
            cursor.execute("SET LOCAL enable_seqscan = off")
        self.marked = all_barred()
        good = iter(row for row in rows if not row.problems)
        seen = 0
        with self._background() as self.writer, no_cycles_sought():
            while batch := list(islice(good, BATCH)):
                seen += len(batch)
                lines = [self._line(row) for row in batch]
                self.tally.read(b"".join(self._shown(line) for line in lines))
                self._batch(self._without_barred(lines, write), write)
                yield seen
            self._begin_writing()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
        if write:
            self._check_nobody_was_forgotten()

    def _without_barred(self, lines: list[_Line], write: bool) -> list[_Line]:
        """The lines of those who did not ask to be forgotten; where nothing is written, all of them.

        A file of one row must not ask who did. What it would do is therefore told as of anybody, and what it did counts
        them among the new, so that the sums hold; how many were left out, who may forget people is told beside.
        """
        marked = self.marked
        kept = [line for line in lines if line.phone not in marked and line.id_number not in marked]
        left_out = len(lines) - len(kept)
        if left_out:
            self.tally.counts[BARRED] += left_out
        if not write:
            return lines
        if left_out:
            self.tally.counts[NEW] += left_out
        return kept

    def _check_nobody_was_forgotten(self) -> None:
        """Raise Stale where somebody of this file asked to be forgotten since it was begun.

        Their record may have been gone already when their row was looked up, which would make them anew. Whoever asks
        later still had it: the row met them, and made nobody.
        """
        if any(mark in self.by_phone or mark in self.by_id for mark in all_barred() - self.marked):
            raise Stale

    @staticmethod
    def _background() -> BackgroundWriter:
        copy = f"COPY incoming ({_NAMES}) FROM STDIN (FORMAT binary)"
        row_security.tell()
        return BackgroundWriter(connection.connection, copy, (_PERSONS, _WORKERS, _APPEARANCES))

    # matching ---------------------------------------------------------------------------------

    def _line(self, row: ReadRow) -> _Line:
        draft, digest = row.draft, self.ring.digest
        assert isinstance(draft, WorkerDraft)
        whole = (
            f"{draft.name}\0{draft.phone}\0{draft.id_number}\0{draft.site}\0{draft.sector}\0{draft.region}"
        )
        return _Line(
            row.sheet,
            row.number,
            draft,
            digest("phone", draft.phone) if draft.phone else None,
            digest("id_number", draft.id_number) if draft.id_number else None,
            digest("row", whole),
        )

    def _shown(self, line: _Line) -> bytes:
        """Digests of all that would be written of a row. That of the row itself knows it again in later rosters, and has
        neither what is kept with consent alone nor the shop that a site's name was found to be.
        """
        draft = line.draft
        political = draft.political if self.keep_political else ""
        if not (political or draft.establishment):
            return line.row
        return line.row + self.ring.digest("row", f"{political}\0{draft.establishment}")

    def _batch(self, lines: list[_Line], write: bool) -> None:
        known_rows = self._look_up(lines)
        self._begin_writing()
        fresh: list[tuple[_Line, bytes, bytes]] = []
        ids = new_id_bytes(2 * len(lines))
        more: list[tuple[_Line, _Record | _Fresh]] = []
        for index, line in enumerate(lines):
            if line.row in known_rows or line.row in self.rows_seen:
                self.tally.counts[DOUBLE if line.row in self.rows_seen else UNCHANGED] += 1
                continue
            self.rows_seen.add(line.row)
            record = self._match(line)
            if record is None:
                worker_id, person_id = ids[2 * index], ids[2 * index + 1]
                self._remember(_Fresh(worker_id, line.number, line.draft.name, line.phone, line.id_number))
                fresh.append((line, worker_id, person_id))
                self.tally.counts[NEW] += 1
            else:
                self._meet(line, record, write)
                more.append((line, record))
        if write:
            self._write(fresh, more)

    def _look_up(self, lines: list[_Line]) -> set[bytes]:
        """Fetch the known records that these rows may meet; returns the digests of rows that this source sent before."""
        if not (self.somebody_known or self.source_known):
            return set()
        # the connection is free: what this file brought is remembered, and never asked for
        self.writer.wait()
        phones = {line.phone for line in lines if line.phone} - self.phones_asked
        numbers = {line.id_number for line in lines if line.id_number} - self.numbers_asked
        self.phones_asked |= phones
        self.numbers_asked |= numbers
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN, [b"".join(phones), b"".join(numbers)])
            for row in cursor.fetchall():
                parts: list[Any] = [bytes(part) if isinstance(part, memoryview) else part for part in row]
                record = _Record(*parts)
                # Who is out of the importer's scope is new to the importer: a file of one row must not become
                # a question about another unit's people. The certain count links them, seen by those who may.
                if self._visible(record):
                    self._remember(record)
            if not self.source_known:
                return set()
            cursor.execute(_KNOWN_ROWS, [b"".join(line.row for line in lines), self.of.source_id])
            return {bytes(digest) for (digest,) in cursor.fetchall()}

    def _match(self, line: _Line) -> _Record | _Fresh | None:
        """The same identity number; else the same phone with nothing that speaks against it."""
        if line.id_number and line.id_number in self.by_id:
            return self.by_id[line.id_number]
        candidates = self._with_phone(line.phone) if line.phone else []
        for record in candidates:
            both_known = line.id_number and record.id_number and line.id_number != record.id_number
            if not both_known and self._name_of(record) == line.draft.name:
                return record
        if candidates:
            title = f"{masks.mask_name(line.draft.name)} {masks.mask_phone(line.draft.phone)}"
            known = next((record.worker_id for record in candidates if isinstance(record, _Record)), None)
            self.tally.meet(Met(line.sheet, line.number, known, title, "possible"))
        return None

    def _with_phone(self, phone: bytes) -> list[_Record | _Fresh]:
        first = self.by_phone.get(phone)
        return [] if first is None else [first, *self.more_by_phone.get(phone, [])]

    def _name_of(self, record: _Record | _Fresh) -> str:
        if isinstance(record, _Fresh):
            return record.name
        if record.sealed_name is None:
            return ""
        return self.ring.open("person", record.sealed_name, record.person_id.bytes + b"name")

    def _remember(self, record: _Record | _Fresh) -> None:
        """Keep a record under its number and its phone; a family may share a phone, so there may be several."""
        if record.id_number:
            self.by_id.setdefault(record.id_number, record)
        if record.phone and self.by_phone.setdefault(record.phone, record) is not record:
            self.more_by_phone.setdefault(record.phone, []).append(record)

    def _visible(self, record: _Record) -> bool:
        units = (record.unit_id,) if record.unit_id is not None else ()
        return any(scope.covers(region=record.region, units=units) for scope in self.scopes)

    def _meet(self, line: _Line, record: _Record | _Fresh, write: bool) -> None:
        """A row meets a record: note what would change, and change it where that was chosen."""
        draft = line.draft
        title = f"{masks.mask_name(draft.name)} {masks.mask_phone(draft.phone)}".strip()
        if isinstance(record, _Fresh):
            self.tally.meet(Met(line.sheet, line.number, None, title, DOUBLE, [["row", str(record.row), ""]]))
            return
        changes = self._differences(line, record)
        if not changes:
            self.tally.counts[KNOWN] += 1
            return
        choice = self.choices.get((line.sheet, line.number)) or self.of.default_choice or Choice.KEEP
        if write and choice != Choice.KEEP and self._change(line, record, choice, changes):
            self.tally.counts["written"] += 1
        self.tally.meet(Met(line.sheet, line.number, record.worker_id, title, CHANGED, changes))

    def _differences(self, line: _Line, record: _Record) -> list[list[str]]:
        """``[field, before, after]`` (masked) for every value that the row has and the record has not."""
        draft, found = line.draft, []
        if draft.name != self._name_of(record):
            found.append(["name", record.name_mask, masks.mask_name(draft.name)])
        if line.phone and line.phone != record.phone:
            found.append(["phone", record.phone_mask, masks.mask_phone(draft.phone)])
        if line.id_number and line.id_number != record.id_number:
            found.append(["id_number", record.id_number_mask, masks.mask_id_number(draft.id_number)])
        for name, before, after in (
            ("sector", record.sector, draft.sector),
            ("region", record.region, draft.region),
            ("site", record.site, draft.site),
        ):
            if after and after != before and not (name == "region" and before.startswith(after)):
                found.append([name, before, after])
        return found

    # writing ----------------------------------------------------------------------------------

    def _change(self, line: _Line, record: _Record, choice: str, changes: list[list[str]]) -> bool:
        """Apply the chosen differences to a record, keeping what it was; False where nothing was to be filled."""
        wanted = [name for name, before, _after in changes if choice == Choice.OVERWRITE or not before]
        if not wanted:
            return False
        self.writer.wait()
        worker = held(Worker.objects.all()).get(pk=record.worker_id)
        before = {name: value_of(worker, name) for name in wanted} | {"as_of": worker.as_of_date.isoformat()}
        Change.objects.create(
            source_import=self.of,
            record_type="worker",
            record_id=worker.pk,
            changed_at=self.at,
            sealed_before=self.ring.seal("file", json.dumps(before), worker.pk.bytes),
            **moved(worker, wanted, self.of.as_of_date),
        )
        for name in wanted:
            put_value(worker, name, getattr(line.draft, name))
        if "site" in wanted:
            worker.establishment_id = UUID(line.draft.establishment) if line.draft.establishment else None
        worker.changed_at = self.at
        worker.as_of_date = max(worker.as_of_date, self.of.as_of_date)
        save(worker, wanted)
        return True

    def _write(
        self, fresh: list[tuple[_Line, bytes, bytes]], more: list[tuple[_Line, _Record | _Fresh]]
    ) -> None:
        if fresh:
            facts = {
                "units": [self.of.unit_id] if self.of.unit_id else [],
                "unit": self.of.unit_id,
                "at": self.at,
                "source": self.of.source_id,
                "round": self.of.round_id,
                "import": self.of.pk,
                "as_of": self.of.as_of_date,
            }
            self.waiting = self._copy_bytes(fresh), facts
        if more:
            self._begin_writing()
            self.writer.wait()
            self._appear(more)

    def _begin_writing(self) -> None:
        """Write the batch that waits: only once the one after it was looked up, so that neither waits for the other."""
        if self.waiting is not None:
            self.writer.write(*self.waiting)
            self.waiting = None

    def _copy_bytes(self, fresh: list[tuple[_Line, bytes, bytes]]) -> bytes:
        """The batch in COPY's binary format. Sealing, masking and writing in one pass: this is the hot loop."""
        seal, political_seal = self.ring.sealer("person"), self.ring.sealer("political")
        mask_name, mask_phone, mask_id, size = masks.mask_name, masks.mask_phone, masks.mask_id_number, SIZES
        delivered, of_region, of_text = (
            self.tally.delivered,
            Remembered(_region_fields),
            Remembered(text_field),
        )
        digest_size, out = size[16], [SIGNATURE]
        for line, worker_id, person_id in fresh:
            d = line.draft
            delivered[township_of(d.region), d.sector] += 1
            name, name_mask = seal(d.name, person_id + b"name"), mask_name(d.name).encode()
            phone = number = political = NULL
            phone_digest = number_digest = NULL
            if line.phone:
                sealed = seal(d.phone, person_id + b"phone")
                phone, phone_digest = size[len(sealed)] + sealed, digest_size + line.phone
            if line.id_number:
                sealed = seal(d.id_number, person_id + b"id_number")
                number, number_digest = size[len(sealed)] + sealed, digest_size + line.id_number
            if d.political and self.keep_political:
                political = bytes_field(political_seal(d.political, person_id + b"political"))
            phone_mask, number_mask = mask_phone(d.phone).encode(), mask_id(d.id_number).encode()
            codes, region = of_region[d.region]
            out += (
                COLUMN_COUNT,
                digest_size,
                worker_id,
                digest_size,
                person_id,
                size[len(name)],
                name,
                size[len(name_mask)],
                name_mask,
                phone,
                size[len(phone_mask)],
                phone_mask,
                phone_digest,
                number,
                size[len(number_mask)],
                number_mask,
                number_digest,
                political,
                codes,
                of_text[d.sector],
                region,
                digest_size + UUID(d.establishment).bytes if d.establishment else NULL,
                of_text[d.site],
                of_text[line.sheet[:60]],
                INTEGER,
                line.number.to_bytes(4, "big"),
                digest_size,
                line.row,
            )
        out.append(TRAILER)
        return b"".join(out)

    def _appear(self, more: list[tuple[_Line, _Record | _Fresh]]) -> None:
        """Rows of known records: they appear in this roster too, and its unit and region may now see them (masked)."""
        told = [
            (
                self.of.source_id,
                self.of.pk,
                record.worker_id if isinstance(record, _Record) else UUID(bytes=record.worker_id),
                line.sheet[:60],
                line.number,
                line.row,
                self.of.as_of_date,
            )
            for line, record in more
        ]
        units = [self.of.unit_id] if self.of.unit_id else []
        seen: dict[UUID, set[str]] = {}
        for line, record in more:
            if isinstance(record, _Record):
                seen.setdefault(record.person_id, set()).update(prefixes(line.draft.region))
        with connection.cursor() as cursor:
            cursor.executemany(_APPEAR, told)
            cursor.execute(
                "UPDATE census_worker SET first_seen_date = %s WHERE id = ANY(%s) AND first_seen_date > %s",
                [self.of.as_of_date, [part[2] for part in told], self.of.as_of_date],
            )
            cursor.execute(_SCOPES, [list(seen)])
            grown: list[tuple[UUID, list[list[Any]]]] = []
            for person_id, codes, unit_ids in cursor.fetchall():
                places_gained: list[Any] = sorted(seen[person_id] - set(codes))
                gained: list[list[Any]] = [places_gained, sorted(set(units) - set(unit_ids))]
                if any(gained):
                    grown.append((person_id, gained))
            cursor.executemany(_SEEN, [(codes, gained, person) for person, (codes, gained) in grown])
        Change.objects.bulk_create(
            Change(
                source_import=self.of,
                record_type=SCOPE,
                record_id=person_id,
                changed_at=self.at,
                sealed_before=self.ring.seal("file", json.dumps(gained), person_id.bytes),
            )
            for person_id, gained in grown
        )


_APPEAR = """
INSERT INTO census_appearance (source_id, source_import_id, worker_id, sheet, row, row_digest, as_of_date)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (source_id, row_digest) DO NOTHING
"""
#: The kind of ``Change`` that says which places and units an import let see a person.
SCOPE = "scope"
_SCOPES = "SELECT id, region_codes, unit_ids FROM people_person WHERE id = ANY(%s)"
_SEEN = """
UPDATE people_person SET
  region_codes = (SELECT array_agg(DISTINCT code) FROM unnest(region_codes || %s::varchar[]) code),
  unit_ids = (SELECT coalesce(array_agg(DISTINCT unit), '{}') FROM unnest(unit_ids || %s::bigint[]) unit)
WHERE id = %s
"""


def value_of(worker: Worker, name: str) -> str:
    """One field of a worker by its roster name, in clear."""
    if name in OF_PERSON:
        return open_for_program(worker.person, name)
    return str({"sector": worker.sector, "region": worker.region_code, "site": worker.site_name}[name])


def _put_present_codes(moved: Iterable[Worker]) -> None:
    """Where persons are by their records as they stand now, and where a roster that was taken in let see them: whoever
    keeps a place that they left opens them no more. Read by the program, since other records may lie elsewhere.
    """
    of_person = {worker.person_id: worker for worker in moved}
    codes = {pk: set(prefixes(worker.region_code)) for pk, worker in of_person.items()}
    with row_security.reader(system("places of a person")):
        shops = Establishment.objects.filter(contact__in=of_person).values_list("contact", "region_code")
        for pk, region in shops:
            codes[pk] |= set(prefixes(region))
        rosters = Change.objects.filter(record_type=SCOPE, record_id__in=of_person)
        for pk, gained in rosters.values_list("record_id", "sealed_before"):
            # what an import that was taken back gave is gone from the person already, and comes back by no move
            told = json.loads(keys().open("file", bytes(gained), pk.bytes))[0]
            codes[pk] |= set(told) & set(of_person[pk].person.region_codes)
    for pk, worker in of_person.items():
        worker.person.region_codes = sorted(codes[pk])


def put_value(worker: Worker, name: str, value: str) -> None:
    """Set one field of a worker by its roster name; does not save."""
    _put_own_value(worker, name, value)
    if name == "region":
        _put_present_codes([worker])


def _put_own_value(worker: Worker, name: str, value: str) -> None:
    """The field alone: where a person who moved is seen from now on comes after it."""
    if name in OF_PERSON:
        seal_into(worker.person, **{name: value})
    elif name == "sector":
        worker.sector = value
    elif name == "region":
        worker.region_code = value
    elif name == "site":
        worker.site_name = value


def narrow(person: Person, sealed_gained: Any) -> None:
    """Take from a person the places and units that an import let see them; does not save."""
    codes, units = json.loads(keys().open("file", bytes(sealed_gained), person.pk.bytes))
    person.region_codes = [code for code in person.region_codes if code not in codes]
    person.unit_ids = [unit for unit in person.unit_ids if unit not in units]


def put_values(worker: Worker, values: dict[str, str]) -> None:
    """Set fields by their roster names; does not save."""
    for name, value in values.items():
        put_value(worker, name, value)


def held(rows: QuerySet[Worker]) -> QuerySet[Worker]:
    """Workers with their persons, both locked as they are read: what others put right meanwhile is waited for."""
    return rows.select_related("person").select_for_update(of=("self", "person"))


def save(worker: Worker, names: Collection[str]) -> None:
    """Save what fields by their roster names fill of a worker and of its person, and nothing else of either."""
    columns = columns_of(*(name for name in names if name in OF_PERSON))
    places_seen = ("region_codes",) if "region" in names else ()
    worker.person.changed_at = worker.changed_at
    worker.person.save(update_fields=[*columns, *places_seen, "changed_at"])
    worker.save(update_fields=[*OWN_VALUES, "changed_at"])


def restore(worker: Worker, change: Change) -> None:
    """Give a worker the values it had before a change; does not save."""
    restore_all([(worker, change)])


def restore_all(pairs: Iterable[tuple[Worker, Change]]) -> None:
    """Give workers the values they had before changes, the last change first; does not save. Asks once for all of them,
    and for the persons once they are held: what was put right since the records were read stays so.
    """
    pairs = list(pairs)
    with row_security.reader(system("persons of workers")):
        held = Person.objects.select_for_update().filter(
            pk__in={worker.person_id for worker, _change in pairs}
        )
        persons = {one.pk: one for one in held.order_by("pk")}
    moved_back: list[Worker] = []
    placed_back: list[Worker] = []
    for worker, change in pairs:
        worker.person = persons[worker.person_id]
        before = json.loads(keys().open("file", bytes(change.sealed_before), worker.pk.bytes))
        worker.as_of_date = datetime.fromisoformat(before.pop("as_of")).date()
        for name, value in before.items():
            _put_own_value(worker, name, value)
        if "region" in before:
            moved_back.append(worker)
        if "site" in before:
            placed_back.append(worker)
    if moved_back:
        _put_present_codes(moved_back)
    if placed_back:
        _put_shops(placed_back)


def _put_shops(placed: list[Worker]) -> None:
    """Of workers whose site is another one the shop on record that it is, by its name, as when a roster is read."""
    wanted = {name_key(worker.site_name) for worker in placed} - {""}
    with row_security.reader(system("shops of workers")):
        known = Establishment.objects.filter(name_key__in=wanted).order_by("-pk")
        shops = dict(known.values_list("name_key", "pk"))
    for worker in placed:
        worker.establishment_id = shops.get(name_key(worker.site_name))
