"""The evidence that every rule for hints looks at."""

from __future__ import annotations

from ...model import Record


class Look(Record):
    """What a rule may look at."""

    kind: str
    """The problem's exception class."""
    message: str
    data: bytes
    head: bytes
    """The first bytes of ``data``."""
    number: int
    """The line of the problem, 0 where it has none."""
    line: str
    """The beginning of that line."""
