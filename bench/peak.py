"""Run alone by ``bench.imports``: takes 100,000 rows in and prints the peak memory of the process and its child.

The tables are made by one process and the rows taken in by another, as on a machine in use: migrations need more memory than
any import.
"""

from __future__ import annotations

import resource
import subprocess
import sys

TAKES = "take-in"


def take_in() -> None:
    """One import in a fresh process; prints megabytes."""
    import django

    django.setup()
    from bench import imports

    imports._district()
    imports.ours(imports.workbook(imports.ROWS))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print((own + child) / 1024)


def main() -> int:
    """A fresh database, and the import in a process of its own."""
    import django

    import tests.boot  # noqa: F401

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner

    from bench.serving import on_this_database

    settings.DATABASES["default"]["TEST"]["NAME"] = "test_nuanyi_peak"
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.peak", TAKES], env=on_this_database(), check=False
        )
    finally:
        runner.teardown_databases(databases)
    return done.returncode


if __name__ == "__main__":
    sys.exit(take_in() if TAKES in sys.argv else main())
