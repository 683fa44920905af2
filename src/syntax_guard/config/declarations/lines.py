"""On which line a word stands."""

from __future__ import annotations

import re


def line_of(content: bytes, word: str) -> int | None:
    """The first line of `content`, from 1, that begins with the whole `word` (blanks and quotes before it aside)."""
    sought = re.compile(rb"[ \t\"']*%s(?![\w-])" % re.escape(word.encode()))
    for number, line in enumerate(content.splitlines(), 1):
        if sought.match(line):
            return number
    return None
