"""On which line a word stands."""

from __future__ import annotations


def line_of(content: bytes, word: str) -> int | None:
    """The first line of `content`, from 1, that begins with `word` (blanks and quotes before it aside), or None."""
    sought = word.encode()
    for number, line in enumerate(content.splitlines(), 1):
        if line.lstrip(b" \t\"'").startswith(sought):
            return number
    return None
