"""FastAPI and Starlette applications of a repository, and what their projects have of ``syntax_guard.backend``.

What an application gets as its ``lifespan`` is followed through names, functions and imports. Sources of tests are
passed over: an application there serves nobody.
"""

from __future__ import annotations

import ast
import posixpath
import re
from typing import TYPE_CHECKING

from syntax_guard.model import Record

from .documents import Unreadable
from .finding import Place
from .python_modules import Module, last

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .python_modules import Origin
    from .repository import Repository

_OF_TESTS = re.compile(r"(?:^|/)(?:tests?/|test_[^/]*$|[^/]*_test\.py$|conftest\.py$)")
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "Dockerfile")
_CLASS = re.compile(r"\b(?:FastAPI|Starlette)\b")
_FRAMEWORK = re.compile(r"\b(?:fastapi|starlette)\b")
_DATABASE = re.compile(r"^[ \t]*(?:import|from)[ \t]+(?:sqlalchemy|sqlmodel|asyncpg|psycopg2?)\b", re.MULTILINE)
_HEALTH = (
    r"/(?:[\w{}-]+/)*_?(?:health|health[_-]?checks?|healthz|livez|readyz|ready|live|liveness|readiness|alive|ping|up|"
    r"status|heartbeat)(?:/\w+)*/?"
)
_TELLING = re.compile(
    rf"guarded_lifespan|pass_the_gate|Checkup|health_routes|\bmount\b|[\"']{_HEALTH}[\"']", re.IGNORECASE
)
_ROUTING = frozenset({"Route", "add_api_route", "add_route", "APIRouter", "include_router", "mount", "Mount"})
_GATE = frozenset({"guarded_lifespan", "pass_the_gate"})
_GATES = re.compile("|".join(_GATE))
_CLASSES = frozenset({"FastAPI", "Starlette"})


class Application(Record):
    """One application of the repository."""

    place: Place
    gated: bool
    """Its lifespan is the startup gate of ``syntax_guard.backend``."""
    asks: frozenset[str] | None
    """What is called where the project makes its ``Checkup``; None where it makes none."""
    health: Place | None
    """Where the project has a route for health."""
    database: Place | None
    """Where the project imports a driver for PostgreSQL, or a mapper."""


def candidates(repository: Repository) -> list[str]:
    """The files that may make an application."""
    return [path for path, text in _sources(repository) if _FRAMEWORK.search(text) and _CLASS.search(text)]


def applications(repository: Repository, path: str) -> list[Application]:
    """The applications that the file ``path`` makes, without those that another one mounts. Raises Unreadable."""
    module = Module(repository, path)
    made = list(_made(module))
    if not made:
        return []
    project = _Project(repository, module)
    return [
        Application(
            Place(path, call.lineno),
            _is_gated(module, call, project),
            project.asks,
            project.health,
            project.database,
        )
        for call, names in made
        if not {(path, name) for name in names} & project.mounted
    ]


class _Project:
    """What is known of the sources below the nearest folder that holds a project."""

    def __init__(self, repository: Repository, module: Module) -> None:
        folder = posixpath.dirname(module.path)
        while folder and not any(repository.text(posixpath.join(folder, name)) is not None for name in _PROJECT):
            folder = posixpath.dirname(folder)
        self.asks: frozenset[str] | None = None
        self.health: Place | None = None
        self.database: Place | None = None
        self.calls_gate = False
        self.mounted: set[Origin] = set()
        for other, text in _sources(repository, folder):
            if self.database is None and (found := _DATABASE.search(text)):
                self.database = Place(other, text.count("\n", 0, found.start()) + 1)
            if _TELLING.search(text):
                try:
                    self._read(module.other(other))
                except Unreadable:
                    continue  # said of the files that make applications

    def _read(self, module: Module) -> None:
        called = frozenset(map(module.called, module.calls()))
        self.calls_gate = self.calls_gate or bool(called & _GATE)
        if "Checkup" in called:
            self.asks = called | (self.asks or frozenset())
        self.health = self.health or _health_of(module)
        for call in module.calls():
            if last(call.func) in ("mount", "Mount"):
                for argument in [*call.args, *(word.value for word in call.keywords)]:
                    origin = module.origin(argument.func if isinstance(argument, ast.Call) else argument)
                    self.mounted |= {origin} if origin else set()


