"""Pages without the indentation of their templates: it is for whoever writes them, and a tenth of what a phone would load."""

from __future__ import annotations

import re
from pathlib import Path

from django.template import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader
from django.template.utils import get_app_template_dirs

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Loader(FilesystemLoader):
    """Finds what Django's own two loaders find, in their order. Lines stay, so that what stood apart stays apart and an error
    still names the line of the file; letters and other files (``.txt``) stay as they are written."""

    def get_dirs(self) -> list[str | Path]:
        """The folders that the settings name, then those of the rooms."""
        return [*self.engine.dirs, *get_app_template_dirs("templates")]

    def get_contents(self, origin: Origin) -> str:
        """The template's text."""
        text: str = super().get_contents(origin)
        return _INDENTATION.sub("", text) if str(origin.name).endswith(".html") else text
