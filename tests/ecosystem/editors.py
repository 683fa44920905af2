"""The recipes of docs/editors.md, and the lines that their patterns have to read."""

from __future__ import annotations

from ..documents.pages import PROJECT, blocks

PAGE = PROJECT / "docs" / "editors.md"
SOURCES = {
    "a.py": "x = 1\ny = = 2\n",
    "sub/b b.py": "x = (\n",
    "c.py": "def f(a, a): pass\n",
    "dé:1.py": "return\n",
}
"""Each is broken, at one place."""
PLACES = {"a.py": (2, 5), "sub/b b.py": (1, 5), "c.py": (1, 10), "dé:1.py": (1, 1)}


def recipe(language: str, holds: str) -> str:
    """The block of the page that is written in `language` and `holds` this text."""
    (text,) = [each.text for each in blocks() if each.page == PAGE and each.language == language and holds in each.text]
    return text
