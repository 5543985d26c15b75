"""Collect translatable strings and compile the catalogue (``make messages``); needs gettext for collecting only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "nuanyi/front/locale/zh_Hans/LC_MESSAGES/django.po"


def collect() -> None:
    """Run Django's makemessages over the package."""
    if not shutil.which("xgettext"):
        sys.exit("gettext is not installed: apt-get install gettext")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nuanyi.program.settings",
        "NUANYI_HOME": "/tmp/nuanyi-messages",
    }
    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "-l",
        "zh_Hans",
        "--no-location",
        "--no-obsolete",
    ]
    command += ["-i", "static/*", "-i", "tests/*"]
    subprocess.run(command, cwd=ROOT / "nuanyi", env=environment, check=True)


def compile_catalogue() -> None:
    """Write the .mo file beside the .po file."""
    polib.pofile(str(PO)).save_as_mofile(str(PO.with_suffix(".mo")))


if __name__ == "__main__":
    if "--compile" not in sys.argv:
        collect()
    compile_catalogue()
