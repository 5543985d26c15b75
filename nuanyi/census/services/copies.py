"""Copies of a sent file for its sender: annotated before it is taken in, the rejected rows afterwards."""

from __future__ import annotations

import io
from itertools import chain, islice

from django.db import transaction

from nuanyi.census import columns, events, files
from nuanyi.census.models import Finding, Import
from nuanyi.census.rules import REASONS
from nuanyi.journal import services as journal
from nuanyi.lib import sheets
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import NotFound
from nuanyi.lib.sheets import Note

ANNOTATED, REJECTED = "annotated", "rejected"


@transaction.atomic
def copy_of(*, actor: Actor, of: Import, part: str) -> bytes:
    """A workbook in clear, for the sender only: it is the sender's own file. Raises NotFound."""
    if of.account_id != actor.account_id or part not in (ANNOTATED, REJECTED):
        raise NotFound()
    body = files.take(of.pk, files.REJECTED) if part == REJECTED else _annotated(of)
    if body is None:
        raise NotFound()
    journal.record(actor, events.COPY_TAKEN, of, part=part)
    return body


def _annotated(of: Import) -> bytes | None:
    data = files.take(of.pk, files.SENT)
    if data is None:
        return None
    remarks: dict[tuple[str, int, str], str] = {
        (f.sheet, f.row, f.column): str(REASONS[f.reason]) for f in Finding.objects.filter(source_import=of)
    }
    out = io.BytesIO()
    writer = sheets.Writer(out)
    for sheet in sheets.read(data):
        layout = of.columns.get(sheet.name, {"titles": [], "row": 0})
        page = writer.sheet(sheet.name or "1", [])
        head = list(islice(sheet.rows, columns.HEADER_WITHIN))
        for number, row in enumerate(chain(head, sheet.rows), 1):
            cells: list[object] = list(row) + [""] * (len(layout["titles"]) - len(row))
            for index, title in enumerate(layout["titles"]):
                remark = remarks.get((sheet.name[:60], number, title[:60]))
                if remark:
                    cells[index] = Note(cells[index], remark)
            page.row(cells)
    writer.close()
    return out.getvalue()
