"""The command ``nuanyi``. Exit 0 on success, 2 on bad input with a message that says what to do."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

Command = Callable[[argparse.Namespace], int]
BAD_INPUT = 2
FAILED = 1
#: The only commands that may make a home: a mistyped folder must not look like an empty district.
MAY_MAKE_A_HOME = frozenset({"demo", "setup", "setup_key", "restore", "serve", "manage"})
#: Commands that ask no database.
NEED_NO_HOME = frozenset({"link", "estimate", "site", "service"})
#: ``import-roster --check``: the file was read, and some of its rows are bad.
SOME_ROWS_BAD = 3


def _from_to(least: int, most: int) -> Callable[[str], int]:
    """A whole number between the two, both included; argparse ends with 2 and says which."""

    def number(text: str) -> int:
        value = int(text) if text.lstrip("-").isdecimal() else least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text}: a whole number from {least} to {most}")
        return value

    return number


def _above_nought(text: str) -> float:
    """A number above 0; argparse ends with 2 and says which."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{text}: a number above 0")
    return value


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    whole = argparse.ArgumentParser(
        prog="nuanyi", description="Nuanyi (暖驿): the service matrix of a district."
    )
    parts = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, words: str, run: str) -> argparse.ArgumentParser:
        part = parts.add_parser(name, help=words, description=words)
        part.add_argument("--json", action="store_true", help="print nothing but the result, as JSON")
        part.set_defaults(run=run)
        return part

    demo = add("demo", "build the demo district and serve it", "demo")
    demo.add_argument("--no-serve", action="store_true", help="build it and stop")
    demo.add_argument("--small", action="store_true", help="one month, a thin slice of everything")
    demo.add_argument("--host", default="127.0.0.1")
    demo.add_argument("--port", type=_from_to(0, 65_535), default=8000)
    serve = add("serve", "web and job worker; stops cleanly on SIGTERM", "serve")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_from_to(0, 65_535), default=8000)
    serve.add_argument("--workers", type=_from_to(1, 64), default=None)
    setup = add("setup", "an empty home becomes a district that can serve", "setup")
    setup.add_argument(
        "--district",
        required=True,
        metavar="CODE",
        help="six digits, or the name (雁山区; 桂林 雁山); a city (桂林市, 450300) with all its districts",
    )
    setup.add_argument(
        "--units", default="", metavar="FILE", help="more units: a sheet with 单位名称, 简称, 电话, 地址"
    )
    setup.add_argument(
        "--admin", default="guanli", metavar="NAME", help="sign-in name of the first administrator"
    )
    setup.add_argument("--trial", action="store_true", help="only to try it out: it can be emptied again")
    empty = add("empty", "take away what was only tried out; what was set stays", "empty")
    empty.add_argument(
        "--district",
        required=True,
        metavar="NAME",
        help="the district's name, so that nothing is emptied by accident",
    )
    empty.add_argument("--real", action="store_true", help="from now on it is the real district")
    empty.add_argument("--keep-stations", action="store_true", help="keep the stations that were entered")
    roster = add("import-roster", "take rosters in (xlsx, xls, et, ods, csv)", "import_roster")
    roster.add_argument("files", nargs="+", metavar="FILE")
    roster.add_argument("--kind", choices=["establishments", "workers"], default="")
    roster.add_argument("--check", action="store_true", help="read and report; change nothing")
    roster.add_argument(
        "--source", default="", metavar="NAME", help="who sends it (default: the file's name)"
    )
    roster.add_argument("--sector", default="", help="sector of rows that name none")
    roster.add_argument(
        "--as-of", default="", metavar="DATE", help="the day for which the roster speaks (default: today)"
    )
    roster.add_argument(
        "--on-match",
        choices=["keep", "merge", "overwrite"],
        default="keep",
        help="what to do where a row differs from a known record",
    )
    link = add("link", "which entries of several rosters are one person; needs no database", "link")
    link.add_argument("files", nargs="+", metavar="FILE")
    link.add_argument("--out", required=True, metavar="CSV", help="file,row,cluster of every entry")
    link.add_argument("--review", default="", metavar="CSV", help="the pairs that people should decide")
    estimate = add("estimate", "how many people in all, those on no roster included", "estimate")
    estimate.add_argument("files", nargs="+", metavar="FILE")
    site = add("site", "which venues to open so that most people are near one; needs no database", "site")
    site.description = (
        "Which P venues to open, beside those that are open already, so that most weight has one within the radius. "
        "The answer names the new ones; covered and bound count what those already open serve too."
    )
    site.add_argument("--demand", required=True, metavar="CSV", help="id,lat,lon,weight (WGS-84 degrees)")
    site.add_argument(
        "--venues", required=True, metavar="CSV", help="id,lat,lon,capacity,already_open (1 or 0)"
    )
    site.add_argument("--radius", required=True, type=_above_nought, metavar="METRES", help="great circle")
    site.add_argument(
        "--open", required=True, type=_from_to(0, 1_000_000), metavar="P", help="how many more to open"
    )
    site.add_argument(
        "--capacity",
        action="store_true",
        help="a venue serves at most its capacity; the people of a point may go to several venues",
    )
    site.add_argument(
        "--time-limit",
        type=_above_nought,
        default=60.0,
        metavar="SECONDS",
        help="afterwards the best plan so far, with how far from the best it can be (default: 60)",
    )
    figures = add("figures", "every figure, by query", "figures")
    figures.add_argument("--period", default="", help="2022 or 2022-06")
    figures.add_argument("--region", default="", metavar="CODE")
    brief = add("brief", "the work brief of a period as a Word file", "brief")
    brief.add_argument("--period", required=True, help="2022-06, 2022-Q2 or 2022")
    brief.add_argument("--region", default="", metavar="CODE", help="a place (default: the whole district)")
    brief.add_argument("--out", required=True, metavar="DOCX")
    brief.add_argument("--red-head", action="store_true", help="with the red head of a periodical")
    add("doctor", "explain what is found and what is wrong", "doctor")
    add("verify-journal", "recompute the journal's chain and find a break", "verify_journal")
    add("migrate", "bring the database's tables up to date", "migrate")
    backup = add("backup", "write a backup into a folder, here or on another machine", "backup")
    backup.add_argument("folder", metavar="DIR", help="a folder, or sftp://user@host[:port]/folder")
    backup.add_argument(
        "--keep",
        type=int,
        default=0,
        metavar="N",
        help="write into a new dated folder inside DIR and keep the newest N",
    )
    rehearse = add(
        "rehearse", "restore the newest backup into a scratch database and compare every digest", "rehearse"
    )
    rehearse.add_argument("folder", metavar="DIR", help="a backup, or the folder of dated ones (sftp:// too)")
    restore = add("restore", "put a backup back into an empty home", "restore")
    restore.add_argument("folder", metavar="DIR", help="a backup, or the folder of dated ones (sftp:// too)")
    restore.add_argument(
        "--unsealed",
        action="store_true",
        help="one of before 0.8.0, which carries no seal: only where you are certain that it is yours",
    )
    rotate = add("rotate-keys", "make new sealing keys and seal everything again", "rotate_keys")
    rotate.add_argument(
        "--drop-old", action="store_true", help="destroy the old keys afterwards (old backups stay shut)"
    )
    person = add("person", "what a person may ask: see, put right, take back, be forgotten", "person")
    person.add_argument("deed", choices=["show", "correct", "withdraw", "erase", "admit"])
    person.add_argument("number", help="mobile or ID number, or the identifier of a record")
    person.add_argument("--out", default="", metavar="FILE", help="show: write everything into a JSON file")
    person.add_argument("--field", default="name", choices=["name", "phone", "id_number"])
    person.add_argument("--value", default="", help="correct: what is right")
    person.add_argument("--reason", default="", help="how the person asked, and how you know them")
    account = add(
        "create-account",
        "make an account with a role (the first administrator); --again: a new first password",
        "account",
    )
    account.add_argument("username")
    account.add_argument("--role", action="append", default=[], metavar="ROLE")
    account.add_argument("--unit", default="", metavar="CODE")
    account.add_argument("--region", default="", metavar="CODE")
    account.add_argument("--name", default="")
    account.add_argument(
        "--again",
        action="store_true",
        help="the account is there: a new first password, its second factor goes",
    )
    add("setup-key", "print a new one-time key for the set-up page of an empty home", "setup_key")
    service = add("service", "systemd units that serve and back up every night", "service")
    service.add_argument("what", choices=["install"])
    service.add_argument("--user", default="", help="who runs it (not root)")
    service.add_argument("--dest", default="/etc/systemd/system", metavar="DIR")
    service.add_argument(
        "--backups", default="", metavar="DIR", help="where backups go (another disk, sftp://…)"
    )
    service.add_argument("--keep", type=int, default=14, metavar="N", help="how many backups are kept")
    service.add_argument("--port", type=int, default=8000)
    add("worker", "the job worker alone (serve starts one)", "worker")
    manage = parts.add_parser("manage", help="Django's own commands, for developers")
    manage.add_argument("rest", nargs=argparse.REMAINDER)
    manage.set_defaults(run="manage", json=False)
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuanyi.program.settings")
    chosen = parser().parse_args(argv)
    from nuanyi.lib.embedded_postgres import CannotStart
    from nuanyi.lib.env import BadSetting
    from nuanyi.lib.seal import UnsafeKeys
    from nuanyi.program import commands
    from nuanyi.program.doctor import Unsafe

    try:
        _refuse_empty_home(chosen)
        code = int(getattr(commands, chosen.run)(chosen) or 0)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        # whoever reads has seen enough (`| head`): no fault, and nothing more is written at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except PermissionError as wrong:
        words = (
            f"{wrong.filename}: this user may not; run it as the user who owns the data, or mend the rights"
        )
        return refuse(chosen, "no-rights", words)
    except (IsADirectoryError, NotADirectoryError, FileExistsError) as wrong:
        if wrong.errno is None:
            return refuse(chosen, "bad-input", str(wrong))
        is_a = (
            "is a folder; name a file" if isinstance(wrong, IsADirectoryError) else "is no folder; name one"
        )
        return refuse(chosen, "bad-input", f"{wrong.filename}: {is_a}")
    except FileNotFoundError as wrong:
        words = str(wrong) if wrong.errno is None else f"{wrong.filename}: there is no such file or folder"
        return refuse(chosen, "bad-input", words)
    except (CannotStart, BadSetting, UnsafeKeys, Unsafe) as wrong:
        return refuse(chosen, "bad-input", str(wrong))
    except Exception as wrong:
        from nuanyi.lib.errors import Refusal

        if not isinstance(wrong, Refusal):
            return _failed(chosen, wrong)
        return refuse(chosen, wrong.code, in_one_line(wrong), **{k: str(v) for k, v in wrong.fields.items()})


