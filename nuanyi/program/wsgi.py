"""The WSGI callable: the stations' hot path, and Django behind it. ``program.server`` takes bodies in ahead of it."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application


def build() -> Any:
    """Django alone where no database was told; else with the live snapshot of the stations ahead of it."""
    django: Any = get_wsgi_application()
    from nuanyi.front.middleware import safe_headers
    from nuanyi.stations.live import keep_live
    from nuanyi.stations.nearby_wsgi import StationsAhead

    url = os.environ.get("NUANYI_DB_URL", "")
    if not url:
        return django
    return StationsAhead(django, keep_live(url), safe_headers(), settings.NUANYI_NEARBY_PER_SECOND)


application = build()
