"""Reads the services as a tree of syntax: what a public function permits, writes and records, itself or through what it calls."""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
#: Calls on a model, a queryset or a row that change a table.
WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
}
#: Objects of the standard library and of requests whose methods are called alike.
NOT_ROWS = {
    "hashlib",
    "hmac",
    "digest",
    "mac",
    "seen",
    "found",
    "told",
    "context",
    "facts",
    "counts",
    "known",
    "done",
}
STATEMENTS = ("INSERT", "UPDATE", "DELETE", "COPY")
#: Calls by which a service asks where something lies or whose it is, beside ``require(…, regions=…, units=…)``.
BOUNDS = {
    "require_within",
    "require_everywhere",
    "visible_to",
    "everywhere",
    "units",
    "kept_by",
    "changed_by",
    "require_unit",
}
PERMITS = {"require", "require_within", "require_everywhere", "visible_to", "can"}


@dataclass
class Function:
    """One function: where it stands and what it calls."""

    module: str
    name: str
    node: ast.FunctionDef
    calls: set[tuple[str, str]] = field(default_factory=set)
    writes: bool = False
    permits: bool = False
    records: bool = False
    #: asks for the place or the unit of what it was given, or says that it is the whole installation's
    bounds: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.module.removeprefix('nuanyi.')}.{self.name}"

    @property
    def reason(self) -> str:
        """The name of the reason for which it has another shape (``lib.shape``), "" where none stands at it."""
        for mark in self.node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "shaped_otherwise":
                return ast.unparse(mark.args[0]).removeprefix("Reason.")
        return ""

    @property
    def public(self) -> bool:
        return not self.name.startswith("_")


def module_name(file: Path) -> str:
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _tree(module: str) -> ast.Module:
    file = PACKAGE.parent / Path(*module.split("."))
    file = file.with_suffix(".py") if file.with_suffix(".py").exists() else file / "__init__.py"
    return ast.parse(file.read_text())


def _names(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """What each imported name stands for: ``name -> (module, function)``, the function "" where it is a module."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nuanyi"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                path = PACKAGE.parent / Path(*inner.split("."))
                is_module = path.with_suffix(".py").exists() or path.is_dir()
                names[alias.asname or alias.name] = (inner, "") if is_module else (node.module, alias.name)
    return names


@cache
def functions_of(module: str) -> dict[str, Function]:
    """Every function of a module, methods by their own name too."""
    return _functions(module, _tree(module))


def calls_of(module: str) -> set[tuple[str, str]]:
    """What a module calls, wherever that stands: in a function or in a table outside of all functions."""
    tree = _tree(module)
    whole = ast.FunctionDef(name="", body=tree.body, decorator_list=[])
    return _read(Function(module, "", whole), _names(tree)).calls


def read_source(source: str) -> dict[str, Function]:
    """The functions of a text, as if it were a module of ours."""
    return _functions("nuanyi.nowhere", ast.parse(source))


def _functions(module: str, tree: ast.Module) -> dict[str, Function]:
    names, found = _names(tree), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, _read(Function(module, node.name, node), names))
    return found


def _read(function: Function, names: dict[str, tuple[str, str]]) -> Function:
    for node in ast.walk(function.node):
        if isinstance(node, ast.Raise) and "NotAllowed" in ast.dump(node):
            function.permits = True
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            function.writes |= node.value.lstrip().startswith(STATEMENTS)
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name):
            function.calls.add(names.get(called.id, (function.module, called.id)))
        elif isinstance(called, ast.Attribute):
            owner = called.value.id if isinstance(called.value, ast.Name) else ""
            if names.get(owner, ("", "x"))[1] == "" and owner in names:
                module = names[owner][0]
                function.calls.add((module, called.attr))
                function.records |= module == "nuanyi.journal.services" and called.attr.startswith("record")
                continue
            function.writes |= called.attr in WRITES and owner not in NOT_ROWS
            function.permits |= called.attr in PERMITS
            function.bounds |= called.attr in BOUNDS or (
                called.attr in PERMITS and bool({"regions", "units"} & {word.arg for word in node.keywords})
            )
    return function


@cache
def does(module: str, name: str, what: str, seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
    """Whether a function writes, permits or records, itself or through what it calls in services of any room."""
    if (module, name) in seen or not module.startswith("nuanyi."):
        return False
    function = functions_of(module).get(name)
    if function is None:
        return False
    if getattr(function, what):
        return True
    inner = seen | {(module, name)}
    return any(does(*called, what, inner) for called in function.calls if _is_followed(called[0]))


def _is_followed(module: str) -> bool:
    return ".lib." not in module


def public_services() -> list[Function]:
    """Every public function of every room's services."""
    files = [*PACKAGE.glob("*/services.py"), *PACKAGE.glob("*/services/*.py")]
    return [
        function
        for file in sorted(files)
        for function in functions_of(module_name(file)).values()
        if function.public and function.node in _tree(function.module).body
    ]


#: Files of a room that are no face; and how those of the program are called that are one.
NO_FACES = {"services", "jobs", "reactions", "demo", "loading", "retention", "tests", "migrations"}
FACES = ("views", "_staff")


def _is_face(module: str) -> bool:
    inner = module.split(".")[2:]
    if not inner or NO_FACES & set(inner) or module.startswith("nuanyi.lib."):
        return False
    return not module.startswith("nuanyi.program.") or inner[-1].endswith(FACES)


def called_by_faces() -> set[str]:
    """The services that a page, an address or an interface calls, directly or by a table of its deeds."""
    found: set[str] = set()
    for module in filter(_is_face, map(module_name, PACKAGE.glob("**/*.py"))):
        found |= {f"{of.removeprefix('nuanyi.')}.{name}" for of, name in calls_of(module)}
    return found
