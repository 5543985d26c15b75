"""The contract of the doors between rooms, for import-linter (``contract_types`` in pyproject.toml).

Its own kinds of contract name the modules that are protected and who may import them; here whoever imports may do so in its
own room and not in another, which none of them can say for all rooms at once.
"""

from __future__ import annotations

from grimp import ImportGraph
from importlinter.application import output
from importlinter.domain.contract import Contract, ContractCheck
from importlinter.domain.fields import ListField, StringField


class Doors(Contract):
    """Another room may be imported by its ``doors`` only, or by a module that stands in ``open``."""

    root = StringField()
    doors = ListField(subfield=StringField())
    #: Modules of one room that others may import too, written ``room.module``.
    open = ListField(subfield=StringField(), required=False)
    #: Packages that are no rooms, or hold all of them together.
    apart = ListField(subfield=StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import of a room's private module by another room; an opening that nobody uses is shown too."""
        doors, apart = set(self.doors), set(self.apart or ())  # type: ignore[call-overload]
        opened = set(self.open or ())  # type: ignore[call-overload]
        used, bad = set(), []
        for importer in sorted(graph.find_descendants(str(self.root))):
            mine = importer.split(".")
            if mine[1] in apart or "tests" in mine:
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                other = imported.split(".")
                if other[0] != self.root or len(other) < 3 or other[1] == mine[1] or other[1] in apart:
                    continue
                name = ".".join(other[1:3])
                used.add(name)
                if other[2] not in doors and name not in opened:
                    bad.append(f"{importer} -> {imported}")
        unused = sorted(opened - used)
        return ContractCheck(kept=not bad and not unused, metadata={"bad": bad, "unused": unused})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which imports, and which openings are no more needed."""
        for line in check.metadata["bad"]:
            output.print_error(f"{line}: another room's private module")
        for name in check.metadata["unused"]:
            output.print_error(f"{name} stands open and no other room uses it")
