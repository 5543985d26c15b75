"""Where a line of print may end: not before a closing sign nor after an opening one, not inside a number or a word of Latin
letters, and not inside one of several things that stand side by side (two blanks apart).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

CLOSES = "。，、；：）！？”’》〉】·%℃"
OPENS = "（“‘《〈【"
_BESIDE = re.compile(r"\S.*?(?:\s{2,}(?:·\s*)?|$)")
_SIGNS = re.compile(rf"[{OPENS}]*(?:[0-9A-Za-z][0-9A-Za-z.,:/–-]*|.)[{CLOSES}]*\s?")


def broken(text: str, width: Callable[[str], float], most: float) -> list[str]:
    """The lines of a text of which each is at most ``most`` wide, as ``width`` measures it; a paragraph begins a new one."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for part in _parts(paragraph, width, most):
            if line and width((line + part).rstrip()) > most:
                lines.append(line.rstrip())
                line = part.lstrip()
            else:
                line += part
        lines.append(line.rstrip())
    return lines


def _parts(paragraph: str, width: Callable[[str], float], most: float) -> Iterator[str]:
    """What stays on one line, each as large as it can be."""
    for thing in _BESIDE.findall(paragraph) if "  " in paragraph else [paragraph]:
        if "  " in paragraph and width(thing.rstrip()) <= most:
            yield thing
            continue
        for part in _SIGNS.findall(thing):
            # an address that no line holds is broken where the line is full
            yield from [part] if width(part.rstrip()) <= most else part
