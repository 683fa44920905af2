"""The startup gate: does an application of FastAPI or Starlette ask its database before it serves?"""

from __future__ import annotations

import ast
import re
from contextlib import suppress

from ..finding import Advice, Finding, Place, Unreadable, missing, nothing, ok, unsure
from ..repository import Repository

_WHY = "a database or an extension that is missing is found by the first request, when traffic is here already"
_OF_TESTS = re.compile(r"(?:^|/)(?:tests?/|docs?/|test_[^/]*$|[^/]*_test\.py$|conftest\.py$)")
_DATABASE = re.compile(r"^[ \t]*(?:import|from)[ \t]+(?:sqlalchemy|sqlmodel|asyncpg|psycopg2?)\b", re.MULTILINE)
_IMPORT = re.compile(r"^from syntax_guard\.backend import [\w\s,()]*\bguarded_lifespan\b", re.MULTILINE)
_LARGEST, _MOST_TEXT = 60_000, 4_000_000
_ADVICE = """from syntax_guard.backend import Checkup, database, guarded_lifespan, sources
lifespan=guarded_lifespan(Checkup(sources("app"), database(engine)){})
with your own package for app and your own engine of SQLAlchemy, and syntax-guard[backend] installed"""


def examine(repository: Repository) -> list[Finding]:
    """The answer about each application; files of tests, and what is too much, are left out."""
    texts: dict[str, str] = {}
    for path in repository.named("*.py"):
        with suppress(Unreadable):
            text = "" if _OF_TESTS.search(path) or sum(map(len, texts.values())) > _MOST_TEXT else repository.text(path)
            texts |= {path: text} if text and len(text) <= _LARGEST else {}
    whole = "\n".join(texts.values())
    found: list[Finding] = []
    for path, call in [(path, call) for path, text in texts.items() for call in _applications(text)]:
        place = Place(path, call.lineno)
        lifespan = "".join(ast.unparse(word.value) for word in call.keywords if word.arg == "lifespan")
        if _IMPORT.search(texts[path]) and lifespan.startswith("guarded_lifespan("):
            found.append(ok("startup", "the application serves once its checks pass", place))
        elif not _DATABASE.search(whole):
            found.append(nothing("startup", "no database to ask before it serves", place))
        elif re.search("guarded_lifespan|pass_the_gate", whole):
            found.append(unsure("startup", "whether guarded_lifespan reaches this application", place))
        else:
            advice = Advice(pattern=_ADVICE.format(lifespan and f", {lifespan}"))
            message = "the application serves before its database has answered"
            found.append(missing("startup", message, place, _WHY, advice))
    return found or [nothing("startup", "no application of FastAPI or Starlette is here")]


def _applications(text: str) -> list[ast.Call]:
    """The calls that make an application."""
    try:
        nodes = ast.walk(ast.parse(text)) if re.search(r"\b(?:FastAPI|Starlette)\(", text) else ()
        calls = [node for node in nodes if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [call for call in calls if getattr(call.func, "id", "") in ("FastAPI", "Starlette")]
