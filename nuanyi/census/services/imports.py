"""A roster on its way in: sent, read, decided, taken in, undone."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.census import events, files, kinds, queries
from nuanyi.census.columns import FIELDS, key_of
from nuanyi.census.loading import establishments, workers
from nuanyi.census.loading.tally import CHANGED, Choices, Stale, Tally
from nuanyi.census.models import (
    Appearance,
    CensusRound,
    Change,
    Establishment,
    Finding,
    Import,
    Match,
    RecordNote,
    RecordPhoto,
    Source,
    Worker,
)
from nuanyi.census.reading import Layout, NoHeader, Reader, ReadRow
from nuanyi.census.rows import Known, Problem
from nuanyi.census.rules import (
    FINDINGS_KEPT,
    REASONS,
    ROUND_CLOSED,
    Choice,
    ImportState,
    Kind,
    RoundState,
    check_move,
)
from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, masks, row_security, sheets
from nuanyi.lib.actor import EVERYWHERE, Actor, Scope, system
from nuanyi.lib.digests import file_digest
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound
from nuanyi.lib.held_locks import held
from nuanyi.lib.sectors import Sector
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import services as notices
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account, Person
from nuanyi.people.services.persons import columns_of
from nuanyi.places import queries as places

WRITER_LOCK = 77020
#: How many changes of an import are taken back together.
UNDO_STEP = 500
#: What of a person an import changes.
_OF_PERSON = (*columns_of(*workers.OF_PERSON), "region_codes")
log = logging.getLogger("nuanyi.census")


# sending -------------------------------------------------------------------------------------


@transaction.atomic
def send_file(
    *,
    actor: Actor,
    client_key: UUID,
    data: bytes,
    file_name: str,
    source_name: str,
    kind: str = "",
    as_of_date: date | None = None,
    census_round: CensusRound | None = None,
    default_sector: str = "",
    default_region: str = "",
    political_evidence: str = "",
) -> Import:
    """Take a file into the queue. The same ``client_key`` with the same bytes gives the first answer.

    Raises NotAllowed, BadSheet (at the gate), BadInput (also for a round that is closed), Conflict.
    """
    actor.require("census.import")
    digest = file_digest("roster-file", data)
    known = Import.objects.filter(client_key=client_key).first()
    if known is not None:
        if known.file_digest != digest or known.account_id != actor.account_id:
            raise Conflict(code="key-reused")
        return known
    if census_round is not None:
        _check_open(census_round)
    sheets.kind_of(data)
    source = _source(source_name or file_name, actor.unit_id)
    if political_evidence and not actor.can("people.reveal_political"):
        political_evidence = ""
    made = Import(
        client_key=client_key,
        account_id=actor.account_id,
        unit_id=actor.unit_id,
        source=source,
        kind=kind,
        round=census_round,
        file_name=file_name[:120],
        file_digest=digest,
        file_bytes=len(data),
        as_of_date=as_of_date or clock.today(),
        default_sector=default_sector,
        political_evidence=political_evidence,
        default_region=default_region or _home_region(actor),
    )
    queries.check_defaults(made)
    files.keep(made.pk, files.SENT, data)
    made.save(force_insert=True)
    journal.record(actor, events.FILE_SENT, made, source=source.name, bytes=len(data), file=digest)
    return made


def _check_open(census_round: CensusRound) -> None:
    """A round that was closed was counted: what comes later is of another. Locked, so that nobody closes it meanwhile."""
    state = CensusRound.objects.select_for_update().values_list("state", flat=True).get(pk=census_round.pk)
    if state == RoundState.CLOSED:
        raise BadInput(fields={"census_round": ROUND_CLOSED}, code="round-closed")


def _source(name: str, unit_id: int | None) -> Source:
    name = name.strip()[:80]
    if not name:
        raise BadInput(fields={"source": _("Who sends this roster?")})
    return Source.objects.get_or_create(name=name, unit_id=unit_id)[0]


def _home_region(actor: Actor) -> str:
    regions = sorted({scope.region for scope in actor.scopes("census.import") if scope.region})
    if len(regions) == 1:
        return regions[0]
    district = places.district()
    return district.code if district else ""


# reading -------------------------------------------------------------------------------------


def sole_worker(pk: UUID) -> AbstractContextManager[bool]:
    """Hold an import for one process; False where another has it. Ends with the process, however it ends."""
    return held(f"import {pk}")


def scopes_of(of: Import) -> tuple[Scope, ...]:
    """Where the sender of an import may write, by the roles as they are now; everywhere for a command."""
    if of.account_id is None:
        return (EVERYWHERE,)
    return actor_for(Account.objects.get(pk=of.account_id)).scopes("census.import")


def known_for(of: Import) -> Known:
    """What reading needs to know of the district."""
    names, stems, scopes = places.names_by_code(), places.township_stems(), scopes_of(of)
    unit_wide = any(scope.unit is not None for scope in scopes)

    def may_write(code: str) -> bool:
        return unit_wide or any(scope.covers(region=code) for scope in scopes)

    known = Known(
        lambda text: places.region_named(text, names),
        lambda text: places.region_in(text, stems),
        default_sector=of.default_sector,
        default_region=of.default_region,
        may_write=may_write,
        leave=frozenset(of.answers.get("leave", ())),
        hints=frozenset(of.answers.get("hints", ())),
        words=of.source.words,
    )
    if of.kind != Kind.ESTABLISHMENTS:
        sites = Establishment.objects.values_list("name_key", "id", "region_code", "sector")
        known.sites = {key: (str(pk), region, sector) for key, pk, region, sector in sites}
    return known


def reader_of(of: Import) -> Reader:
    """A reader of the import's file. Raises NotFound where the file was deleted already."""
    data = files.take(of.pk, files.SENT)
    if data is None:
        raise NotFound(_("The file was deleted after the import."), code="file-gone")
    reader = Reader(data, of.kind, of.source.columns, of.chosen_columns)
    reader.with_hidden_rows = frozenset(of.answers.get("hidden_rows", ()))
    for sheet, rows in files.told(of.pk, files.MENDED).items():
        reader.mended[sheet] = {int(row): cells for row, cells in rows.items()}
    return reader


