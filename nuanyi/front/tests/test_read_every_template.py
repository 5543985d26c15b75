"""A page that nobody opened in a test says so too."""

from pathlib import Path

from django.template.loader import get_template

import nuanyi

ROOMS = Path(nuanyi.__file__).parent


def test_every_template_can_be_read():
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    names = [
        str(file.relative_to(next(up for up in file.parents if up.name == "templates"))) for file in files
    ]
    assert len(names) > 300
    for name in names:
        get_template(name)
