"""Whoever hears a page hears what each field is for: a label, or a name of its own, also where no test shows the page."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import nuanyi

ROOMS = Path(nuanyi.__file__).parent
#: What Django works out: what it writes in the page stands in its place.
WORKED_OUT = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)
SPEAKS_FOR_ITSELF = {"hidden", "submit", "button"}


class Fields(HTMLParser):
    """The fields of a template, each with whether it stands in a label, and what the labels are for."""

    def __init__(self):
        super().__init__()
        self.labels_around = 0
        self.found = []
        self.named = []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "label":
            self.labels_around += 1
            self.named.append(told.get("for") or "")
        elif tag in ("input", "select", "textarea") and told.get("type") not in SPEAKS_FOR_ITSELF:
            self.found.append((tag, told, self.labels_around > 0))

    def handle_endtag(self, tag):
        if tag == "label":
            self.labels_around -= 1


def nameless(text):
    """The fields of a template that nothing names."""
    fields = Fields()
    fields.feed(WORKED_OUT.sub(lambda tag: "…" if "translate" in tag[0] else "", text))
    for_ids = [re.escape(name).replace(r"\{\{", "{{").replace(r"\}\}", "}}") for name in fields.named if name]
    patterns = [re.compile(re.sub(r"\{\{.*?\}\}", ".+", name)) for name in for_ids]
    return [
        f"{tag} {told.get('name')}"
        for tag, told, is_within in fields.found
        if not is_within
        and not (told.get("aria-label") or "").strip()
        and not told.get("aria-labelledby")
        and not any(pattern.fullmatch(told.get("id") or "") for pattern in patterns)
    ]


def test_every_field_of_every_template_has_a_name():
    files = sorted(ROOMS.glob("*/templates/**/*.html"))
    assert len(files) > 300
    found = {str(file.relative_to(ROOMS)): nameless(file.read_text(encoding="utf-8")) for file in files}
    assert {name: fields for name, fields in found.items() if fields} == {}


@pytest.mark.parametrize(
    "field",
    [
        '<input name="back">',
        '<label for="other">…</label><select id="one" name="back"></select>',
        '<textarea name="back" aria-label="{% if one %}{% endif %}"></textarea>',
        '<label for="one"></label><label>…</label><input id="two" name="back">',
    ],
)
def test_a_field_without_a_name_is_found(field):
    assert len(nameless(field)) == 1


@pytest.mark.parametrize(
    "field",
    [
        '<label><input name="back"> {{ words }}</label>',
        '<label for="id_{{ field.name }}">{{ field.title }}</label><select id="id_sector" name="back"></select>',
        '<input name="back" aria-label="{% translate \'Came back\' %}">',
        '<input name="back" aria-labelledby="came-back">',
        '<input type="hidden" name="back">',
    ],
)
def test_a_field_with_a_name_is_not(field):
    assert nameless(field) == []