@shaped_otherwise(Reason.PROGRAM)
def read_import(pk: UUID) -> None:
    """Read a file and say what would happen; writes findings and matches, nothing of the census."""
    with sole_worker(pk) as mine:
        of = Import.objects.select_related("source").filter(pk=pk, state=ImportState.READING).first()
        if not mine or of is None:
            return
        try:
            with row_security.reading_as(system("import")):
                _read(of)
        except sheets.BadSheet as refused:
            _refuse(of, refused.code)
        except NoHeader as unclear:
            _keep_sample(of, unclear.layouts)
            of.columns = {layout.sheet: layout.as_json() for layout in unclear.layouts}
            _move(of, ImportState.COLUMNS)
        except Exception as fault:
            _fail(pk, fault)
        files.forget_progress(pk)


def _read(of: Import) -> None:
    reader = reader_of(of)
    if not reader.kind and reader.chosen:
        reader.kind = of.kind
    bad: list[tuple[ReadRow, Problem]] = []
    counts = {"rows": 0, "bad": 0, "notes": 0}
    rows = _split(reader, of, bad, counts)
    first = next(rows, None)  # the kind is known once the first sheet's header was seen
    of.kind = reader.kind
    tally = _load(of, _again(first, rows), write=False)
    chosen = {
        (sheet, row): (changes, choice)
        for sheet, row, changes, choice in Match.objects.filter(source_import=of)
        .exclude(choice="")
        .values_list("sheet", "row", "changes", "choice")
    }
    Finding.objects.filter(source_import=of).delete()
    Match.objects.filter(source_import=of).delete()
    Finding.objects.bulk_create(
        [_finding(of, reader, row, problem) for row, problem in bad[:FINDINGS_KEPT]], 1000
    )
    Match.objects.bulk_create([_match(of, met, chosen) for met in tally.met[:FINDINGS_KEPT]], 1000)
    of.columns = {layout.sheet: layout.as_json() for layout in reader.layouts}
    _keep_sample(of, reader.layouts)
    of.counts = {**counts, "good": counts["rows"] - counts["bad"], **tally.as_json()}
    of.preview, of.rows_digest = of.preview + 1, tally.rows_digest
    _move(of, ImportState.REVIEW)
    _tell(of, kinds.IMPORT_READ, file=of.file_name, good=of.counts["good"], bad=of.counts["bad"])


def _keep_sample(of: Import, layouts: list[Layout]) -> None:
    files.keep_told(of.pk, files.SAMPLE, {layout.sheet: layout.sample for layout in layouts})


