"""The sheets and scripts that a phone loads hold what pages use and nothing that none could."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from rjsmin import jsmin

from nuanyi.lib.static_storage import SmallStaticFiles

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from purge import Purge, selectors, without_set, without_unread, without_unrun  # noqa: E402 - it stands beside the other scripts

WORDS = """<dialog class="wide"><button type="button" aria-pressed="true"> {"className": "note good"}"""


@pytest.mark.parametrize(
    ("selector", "stays"),
    [
        (".wide", True),
        (".good", True),
        (".wid", False),
        ("dialog>button", True),
        ("progress", False),
        ("button:not(.tooltip)", True),
        ("[data-tooltip]", False),
        ("[type=checkbox]", True),
        ("[type=range]", False),
        ("[aria-pressed=true]", True),
        ("[aria-pressed=mixed]", False),
        (":host", False),
        ("button::-ms-expand", False),
    ],
)
def test_a_selector_stays_where_a_page_could_hold_what_it_names(selector, stays):
    assert Purge(WORDS).may_match(selector) is stays


def test_rules_lose_only_what_matches_nothing_and_keep_their_order():
    sheet = ".wide,.gone{a:b}@media print{.gone{c:d}}@media (x){.wide{e:f}.good{g:h}}@keyframes k{to{i:j}}"
    assert Purge(WORDS).rules(sheet) == ".wide{a:b}@media (x){.wide{e:f}.good{g:h}}@keyframes k{to{i:j}}"
    assert selectors(":is(a,b),c[d=',']") == [":is(a,b)", "c[d=',']"]


def test_properties_that_nobody_reads_go_and_those_read_from_elsewhere_stay():
    sheet = ":root{--pico-a:1;--pico-b:var(--pico-a);--pico-c:2}"
    assert without_unread(sheet, "x{y:var(--pico-c)}") == ":root{--pico-c:2}"
    picture = ':root{--pico-d:url("data:image/svg+xml;x,{}");color:red}'
    assert without_unread(picture, "") == ":root{color:red}"
    assert without_unread(picture, "x{y:var(--pico-d)}") == picture
    assert without_unread(sheet, "x{y:var(--pico-b)}") == ":root{--pico-a:1;--pico-b:var(--pico-a);}"


def test_properties_of_the_root_that_our_own_sheet_sets_go_and_those_of_an_element_stay():
    sheet = ":root{--pico-a:1;--pico-b:2}[data-theme=light]{--pico-a:3}h1{--pico-a:4}@media (x){:root{--pico-a:5}}"
    assert without_set(sheet, ":root{--pico-a:0}") == ":root{--pico-b:2}h1{--pico-a:4}"
    assert without_set(sheet, "") == sheet


def test_an_animation_that_nothing_runs_goes():
    sheet = "@keyframes in{to{a:b}}@keyframes in-out{to{c:d}}x{animation:1s in-out}"
    assert without_unrun(sheet, "") == "@keyframes in-out{to{c:d}}x{animation:1s in-out}"
    assert without_unrun(sheet, "y{animation-name:in}") == sheet


def test_a_map_brings_its_looks_along_and_no_page_without_one_loads_them():
    built = {
        name: (ROOT / f"nuanyi/front/static/front/{name}.css").read_text()
        for name in ("phone", "office", "map")
    }
    assert [name for name, sheet in built.items() if "leaflet" in sheet] == ["map"]
    pictures = re.findall(r"url\((\.\./[^)]*)\)", built["map"])
    assert pictures
    for picture in pictures:
        assert (ROOT / "nuanyi/front/static/front" / picture).is_file(), picture


def test_a_script_is_served_whole_under_both_of_its_names(tmp_path):
    storage = SmallStaticFiles(location=tmp_path, base_url="/static/")
    source = ROOT / "nuanyi/front/static/front/theme.js"
    with source.open("rb") as told:
        storage.save("front/theme.js", File(told))
    done = list(storage.post_process({"front/theme.js": (storage, "front/theme.js")}))
    named = [path for path in (tmp_path / "front").iterdir() if path.suffix == ".js"]
    assert len(named) == 2, done
    for path in named:
        assert path.read_text() == jsmin(source.read_text())
    vendored = storage.save("vendor/x.js", ContentFile(b"/*! licence */ a  = 1"))
    assert (tmp_path / vendored).read_bytes().startswith(b"/*! licence")


@pytest.mark.parametrize(
    "script",
    sorted(p for p in (ROOT / "nuanyi").glob("*/static/**/*.js") if "vendor" not in p.parts),
    ids=lambda path: path.name,
)
def test_a_script_without_comments_is_still_a_script(script, tmp_path):
    small = tmp_path / script.name
    small.write_text(jsmin(script.read_text()))
    done = subprocess.run(["node", "--check", str(small)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
