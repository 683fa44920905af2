"""What git says that a commit changes, and where a path lies."""

from __future__ import annotations

from ..model import Record
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

DIFFERENCE = (
    "diff-tree", "--stdin", "-r", "-t", "--root", "-c", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff",
    "--no-textconv", "--ignore-submodules=dirty", "--no-color", "--no-relative",
)  # fmt: skip
"""Plumbing, which git's configuration does not change. For a merge, ``-c`` names what differs from all parents."""
_FOLDER = b"040000"


class Change(Record):
    """A path that a commit changes, and what it is now."""

    path: str
    mode: int
    blob: str
    combined: bool
    """Whether it is as in none of several parents."""
    of_folder: bool
    """Whether a folder is there, or was."""


def listed(output: bytes, commits: Sequence[str]) -> dict[str, list[Change]]:
    """What git writes for `DIFFERENCE` about each of `commits`, which are full names."""
    found: dict[str, list[Change]] = {commit: [] for commit in commits}
    fields = iter(output.split(b"\0"))
    commit = ""
    for field in fields:
        if field.startswith(b":"):
            found[commit].append(_raw_change(field, next(fields)))
        elif field:
            commit = field.decode().strip()
    return found


def _raw_change(said: bytes, path: bytes) -> Change:
    """What a line of ``--raw`` says of `path`: a colon and a mode for each parent, then its own."""
    parents = len(said) - len(said.lstrip(b":"))
    words = said.lstrip(b":").split(b" ")
    of_folder = _FOLDER in words
    return Change(path_name(path), int(words[parents], 8), words[2 * parents + 1].decode(), parents > 1, of_folder)


def lies_below(path: str, folders: Collection[str]) -> bool:
    """Whether the file at `path` lies in or below one of `folders`; ``""`` is the top."""
    return any(not folder or path.startswith(folder + "/") for folder in folders)