def _split(
    reader: Reader, of: Import, bad: list[tuple[ReadRow, Problem]], counts: dict[str, int]
) -> Iterator[ReadRow]:
    for row in reader.rows(known_for(of)):
        counts["rows"] += 1
        if row.problems:
            counts["bad"] += 1
        elif row.draft.notes:
            counts["notes"] += 1
        if (row.problems or row.draft.notes) and len(bad) <= FINDINGS_KEPT:
            bad += [(row, problem) for problem in (*row.problems, *(row.draft.notes or ()))]
        if counts["rows"] % 2000 == 0:
            files.note_progress(of.pk, counts["rows"])
        yield row


def _again(first: ReadRow | None, rows: Iterator[ReadRow]) -> Iterator[ReadRow]:
    if first is not None:
        yield first
    yield from rows


def _load(of: Import, rows: Iterable[ReadRow], *, write: bool, choices: Choices | None = None) -> Tally:
    kind: Any = establishments.EstablishmentLoader if of.kind == Kind.ESTABLISHMENTS else workers.WorkerLoader
    loader = kind(of, scopes_of(of), choices)
    for seen in loader.load(rows, write=write):
        files.note_progress(of.pk, seen)
    tally: Tally = loader.tally
    return tally


def _finding(of: Import, reader: Reader, row: ReadRow, problem: Problem) -> Finding:
    return Finding(
        source_import=of,
        sheet=row.sheet[:60],
        row=row.number,
        column=reader.title_of(row.sheet, problem.field)[:60],
        field=problem.field,
        reason=problem.reason,
        is_note=problem not in row.problems,
        value_mask=_shown(problem, problem.value),
        hint_mask=_shown(problem, problem.hint),
    )


def _shown(problem: Problem, text: str) -> str:
    """What may be seen of a bad cell: sectors, townships and headcounts as they are, anything personal masked."""
    return text[:60] if problem.field in ("sector", "region", "headcount") else masks.mask_cell(text[:60])


def _match(of: Import, met: Any, chosen: dict[tuple[str, int], Any]) -> Match:
    """A row that meets a record; what was chosen for it before holds as long as it differs in the same way."""
    changes, choice = chosen.get((met.sheet[:60], met.row), (None, ""))
    return Match(
        source_import=of,
        sheet=met.sheet[:60],
        row=met.row,
        record_id=met.record_id,
        title=met.title[:130],
        sort=met.sort,
        changes=met.changes,
        group="+".join(sorted({name for name, _before, _after in met.changes}))[:80],
        choice=choice if met.sort == CHANGED and changes == met.changes else "",
    )


def _move(of: Import, state: str) -> None:
    check_move(of.state, state)
    of.state = state
    of.save()


def _refuse(of: Import, code: str) -> None:
    of.refusal = code
    _move(of, ImportState.REFUSED)
    _delete_file(system("import"), of)
    _tell(of, kinds.IMPORT_REFUSED, file=of.file_name)


def _fail(pk: UUID, fault: Exception) -> None:
    """Say on the import's page that the program failed, so that its sender has a way on.

    A file that is gone is said as such. Only the kind and the place of a fault are logged: its words may hold
    what stands in the roster.
    """
    if isinstance(fault, OperationalError):
        raise fault  # the database is away: the work is taken up again when it is back
    code = "file-gone" if isinstance(fault, NotFound) else "fault"
    last = traceback.extract_tb(fault.__traceback__)[-1]
    log.error("import %s: %s at %s:%s", pk, type(fault).__name__, Path(last.filename).name, last.lineno)
    with row_security.reading_as(system("import")):
        of = Import.objects.select_for_update().get(pk=pk)
        of.refusal = code
        _move(of, ImportState.FAILED)
        journal.record(system("import"), events.IMPORT_FAILED, of, code=code)
        _tell(of, kinds.IMPORT_FAILED, file=of.file_name)


@transaction.atomic
def try_again(*, actor: Actor, of: Import) -> Import:
    """Have a failed import read again; nothing of it was taken in. Raises NotAllowed, NotFound, IllegalMove."""
    of = _own(actor, of)
    _check_may_become(of, ImportState.READING)
    if not files.has(of.pk, files.SENT):
        raise IllegalMove(_("The file is gone. Send it again."), code="file-gone")
    of.refusal = ""
    _move(of, ImportState.READING)
    journal.record(actor, events.IMPORT_TRIED_AGAIN, of)
    return of