def _refuse_empty_home(chosen: argparse.Namespace) -> None:
    """Raise FileNotFoundError where the command needs data and the folder has none; a server of one's own is asked itself."""
    from nuanyi.lib.embedded_postgres import ELSEWHERE
    from nuanyi.lib.env import envstr, home

    if chosen.run in MAY_MAKE_A_HOME | NEED_NO_HOME:
        return
    if "NUANYI_DB_URL" in os.environ:
        return  # a child of the supervisor: it has the database, wherever that is
    if outside := envstr("DATABASE_URL"):
        _refuse_empty_server(outside)
        return
    # where the database's own account may not walk into the home, its files stand elsewhere and a note says where
    if not (home() / "postgres").exists() and not (home() / ELSEWHERE).exists():
        raise FileNotFoundError(
            f"there is no data in {home()}: set NUANYI_HOME to the folder that has it, or begin with "
            "nuanyi setup, nuanyi serve, nuanyi restore DIR or nuanyi demo"
        )


def _refuse_empty_server(outside: str) -> None:
    """Raise FileNotFoundError where somebody's own server has a database and nothing of ours in it, BadSetting for no address.

    Nothing is made beside it: no keys, no tables. Whatever else the server says is told where it is asked next.
    """
    import psycopg

    from nuanyi.lib.env import BadSetting

    try:
        with psycopg.connect(outside) as db:
            found = db.execute("SELECT to_regclass('django_migrations')").fetchone()
    except psycopg.ProgrammingError as wrong:
        raise BadSetting(
            f"DATABASE_URL is no address of a PostgreSQL: {' '.join(str(wrong).split())}"
        ) from wrong
    if found == (None,):
        raise FileNotFoundError(
            "the database that DATABASE_URL names is empty: name the one that has the data, or begin with "
            "nuanyi setup, nuanyi serve, nuanyi restore DIR or nuanyi demo"
        )


