import re
from pathlib import Path

import polib
from django.utils import translation

ROOT = Path(__file__).parents[3]
CATALOGUES = sorted(ROOT.glob("nuanyi/*/locale/zh_Hans/LC_MESSAGES/django.po"))


def known_in(room: str) -> set[str]:
    """What the room's own catalogue and that of ``lib`` translate: a room carries its words with it."""
    paths = [path for path in CATALOGUES if path.parents[2].parent.name in {room, "lib"}]
    return {entry.msgid for path in paths for entry in polib.pofile(str(path))}


def test_every_message_has_a_translation_and_the_compiled_catalogue_is_the_same():
    assert CATALOGUES
    for path in CATALOGUES:
        catalogue = polib.pofile(str(path))
        assert [e.msgid for e in catalogue if not e.translated() or e.fuzzy] == [], path
        compiled = {(e.msgctxt, e.msgid): e.msgstr for e in polib.mofile(str(path.with_suffix(".mo")))}
        assert {
            (e.msgctxt, e.msgid): e.msgstr for e in catalogue if not e.msgid_plural
        }.items() <= compiled.items()


def test_one_sentence_has_one_translation_in_every_room():
    first: dict[tuple[str | None, str], str] = {}
    for path in CATALOGUES:
        for entry in polib.pofile(str(path)):
            if not entry.msgid_plural:
                key = (entry.msgctxt, entry.msgid)
                assert first.setdefault(key, entry.msgstr) == entry.msgstr, (path, entry.msgid)


def test_what_a_page_shows_is_our_translation_and_not_another_package_s():
    with translation.override("zh-hans"):
        for path in CATALOGUES:
            for entry in polib.pofile(str(path)):
                if not entry.msgid_plural and not entry.msgctxt:
                    assert translation.gettext(entry.msgid) == entry.msgstr, (path, entry.msgid)


def test_pages_say_one_you_and_only_letters_the_formal_one():
    """A district that says 你 on one page and 您 on the next sounds like two."""
    letters = {"Your request is kept"}
    formal = {
        entry.msgid
        for path in CATALOGUES
        for entry in polib.pofile(str(path))
        if any("您" in text for text in (entry.msgstr, *entry.msgstr_plural.values()))
    }
    assert formal == letters


def test_a_translation_keeps_its_places():
    for entry in (entry for path in CATALOGUES for entry in polib.pofile(str(path))):
        texts = [entry.msgstr, *entry.msgstr_plural.values()]
        for text in filter(None, texts):
            assert set(re.findall(r"%\(\w+\)s", text)) <= set(
                re.findall(r"%\(\w+\)s", entry.msgid + entry.msgid_plural)
            ), entry.msgid


def test_a_translation_brings_no_percent_sign_of_its_own():
    """``blocktranslate`` fills its words in by ``%``: a lone sign makes it give up and show the English."""
    for path in CATALOGUES:
        for entry in polib.pofile(str(path)):
            if "%" not in entry.msgid + entry.msgid_plural:
                for text in (entry.msgstr, *entry.msgstr_plural.values()):
                    assert "%" not in text, (path, entry.msgid)


def test_every_string_that_code_and_templates_mark_is_in_the_room_s_catalogue():
    marks = re.compile(r"""\b(?:_|gettext)\(\s*"((?:[^"\\\\]|\\\\.)+)"\s*[,)]""")
    tags = re.compile(r"""\{%\s*translate\s+(?:"([^"]+)"|'([^']+)')""")
    for room in sorted(path.parent for path in ROOT.glob("nuanyi/*/__init__.py")):
        known = known_in(room.name)
        for source in room.glob("**/*.py"):
            if "tests" not in source.parts:
                found = set(marks.findall(source.read_text()))
                assert found <= known, (source, found - known)
        for template in room.glob("**/*.html"):
            found = {first or second for first, second in tags.findall(template.read_text())}
            assert found <= known, (template, found - known)


def test_no_template_has_words_outside_the_catalogue():
    for template in ROOT.glob("nuanyi/*/templates/**/*.html"):
        if "allauth" in template.parts or template.name == "style.html":
            continue
        text = re.sub(
            r"\{#.*?#\}|\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}"
            r"|<script.*?</script>|<meta[^>]*>|<svg.*?</svg>",
            " ",
            template.read_text(),
            flags=re.S,
        )
        words = re.sub(r"""<[^>]*>|&[a-z]+;|[a-z-]+=("[^"]*"|'[^']*')""", " ", text)
        left = set(re.findall(r"[A-Za-z]{3,}", words)) - {"WGS", "GCJ", "English"}
        assert not left, (template.name, left)


def test_no_colon_or_other_closing_sign_begins_a_line_of_a_template():
    """What stands before it there is a blank, after which a narrow phone breaks the line: "许可", then "：" below it."""
    begins = re.compile(r"^\s*(?:\{% colon %\}|[：，。；、）！？])", re.MULTILINE)
    found = [path for path in ROOT.glob("nuanyi/*/templates/**/*.html") if begins.search(path.read_text())]
    assert found == []