def _tell(of: Import, kind: str, **facts: Any) -> None:
    if of.account_id is not None:
        account = Account.objects.get(pk=of.account_id)
        notices.queue(
            account, kind, once=f"{kind}:{of.pk}", address=reverse("census:import", args=[of.pk]), **facts
        )


def _delete_file(actor: Actor, of: Import) -> None:
    for part in (files.MENDED, files.SAMPLE):
        files.delete(of.pk, part)
    if files.delete(of.pk, files.SENT):
        of.file_deleted_at = clock.now()
        of.save(update_fields=["file_deleted_at"])
        journal.record(actor, events.FILE_DELETED, of, file=of.file_digest)


@shaped_otherwise(Reason.PROGRAM)
@transaction.atomic
def sweep_file(pk: UUID) -> None:
    """Delete a file that outlived its import because the process died between the two."""
    _delete_file(system("import"), Import.objects.get(pk=pk))


# deciding ------------------------------------------------------------------------------------


def _own(actor: Actor, of: Import) -> Import:
    """The import, locked, if it is the actor's business. Raises NotAllowed, NotFound."""
    actor.require("census.import")
    found = Import.objects.visible_to(actor).select_for_update().filter(pk=of.pk).first()
    if found is None:
        raise NotFound()
    return found


def _check_waits(of: Import, state: str = ImportState.REVIEW) -> None:
    """A colleague may have decided since the page was opened: whoever comes second hears so. Raises IllegalMove."""
    if of.state != state:
        raise _moved_on()


def _check_shown(of: Import, shown: int | None) -> None:
    """What is taken in is what the deciding person saw: ``shown`` is the preview of the page. Raises IllegalMove."""
    if shown is not None and shown != of.preview:
        raise IllegalMove(
            _(
                "The preview is no longer the one that you saw: perhaps a colleague read the file again or decided rows."
                " Nothing was taken in. Look at it as it is now, then decide."
            ),
            code="preview-changed",
        )


def _shown_anew(of: Import) -> None:
    """What would be taken in has changed: whoever has the page open looks at it again first."""
    of.preview += 1
    of.save(update_fields=["preview"])


def _check_may_become(of: Import, state: str) -> None:
    """The same for steps that several states allow. Raises IllegalMove."""
    try:
        check_move(of.state, state)
    except IllegalMove as exc:
        raise _moved_on() from exc


def _moved_on() -> IllegalMove:
    return IllegalMove(
        _("This roster has moved on: perhaps a colleague was quicker. This is where it stands now."),
        code="moved-on",
    )


@shaped_otherwise(Reason.STEP)
@transaction.atomic
def choose_columns(*, actor: Actor, of: Import, kind: str, columns: dict[str, dict[str, Any]]) -> Import:
    """Say which column is which, have the file read again, and remember it for the source.

    ``columns`` is ``{sheet: {"row": header row, "fields": {field: column index}}}``. Raises BadInput, IllegalMove.
    """
    of = _own(actor, of)
    _check_may_become(of, ImportState.READING)
    if kind not in Kind.values:
        raise BadInput(fields={"kind": _("Establishments or workers?")})
    # a sheet without any column is one that the sender leaves out
    useful = {
        sheet: told for sheet, told in columns.items() if "name" in told["fields"] or not told["fields"]
    }
    if not any(told["fields"] for told in useful.values()):
        raise BadInput(fields={"columns": _("Say at least which column holds the name.")})
    if any(set(told["fields"]) - set(FIELDS[kind]) for told in useful.values()):
        raise BadInput(code="bad-field")
    of.kind, of.chosen_columns = kind, useful
    _move(of, ImportState.READING)
    _remember(of, useful)
    return of


def _remember(of: Import, columns: dict[str, dict[str, Any]]) -> None:
    source = Source.objects.select_for_update().get(pk=of.source_id)
    taught = dict(source.columns.get(of.kind, {}))
    for sheet, told in columns.items():
        titles = of.columns.get(sheet, {}).get("titles", [])
        for field, column in told["fields"].items():
            if column < len(titles) and key_of(titles[column]):
                taught[key_of(titles[column])] = field
    source.columns = {**source.columns, of.kind: taught}
    source.save(update_fields=["columns"])


