"""What an installation knows of its own beginning."""

from __future__ import annotations

from django.db import models

from nuanyi.lib.personal import NOBODY


class Installation(models.Model):
    """One row: the one-time key of the set-up page as a keyed digest, who holds it, and when the district was opened."""

    PERSONAL = NOBODY

    key_digest = models.BinaryField(null=True)
    key_expires_at = models.DateTimeField(null=True)
    session_digest = models.BinaryField(null=True)
    opened_at = models.DateTimeField(null=True)
