"""Run alone by ``bench.imports``: takes 100,000 rows in and prints the peak memory of the process and its child."""

from __future__ import annotations

import resource

import tests.boot  # noqa: F401


def main() -> None:
    """One import in a fresh process and a fresh database."""
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner

    settings.DATABASES["default"]["TEST"]["NAME"] = "test_nuanyi_peak"
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        from bench import imports

        imports._district()
        imports.ours(imports.workbook(imports.ROWS))
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print((own + child) / 1024)
    finally:
        runner.teardown_databases(databases)


if __name__ == "__main__":
    main()