@transaction.atomic
def mend(
    *,
    actor: Actor,
    of: Import,
    answers: dict[str, list[str]] | None = None,
    words: dict[str, dict[str, str]] | None = None,
    cells: dict[int, str] | None = None,
    shown: int | None = None,
) -> Import:
    """Mend bad cells in the page and have the file read again.

    ``answers`` says what to do with groups of cells (``leave`` and ``hints``: ``field:reason``; ``hidden_rows``:
    sheets), ``words`` what a source means by its words and is remembered for it, ``cells`` gives single cells anew, by
    the id of their finding, as the preview ``shown`` has it. Raises NotAllowed, NotFound, IllegalMove, BadInput.
    """
    of = _own(actor, of)
    _check_waits(of)
    if cells:
        _check_shown(of, shown)
    said = answers or {}
    told = {name: sorted(set(said[name]))[:200] for name in ("leave", "hints", "hidden_rows") if name in said}
    of.answers = {**of.answers, **told}
    _learn(of, words or {})
    _rewrite(of, cells or {})
    _move(of, ImportState.READING)
    journal.record(actor, events.IMPORT_MENDED, of, cells=len(cells or {}), answers=of.answers)
    return of


@transaction.atomic
def forget_word(*, actor: Actor, of: Import, field: str, word: str) -> Import:
    """Forget what a source was taught to mean by a word, and have the file read again without it.

    Raises NotAllowed, NotFound, IllegalMove.
    """
    of = _own(actor, of)
    _check_waits(of)
    source = Source.objects.select_for_update().get(pk=of.source_id)
    if word not in source.words.get(field, {}):
        raise NotFound()
    source.words = {
        name: {known: meaning for known, meaning in table.items() if (name, known) != (field, word)}
        for name, table in source.words.items()
    }
    source.save(update_fields=["words"])
    _move(of, ImportState.READING)
    journal.record(actor, events.IMPORT_MENDED, of, cells=0, answers=of.answers)
    return of


def _learn(of: Import, words: dict[str, dict[str, str]]) -> None:
    """Remember what a source means by a word."""
    meant: dict[str, Any] = {"sector": Sector.values, "region": places.names_by_code()}
    for field, table in words.items():
        if field not in meant or any(value not in meant[field] for value in table.values()):
            raise BadInput(code="bad-word")
    if any(words.values()):
        source = Source.objects.select_for_update().get(pk=of.source_id)
        source.words = {field: {**source.words.get(field, {}), **words.get(field, {})} for field in meant}
        source.save(update_fields=["words"])


def _rewrite(of: Import, cells: dict[int, str]) -> None:
    """Keep cells that were written anew, sealed beside the file."""
    if not cells:
        return
    mended = files.told(of.pk, files.MENDED)
    for finding in Finding.objects.filter(source_import=of, pk__in=cells):
        rows = mended.setdefault(finding.sheet, {})
        rows.setdefault(str(finding.row), {})[finding.field] = cells[finding.pk][:120]
    files.keep_told(of.pk, files.MENDED, mended)


@shaped_otherwise(Reason.STEP)
@transaction.atomic
def choose(
    *,
    actor: Actor,
    of: Import,
    choice: str,
    rows: list[int] | None = None,
    group: str | None = None,
    shown: int | None = None,
) -> int:
    """Choose for some matches (by id), for all that differ in the same fields (``group``), or else for all that have
    no choice of their own; returns for how many something else is chosen by it. ``shown`` is the preview of the page.

    Raises NotAllowed, NotFound, IllegalMove (also for a preview that is no longer so), BadInput.
    """
    of = _own(actor, of)
    _check_waits(of)
    _check_shown(of, shown)
    if choice not in Choice.values:
        raise BadInput(fields={"choice": _("Keep, fill in or overwrite?")})
    differing = Match.objects.filter(source_import=of, sort="changed")
    if group is None and rows is None:  # whoever takes the roster in says this again
        of.default_choice = choice
        of.save(update_fields=["default_choice"])
        return differing.filter(choice="").count()
    meant = differing.filter(pk__in=rows or ()) if group is None else differing.filter(group=group)
    changed = meant.exclude(choice=choice).update(choice=choice)
    if changed:  # else whoever has the page open sees what is so
        _shown_anew(of)
    return changed


