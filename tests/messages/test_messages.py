"""Every message has a line in table.txt, and all speak with one voice: what happened, where, and what to do.

docs/measure_reading.py measures them with the pages.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from ..documents.pages import PROJECT
from .collect import APPLICATIONS, PAGE, TABLE, Message, errors, messages, page, table

if TYPE_CHECKING:
    from pathlib import Path

GIVEN_UP = (
    "nobody",
    "whoever",
    "somebody",
    "anybody",
    "everybody",
    "mend",
    "mends",
    "mended",
    "of which",
    "hang on",
    "hangs on",
    "for want of",
    "is told by",
)
"""Words that docs, messages and comments no longer use: a process is no person, and a file is fixed."""
OF_OURS = ("this interpreter", "the interpreter that runs syntax-guard", "the own interpreter", "cet interpréteur")
"""Names of our own that people are not to learn: it is *the Python that runs syntax-guard*."""
FOR_DEVELOPERS = ("architecture.md", "CHANGELOG.md")


@cache
def of_errors() -> list[Message]:
    return [one for one in messages() if one.error and one.error not in APPLICATIONS]


@pytest.mark.slow
def test_the_table_has_every_message() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "run python -m tests.messages.collect, and read what is new"


@pytest.mark.skipif(not PAGE.exists(), reason="the pages are not beside the tests")
def test_the_page_of_errors_has_each_of_them() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.messages.collect"


def test_every_kind_of_error_is_looked_at() -> None:
    assert {"UsageError", "SettingsError", "SourcesError", "GitError", "TargetError", "ResourcesError"} <= errors()
    assert len(of_errors()) > 100


def test_an_error_says_what_to_do() -> None:
    assert [one for one in of_errors() if not one.hint and ": expected " not in one.text] == []


def test_an_error_is_one_line_without_a_full_stop() -> None:
    for part in (part for one in of_errors() for part in (one.text, one.hint or "")):
        assert "\n" not in part
        assert not re.search(r"[.!]$", part) or part.endswith(("..", "no ..")), part
        assert not re.match(r"(?:error|sorry|please|oops)\b", part, re.IGNORECASE), part


def test_no_message_uses_a_word_that_is_given_up() -> None:
    assert [one for one in messages() if given_up(str(one))] == []


def test_the_python_that_runs_syntax_guard_has_one_name() -> None:
    pages = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), PROJECT / "data/share/man/man1/syntax-guard.1"]
    texts = [path.read_text(encoding="utf-8") for path in pages if path.is_file() and path.name not in FOR_DEVELOPERS]
    said = [" ".join(text.split()).lower() for text in [*texts, *map(str, messages())]]
    assert [text[:80] for text in said if any(name in text for name in OF_OURS)] == []


def given_up(text: str) -> list[str]:
    """The words that are given up in `text`."""
    return re.findall(rf"\b(?:{'|'.join(GIVEN_UP)})\b", text, re.IGNORECASE)


def prose() -> list[Path]:
    """What people read: the source, its comments and docstrings, and the documents."""
    tops = ("src", "docs", "examples", "benchmarks", ".ci", "templates", "action")
    files = [path for top in tops for path in (PROJECT / top).rglob("*") if "__pycache__" not in path.parts]
    return sorted(path for path in [*files, *PROJECT.glob("*.md")] if path.is_file() and path.name != "gallery.md")


@pytest.mark.skipif(not (PROJECT / "docs").exists(), reason="the pages are not beside the tests")
def test_no_page_and_no_comment_uses_a_word_that_is_given_up() -> None:
    found = {}
    for path in prose():
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        bad = [f"{number}: {word}" for number, line in enumerate(lines, 1) for word in given_up(line)]
        if bad:
            found[path.relative_to(PROJECT).as_posix()] = bad
    assert found == {}
