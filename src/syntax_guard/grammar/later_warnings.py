"""Warnings that a later Python gives and an older one does not. Neither refuses the source."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Version

SINCE: tuple[tuple[str, Version], ...] = (
    ("in a 'finally' block", (3, 14)),  # PEP 765
    ("invalid octal escape sequence", (3, 11)),
    ("invalid decimal literal", (3, 10)),  # a keyword follows a number at once
    ("invalid hexadecimal literal", (3, 10)),
    ("invalid octal literal", (3, 10)),
    ("invalid binary literal", (3, 10)),
    ("invalid imaginary literal", (3, 10)),
)
"""Words that every Python has in its message, and the first one that gives the warning."""


def is_given(message: str, version: Version) -> bool:
    """Whether Python `version` warns, too, of what a later one says in `message`."""
    return all(version >= since for words, since in SINCE if words in message)