@shaped_otherwise(Reason.STEP)
@transaction.atomic
def decide(*, actor: Actor, of: Import, only_if_clean: bool = False, shown: int | None = None) -> Import:
    """Take the good rows in (or, with ``only_if_clean``, nothing unless every row is good), as the preview ``shown`` has
    them.

    Raises IllegalMove (also for a preview that is no longer so), BadInput (rows meet known records and nobody chose what
    to do with them; the round that the file was sent for was closed meanwhile).
    """
    of = _own(actor, of)
    _check_waits(of)
    _check_shown(of, shown)
    if of.round is not None:
        _check_open(of.round)
    if only_if_clean and of.counts.get("bad"):
        raise IllegalMove(_("Some rows are bad. Mend them, or take in the good ones only."), code="not-clean")
    open_matches = Match.objects.filter(source_import=of, sort="changed", choice="").exists()
    if open_matches and not of.default_choice:
        raise BadInput(
            _("Some rows differ from what is known. Choose first what to do with them."),
            code="no-choice",
            fields={"choice": _("Keep, fill in or overwrite?")},
        )
    _move(of, ImportState.WRITING)
    return of


@transaction.atomic
def choose_round(
    *, actor: Actor, of: Import, census_round: CensusRound | None, shown: int | None = None
) -> Import:
    """Say for which round a file is that waits for its decision, or for none.

    Raises NotAllowed, NotFound, IllegalMove, BadInput (that round is closed).
    """
    of = _own(actor, of)
    _check_waits(of)
    _check_shown(of, shown)
    if census_round is not None:
        _check_open(census_round)
    of.round = census_round
    of.save(update_fields=["round"])
    _shown_anew(of)
    journal.record(actor, events.IMPORT_ROUND_CHOSEN, of, round=census_round.name if census_round else "")
    return of


@transaction.atomic
def discard(*, actor: Actor, of: Import) -> Import:
    """Take nothing in and delete the file."""
    of = _own(actor, of)
    _check_may_become(of, ImportState.DISCARDED)
    _move(of, ImportState.DISCARDED)
    Finding.objects.filter(source_import=of).delete()
    Match.objects.filter(source_import=of).delete()
    journal.record(actor, events.IMPORT_DISCARDED, of)
    _delete_file(actor, of)
    return of


# taking in -----------------------------------------------------------------------------------


@shaped_otherwise(Reason.PROGRAM)
def write_import(pk: UUID) -> None:
    """Take the good rows in: one transaction, one import at a time. Killed anywhere, nothing of it is there."""
    with sole_worker(pk) as mine:
        if not mine:
            return
        with row_security.reading_as(system("import")):
            of = Import.objects.select_related("source").filter(pk=pk, state=ImportState.WRITING).first()
            if of is None:
                return
        try:
            with row_security.reading_as(system("import")):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [WRITER_LOCK])
                _write(of)
        except Stale:
            _ask_again(pk)
        except RoundClosed:
            with row_security.reading_as(system("import")):
                _move(Import.objects.get(pk=pk), ImportState.REVIEW)
        except Exception as fault:
            _fail(pk, fault)
        else:
            # only now, when what was taken in is durable; a crash in between is swept later
            with transaction.atomic():
                _delete_file(system("import"), of)
        files.forget_progress(pk)


class RoundClosed(Exception):
    """The round was closed between the decision and the work: nothing is taken in, and the page asks again."""


def _ask_again(pk: UUID) -> None:
    """Nothing was taken in; show what it would do now, keeping the choices that still fit, and ask once more."""
    with row_security.reading_as(system("import")):
        of = Import.objects.select_related("source").get(pk=pk)
        of.default_choice = ""
        _read(of)
        of.counts["asked_again"] = 1
        of.save(update_fields=["counts"])


def _check_still_so(of: Import, tally: Tally) -> None:
    """Raise Stale where the file is read otherwise than its preview showed, or a row meets a record otherwise.

    Another file of its source may have taught what a title or a word means. Of the rows that meet a record only the
    first is compared: what later ones find was changed by this very import.
    """
    is_known = bool(of.rows_digest) or not of.counts.get("good")
    if is_known and of.rows_digest != tally.rows_digest:
        raise Stale
    shown = {
        (sheet, row): changes
        for sheet, row, changes in Match.objects.filter(source_import=of, sort=CHANGED).values_list(
            "sheet", "row", "changes"
        )
    }
    if len(shown) >= FINDINGS_KEPT:
        return
    met: set[Any] = set()
    for one in tally.met:
        if one.sort == CHANGED and one.record_id not in met:
            met.add(one.record_id)
            if shown.get((one.sheet[:60], one.row)) != one.changes:
                raise Stale