def _failed(chosen: argparse.Namespace, wrong: Exception) -> int:
    """Say what failed and what to do, without a traceback; developers see it with NUANYI_DEBUG=1. Exit 1."""
    import subprocess

    import psycopg

    from nuanyi.lib.env import envbool

    if envbool("NUANYI_DEBUG"):
        raise wrong
    words = " ".join(str(wrong).split())[:600] or type(wrong).__name__
    todo = "run it once more with NUANYI_DEBUG=1 to see where"
    if (isinstance(wrong, OSError) and wrong.errno == 28) or "No space left on device" in str(wrong):
        todo = "the disk is full: make room and run it again; nothing that was confirmed is lost"
    elif isinstance(wrong, psycopg.OperationalError) or "OperationalError" in type(wrong).__name__:
        todo = "is the database running, and are DATABASE_URL's host, name and password right? nuanyi doctor looks"
    elif isinstance(wrong, subprocess.CalledProcessError):
        words = f"{' '.join(str(part) for part in wrong.cmd[-3:])} ended with {wrong.returncode}"
        todo = "what it printed above says why"
    refuse(chosen, "failed", f"{words}; {todo}")
    return FAILED


def in_one_line(refusal: Any) -> str:
    """A refusal in one line, each field with what is wrong with it."""
    return "; ".join([str(refusal), *(f"{name}: {words}" for name, words in refusal.fields.items())])


def refuse(chosen: argparse.Namespace, code: str, message: str, **fields: str) -> int:
    """Say on standard error (or in JSON) what is wrong and what to do."""
    if chosen.json:
        print(json.dumps({"code": code, "message": message, "fields": fields}, ensure_ascii=False))
    print(f"nuanyi: {message}", file=sys.stderr)
    return BAD_INPUT


def answer(chosen: argparse.Namespace, result: Any, words: str) -> None:
    """Print the result: JSON and nothing else, or words for people."""
    print(json.dumps(result, ensure_ascii=False, indent=1, default=str) if chosen.json else words)


def progress(chosen: argparse.Namespace, words: str) -> None:
    """A line of progress, on a terminal only and never into JSON."""
    if not chosen.json and sys.stderr.isatty():
        print(words, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
