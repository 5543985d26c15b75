"""``make bench``: import, list pages, ledger, matrix, stations, the demo. Prints one line a figure, with its target.

``python -m bench stations`` runs one part alone; ``--json`` prints a line of JSON for each figure.
"""

from __future__ import annotations

import sys

import tests.boot  # noqa: F401 - a PostgreSQL of its own, thrown away afterwards


def main() -> int:
    """Make a database, run every benchmark, report."""
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner

    from bench import (
        assignment,
        coverage,
        cube,
        demo,
        doubles,
        imports,
        intake,
        linkage,
        lists,
        policies,
        pushes,
        reports,
        stations,
        sums,
        worklist,
    )
    from bench.report import Report

    runner = get_runner(settings)(verbosity=0, interactive=False, keepdb=False)
    databases = runner.setup_databases()
    wanted = [word for word in sys.argv[1:] if word != "--json"]
    report = Report(as_json="--json" in sys.argv)
    try:
        for part in (
            imports,
            lists,
            sums,
            cube,
            stations,
            intake,
            worklist,
            policies,
            pushes,
            doubles,
            reports,
            linkage,
            coverage,
            demo,
            assignment,
        ):
            if not wanted or part.__name__.removeprefix("bench.") in wanted:
                part.run(report)
    finally:
        runner.teardown_databases(databases)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