def _write(of: Import) -> None:
    if of.round is not None:
        try:
            _check_open(of.round)
        except BadInput as closed:
            raise RoundClosed from closed
    reader = reader_of(of)
    rejected: list[tuple[ReadRow, list[str]]] = []
    choices = {
        (sheet, row): choice
        for sheet, row, choice in Match.objects.filter(source_import=of)
        .exclude(choice="")
        .values_list("sheet", "row", "choice")
    }
    counts = {"rows": 0}
    tally = _load(of, _good(reader, of, rejected, counts), write=True, choices=choices)
    _check_still_so(of, tally)
    day = of.as_of_date
    kind = kinds.ESTABLISHMENTS_RECORDED if of.kind == Kind.ESTABLISHMENTS else kinds.WORKERS_RECORDED
    lines = [
        Delivered(day, number, region, sector, of.unit_id or 0)
        for (region, sector), number in sorted(tally.delivered.items())
    ]
    ledger.record(kind, lines, source=of)
    of.columns = {layout.sheet: layout.as_json() for layout in reader.layouts}
    bad = len(rejected)
    of.counts = {"rows": counts["rows"], "bad": bad, "good": counts["rows"] - bad, **tally.as_json()}
    of.done_at = clock.now()
    _move(of, ImportState.DONE)
    actor = system("import") if of.account_id is None else actor_for(Account.objects.get(pk=of.account_id))
    journal.record(actor, events.IMPORTED, of, source=of.source.name, file=of.file_digest, **of.counts)
    _tell(
        of,
        kinds.IMPORT_DONE,
        file=of.file_name,
        new=of.counts.get("new", 0),
        changed=of.counts.get("written", 0),
    )
    if rejected:
        files.keep(of.pk, files.REJECTED, rejected_workbook(reader, rejected))


def _good(
    reader: Reader, of: Import, rejected: list[tuple[ReadRow, list[str]]], counts: dict[str, int]
) -> Iterator[ReadRow]:
    for row in reader.rows(known_for(of)):
        counts["rows"] += 1
        if row.problems:
            words = [f"{reader.title_of(row.sheet, p.field)}：{REASONS[p.reason]}" for p in row.problems]
            rejected.append((row, words))
        else:
            yield row


def rejected_workbook(reader: Reader, rejected: list[tuple[ReadRow, list[str]]]) -> bytes:
    """The rejected rows as a workbook of the same columns, with the reasons in a last one."""
    out = io.BytesIO()
    writer = sheets.Writer(out)
    for layout in reader.layouts:
        rows = [(row, words) for row, words in rejected if row.sheet == layout.sheet]
        if not rows:
            continue
        titles = [*layout.titles, str(_("Row in your file")), str(_("Why it was not taken in"))]
        page = writer.sheet(layout.sheet or "1", titles)
        for row, words in rows:
            cells = [*row.cells, *[""] * (len(layout.titles) - len(row.cells))][: len(layout.titles)]
            page.row([*cells, row.number, " ".join(words)])
    writer.close()
    return out.getvalue()


# undoing -------------------------------------------------------------------------------------


@transaction.atomic
def undo(*, actor: Actor, of: Import) -> dict[str, int]:
    """Take a whole import back: what it made goes, what it changed is as before, the ledger is reversed.

    Records that another roster named since, or that were changed since, stay; returns ``removed``,
    ``restored``, ``kept``. Raises NotAllowed, NotFound, IllegalMove.
    """
    of = _own(actor, of)
    _check_waits(of, ImportState.DONE)
    undoable = timedelta(days=Change.PERSONAL["sealed_before"].retention_days)
    if of.done_at is not None and of.done_at < clock.now() - undoable:
        raise IllegalMove(
            _("What was there before is kept for a year; this import can no longer be taken back."),
            code="too-old",
        )
    with row_security.reader(system("undo")):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [WRITER_LOCK])
        done = {"restored": 0, "kept": 0, "removed": 0}
        for restored, kept in _put_back(of):
            done["restored"] += restored
            done["kept"] += kept
        Change.objects.filter(source_import=of).update(until_date=None)
        Appearance.objects.filter(source_import=of).delete()
        for model in (Worker, Establishment):
            removed, kept = _remove_made(model, of)
            done["removed"] += removed
            done["kept"] += kept
        ledger.reverse_all_from(of)
        of.state = ImportState.UNDONE
        of.counts = {**of.counts, **done}
        of.save()
        journal.record(actor, events.IMPORT_UNDONE, of, **done)
    return done


