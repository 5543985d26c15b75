import re
from pathlib import Path

import polib

ROOT = Path(__file__).parents[3]
PO = ROOT / "nuanyi/front/locale/zh_Hans/LC_MESSAGES/django.po"


def test_every_message_has_a_translation_and_the_compiled_catalogue_is_the_same():
    catalogue = polib.pofile(str(PO))
    assert [e.msgid for e in catalogue if not e.translated() or e.fuzzy] == []
    compiled = {(e.msgctxt, e.msgid): e.msgstr for e in polib.mofile(str(PO.with_suffix(".mo")))}
    assert {
        (e.msgctxt, e.msgid): e.msgstr for e in catalogue if not e.msgid_plural
    }.items() <= compiled.items()


def test_a_translation_keeps_its_places():
    for entry in polib.pofile(str(PO)):
        texts = [entry.msgstr, *entry.msgstr_plural.values()]
        for text in filter(None, texts):
            assert set(re.findall(r"%\(\w+\)s", text)) <= set(
                re.findall(r"%\(\w+\)s", entry.msgid + entry.msgid_plural)
            ), entry.msgid


def test_every_string_that_code_and_templates_mark_is_in_the_catalogue():
    known = {e.msgid for e in polib.pofile(str(PO))}
    marks = re.compile(r"""\b(?:_|gettext)\(\s*"((?:[^"\\\\]|\\\\.)+)"\s*[,)]""")
    for source in ROOT.glob("nuanyi/**/*.py"):
        if "tests" not in source.parts:
            assert set(marks.findall(source.read_text())) <= known, source
    tags = re.compile(r"""\{%\s*translate\s+(?:"([^"]+)"|'([^']+)')""")
    for template in ROOT.glob("nuanyi/**/*.html"):
        found = {first or second for first, second in tags.findall(template.read_text())}
        assert found <= known, (template, found - known)


def test_no_template_has_words_outside_the_catalogue():
    for template in ROOT.glob("nuanyi/*/templates/**/*.html"):
        if "allauth" in template.parts or template.name == "style.html":
            continue
        text = re.sub(
            r"\{#.*?#\}|\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}|<script.*?</script>|<meta[^>]*>|<svg.*?</svg>",
            " ",
            template.read_text(),
            flags=re.S,
        )
        words = re.sub(r"""<[^>]*>|[a-z-]+=("[^"]*"|'[^']*')""", " ", text)
        left = set(re.findall(r"[A-Za-z]{3,}", words)) - {"WGS", "GCJ", "English"}
        assert not left, (template.name, left)
