"""Static files as they are served: named by their content, compressed, and our own scripts without their comments."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class SmallStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """A rider's first visit should not pay for what engineers say to each other."""

    def _save(self, name: str, content: Any) -> str:
        """Write a file; a script of ours loses comments and blanks on the way. What comes from others stays as it is."""
        if name.endswith(".js") and "vendor/" not in name:
            content.seek(0)  # whoever worked the digest out has read it to its end
            content = ContentFile(str(jsmin(content.read().decode())).encode())
        saved: str = super()._save(name, content)
        return saved
