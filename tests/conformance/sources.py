"""Sources to compare on, and what the real Pythons say of them."""

from __future__ import annotations

import ast
import base64
import gzip
import json
import os
import sysconfig
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from syntax_guard.grammar.requirements import RULES

from .pythons import COMPILE, asked_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syntax_guard.model import Version


class Judged(NamedTuple):
    """Sources, and for each version one answer a source: None where it is accepted, else kind, words and line."""

    sources: list[bytes]
    answers: dict[Version, list[Any]]


def verdict_files() -> list[Path]:
    """Files of recorded verdicts: in the folder ``SYNTAX_GUARD_VERDICTS``."""
    folder = os.environ.get("SYNTAX_GUARD_VERDICTS")
    return sorted(Path(folder).glob("*.jsonl.gz")) if folder else []


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
    """What the Pythons on this machine say; without the sources that one takes too long for."""
    answers = asked_together(pythons, COMPILE, sources)
    slow = {place for each in answers.values() for place, answer in enumerate(each) if answer and answer[0] == "Slow"}
    if slow:
        print(f"Left out: {len(slow)} of {len(sources)} sources, which take some Python more than 2 seconds")
    kept = [place for place in range(len(sources)) if place not in slow]
    return Judged(
        [sources[place] for place in kept],
        {version: [each[place] for place in kept] for version, each in answers.items()},
    )


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
