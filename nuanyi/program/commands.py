"""What each command does. Django is imported inside: the database must be attached first."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nuanyi.lib.env import home
from nuanyi.program import database
from nuanyi.program.cli import answer, progress


@contextmanager
def ready() -> Iterator[None]:
    """A database with up-to-date tables, and Django set up to use it; whoever runs a command reads as the program."""
    with database.attached():
        import django

        django.setup()
        _migrate_if_needed()
        with django_alone():
            yield


@contextmanager
def django_alone() -> Iterator[None]:
    """Django set up to use the database whose address the environment has."""
    import django

    django.setup()
    from django.db import connections

    from nuanyi.lib import row_security
    from nuanyi.lib.actor import system

    row_security.process_reads_as(system("command"))
    try:
        yield
    finally:
        row_security.process_reads_as(None)
        connections.close_all()


def _migrate_if_needed() -> None:
    """Migrate in a process of its own, so that this one never holds the owner's connection. Django must be set up."""
    import subprocess

    beside = _beside_the_migrations()
    if _not_applied() or not _stamp().exists() or _stamp().read_text() != beside:
        command = [sys.executable, "-m", "nuanyi.program.cli", "migrate"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        _stamp().write_text(beside)


def _not_applied() -> set[tuple[str, str]]:
    """The migrations that are written and not applied, by room and name (what ``migrate --check`` looks at)."""
    import psycopg
    from django.db.migrations.loader import MigrationLoader

    with psycopg.connect(database.owner_url()) as db:
        there = db.execute("SELECT to_regclass('django_migrations')").fetchone()
        rows = db.execute("SELECT app, name FROM django_migrations").fetchall() if there and there[0] else []
    return set(MigrationLoader(None).disk_migrations) - {(str(app), str(name)) for app, name in rows}


def _beside_the_migrations() -> str:
    """A digest of what migrating lays down beside the tables: policies and grants."""
    from nuanyi.lib.digests import sha256_hex
    from nuanyi.program import row_policies

    grants = Path(database.__file__).read_bytes()
    return sha256_hex("\n".join(row_policies.statements()).encode() + grants)[:16]


def _stamp() -> Path:
    return home() / "schema-stamp"


def migrate(chosen: argparse.Namespace) -> int:
    """Bring the tables up to date."""
    with database.attached():
        database.migrate(verbosity=0 if chosen.json else 1)
    answer(chosen, {"migrated": True}, "The tables are up to date.")
    return 0


def demo(chosen: argparse.Namespace) -> int:
    """Build the demo district, then serve it."""
    os.environ["NUANYI_DEMO"] = "1"
    with ready():
        _refuse_real_district()
        from nuanyi.program.demo import build

        report = build.build(lambda words: progress(chosen, words), small=chosen.small)
    answer(chosen, report, build.words(report))
    if chosen.no_serve:
        return 0
    sys.stdout.flush()
    return serve(argparse.Namespace(host=chosen.host, port=chosen.port, workers=None, json=chosen.json))


def _refuse_real_district() -> None:
    """The demo is never built into a home that serves a district, a demo that became the real one among them."""
    from nuanyi.lib.errors import Conflict
    from nuanyi.program.models import Installation

    if Installation.objects.filter(opened_at__isnull=False).exists():
        raise Conflict(
            "this home serves a district: the demo would be built into it. Choose another NUANYI_HOME",
            code="already-set-up",
        )


def serve(chosen: argparse.Namespace) -> int:
    """Web and worker under one supervisor."""
    from nuanyi.program import doctor, prepared, supervisor

    begun = time.monotonic()
    with database.attached() as server:
        boss = supervisor.Supervisor(chosen.host, chosen.port, chosen.workers, server, begun)
        doctor.refuse_unsafe_settings(chosen.host)
        boss.refuse_taken_port()
        boss.passed("database")
        key = ""
        if not prepared.is_ready():
            key = _prepare()
            if not key:
                prepared.note()
        boss.passed("tables")
        doctor.refuse_unsafe(chosen.host)
        if key:
            _offer_setup(chosen.host, chosen.port, key)
        return boss.run()


def _prepare() -> str:
    """In a process of its own: migrate, see that the rooms fit together; the key to set an empty home up, else "".

    Raises Unsafe with what that process said.
    """
    import subprocess

    from nuanyi.program.doctor import Unsafe

    command = [sys.executable, "-m", "nuanyi.program.cli", "setup-key"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unsafe(
            done.stderr.strip().removeprefix("nuanyi: ") or f"the program ended with {done.returncode}"
        )
    return done.stdout.strip()


def _offer_setup(host: str, port: int, key: str) -> None:
    """In an empty home: print where to begin, and let every other address say that nothing is set up."""
    os.environ["NUANYI_AWAITS_SETUP"] = "1"
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    base = os.environ.get("NUANYI_PUBLIC_URL", "").rstrip("/") or f"http://{shown}:{port}"
    print(
        f"\nThis home is empty. Set the district up here (the address works once, for 24 hours):\n"
        f"  {base}/setup/?key={key}\n"
        f"or stop and run: nuanyi setup --district CODE\n",
        file=sys.stderr,
        flush=True,
    )


def setup_key(chosen: argparse.Namespace) -> int:
    """See that everything fits together; print a new one-time key where the home is not set up, nothing where it is."""
    with ready():
        from nuanyi.lib import row_security
        from nuanyi.lib.actor import system
        from nuanyi.lib.errors import Conflict
        from nuanyi.program import doctor
        from nuanyi.program.setup import services

        doctor.refuse_contradictions()

        with row_security.reading_as(system("setup")):
            try:
                key = services.make_key(actor=system("setup"))
            except Conflict:
                return 0
    answer(chosen, {"key": key}, key)
    return 0


def setup(chosen: argparse.Namespace) -> int:
    """An empty home becomes a district that can serve, with every proposal taken as it is."""
    rows: list[list[object]] = []
    if chosen.units:
        file = Path(chosen.units)
        if not file.is_file():
            raise FileNotFoundError(f"{chosen.units}: there is no such file")
    with ready():
        from nuanyi.lib import row_security, sheets
        from nuanyi.lib.actor import system
        from nuanyi.lib.errors import BadInput
        from nuanyi.program.setup import services

        if chosen.units:
            for sheet in sheets.read(file.read_bytes()):
                rows = list(sheet.rows)
                break
        found = services.districts_named(chosen.district)
        exact = [one for one in found if chosen.district in (one.code, one.name, one.path)] or found
        cities = [one for one in exact if len(one.code) == 4]
        exact = cities[:1] or exact
        if len(exact) > 1:
            many = ", ".join(f"{one.code} {one.path}" for one in exact[:10])
            raise BadInput(f"several districts are meant by {chosen.district}: {many}", code="many-districts")
        code = exact[0].code if exact else chosen.district
        program = system("setup")
        with row_security.reading_as(program):
            region, slips = services.set_up(
                actor=program,
                district=code,
                unit_rows=rows,
                administrator=chosen.admin,
                trial=chosen.trial,
            )
            from nuanyi.program.setup import queries

            steps = [
                {"step": one.key, "done": one.done, "there": one.there, "meanwhile": str(one.meanwhile)}
                for one in queries.steps()
            ]
    report = {
        "district": region.code,
        "name": region.name,
        "accounts": [
            {"username": s.username, "password": s.password, "role": s.role, "unit": s.unit} for s in slips
        ],
        "steps": steps,
    }
    lines = [f"{region.name} {region.code} is set up. One-time passwords, shown only now:"]
    lines += [f"  {s.username:<14} {s.password}   {s.role}  {s.unit}" for s in slips]
    lines += ["", "Still open:"] + [f"  {s['there']}: {s['meanwhile']}" for s in steps if not s["done"]]
    answer(chosen, report, "\n".join([*lines, "", "Now: nuanyi serve"]))
    return 0


def empty(chosen: argparse.Namespace) -> int:
    """Take away what was only tried out."""
    with ready():
        from nuanyi.lib import row_security
        from nuanyi.lib.actor import system
        from nuanyi.program.setup import trial

        program = system("empty")
        with row_security.reading_as(program):
            went, slips = trial.empty(
                actor=program, name=chosen.district, real=chosen.real, keep_stations=chosen.keep_stations
            )
    report = {
        "rows": went,
        "real": chosen.real,
        "accounts": [{"username": s.username, "password": s.password} for s in slips],
    }
    lines = [f"{sum(went.values())} rows were taken away; what was set stays."]
    if slips:
        lines += ["New one-time passwords for accounts whose password everybody knows, shown only now:"]
        lines += [f"  {s.username:<14} {s.password}" for s in slips]
    answer(chosen, report, "\n".join(lines))
    return 0


def service(chosen: argparse.Namespace) -> int:
    """Write systemd units."""
    from nuanyi.program.service_command import run

    return run(chosen)


def worker(chosen: argparse.Namespace) -> int:
    """The job worker alone."""
    from nuanyi.lib.processes import PARENT, die_with_supervisor

    # the supervisor has the database and its up-to-date tables; its child knows the address of pages alone
    supervised = PARENT in os.environ and "NUANYI_DB_URL" in os.environ
    die_with_supervisor()
    with django_alone() if supervised else ready():
        from django.core.management import call_command

        call_command("procrastinate", "worker", "--concurrency", "2", "--delete-jobs", "successful")
    return 0


def import_roster(chosen: argparse.Namespace) -> int:
    """Take rosters in, or only look at them."""
    with ready():
        from nuanyi.program.roster_command import run

        return run(chosen)


def figures(chosen: argparse.Namespace) -> int:
    """Every figure, by query."""
    with ready():
        from nuanyi.lib import row_security
        from nuanyi.lib.actor import system
        from nuanyi.lib.errors import BadInput
        from nuanyi.lib.figures import offered as figures_of_rooms
        from nuanyi.lib.figures import window
        from nuanyi.matrix import queries
        from nuanyi.places import queries as places

        asked = window(chosen.period, chosen.region)
        with row_security.reading_as(system("figures")):
            if asked.region and asked.region not in places.names_by_code():
                raise BadInput(f"--region {asked.region}: there is no such place here", code="no-such-place")
            shown = queries.all_figures(asked)
        width = max((len(figure.key) for figure in shown), default=0)
        words = "\n".join(f"{figure.key:<{width}}  {figure.value:>8}  {figure.title}" for figure in shown)
        offered = figures_of_rooms()
        told = {name: figure.value for figure in shown for name in (figure.key, *offered[figure.key].also)}
        answer(chosen, told, words)
    return 0


def brief(chosen: argparse.Namespace) -> int:
    """The work brief of a period as a Word file; a signed one is given as it was signed."""
    out = Path(chosen.out)
    if not out.parent.is_dir():
        raise FileNotFoundError(f"{out.parent}: there is no such folder")
    with ready():
        from nuanyi.lib import row_security
        from nuanyi.lib.actor import system
        from nuanyi.matrix.services import briefs

        program = system("brief")
        with row_security.reading_as(program):
            made, data = briefs.made_now(
                actor=program, period=chosen.period, region_code=chosen.region, red_head=chosen.red_head
            )
    out.write_bytes(data)
    report = {
        "file": str(out),
        "title": made.title,
        "period": made.period,
        "region": made.region_code,
        "state": str(made.state),
        "figures": {key: told["value"] for key, told in made.counts.items()},
    }
    answer(chosen, report, f"{made.title}: {out}")
    return 0


def doctor(chosen: argparse.Namespace) -> int:
    """Explain what is found."""
    from nuanyi.program import doctor as examination

    findings = examination.examine()
    if all(finding.good for finding in findings):
        with ready():
            from nuanyi.program import health

            health.look_at_certificate()
            findings += [
                examination.FoundOut(one.key, one.state != "bad", f"{one.title}: {one.words}")
                for one in health.findings()
            ]
    answer(chosen, [finding.as_json() for finding in findings], examination.words(findings))
    return 0 if all(finding.good for finding in findings) else 1


def verify_journal(chosen: argparse.Namespace) -> int:
    """Recompute the chain; exit 1 where it is broken."""
    with ready():
        from nuanyi.journal import queries

        verdict = queries.check_chain(home())
    found = [f"partition {b.partition}, entry {b.seq}: {b.what}" for b in verdict.breaks]
    words = "\n".join(found) or f"{verdict.entries} entries, the chain holds."
    answer(chosen, {"entries": verdict.entries, "breaks": found}, words)
    return 1 if found else 0


def backup(chosen: argparse.Namespace) -> int:
    """Write a backup; with ``--keep`` or to another machine into a dated folder, and drop those beyond the newest N."""
    from nuanyi.lib import sftp
    from nuanyi.program import backup_targets, backups

    with ready():
        from nuanyi.program import health

        with health.noted("backup", chosen.folder) as facts:
            dated = chosen.keep or sftp.is_place(chosen.folder)
            report = (
                backup_targets.write_dated(chosen.folder, chosen.keep)
                if dated
                else backups.write(Path(chosen.folder))
            )
            facts.update(target=report["folder"], bytes=report["bytes"], rows=report["rows"])
    answer(
        chosen,
        report,
        f"Backup of {report['bytes']} bytes in {report['folder']}. The keys are not in it: keep them elsewhere.",
    )
    return 0


def rehearse(chosen: argparse.Namespace) -> int:
    """Restore the newest backup of a target into a scratch database, compare every digest, and note it for the health page."""
    from nuanyi.program import backup_targets, backups

    with ready():
        from nuanyi.program import health

        with (
            health.noted("rehearsal", chosen.folder) as facts,
            backup_targets.local(chosen.folder) as folder,
        ):
            started = time.monotonic()
            report = backups.rehearse(folder)
            report["seconds"] = round(time.monotonic() - started, 1)
            facts.update(rows=report["rows"])
    answer(
        chosen,
        report,
        f"Rehearsed: {report['rows']} rows in {report['tables']} tables came back with the digests of the backup"
        f" in {report['seconds']} s. The scratch database is gone again.",
    )
    return 0


def restore(chosen: argparse.Namespace) -> int:
    """Put a backup back."""
    from nuanyi.program import backup_targets, backups

    with backup_targets.local(chosen.folder) as folder:
        backups.check(folder, unsealed=chosen.unsealed)  # before a database and fresh keys are made
        with database.attached():
            report = backups.restore(folder, unsealed=chosen.unsealed)
    with ready():
        from nuanyi.lib import row_security
        from nuanyi.lib.actor import system
        from nuanyi.people.services import persons

        backups.empty_passing()
        with row_security.reading_as(system("restore")):
            report["erased_again"] = persons.replay_erasures(actor=system("restore"))
    answer(
        chosen,
        report,
        f"Restored; {report['rows']} rows in {report['tables']} tables have the digests of the backup;"
        f" {report['erased_again']} persons who were erased later are erased again.",
    )
    return 0


def rotate_keys(chosen: argparse.Namespace) -> int:
    """New keys for every family of sealed persons; everything sealed again."""
    with ready():
        from nuanyi.lib.actor import system
        from nuanyi.people.services import rotation

        report = rotation.rotate_keys(actor=system("rotate-keys"), drop_old=chosen.drop_old)
    lines = [
        f"{where}: {count} values sealed again"
        for part in report.values()
        for where, count in part["values"].items()
    ]
    dropped = "The old keys are destroyed." if chosen.drop_old else "The old keys still open old backups."
    answer(chosen, report, "\n".join([*lines, dropped]))
    return 0


def person(chosen: argparse.Namespace) -> int:
    """What a person may ask."""
    with ready():
        from nuanyi.program import person_command

        return person_command.run(chosen)


def account(chosen: argparse.Namespace) -> int:
    """An account with roles, or one that is there again; prints its first password, to be changed at the first sign-in."""
    import secrets

    with ready():
        from nuanyi.lib.actor import system
        from nuanyi.lib.errors import BadInput
        from nuanyi.people.models import Account
        from nuanyi.people.rules import Role
        from nuanyi.people.services import accounts
        from nuanyi.units.models import Unit

        unknown = sorted(set(chosen.role) - set(Role.values))
        if unknown:
            raise BadInput(
                f"unknown role {', '.join(unknown)}: use {', '.join(Role.values)}", code="bad-role"
            )
        unit = Unit.objects.filter(code=chosen.unit).first()
        if chosen.unit and unit is None:
            raise BadInput(f"there is no unit {chosen.unit}", code="bad-unit")
        password = secrets.token_urlsafe(12)
        program = system("create-account")
        if chosen.again:
            made = Account.objects.filter(username=chosen.username).first()
            if made is None:
                raise BadInput(f"there is no account {chosen.username}", code="no-account")
            accounts.set_first_password(actor=program, account=made, password=password)
        else:
            made = accounts.make_account(
                actor=program,
                username=chosen.username,
                password=password,
                display_name=chosen.name,
                unit=unit,
            )
        for role in chosen.role:
            accounts.give_role(actor=program, account=made, role=role, region_code=chosen.region)
    answer(chosen, {"username": made.username, "password": password}, f"{made.username}  {password}")
    return 0


def manage(chosen: argparse.Namespace) -> int:
    """Django's own commands, as the role without ownership."""
    with database.attached():
        if chosen.rest[:1] == ["makemigrations"]:
            os.environ["NUANYI_DB_URL"] = database.owner_url()
            os.environ[database.AS_OWNER] = "1"
        from django.core.management import execute_from_command_line

        from nuanyi.lib import row_security
        from nuanyi.lib.actor import system

        row_security.process_reads_as(system("manage"))
        execute_from_command_line(["nuanyi", *chosen.rest])
    return 0


def link(chosen: argparse.Namespace) -> int:
    """Which entries of files are one person. No database."""
    from nuanyi.program import link_command

    return link_command.link(chosen)


def estimate(chosen: argparse.Namespace) -> int:
    """How many people in all. No database."""
    from nuanyi.program import link_command

    return link_command.estimate(chosen)


def site(chosen: argparse.Namespace) -> int:
    """Which venues to open. No database."""
    from nuanyi.program import site_command

    return site_command.site(chosen)
