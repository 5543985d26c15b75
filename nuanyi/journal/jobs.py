"""Background work of the journal."""

from __future__ import annotations

import logging

from django.conf import settings
from procrastinate.contrib.django import app

from nuanyi.journal import heads

log = logging.getLogger("nuanyi.journal")


@app.periodic(cron="* * * * *")
@app.task(queue="journal", queueing_lock="write-heads")
def write_heads(timestamp: int = 0) -> bool:
    """Write the heads down outside the database; say loudly where an entry known by them is gone."""
    good = heads.write_heads(settings.NUANYI_HOME)
    if not good:
        log.error("an entry of the journal that was written down before is gone: run nuanyi verify-journal")
    return good
