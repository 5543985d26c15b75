"""Addresses of this installation, as others see them."""

from __future__ import annotations

from django.conf import settings


def link_to(path: str) -> str:
    """A whole address for messages that leave the house; a local one where ``NUANYI_PUBLIC_URL`` is not set."""
    return f"{settings.NUANYI_PUBLIC_URL.rstrip('/') or 'http://127.0.0.1:8000'}/{path}"
