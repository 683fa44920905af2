"""Places in the bytes of a source: plain words first, and around them what a pattern and a condition say.

A trigger takes a source (``Code.utf8``) and yields offsets. ``bytes.find`` takes a tenth of a nanosecond a byte, and
``re`` little more where a pattern starts with a plain character, so most of a source is never looked at in Python.
"""

from __future__ import annotations

import re

from ..regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Trigger: TypeAlias = Callable[[bytes], Iterator[int]]
    Place: TypeAlias = Callable[[bytes, int], bool]

BLANK = b" \t\f"


def words(*texts: bytes, then: bytes = b"", where: Place | None = None) -> Trigger:
    """The places of plain texts that go on as the regular expression ``then`` says, and that stand ``where`` says."""
    found = [(text, regex(re.escape(text) + then)) for text in texts]

    def places(source: bytes) -> Iterator[int]:
        for text, pattern in found:
            at = source.find(text)
            while at >= 0:
                match = pattern.match(source, at)
                if match and (where is None or where(source, at)):
                    yield match.end() - 1
                at = source.find(text, at + 1)

    return places


def patterns(*regular: bytes, where: Place | None = None) -> Trigger:
    """The ends of what matches regular expressions. Each expression starts with a plain character: ``re`` skips to it.

    A match hides what it reaches over, so what follows the plain text stands in a lookahead where it could be another.
    """
    compiled = [regex(one) for one in regular]

    def places(source: bytes) -> Iterator[int]:
        for pattern in compiled:
            for match in pattern.finditer(source):
                if where is None or where(source, match.start()):
                    yield match.end() - 1

    return places


def somewhere(test: Callable[[bytes], bool]) -> Trigger:
    """The first line of what passes a test that cannot say where."""

    def places(source: bytes) -> Iterator[int]:
        if test(source):
            yield 0

    return places


def either(*triggers: Trigger) -> Trigger:
    """The places of several triggers."""

    def places(source: bytes) -> Iterator[int]:
        for trigger in triggers:
            yield from trigger(source)

    return places


def beside(text: bytes, trigger: Trigger) -> Trigger:
    """The places of a trigger in a source that has a plain text somewhere, and none in any other."""

    def places(source: bytes) -> Iterator[int]:
        if text in source:
            yield from trigger(source)

    return places


def _before(source: bytes, at: int) -> bytes:
    """The character that stands before an offset, blanks left out; nothing at the start."""
    while at and source[at - 1] in BLANK:
        at -= 1
    return source[at - 1 : at]


def first_on_line(source: bytes, at: int) -> bool:
    """Whether nothing but space stands before `at` on its line."""
    return _before(source, at) in (b"", b"\n")


def starts_statement(source: bytes, at: int) -> bool:
    """Whether a statement may start at `at`."""
    return _before(source, at) in (b"", b"\n", b";", b":")


def starts_with(source: bytes, at: int) -> bool:
    """Whether a ``with`` starts a statement, perhaps after ``async``."""
    return first_on_line(source, at) or source[max(0, at - 80) : at].rstrip().endswith(b"async")
