"""What cannot be taken back takes two taps: the first says in words what would happen (``parts/sure_button.html``)."""

from __future__ import annotations

import re
from pathlib import Path

ROOMS = Path(__file__).resolve().parents[2]
#: Names and values of buttons that end something for good.
FOR_GOOD = re.compile(
    r'name="(merge|close|dissolve|discard|undo|forget|withdraw|everything)"|value="(left|join)"|\bdanger\b'
)
#: What is confirmed by typing or ticking, and what is no write at all.
OTHERWISE = {
    "setup/trial.html danger": "the name of the district is typed",
    "rights/worker/mine.html everything": "a box is ticked",
    "volunteers/staff/rewards.html withdraw": "it is offered anew by hand",
}


def _outside(text: str) -> str:
    """A template without what stands in a ``.sure``; none of them holds another ``details``. A toast takes back what
    was just done.
    """
    text = re.sub(r'<div class="toast".*?</div>', "", text, flags=re.DOTALL)
    return re.sub(r'<details class="more sure">.*?</details>', "", text, flags=re.DOTALL)


def test_a_button_that_ends_something_for_good_stands_behind_a_question():
    bare = []
    for path in sorted(ROOMS.glob("*/templates/**/*.html")):
        name = str(path.relative_to(next(part for part in path.parents if part.name == "templates")))
        for button in re.findall(r"<button\b[^<]*?>", _outside(path.read_text("utf-8")), re.DOTALL):
            found = {hit[1] or hit[2] or hit[0] for hit in FOR_GOOD.finditer(button)}
            excused = any(f"{name} {word}" in OTHERWISE for word in found)
            if found and 'type="button"' not in button and not excused:
                bare.append(f"{name}: {' '.join(button.split())}")
    assert "\n".join(bare) == ""


def test_the_question_says_what_would_happen():
    wordless = []
    for path in sorted(ROOMS.glob("*/templates/**/*.html")):
        text = path.read_text("utf-8")
        for hit in re.finditer(r'include "front/parts/sure(_button)?\.html"', text):
            before = text[: hit.start()][-900:]
            if not re.search(r"\b(as|asvar) words\b", before):
                wordless.append((path.name, hit.group()))
    assert wordless == []
