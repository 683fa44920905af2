"""What git says that a commit changes, and where a path lies."""

from __future__ import annotations

from ..model import Record
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection


class Change(Record):
    """A path that a commit changes, and what it is now."""

    path: str
    mode: int
    blob: str
    combined: bool
    """Whether it is as in none of several parents."""


def raw_change(said: bytes, path: bytes) -> Change:
    """What a line of ``--raw`` says of `path`: a colon and a mode for each parent, then its own."""
    parents = len(said) - len(said.lstrip(b":"))
    words = said.lstrip(b":").split(b" ")
    return Change(path_name(path), int(words[parents], 8), words[2 * parents + 1].decode(), parents > 1)


def lies_below(path: str, folders: Collection[str]) -> bool:
    """Whether the file at `path` lies in or below one of `folders`; ``""`` is the top."""
    return any(not folder or path.startswith(folder + "/") for folder in folders)
