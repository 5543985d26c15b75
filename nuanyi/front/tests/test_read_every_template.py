"""A page that nobody opened in a test says so too."""

import re
from pathlib import Path

import polib
import pytest
from django.template.loader import get_template

import nuanyi

ROOMS = Path(nuanyi.__file__).parent
#: Tags that print nothing where they stand; every other one stands for words.
SILENT = re.compile(
    r"\{#.*?#\}|\{%\s*(?:if|elif|else|endif|for|empty|endfor|with|endwith|block|endblock|load|blocktranslate"
    r"|comment|endcomment)\b.*?%\}|\s*\{%\s*(?:plural|endblocktranslate)\b.*?%\}",
    re.DOTALL,
)
#: Tags that print a day or an hour, which no narrow phone breaks.
BOXES = r"\{% (?:day|days|moment|around|between|deadline|last_day) [^%]*%\}"


def test_every_template_can_be_read():
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    names = [
        str(file.relative_to(next(up for up in file.parents if up.name == "templates"))) for file in files
    ]
    assert len(names) > 300
    for name in names:
        get_template(name)


@pytest.mark.parametrize(
    ("needed", "part"),
    [
        ("vendor/leaflet/leaflet.js", "map.html"),
        ("vendor/pmtiles/pmtiles.js", "map.html"),
        ("front/blur.js", "blur_scripts.html"),
    ],
)
def test_what_a_map_or_a_field_for_photos_needs_stands_in_one_part_that_all_pages_take(needed, part):
    naming = f"{{% static '{needed}' %}}"
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    found = [file.relative_to(ROOMS) for file in files if naming in file.read_text(encoding="utf-8")]
    assert found == [Path("front/templates/front/parts") / part]


def test_no_template_decides_by_a_role_what_a_permission_says():
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    assert [str(file.relative_to(ROOMS)) for file in files if "actor.roles" in file.read_text()] == []


def test_no_line_of_a_template_is_longer_than_a_screen_is_wide():
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    found = [
        f"{file.relative_to(ROOMS)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 160
    ]
    assert found == []


def test_no_line_of_a_phone_may_begin_with_a_dot():
    """A dot stands after a blank that does not break, and nothing that does stands before that: ``with-dot`` where a condition
    parts the two."""
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    phone = [file for file in files if not {"staff", "setup"} & set(file.parts)]
    assert len(phone) > 100
    found = []
    for file in phone:
        whole = file.read_text(encoding="utf-8")
        words = re.sub(r"\{%.*?%\}", "…", SILENT.sub("", whole), flags=re.DOTALL)
        # after a box of its own a line may end, whatever comes next: the dot stands in it
        found += [
            f"{file.relative_to(ROOMS)}: {one}"
            for one in re.findall(rf"{BOXES}(?:</\w+>)?(?:&nbsp;|\xa0)*·", whole)
        ]
        # what stands in a tag of HTML is not seen, and a title has one line
        seen = re.sub(r"<title>.*?</title>|<[^>]*>", "", words, flags=re.DOTALL)
        found += [
            f"{file.relative_to(ROOMS)}: {' '.join(one.split())}"
            for one in re.findall(r"[^\n]*[ \n](?:&nbsp;|\xa0)*·[^\n]*", seen)
        ]
    assert found == []


def test_a_form_that_waits_for_network_says_so_where_it_stands():
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    kept = [
        file for file in files if "data-keep" in file.read_text(encoding="utf-8").replace("data-keep-", "")
    ]
    kept = [file for file in kept if "<form" in file.read_text(encoding="utf-8")]
    assert len(kept) > 10
    silent = [file.name for file in kept if "front/parts/kept.html" not in file.read_text(encoding="utf-8")]
    assert silent == []


#: A sentence or a name that ends with its sign, and what stands after it on the same line of a page.
SIGN_AND_BLANK = re.compile(
    r"""\{% translate (?:"[^"]*[.?!:]"|'[^']*[.?!:]') %\}(?:</(?:b|strong)>)?\s+"""
    r"""(?:<a\b|<b>|<strong>|<span\b|\{\{|\{% (?:translate|blocktranslate)\b)"""
)


def test_no_blank_follows_a_full_width_sign_of_a_phone():
    """In Chinese the sign has its blank in it: ``as said`` and ``{{ said }}{% blank %}`` are left together by the formatter."""
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    phone = [file for file in files if not {"staff", "setup"} & set(file.parts)]
    found = [
        f"{file.relative_to(ROOMS)}: {one.group()}"
        for file in phone
        for one in SIGN_AND_BLANK.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []


#: What ends a sentence or a title in Chinese and in no other language.
FULL_WIDTH_END = "。！？；：，"
WORDS_OF_SCRIPTS = re.compile(r"[。！？]\s*[\"'`]")


def test_no_sentence_of_an_english_page_ends_with_a_full_width_sign():
    """Signs between two sentences belong to a language: to a translation, ``{% colon %}`` or a line of its own."""
    files = [file for folder in ROOMS.glob("*/templates") for file in folder.rglob("*.html")]
    found = [
        f"{file.relative_to(ROOMS)}: {sign.group()}"
        for file in files
        for sign in re.finditer("[。！？]", re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8")))
    ]
    # a phone's pages are read in English by riders: nothing full-width between what is translated either
    found += [
        f"{file.relative_to(ROOMS)}: {sign.group()}"
        for file in files
        if {"worker", "grid", "keeper"} & set(file.parts)
        for sign in re.finditer("[；：，]", re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8")))
    ]
    for catalogue in ROOMS.glob("*/locale/zh_Hans/LC_MESSAGES/django.po"):
        found += [
            f"{catalogue.parts[-5]}: {entry.msgid}"
            for entry in polib.pofile(str(catalogue))
            if any(sign in FULL_WIDTH_END for sign in entry.msgid + entry.msgid_plural)
        ]
    for script in ROOMS.glob("*/static/*/*.js"):
        found += [
            f"{script.relative_to(ROOMS)}: {sign.group()}"
            for sign in WORDS_OF_SCRIPTS.finditer(script.read_text(encoding="utf-8"))
        ]
    assert found == []
