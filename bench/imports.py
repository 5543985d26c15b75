"""100,000 worker rows from xlsx: ours, django-import-export row by row, and the floor (calamine and COPY)."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from functools import cache
from statistics import median

import xlsxwriter
from django.db import connection, models

from bench.report import Report, in_turn

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
PEER_ROWS = 3000
ROUNDS = 3
HEAD = ["姓名", "手机号码", "身份证号", "行业", "所在乡镇"]


def workbook(rows: int, first: int = 0) -> bytes:
    """A synthetic roster."""
    from nuanyi.lib.identity import id_check_digit

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    for n in range(first, first + rows):
        number = f"450311{1960 + n // 1000 % 45:04d}{1 + n // 45000 % 12:02d}{1 + n // 540000 % 28:02d}{n % 1000:03d}"
        sheet.write_row(
            n - first + 1,
            0,
            [
                "测试人",
                f"199{n:08d}",
                number + id_check_digit(number),
                ("快递", "外卖")[n % 2],
                ("雁山镇", "柘木镇")[n % 2],
            ],
        )
    book.close()
    return out.getvalue()


def _district() -> None:
    from nuanyi.lib.actor import system
    from nuanyi.places import services as places

    program = system("bench")
    places.put_region(actor=program, code="450311", name="雁山区", level="district")
    for code, name in (("450311100", "雁山镇"), ("450311101", "柘木镇")):
        places.put_region(actor=program, code=code, name=name, level="township", parent="450311")


def ours(data: bytes, previews: list[float]) -> float:
    """Rows taken in per second by the whole pipeline: checks, sealing, digests, journal, ledger.

    The file is previewed and decided first, as everywhere: of a file without its preview nothing would be taken in. How
    many rows a second the preview read is added to ``previews``.
    """
    from nuanyi.census.models import Worker
    from nuanyi.census.services import imports
    from nuanyi.lib.actor import system
    from nuanyi.lib.ids import new_id

    program = system("bench")
    of = imports.send_file(
        actor=program,
        client_key=new_id(),
        data=data,
        file_name="b.xlsx",
        source_name="bench",
        kind="workers",
    )
    start = time.perf_counter()
    imports.read_import(of.pk)
    previews.append(ROWS / (time.perf_counter() - start))
    imports.decide(actor=program, of=of)
    start = time.perf_counter()
    imports.write_import(of.pk)
    seconds = time.perf_counter() - start
    of.refresh_from_db()
    assert (of.state, of.counts["new"]) == ("done", ROWS), (of.state, of.counts)
    assert Worker.objects.filter(made_by=of).count() == ROWS
    return ROWS / seconds


@cache
def plain() -> type[models.Model]:
    """What django-import-export writes into: the same five columns, nothing sealed. Made when it is measured, so that whoever
    reads this file has no table that no migration makes."""

    class Plain(models.Model):
        name = models.CharField(max_length=60)
        phone = models.CharField(max_length=20)
        number = models.CharField(max_length=20)
        sector = models.CharField(max_length=20)
        region = models.CharField(max_length=20)
        PERSONAL: dict[str, object] = {}

        class Meta:
            app_label = "front"

    return Plain


def import_export() -> float:
    """Rows per second by django-import-export, row by row, its defaults; the table of ``plain`` stands."""
    import tablib
    from import_export import resources

    resource_class = resources.modelresource_factory(model=plain())
    told = tablib.Dataset(
        *[
            ("", "测试人", f"199{n:08d}", f"45031119900307{n:04d}", "快递", "雁山镇")
            for n in range(PEER_ROWS)
        ],
        headers=["id", "name", "phone", "number", "sector", "region"],
    )
    start = time.perf_counter()
    done = resource_class().import_data(told, dry_run=False, raise_errors=True)
    seconds = time.perf_counter() - start
    assert done.totals["new"] == PEER_ROWS
    return PEER_ROWS / seconds


def floor(data: bytes) -> float:
    """Rows per second by reading with calamine and COPY, nothing else."""
    from python_calamine import CalamineWorkbook

    start = time.perf_counter()
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE floor_rows (a text, b text, c text, d text, e text)")
        with cursor.copy("COPY floor_rows FROM STDIN") as copy:
            for row in sheet.iter_rows():
                copy.write_row(row)
    return ROWS / (time.perf_counter() - start)


def peak_megabytes() -> float:
    """Peak memory of a fresh process that takes the same file in, its reading child included."""
    done = subprocess.run([sys.executable, "-m", "bench.peak"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    return float(done.stdout.strip().splitlines()[-1])


def run(report: Report) -> None:
    """All three, and the ratios: other people in each round."""
    _district()
    with connection.schema_editor() as editor:
        editor.create_model(plain())
    rosters = [workbook(ROWS, first=turn * ROWS) for turn in range(ROUNDS)]
    waiting = iter(rosters)
    previews: list[float] = []
    rates, peers = in_turn(lambda: ours(next(waiting), previews), import_export, ROUNDS)
    rate, peer, ground = median(rates), median(peers), floor(rosters[0])
    report.note(
        f"import: {rate:,.0f} rows/s; django-import-export {peer:,.0f}; calamine + COPY {ground:,.0f};"
        f" the preview before it {median(previews):,.0f}"
    )
    report.turns(
        f"import of {ROWS:,} worker rows", rates, peers, "django-import-export row by row", at_least=30
    )
    report.ratio("its share of the floor", rate / ground, "calamine + COPY")
    report.ratio("peak memory of that import, MB", peak_megabytes(), "350 MB", at_most=350)
