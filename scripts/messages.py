"""Collect translatable strings, a catalogue a room, and compile them (``make messages``; ``--compile`` only compiles;
names of rooms: only theirs).

Collecting needs gettext. What a room newly marks is filled from the other rooms' catalogues where they have the words.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parents[1] / "nuanyi"
CATALOGUE = "locale/zh_Hans/LC_MESSAGES/django.po"


def catalogues() -> list[Path]:
    """The catalogue of every room that has one."""
    return sorted(PACKAGE.glob(f"*/{CATALOGUE}"))


def collect(rooms: list[str]) -> None:
    """Run Django's makemessages in the rooms (all of them where none is named) and fill in what another room translates already."""
    if not shutil.which("xgettext"):
        sys.exit("gettext is not installed: apt-get install gettext")
    known = {
        (entry.msgctxt, entry.msgid): entry
        for path in catalogues()
        for entry in polib.pofile(str(path))
        if entry.translated()
    }
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH")
        },
        "PYTHONSAFEPATH": "1",  # a room has files named like the standard library
    }
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans"]
    command += ["--no-location", "--no-obsolete", "--no-wrap", "-i", "static/*", "-i", "tests/*"]
    for room in sorted(path.parent for path in PACKAGE.glob("*/__init__.py")):
        if rooms and room.name not in rooms:
            continue
        (room / "locale").mkdir(exist_ok=True)
        subprocess.run(command, cwd=room, env=environment, check=True)
        path = room / CATALOGUE
        if not path.exists():
            shutil.rmtree(room / "locale")
            continue
        _fill(path, known)


def _fill(path: Path, known: dict[tuple[str | None, str], polib.POEntry]) -> None:
    """Take over translations by context and words, never by likeness; keep the head free of dates."""
    catalogue = polib.pofile(str(path), wrapwidth=0)
    catalogue.metadata = {
        "Language": "zh_Hans",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    catalogue.metadata_is_fuzzy = False
    for entry in catalogue:
        other = known.get((entry.msgctxt, entry.msgid))
        if entry.fuzzy:
            entry.flags.remove("fuzzy")
            entry.msgstr = ""
            entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
            entry.previous_msgid = None
            entry.previous_msgid_plural = None
            entry.previous_msgctxt = None
        if other is not None and not entry.translated():
            entry.msgstr = other.msgstr
            entry.msgstr_plural = dict(other.msgstr_plural)
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    catalogue.save(str(path))


def compile_catalogues() -> None:
    """Write each .mo file beside its .po file."""
    for path in catalogues():
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


if __name__ == "__main__":
    if "--compile" not in sys.argv:
        collect(sys.argv[1:])
    compile_catalogues()