def _put_back(of: Import) -> Iterator[tuple[int, int]]:
    """Take the changes of an import back, the last first, a step at a time; how many are as before, and how many stay.

    A step asks for all its records together: a large roster changes thousands of them. What is held is held in the order
    of whoever forgets a person: changes, records, persons.
    """
    put: dict[str, Callable[[list[Change]], int]] = {
        workers.SCOPE: _narrow,
        "worker": _restore_workers,
        "establishment": _restore_establishments,
    }
    changes = Change.objects.select_for_update().filter(source_import=of).order_by("-id")
    rest = changes
    while step := list(rest[:UNDO_STEP]):
        for kind, alike in groupby(step, key=attrgetter("record_type")):
            told = list(alike)
            restored = put[kind](told)
            if kind != workers.SCOPE:
                yield restored, len(told) - restored
        rest = changes.filter(id__lt=step[-1].pk)


def _narrow(changes: list[Change]) -> int:
    """Whoever may see persons only because of this import no longer may, unless a later import gave the same."""
    rows = Person.objects.select_for_update().filter(erased_at=None).order_by("pk")
    persons = {one.pk: one for one in rows.filter(pk__in=[change.record_id for change in changes])}
    for change in changes:
        if change.record_id in persons:
            workers.narrow(persons[change.record_id], change.sealed_before)
    Person.objects.bulk_update(persons.values(), ["region_codes", "unit_ids"])
    return len(persons)


def _unchanged_since(rows: Any, changes: list[Change]) -> list[tuple[Any, Change]]:
    """The records of changes that nobody changed after the import, each one object however often it was changed."""
    found = rows.in_bulk({change.record_id for change in changes})
    pairs = ((found.get(change.record_id), change) for change in changes)
    return [(record, change) for record, change in pairs if record and record.changed_at == change.changed_at]


def _restore_workers(changes: list[Change]) -> int:
    """Put the values from before back unless somebody changed the record after the import. Returns of how many changes."""
    rows = Worker.objects.select_for_update().order_by("pk")
    pairs = _unchanged_since(rows, changes)
    workers.restore_all(pairs)
    records = {record.pk: record for record, _change in pairs}.values()
    Person.objects.bulk_update([record.person for record in records], _OF_PERSON)
    Worker.objects.bulk_update(records, workers.OWN_VALUES)
    return len(pairs)


def _restore_establishments(changes: list[Change]) -> int:
    """The same for establishments, with their contacts."""
    rows = Establishment.objects.select_for_update().order_by("pk")
    pairs = _unchanged_since(rows, changes)
    establishments.restore_all(pairs)
    records = {record.pk: record for record, _change in pairs}.values()
    Establishment.objects.bulk_update(records, establishments.OWN_VALUES)
    return len(pairs)


def _remove_made(model: Any, of: Import) -> tuple[int, int]:
    """Delete what an import made, unless another roster names it too, it was touched since, or another room needs it."""
    made = model.objects.filter(made_by=of)
    field = "worker" if model is Worker else "establishment"
    others = Appearance.objects.exclude(**{field: None}).values(field)
    stays = made.filter(pk__in=others) | made.filter(changed_at__gt=of.done_at)
    for remark in (RecordNote, RecordPhoto):
        stays |= made.filter(pk__in=remark.objects.exclude(**{field: None}).values(field))
    kept_ids = set(stays.values_list("pk", flat=True))
    ids = set(made.exclude(pk__in=kept_ids).values_list("pk", flat=True))
    for _receiver, needed in events.still_needed.send(sender=model, model=model, ids=ids):
        kept_ids |= set(needed or ())
    made.filter(pk__in=kept_ids).update(made_by=None)
    persons = list(made.values_list("person_id" if model is Worker else "contact_id", flat=True))
    removed = made.count()
    made.delete()
    Person.objects.filter(pk__in=[pk for pk in persons if pk]).delete()
    return removed, len(kept_ids)


# at once, for commands -----------------------------------------------------------------------


def import_now(*, actor: Actor, choice: str = Choice.KEEP, **sent: Any) -> Import:
    """Send, read and take in without the queue (commands, the demo). Raises what the steps raise."""
    of = send_file(actor=actor, **sent)
    if of.state == ImportState.READING:
        read_import(of.pk)
        of.refresh_from_db()
    if of.state == ImportState.REVIEW:
        if of.default_choice != choice:
            of.default_choice = choice
            of.save(update_fields=["default_choice"])
        decide(actor=actor, of=of)
        write_import(of.pk)
    of.refresh_from_db()
    return of
