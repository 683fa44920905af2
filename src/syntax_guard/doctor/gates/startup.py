"""The startup gate: does an application of FastAPI or Starlette ask its database before it serves?"""

from __future__ import annotations

import ast
import re

from ..data import template
from ..finding import Advice, Finding, Place, Unreadable, missing, nothing, ok, unsure
from ..repository import Repository

_WHY = "a database or an extension that is missing is found by the first request, when traffic is here already"
_OF_TESTS = re.compile(r"(?:^|/)(?:tests?/|docs?/|test_[^/]*$|[^/]*_test\.py$|conftest\.py$)")
_DATABASE = re.compile(r"^[ \t]*(?:import|from)[ \t]+(?:sqlalchemy|sqlmodel|asyncpg|psycopg2?)\b", re.MULTILINE)
_GATE = re.compile(r"\b(?:guarded_lifespan|pass_the_gate)\b")
_IMPORT = re.compile(r"^from syntax_guard\.backend import [\w\s,()]*\bguarded_lifespan\b", re.MULTILINE)
_CLASSES = ("FastAPI", "Starlette")
_MOST_FILES, _LARGEST, _MOST_TEXT = 1_500, 60_000, 4_000_000


def examine(repository: Repository) -> list[Finding]:
    """The answer about each application; files of tests, and what is too much, are passed over."""
    texts: dict[str, str] = {}
    left = _MOST_TEXT
    for path in [path for path in repository.named("*.py") if not _OF_TESTS.search(path)][:_MOST_FILES]:
        try:
            text = repository.text(path) or ""
        except Unreadable:
            continue
        left -= len(text)
        texts |= {path: text} if left > 0 and len(text) <= _LARGEST else {}
    database, gate = (any(pattern.search(text) for text in texts.values()) for pattern in (_DATABASE, _GATE))
    found = [
        _answer(place, lifespan, database, gate, ours=bool(_IMPORT.search(text)))
        for path, text in texts.items()
        for place, lifespan in _applications(text, path)
    ]
    return found or [nothing("startup", "no application of FastAPI or Starlette is here")]


def _applications(text: str, path: str) -> list[tuple[Place, str]]:
    """The calls that make an application, each with what it is given as its lifespan."""
    try:
        nodes = list(ast.walk(ast.parse(text))) if re.search(r"\b(?:FastAPI|Starlette)\(", text) else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    calls = [one for one in nodes if isinstance(one, ast.Call) and getattr(one.func, "id", "") in _CLASSES]
    given = [[ast.unparse(word.value) for word in one.keywords if word.arg == "lifespan"] for one in calls]
    return [(Place(path, one.lineno), "".join(lifespan)) for one, lifespan in zip(calls, given, strict=True)]


def _answer(place: Place, lifespan: str, database: bool, gate: bool, *, ours: bool) -> Finding:
    if ours and lifespan.startswith("guarded_lifespan("):
        return ok("startup", "the application serves once its checks pass", place)
    if not database:
        return nothing("startup", "no database to ask before it serves; its sources are for the start gate", place)
    if gate:
        return unsure("startup", "whether guarded_lifespan reaches this application", place)
    pattern = template("lifespan.txt").replace("{lifespan}", f", {lifespan}" if lifespan else "").rstrip()
    message = "the application serves before its database has answered"
    return missing("startup", message, place, _WHY, Advice(pattern=pattern))
