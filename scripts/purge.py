"""What no page of ours can need is left out of a style sheet of others (Pico): selectors that name a class, an attribute or an
element which stands in no template, script or module, the system's dark scheme (the theme is always named), what is meant for
browsers too old for our own sheets or for shadow trees, animations that nothing runs, and custom properties that nobody reads or
that our own sheets set where the others do. Rules keep their order and their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "nuanyi"
SOURCES = ("*/templates/**/*.html", "*/static/**/*.js", "**/*.py")
#: A page always names its theme, so that this is never asked.
NEVER = "(prefers-color-scheme:dark)"
#: In a selector: a shadow tree, of which we have none, and browsers that know no cascade layers.
NOWHERE = (":host", "::-ms-", "::-moz-list-bullet", ":-moz-ui-invalid", "::-moz-focus-inner")
#: Selectors of the root besides those that begin with ``:root``: only the root names its theme.
ROOTS = ("[data-theme=light]", "[data-theme=dark]")
#: Types of inputs that Django's widgets write.
WIDGETS = frozenset(
    ("text", "number", "email", "url", "password", "date", "time", "checkbox", "radio", "file")
)

_NOT = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")
_CLASS = re.compile(r"\.([\w-]+)")
_ATTRIBUTE = re.compile(r"\[([\w-]+)(?:[~|^$*]?=[\"']?([^\"'\]]+)[\"']?)?\]")
#: A custom property with its value, in which a quoted picture may hold a semicolon.
_PROPERTY = re.compile(r"(--pico-[\w-]+):(?:\"[^\"]*\"|'[^']*'|[^;{}\"'])*(?:;|(?=}))")
_ELEMENT = re.compile(r"(?:^|[\s>+~(,])([a-z][a-z0-9]*)\b(?!-)")
#: ``data-so-far`` is ``dataset.soFar`` in a script.
_DASHED = re.compile(r"-(\w)")
#: What a template leans on: other templates, and scripts that it loads now or later.
_TEMPLATE = re.compile(r"""{%-? *(?:include|extends) +["']([^"']+)["']""")
_SCRIPT = re.compile(r"""{% *static +["']([^"']+\.js)["']""")


def vocabulary() -> str:
    """All that our pages are made from, as one text."""
    paths = sorted(path for pattern in SOURCES for path in PACKAGE.glob(pattern))
    return "\n".join(
        path.read_text() for path in paths if "vendor" not in path.parts and "tests" not in path.parts
    )


def parts_of_page(template: str, built: dict[str, tuple[str, ...]]) -> list[Path]:
    """What one page is made from: its template, what that includes and extends, and the scripts that these load, now or later.

    ``template`` begins with its room; ``built`` names the sources of scripts that are made from others. What others wrote
    (``vendor``) brings its own looks.
    """
    wanted, seen, found = [template], set(), []
    while wanted:
        name = wanted.pop()
        if name in seen or name.startswith("vendor/"):
            continue
        seen.add(name)
        if name in built:
            wanted += built[name]
            continue
        folder = "static" if name.endswith(".js") else "templates"
        path = PACKAGE / name.partition("/")[0] / folder / name
        found.append(path)
        if folder == "templates":
            text = path.read_text()
            wanted += _TEMPLATE.findall(text) + _SCRIPT.findall(text)
    return found


def blocks(sheet: str) -> Iterator[tuple[str, str | None]]:
    """``(head, body)`` of each rule of a minified sheet; body is None for a statement that ends with a semicolon."""
    at = 0
    while at < len(sheet):
        opens, ends = sheet.find("{", at), sheet.find(";", at)
        if opens < 0:
            return
        if 0 <= ends < opens:
            yield sheet[at : ends + 1], None
            at = ends + 1
            continue
        depth, here = 1, opens + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(sheet[here], 0)
            here += 1
        yield sheet[at:opens], sheet[opens + 1 : here - 1]
        at = here


def selectors(head: str) -> list[str]:
    """A list of selectors, taken apart at its commas."""
    found, depth = [""], 0
    for sign in head:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return found


class Purge:
    """Takes out what ``words`` cannot need; with ``any_value`` a script may give an attribute that stands there any value."""

    def __init__(self, words: str, *, any_value: bool = False) -> None:
        self.words, self.any_value = words, any_value
        self.known: dict[str, bool] = {}

    def _has(self, pattern: str) -> bool:
        if pattern not in self.known:
            self.known[pattern] = re.search(pattern, self.words) is not None
        return self.known[pattern]

    def may_match(self, selector: str) -> bool:
        """Whether a page of ours could hold what a selector names. What it excludes (``:not``) does not count."""
        plain = _NOT.sub("", selector)
        if any(sign in plain for sign in NOWHERE):
            return False
        if not all(self._has(rf"(?<![\w-]){re.escape(name)}(?![\w-])") for name in _CLASS.findall(plain)):
            return False
        for name, value in _ATTRIBUTE.findall(plain):
            by_script = _DASHED.sub(lambda one: one[1].upper(), name.removeprefix("data-"))
            if not self._has(rf"\b{re.escape(name)}\b|\bdataset\.{by_script}\b"):
                return False
            if not value or self.any_value or (name == "type" and value in WIDGETS):
                continue
            if not self._has(rf"{re.escape(name)}\W{{1,4}}{re.escape(value)}\b"):
                return False
        elements = set(_ELEMENT.findall(plain)) - {"html", "body"}
        return all(self._has(rf"<{name}\b|[\"'`]{name}[\"'`.:]") for name in elements)

    def rules(self, sheet: str) -> str:
        """The sheet without rules that match nothing."""
        kept = []
        for head, body in blocks(sheet):
            if body is None:
                kept.append(head)
            elif head.startswith(("@media", "@supports", "@layer")):
                inside = "" if NEVER in head else self.rules(body)
                kept += [f"{head}{{{inside}}}"] if inside else []
            elif head.startswith("@"):
                kept.append(f"{head}{{{body}}}")
            else:
                here = [selector for selector in selectors(head) if self.may_match(selector)]
                kept += [f"{','.join(here)}{{{body}}}"] if here else []
        return "".join(kept)


def without_set(sheet: str, ours: str) -> str:
    """The sheet without custom properties of the root that ``ours``, in a later layer, sets there itself."""
    set_there = set(re.findall(r"(--pico-[\w-]+):", ours))
    kept = []
    for head, body in blocks(sheet):
        if body is None:
            kept.append(head)
            continue
        if head.startswith(("@media", "@supports")):
            body = without_set(body, ours)
        elif all(selector in ROOTS or selector.startswith(":root") for selector in selectors(head)):
            body = _PROPERTY.sub(lambda one: "" if one[1] in set_there else one[0], body + ";")
        if body.strip(";"):
            kept.append(f"{head}{{{body.rstrip(';')}}}")
    return "".join(kept)


def without_unrun(sheet: str, others: str) -> str:
    """The sheet without animations (``@keyframes``) that neither it nor ``others`` runs."""
    run = " ".join(re.findall(r"animation(?:-name)?:([^;}]*)", sheet + others))
    return "".join(
        head if body is None else f"{head}{{{body}}}"
        for head, body in blocks(sheet)
        if not head.startswith("@keyframes") or re.search(rf"(?<![\w-]){head.split()[-1]}(?![\w-])", run)
    )


def without_unread(sheet: str, others: str) -> str:
    """The sheet without custom properties that neither it nor ``others`` reads; again until none is left."""
    while True:
        read = set(re.findall(r"var\((--[\w-]+)", sheet + others))
        made = _PROPERTY.sub(lambda one, read=read: one[0] if one[1] in read else "", sheet)
        if made == sheet:
            return sheet
        sheet = made
