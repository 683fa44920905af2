"""What git tracks and keeps off the disk, or does not look at there: asked of git, which knows each form of its index.

Outside of a sparse checkout a file has the mark ``skip-worktree`` (git-update-index(1)), and is not on the disk. One
with the mark ``assume-unchanged`` that is not there counts as left out, too: to git nothing is deleted.
"""

from __future__ import annotations

import re

from ..config.settings import OF_IMAGES, SPEAKING, may_declare
from ..errors import GitError
from ..model import Record
from .git import index_entry
from .tracked import fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MAY_DECLARE = tuple(f"**/{name}" for name in (*SPEAKING, *(f"*{part}*" for part in OF_IMAGES)))
_FOLDERS = tuple({f"/{name[:at]}" for name in SPEAKING for at in range(len(name)) if name[at] == "/"})
"""Folders on the way to a declaration: each may be a link."""


class Marked(Record):
    """A file in the index, and the marks that it has there."""

    path: str
    mode: int
    """As git keeps it, such as ``0o100644``."""
    blob: str
    """Name of the object that holds its content."""
    is_unlooked: bool
    """Whether git does not look for it on the disk (``skip-worktree``), or not at what it holds there
    (``assume-unchanged``)."""


def marked(folder: str, paths: Sequence[str], magic: str = "literal") -> Iterator[Marked]:
    """The files that git tracks at `paths`, which are relative to `folder`. Raises `GitError`."""
    for mark, mode, blob, _, path in map(index_entry, fields(folder, paths, "-v", "--stage", magic=magic)):
        yield Marked(path, mode, blob, mark.islower() or mark == b"S")


def declaring(top: str) -> Iterator[Marked]:
    """The files that git tracks in the work tree `top` and that may declare something by their names. Raises
    `GitError`."""
    return marked(top, _MAY_DECLARE, "glob")


class LeftOut:
    """The files of the work tree `top` that git does not look for on the disk."""

    def __init__(self, top: str) -> None:
        self._top = top
        self._known: dict[str, Marked] | None = None
        self._others: dict[str, Marked | None] = {}

    def declaring(self) -> dict[str, Marked]:
        """Those that may declare something by their names; none where git does not answer."""
        return {path: one for path, one in self._asked_at_once().items() if may_declare(path)}

    def file(self, path: str) -> Marked | None:
        """The file at `path`, relative to the top, if it is one of them; None also where git does not answer."""
        try:
            return self.file_for_sure(path)
        except GitError:
            return None

    def file_for_sure(self, path: str) -> Marked | None:
        """As `file`, or it raises `GitError`."""
        if may_declare(path) or f"/{path}".endswith(_FOLDERS):
            return self._asked_at_once().get(path)
        if path not in self._others:  # a folder of the tree, or what a compose file builds, which may have any name
            parts = path.split("/")
            ways = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
            names = [way for way in ways if way not in self._others]
            patterns = [re.sub(r"[*?[\\]", "?", name) + "*" for name in names]  # else git tells of all below a folder
            found = {one.path: one for one in marked(self._top, patterns, "glob") if one.is_unlooked}
            self._others.update((name, found.get(name)) for name in names)
        return self._others[path]

    def _asked_at_once(self) -> dict[str, Marked]:
        """Those that may declare something by their names, and the links in the place of folders on the way to such:
        each is looked for from many folders. None where git does not answer."""
        if self._known is None:
            try:
                found = marked(self._top, (*_MAY_DECLARE, *(f"**{folder}" for folder in _FOLDERS)), "glob")
                self._known = {one.path: one for one in found if one.is_unlooked}
            except GitError:
                self._known = {}
        return self._known
