"""The startup gate: does an application of FastAPI or Starlette ask its database before it serves?"""

from __future__ import annotations

import ast
import re

from ..finding import Advice, Finding, Place, Unreadable, missing, nothing, ok, unsure
from ..repository import Repository

_WHY = "a database or an extension that is missing is found by the first request, when traffic is here already"
_OF_TESTS = re.compile(r"(?:^|/)(?:tests?/|docs?/|test_[^/]*$|[^/]*_test\.py$|conftest\.py$)")
_DATABASE = re.compile(r"^[ \t]*(?:import|from)[ \t]+(?:sqlalchemy|sqlmodel|asyncpg|psycopg2?)\b", re.MULTILINE)
_GATE = re.compile(r"\b(?:guarded_lifespan|pass_the_gate)\b")
_IMPORT = re.compile(r"^from syntax_guard\.backend import [\w\s,()]*\bguarded_lifespan\b", re.MULTILINE)
_MOST_FILES, _LARGEST, _MOST_TEXT = 1_500, 60_000, 4_000_000


def examine(repository: Repository) -> list[Finding]:
    """The answer about each application."""
    texts = _sources(repository)
    database, gate = (any(pattern.search(text) for text in texts.values()) for pattern in (_DATABASE, _GATE))
    found = [
        _answer(Place(path, call.lineno), _lifespan(call), database, gate, ours=bool(_IMPORT.search(text)))
        for path, text in texts.items()
        for call in _applications(text)
    ]
    return found or [nothing("startup", "no application of FastAPI or Starlette is here")]


def _sources(repository: Repository) -> dict[str, str]:
    """The texts of Python files; those of tests, and what is too much, are passed over."""
    found: dict[str, str] = {}
    left = _MOST_TEXT
    for path in [path for path in repository.named("*.py") if not _OF_TESTS.search(path)][:_MOST_FILES]:
        try:
            text = repository.text(path) or ""
        except Unreadable:
            continue
        left -= len(text)
        if left > 0 and len(text) <= _LARGEST:
            found[path] = text
    return found


def _applications(text: str) -> list[ast.Call]:
    """The calls that make an application."""
    try:
        nodes = list(ast.walk(ast.parse(text))) if re.search(r"\b(?:FastAPI|Starlette)\(", text) else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", "") in ("FastAPI", "Starlette")]


def _lifespan(call: ast.Call) -> str:
    return next((ast.unparse(word.value) for word in call.keywords if word.arg == "lifespan"), "")


def _answer(place: Place, lifespan: str, database: bool, gate: bool, *, ours: bool) -> Finding:
    if ours and lifespan.startswith("guarded_lifespan("):
        return ok("startup", "the application serves once its checks pass", place)
    if not database:
        return nothing("startup", "no database to ask before it serves; its sources are for the start gate", place)
    if gate:
        return unsure("startup", "whether guarded_lifespan reaches this application", place)
    pattern = (
        "from syntax_guard.backend import Checkup, database, guarded_lifespan, sources\n"
        f'lifespan=guarded_lifespan(Checkup(sources("app"), database(engine)){f", {lifespan}" if lifespan else ""})\n'
        "with your own package for app and your own engine of SQLAlchemy, and syntax-guard[backend] installed"
    )
    message = "the application serves before its database has answered"
    return missing("startup", message, place, _WHY, Advice(pattern=pattern))
