"""The child that fills a Word template which somebody made. Run as ``python -I documents_child.py MEGABYTES SECONDS``.

Standard input: one JSON line ``{"fill": {facts}}`` or ``{"check": true}``, then the template. Standard output: one JSON
line, ``{"file": true}`` followed by the filled file, ``{"fields": [names]}``, ``{"unknown": words}`` or ``{"refused": true}``.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # an isolated interpreter does not look beside its script
from bounds import bound  # type: ignore[import-not-found]

sys.path.pop(0)

MOST_UNPACKED = 20 << 20
MOST_PARTS = 2000
#: Loops inside loops, and loops in all. The largest letter of our own has two, side by side.
DEEPEST, MOST_LOOPS = 2, 20


class TooDeep(ValueError):
    """More loops than any letter has."""


def _environment() -> Any:
    from jinja2 import StrictUndefined, nodes
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def depth(node: nodes.Node, above: int) -> int:
        here = above + isinstance(node, nodes.For | nodes.Macro | nodes.CallBlock)
        return max([here, *(depth(child, here) for child in node.iter_child_nodes())])

    class Environment(ImmutableSandboxedEnvironment):
        """Jinja's sandbox, in which no list grows; no sums that blow a value up, no range, few loops."""

        intercepted_binops = frozenset(["*", "**", "%"])

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            raise SecurityError(operator)

        def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
            tree = super()._parse(source, name, filename)
            if depth(tree, 0) > DEEPEST or len(list(tree.find_all(nodes.For))) > MOST_LOOPS:
                raise TooDeep
            return tree

    made = Environment(undefined=StrictUndefined, autoescape=True)
    made.globals.clear()
    return made


def answer(asked: dict[str, Any], docx: bytes) -> tuple[dict[str, Any], bytes]:
    """What to say of a template. Raises whatever the libraries raise for what is none."""
    from docxtpl import DocxTemplate

    with zipfile.ZipFile(io.BytesIO(docx)) as pack:
        parts = pack.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            return {"refused": True}, b""
    document = DocxTemplate(io.BytesIO(docx))
    if "check" in asked:
        return {"fields": sorted(document.get_undeclared_template_variables(_environment()))}, b""
    document.render(asked["fill"], _environment(), autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return {"file": True}, out.getvalue()


def main(megabytes: int, seconds: float) -> None:
    """Answer one question."""
    import docxtpl  # noqa: F401 - loaded before the bounds count
    import jinja2

    bound(megabytes, seconds)
    made = b""
    try:
        asked = json.loads(sys.stdin.buffer.readline())
        said, made = answer(asked, sys.stdin.buffer.read())
    except jinja2.UndefinedError as exc:
        said = {"unknown": str(exc)[:200]}
    except BaseException:  # whatever a library throws at a hostile file is a refusal, never a crash
        said = {"refused": True}
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + made)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