def _sources(repository: Repository, folder: str = "") -> Iterator[tuple[str, str]]:
    """The Python files below ``folder`` with their texts; one that is too large was not written by people."""
    for path in repository.files:
        if path.endswith(".py") and path.startswith(f"{folder}/" if folder else "") and not _OF_TESTS.search(path):
            try:
                yield path, repository.text(path) or ""
            except Unreadable:
                continue


def _made(module: Module) -> Iterator[tuple[ast.Call, frozenset[str]]]:
    """The calls that make an application, each with the names that it is known by: a variable's, a function's."""
    classes = set(_CLASSES)
    for name, (node, *_) in module.defined.items():
        if isinstance(node, ast.ClassDef) and {last(base) for base in node.bases} & classes:
            classes.add(name)

    def inside(node: ast.AST, names: frozenset[str]) -> Iterator[tuple[ast.Call, frozenset[str]]]:
        if isinstance(node, ast.Call) and last(node.func) in ("mount", "Mount"):
            return
        if isinstance(node, ast.Call) and module.called(node) in classes:
            yield node, names
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = names | {node.name}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            names = names | {
                last(target) for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            }
        for child in ast.iter_child_nodes(node):
            yield from inside(child, names)

    return inside(module.tree, frozenset())


def _health_of(module: Module) -> Place | None:
    """Where a module has a route for health: those of ``syntax_guard.backend``, or one of its own."""
    decorators = {
        id(decorator)
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for decorator in node.decorator_list
    }
    for call in module.calls():
        name = module.called(call)
        paths = [*call.args[:1], *(word.value for word in call.keywords if word.arg in ("path", "prefix"))]
        routes = name in _ROUTING or id(call) in decorators
        if name == "health_routes" or (routes and any(map(_is_health, paths))):
            return Place(module.path, call.lineno)
    return None


def _is_health(node: ast.AST) -> bool:
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and bool(re.fullmatch(_HEALTH, text, re.IGNORECASE))


def _is_gated(module: Module, call: ast.Call, project: _Project) -> bool:
    given: list[ast.AST] = [word.value for word in call.keywords if word.arg == "lifespan"]
    given += module.defined.get("lifespan_context", [])  # app.router.lifespan_context = …
    seen: set[Origin] = set()
    if not any(_GATES.search(text) for _, text in _sources(module.repository)):
        return False  # nothing to find at the end of any path
    if any(_leads_to_gate(module, value, seen) for value in given):
        return True
    handed_on = any(isinstance(value, ast.Name) and module.origin(value) is None for value in given)
    hidden = any(word.arg is None for word in call.keywords)
    return (handed_on or hidden) and project.calls_gate


def _leads_to_gate(module: Module, value: ast.AST, seen: set[Origin]) -> bool:
    """Whether ``value`` calls the gate, or is made of something that does; ``seen`` was followed already."""
    if isinstance(value, ast.Call) and module.called(value) in _CLASSES:
        return False  # another application, whose gate is its own
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and module.called(node) in _GATE:
            return True
        origin = module.origin(node)
        if origin is not None and origin not in seen:
            seen.add(origin)
            if _is_of_gate(module, *origin, seen):
                return True
    return False


def _is_of_gate(module: Module, path: str, name: str, seen: set[Origin]) -> bool:
    try:
        there = module.other(path)
    except Unreadable:
        return False
    return any(_leads_to_gate(there, definition, seen) for definition in there.defined.get(name, []))
