"""Sources to compare on, and what the real Pythons say of them."""

from __future__ import annotations

import ast
import base64
import gzip
import json
import os
import sysconfig
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from syntax_guard.grammar import RULES

from .pythons import COMPILE, ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syntax_guard.model import Version

PROJECT = Path(__file__).resolve().parents[2]


class Judged(NamedTuple):
    """Sources, and for each version one answer a source: None where it is accepted, else kind, words and line."""

    sources: list[bytes]
    answers: dict[Version, list[Any]]


def verdict_files() -> list[Path]:
    """Files of recorded verdicts: in the folder ``SYNTAX_GUARD_VERDICTS``, or beside the checkout."""
    folder = Path(os.environ.get("SYNTAX_GUARD_VERDICTS") or PROJECT.parent / "shared" / "verdicts")
    return sorted(folder.glob("*.jsonl.gz"))


def recorded(path: Path) -> Judged:
    """The verdicts of a file: a JSON object a line, with ``source`` in base64 and ``verdicts`` by version."""
    sources: list[bytes] = []
    answers: dict[Version, list[Any]] = {}
    with gzip.open(path) as lines:
        for line in lines:
            record = json.loads(line)
            sources.append(base64.b64decode(record["source"]))
            for label, verdict in record["verdicts"].items():
                major, minor = map(int, label.split("."))
                refused = (
                    None if verdict["ok"] else [verdict["error"], verdict.get("message") or "", verdict.get("line")]
                )
                answers.setdefault((major, minor), []).append(refused)
    return Judged(sources, answers)


def judged_now(sources: list[bytes], pythons: Mapping[Version, str]) -> Judged:
    """What the Pythons on this machine say, asked side by side."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda python: ask(python, COMPILE, sources), pythons.values())
        return Judged(sources, dict(zip(pythons, answers, strict=True)))


def examples() -> list[bytes]:
    """The examples of the rules."""
    return [text.encode() for rule in RULES for text in (rule.refused, rule.accepted)]


def library(limit: int) -> list[bytes]:
    """Files of this Python's standard library and the texts in its tests, which are often sources; the short first."""
    found: set[bytes] = set()
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" not in path.parts and path.is_file():
            data = path.read_bytes()
            found.add(data)
            if "test" in path.parts:
                found.update(_texts(data))
    return sorted(found, key=lambda data: (len(data), data))[:limit]


def _texts(data: bytes) -> Iterator[bytes]:
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 2:
            yield textwrap.dedent(node.value).encode("utf-8", "replace")
